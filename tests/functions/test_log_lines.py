"""What a function logs is one JSON line, whatever a message says of itself."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest

from dunlin.runtime.batches import each_message
from dunlin.runtime.telemetry import count, logger

FORGED = 'q-1\n{"level": "INFO", "message": "sent", "touch": "T#1"}\r\n\u2028\x1b[2J'


def test_a_message_that_breaks_lines_forges_no_line_of_the_log() -> None:
    def refuse(body: Any) -> None:
        raise ValueError(f"cannot read {body}")

    stream = io.StringIO()
    beside = logging.StreamHandler(stream)
    beside.setFormatter(logger.registered_formatter)
    logger.addHandler(beside)
    try:
        record = {"messageId": FORGED, "body": json.dumps({"text": f"Ada Example {FORGED}"})}
        answer = each_message({"Records": [record]}, refuse)
    finally:
        logger._logger.removeHandler(beside)
    assert answer == {"batchItemFailures": [{"itemIdentifier": FORGED}]}
    (line,) = [json.loads(each) for each in stream.getvalue().split("\n") if each]
    assert (line["message"], line["message_id"]) == ("message failed", FORGED)
    assert "Ada Example" not in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_nothing_is_counted_of_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_NAMESPACE", "Dunlin/test")
    count("UnattendedAccounts", 0)
    assert capsys.readouterr().out == ""
    count("UnattendedAccounts", 2)
    assert json.loads(capsys.readouterr().out)["UnattendedAccounts"] == [2.0]
