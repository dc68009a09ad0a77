"""The reply model: equal to what was trained, equal to scikit-learn, only ever adding."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
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

ROOT = Path(__file__).parents[2]
TRAINING = ROOT / "training" / "train_replies.py"
SHIPPED = load_reply_model()


def reading(text: str, model: ReplyModel | None = SHIPPED) -> ReplyReading:
    return read(text, channel="sms", now=NOON, zone=ZoneInfo("America/New_York"), model=model)


@pytest.fixture(scope="module")
def training() -> ModuleType:
    spec = importlib.util.spec_from_file_location("train_replies", TRAINING)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_committed_model_is_what_the_texts_train() -> None:
    done = subprocess.run([sys.executable, TRAINING, "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_the_texts_are_enough_and_in_both_languages(training: ModuleType) -> None:
    rows = training.texts()
    assert len(rows) >= 600
    for label in SHIPPED.labels:
        assert sum(given == label for _, given in rows) >= 50, label
    assert len(training.spanish()) >= 200


def test_scores_are_those_of_scikit_learn_on_texts_held_out(training: ModuleType) -> None:
    rows = training.texts()
    model, document = training.fit([row for i, row in enumerate(rows) if i % 4])
    ours = ReplyModel.of(document)
    assert ours.labels == tuple(model["linear"].classes_)
    held_out = [text for text, _ in rows[::4]] + ["", "  ", "🛑", "a", "Año nuevo, ¿sí?", "x" * 999]
    theirs = model.decision_function(held_out)
    mine = np.array([ours.scores(text) for text in held_out])
    assert np.abs(theirs - mine).max() < 1e-9


@pytest.mark.slow
def test_list_and_model_together_reach_their_bars(training: ModuleType) -> None:
    bars = training.measure(training.texts())
    assert bars["opt_out_recall"] >= 0.97
    assert bars["opt_out_false_alarms"] <= 0.05
    assert bars["must_pause_recall"] >= 0.95
    assert bars["macro_f1"] >= 0.80


def test_the_model_is_small_and_is_no_pickle() -> None:
    path = ROOT / "layers" / "core" / "dunlin" / "replies" / "model.json"
    assert path.stat().st_size < 300_000
    assert path.read_bytes().startswith(b"{")


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


def test_arrays_that_do_not_fit_are_refused(training: ModuleType) -> None:
    _, document = training.fit(training.texts()[::9])
    with pytest.raises(ValueError, match="do not fit"):
        ReplyModel.of({**document, "words": 7})
