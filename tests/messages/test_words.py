"""Words that somebody wants to send: what is refused and by which rule, what passes, and that the
model is what its texts train and what scikit-learn would say."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from typer.testing import CliRunner

from dunlin.adapters.files.words_model_file import load_words_model
from dunlin.cli.main import app
from dunlin.cli.template import ROLES, SAMPLE
from dunlin.domain.messages.wording import KINDS, judged
from dunlin.domain.messages.words_model import WordsModel
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.views.messages.jinja_messages import JinjaMessages
from dunlin.views.messages.message_samples import samples

ROOT = Path(__file__).parents[2]
TRAINING = ROOT / "training" / "train_words.py"
HELD_OUT = ROOT / "tests" / "held_out"
SHIPPED = load_words_model()


@pytest.fixture(scope="module")
def training() -> ModuleType:
    spec = importlib.util.spec_from_file_location("train_words", TRAINING)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rules(text: str, language: str = "en", tone: str = "neutral") -> set[str]:
    return {f.rule for f in judged(text, model=SHIPPED, language=language, tone_of=tone)}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("US-FDCPA-FALSE", "We will attach your paycheck and change the locks."),
        ("US-FDCPA-FALSE", "A judgment may be entered against you."),
        ("US-FDCPA-FALSE", "This has been handed to our attorney."),
        ("US-FDCPA-FALSE", "This is the sheriff's department about your debt."),
        ("US-REGF-THIRDPARTY", "We will let your supervisor know about this."),
        ("US-REGF-THIRDPARTY", "We'll tell your neighbors what you owe."),
        ("US-FDCPA-HARASS", "Decent people pay what they owe."),
        ("US-HIPAA-MIN", "This is about your knee operation."),
        ("US-FDCPA-FALSE", "You have 24 hours to pay."),
        ("US-REGF-OPTOUT", "Reply STOP to opt out (a $5 fee applies)"),
        ("US-FDCPA-FALSE", "Our law-suit is ready."),
        ("US-FDCPA-FALSE", "We will s u e you."),
        ("US-FDCPA-FALSE", "We will s\u200bue you"),
        ("US-FDCPA-FALSE", "You may be 4rr3st3d."),
        ("US-FDCPA-FALSE", "We won't sue you as long as you pay this week."),
    ],
)
def test_hostile_words_are_refused_by_their_rule(rule: str, text: str) -> None:
    assert rule in rules(text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("US-FDCPA-FALSE", "Lo vamos a demandar si no paga."),
        ("US-FDCPA-FALSE", "Vamos a cambiar la cerradura."),
        ("US-FDCPA-FALSE", "Puede ir a la cárcel por esto."),
        ("US-REGF-THIRDPARTY", "Llamaremos a su jefe."),
        ("US-REGF-OPTOUT", "Darse de baja cuesta $5."),
        ("US-HIPAA-MIN", "Es por su operación de rodilla."),
    ],
)
def test_hostile_words_in_spanish_are_refused_by_their_rule(rule: str, text: str) -> None:
    assert rule in rules(text, "es")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hi Maria, you have an open balance of $84.20. You can pay or ask for a plan.", "en"),
        ("We will not call your employer, your family or anyone else about this.", "en"),
        ("Ask for Sue at the front desk.", "en"),
        ("Opting out is free. There's no fee to stop these messages.", "en"),
        ("Si ya pagó, no haga caso de este mensaje y muchas gracias.", "es"),
        ("No llamaremos a su empleador, a su familia ni a nadie por esto.", "es"),
    ],
)
def test_decent_words_pass(text: str, language: str) -> None:
    assert rules(text, language) == set()


def test_a_finding_names_the_words_and_says_how_else_to_say_it() -> None:
    for language, text, words in (
        ("en", "Hello. We will tell your supervisor.", "we will tell your supervisor"),
        ("es", "Hola. Llamaremos a su supervisor.", "llamaremos a su supervisor"),
    ):
        findings = judged(text, model=SHIPPED, language=language)
        [finding] = [f for f in findings if f.words == words]
        kind = KINDS["employer"]
        assert (finding.rule, finding.why) == (kind.rule, kind.why)
        assert finding.instead == (kind.es if language == "es" else kind.en)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_proposed_instead_passes(kind: str) -> None:
    for language, text in (("en", KINDS[kind].en), ("es", KINDS[kind].es)):
        assert rules(text, language) == set()


@pytest.mark.parametrize("role", ROLES)
def test_dunlins_own_messages_pass(role: str) -> None:
    strategy = read_strategy(SAMPLE | {"debt_role": role}, creditor="preview", version=1)
    for sample in samples(JinjaMessages(), strategy):
        tone = sample.template.partition(".")[2]
        for text in filter(None, (sample.rendered.subject, sample.rendered.text)):
            assert rules(" ".join(text.split()), sample.language, tone) == set(), sample.template


def test_the_command_answers_each_line(tmp_path: Path) -> None:
    lines = [
        {"id": 1, "channel": "sms", "language": "en", "tone": "firm", "text": "We will sue you."},
        {"id": 2, "channel": "email", "language": "es", "tone": "gentle", "text": "Gracias."},
    ]
    written = "\n".join(json.dumps(line) for line in lines)
    answered = CliRunner().invoke(app, ["words", "check"], input=written)
    assert answered.exit_code == 0
    first, second = map(json.loads, answered.stdout.splitlines())
    assert (first["id"], first["ok"], second) == (1, False, {"id": 2, "ok": True, "findings": []})
    assert set(first["findings"][0]) == {"rule", "words", "why", "instead"}
    drafts = tmp_path / "drafts.jsonl"
    drafts.write_text(written + '\n{"id": 3}\nno json\n', encoding="utf-8")
    answered = CliRunner().invoke(app, ["words", "check", str(drafts)])
    assert answered.exit_code == 1
    assert [("error" in json.loads(line)) for line in answered.stdout.splitlines()] == [
        False, False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "label", "least", "most"),
    [
        ("en", "hostile", 0.88, 1.0),
        ("en", "benign", 0.0, 0.19),
        ("es", "hostile", 0.9, 1.0),
        ("es", "benign", 0.0, 0.19),
    ],
)
def test_drafts_written_apart_are_refused_no_worse_than_the_docs_say(
    language: str, label: str, least: float, most: float
) -> None:
    lines = (HELD_OUT / f"drafts_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    drafts = [draft for draft in map(json.loads, lines) if draft["label"] == label]
    refused = [bool(rules(draft["text"], language, draft["tone"])) for draft in drafts]
    assert len(refused) > 50
    assert least <= sum(refused) / len(refused) <= most


@pytest.mark.slow
def test_the_committed_model_is_what_the_drafts_train() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "training.train_words", "--check"], cwd=ROOT, check=False
    )
    assert done.returncode == 0


def test_the_drafts_are_enough_of_every_kind_in_both_languages(training: ModuleType) -> None:
    rows = training.drafts()
    assert len(rows) >= 2_000
    for kind in (*KINDS, *training.HARMLESS):
        for language in ("en", "es"):
            assert sum(row[1:3] == (kind, language) for row in rows) >= 15, (kind, language)


@pytest.mark.slow
def test_scores_are_those_of_scikit_learn_on_drafts_held_out(training: ModuleType) -> None:
    rows = training.drafts()
    tfidf, linear, kinds, document = training.fit([row for i, row in enumerate(rows) if i % 4])
    ours = WordsModel.of(document)
    odd = ["", "  ", "🛑", "a", "Año nuevo, ¿sí?", "x" * 999]
    held_out = [row.text for row in rows[::16]] + odd
    values = tfidf.transform(training.counted(held_out, ours.lexicon))
    theirs = linear.decision_function(values)
    assert np.abs(theirs - np.array([ours.score(text) for text in held_out])).max() < 1e-9
    named = kinds.decision_function(training.naming(values))
    assert np.abs(named - np.array([ours.kind_scores(text) for text in held_out])).max() < 1e-9
