"""`dunlin replies classify`: a line in, a line out, and hostile lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from dunlin.adapters.files.reply_model_file import load_reply_model
from dunlin.cli.replies import classify_lines

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
MODEL = load_reply_model()


def classified(row: Any) -> dict[str, Any]:
    line = row if isinstance(row, str) else json.dumps(row)
    [answer] = classify_lines([line, "\n"], MODEL, NOW)
    return answer


def test_a_line_is_answered_with_all_that_was_read() -> None:
    answer = classified({"id": 7, "channel": "sms", "text": "I'll pay on friday, promise"})
    assert list(answer) == ["id", "label", "intents", "opt_out", "pause", "promise_on", "why"]
    assert answer == {
        "id": 7, "label": "promise", "intents": ["promise"], "opt_out": False, "pause": False,
        "promise_on": "2026-11-27", "why": answer["why"],
    }  # fmt: skip
    assert answer["why"]


@pytest.mark.parametrize(
    ("now", "tz", "day"),
    [
        ("2026-11-24T03:00:00Z", "America/Los_Angeles", "2026-11-24"),  # monday evening there
        ("2026-11-24T03:00:00Z", "Asia/Tokyo", "2026-11-25"),
    ],
)
def test_tomorrow_is_the_persons_own(now: str, tz: str, day: str) -> None:
    row = {"id": 1, "channel": "sms", "text": "will pay tomorrow, i promise", "now": now, "tz": tz}
    assert classified(row)["promise_on"] == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stop texting me, my lawyer will call you", {"opt_out", "attorney"}),
        ("I filed chapter 7 and can I set up a payment plan", {"bankruptcy", "plan_request"}),
        ("ya no me escriban, mi esposo falleció", {"opt_out", "deceased"}),
    ],
)
def test_several_intents_are_all_named(text: str, expected: set[str]) -> None:
    answer = classified({"id": 1, "channel": "email", "text": text})
    assert expected <= set(answer["intents"])
    assert answer["opt_out"] is ("opt_out" in expected)
    assert answer["pause"]


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[1]",
        '{"id": 1, "channel": "sms"}',
        '{"id": 1, "channel": "pigeon", "text": "hi"}',
        '{"id": 1, "text": "hi", "now": "soon"}',
        '{"id": 1, "text": "hi", "now": 3}',
        '{"id": 1, "text": "hi", "tz": "../etc/passwd"}',
        '{"id": 1, "text": "hi", "tz": "Mars/Olympus"}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_reply_gives_an_error_and_the_next_is_read(line: str) -> None:
    first, second = classify_lines([line, '{"id": 2, "text": "STOP"}'], MODEL, NOW)
    assert set(first) == {"id", "error"}
    assert second["opt_out"] is True


@pytest.mark.parametrize(
    "text",
    ["", " ", "a" * 10_000, "\n" * 10_000, " \n" * 5_000, "stop " * 2_000,
     "\u202e" * 500, "\u200b".join("unsubscribe"),
     "стоп", "S\u0422OP", "x\x00y", "🛑" * 300, "\ud83d", "\n>" * 3_000],
)  # fmt: skip
def test_hostile_texts_are_read(text: str) -> None:
    assert "error" not in classified({"id": 1, "channel": "email", "text": text})
