"""The reply model: equal to what was trained, equal to scikit-learn, only ever adding."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.utils import murmurhash3_32

from dunlin.adapters.files.reply_model_file import load_reply_model
from dunlin.domain.replies.model import ReplyModel, murmur
from dunlin.domain.replies.reading import HALTING, LABELS, ReplyReading, labels_of, read
from dunlin.domain.replies.signals import classify_reply
from tests.support.builders import NOON
from training.held_out_replies import measured
from training.reply_grammar import draws, templates
from training.train_replies import fit, gathered

ROOT = Path(__file__).parents[2]
SHIPPED = load_reply_model()


def reading(text: str, model: ReplyModel | None = SHIPPED) -> ReplyReading:
    return read(text, channel="sms", now=NOON, zone=ZoneInfo("America/New_York"), model=model)


@pytest.mark.slow
def test_the_committed_model_is_what_the_texts_train() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "training.train_replies", "--check"], cwd=ROOT, check=False
    )
    assert done.returncode == 0


def test_the_templates_are_enough_for_every_label_and_language() -> None:
    counted = Counter((template.label, template.language) for template in templates())
    assert set(counted) == {(label, language) for label in LABELS for language in ("en", "es")}
    for (label, language), count in counted.items():
        assert count >= (120 if language == "en" else 50), (label, language)


def test_a_template_gives_the_same_texts_every_time() -> None:
    some = templates()[::97]
    assert [draws(template) for template in some] == [draws(template) for template in some]
    assert not [text for template in some for text in draws(template) if "{" in text]


def test_scores_are_those_of_scikit_learn_on_texts_held_out() -> None:
    trained = fit(gathered(lambda number: number % 8 == 0))
    ours = ReplyModel.of(trained.document)
    assert ours.labels == tuple(trained.labels.classes_)
    held_out = [row.text for row in gathered(lambda number: number % 64 == 1)]
    held_out += ["", "  ", "🛑", "a", "Año nuevo, ¿sí?", "x" * 999, "s\u200bto\u202ep", "стоп"]
    mine = np.array([ours.scores(text) for text in held_out])
    assert np.abs(trained.scores(held_out) - mine).max() < 1e-9


def test_the_model_is_small_and_is_no_pickle() -> None:
    path = ROOT / "layers" / "core" / "dunlin" / "replies" / "model.json"
    assert path.stat().st_size < 600_000
    assert path.read_bytes().startswith(b"{")


@pytest.mark.slow
def test_replies_written_apart_are_read_no_worse_than_the_docs_say() -> None:
    figures = measured()
    everybody, plain = figures["all"], figures["es plain"]
    assert everybody["texts"] > 800
    assert everybody["macro_f1"] >= 0.84
    assert everybody["hard_stops"] >= 0.95
    assert everybody["false_stops"] <= 0.05
    assert everybody["stopped_or_paused"] >= 0.97
    assert everybody["must_pause"] >= 0.97
    assert everybody["needless_pauses"] <= 0.17
    assert figures["es"]["macro_f1"] >= figures["en"]["macro_f1"]
    assert plain["must_pause"] == 1.0
    everyday = measured("everyday")["all"]
    assert everyday["hard_stops"] >= 0.96
    assert everyday["false_stops"] <= 0.05
    assert everyday["must_pause"] >= 0.965
    assert everyday["needless_pauses"] <= 0.19
    turned = measured("turned")["all"]
    assert turned["macro_f1"] >= 0.84
    assert turned["hard_stops"] >= 0.98
    assert turned["false_stops"] <= 0.05
    assert turned["stopped_or_paused"] >= 0.99
    assert turned["must_pause"] >= 0.99
    assert turned["needless_pauses"] <= 0.32
    fresh = measured("fresh")["all"]
    assert fresh["texts"] > 800
    assert fresh["macro_f1"] >= 0.86
    assert fresh["hard_stops"] >= 0.9
    assert fresh["false_stops"] <= 0.04
    assert fresh["stopped_or_paused"] >= 0.99
    assert fresh["must_pause"] >= 0.975
    assert fresh["needless_pauses"] <= 0.21


@given(st.text(max_size=40))
def test_the_hash_is_murmur(token: str) -> None:
    assert murmur(token) == murmurhash3_32(token, seed=0, positive=True)


@settings(max_examples=60)
@given(
    st.sampled_from(["STOP", "start", "help", "my lawyer will call", "wrong number", "ok", ""]),
    st.text(max_size=60),
)
def test_nothing_that_the_lists_heard_is_ever_removed(opening: str, more: str) -> None:
    text = f"{opening} {more}"
    heard = labels_of(classify_reply(text))
    assert set(heard) <= set(reading(text).labels)


@pytest.mark.parametrize("text", ["START", "HELP", "STOP", "AYUDA"])
def test_the_fixed_words_are_settled_by_the_lists_alone(text: str) -> None:
    assert reading(text).labels == labels_of(classify_reply(text))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("you people have got to quit pinging my phone", "opt_out"),
        ("basta ya con tantos avisos", "opt_out"),
        ("I got laid off and there is no way I can afford this", "hardship"),
        ("ya les mandé el pago ayer", "already_paid"),
    ],
)
def test_it_adds_what_no_list_holds(text: str, label: str) -> None:
    assert label in reading(text).labels


@pytest.mark.parametrize("text", ["thanks!", "I will pay on Friday", "gracias, pago mañana", "ok"])
def test_plain_answers_are_no_opt_outs(text: str) -> None:
    assert not reading(text).opt_out


def test_what_binds_a_person_is_read_by_one_first() -> None:
    for text in ("my attorny has all of it, ask him", "mi papá ya no vive, murió"):
        assert reading(text).pause
    assert set(SHIPPED.labels) <= set(LABELS)
    assert set(LABELS) > HALTING


def test_arrays_that_do_not_fit_are_refused() -> None:
    document = json.loads((ROOT / "layers/core/dunlin/replies/model.json").read_text("utf-8"))
    with pytest.raises(ValueError, match="do not fit"):
        ReplyModel.of({**document, "words": 7})
