"""The three functions that take in what happened outside, over the account book in memory."""

from __future__ import annotations

import base64
import gzip
import json
from types import SimpleNamespace
from typing import Any

import pytest

from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Hold
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.errors import Unavailable
from dunlin.runtime import wiring
from functions.read_mail.handler import handler as read_mail
from functions.read_reply.handler import handler as read_reply
from functions.record_email_event.handler import handler as record_email_event
from functions.record_sms_receipt.handler import handler as record_sms_receipt
from tests.signals.test_mail_store import NOTICE, notified
from tests.signals.test_mails import HERE, Post, mail
from tests.signals.test_provider_events import email_event, line
from tests.signals.test_replies import PAYLOAD
from tests.signals.test_signals import ADA, FIRST, LATER, a_touch, book_with


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    book = book_with(touch=a_touch())
    parts = SimpleNamespace(book=book, waker=MemoryWaker(), clock=FixedClock(LATER))
    monkeypatch.setattr(wiring, "account_book", lambda: parts.book)
    monkeypatch.setattr(wiring, "creditors", lambda: parts.book.creditors)
    monkeypatch.setattr(wiring, "waker", lambda: parts.waker)
    monkeypatch.setattr(wiring, "clock", lambda: parts.clock)
    return parts


def queued(*bodies: Any) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": f"q-{n}", "body": b if isinstance(b, str) else json.dumps(b)}
            for n, b in enumerate(bodies)
        ]
    }


def metrics(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(text) for text in capsys.readouterr().out.splitlines() if text]
    return [line for line in lines if "_aws" in line]


def test_email_events_reach_the_account_and_a_bad_one_fails_alone(
    stack: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    event = queued(
        email_event("Delivery"),
        "not json",
        email_event("Open", userAgent="Mozilla/5.0"),
        email_event("Complaint"),
    )
    answer = record_email_event(event, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "q-1"}]}
    touch = stack.book.touches[FIRST.account_id, "T#1#0#0"]
    assert (touch.state, touch.opened_at) == (TouchState.DELIVERED, None)
    assert not stack.book.consumers[ADA].consent(Channel.SMS).open
    counted = metrics(capsys)
    assert [m["reason"] for m in counted if "EmailEventsIgnored" in m] == ["machine_open"]
    assert [m["kind"] for m in counted if "EmailEvents" in m] == ["delivered", "complaint"]


def packed(*lines: dict[str, Any]) -> dict[str, Any]:
    document = {
        "messageType": "DATA_MESSAGE",
        "logEvents": [{"message": json.dumps(line)} for line in lines],
    }
    data = base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()
    return {"awslogs": {"data": data}}


def test_a_month_that_is_spent_is_seen_and_closes_no_number(
    stack: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {c.consumer_id: c.consents for c in stack.book.consumers.values()}
    record_sms_receipt(packed(line("FAILURE", "No quota left for account")), None)
    assert len([m for m in metrics(capsys) if "SendingLimited" in m]) == 1
    assert {c.consumer_id: c.consents for c in stack.book.consumers.values()} == before
    assert {account.hold for account in stack.book.accounts.values()} == {None}


def test_a_receipt_reaches_the_touch_and_an_unknown_one_is_tried_again(
    stack: SimpleNamespace,
) -> None:
    record_sms_receipt(packed(line(), {"other": 1}), None)
    assert stack.book.touches[FIRST.account_id, "T#1#0#0"].state is TouchState.DELIVERED
    stack.clock.at = LATER.replace(hour=18, minute=30, second=30)
    unknown = {"messageId": "m-404", "timestamp": "2026-11-23 18:30:10.000"}
    with pytest.raises(Unavailable):
        record_sms_receipt(packed(line(notification=unknown)), None)


def test_a_reply_is_obeyed_and_neither_its_words_nor_its_number_are_logged(
    stack: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "I cannot pay, my lawyer is Zachariah"
    answer = read_reply(
        queued(
            {"Message": json.dumps(PAYLOAD | {"messageBody": words, "inboundMessageId": "in-7"})},
            {"Message": "?"},
        ),
        None,
    )
    assert answer == {"batchItemFailures": []}
    assert stack.book.accounts[FIRST.account_id].hold in (Hold.REVIEW, Hold.DISPUTE)
    output = capsys.readouterr()
    everything = output.out + output.err
    assert "Zachariah" not in everything
    assert "5550142" not in everything
    assert '"outcome":"malformed"' in everything.replace(" ", "")
    assert read_reply(queued(PAYLOAD), None) == {"batchItemFailures": []}
    assert not stack.book.consumers[ADA].consent(Channel.EMAIL).open


def test_a_mail_is_taken_in_and_neither_its_words_nor_its_sender_are_logged(
    stack: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    post = Post(book=stack.book)
    monkeypatch.setattr(wiring, "mail_ports", post.ports)
    monkeypatch.setattr(wiring, "real_clock", lambda: stack.clock)
    receipt = NOTICE["receipt"] | {"recipients": [HERE], "dmarcVerdict": {"status": "PASS"}}
    post.store.kept[receipt["action"]["objectKey"]] = mail("stop, says Zachariah").as_bytes()
    greeting = {"Message": "Successfully validated SNS topic"}
    answer = read_mail(queued(greeting, notified(NOTICE | {"receipt": receipt})), None)
    assert answer == {"batchItemFailures": []}
    assert not stack.book.consumers[ADA].consent(Channel.EMAIL).open
    output = capsys.readouterr()
    everything = (output.out + output.err).replace(" ", "")
    assert "Zachariah" not in everything
    assert "example.com" not in everything
    assert '"outcome":"malformed"' in everything
    assert '"outcome":"opt_out"' in everything


def test_a_write_that_loses_every_race_is_delivered_again(
    stack: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dunlin.domain.errors import Conflict

    def lose(*_: Any) -> None:
        raise Conflict("moved")

    monkeypatch.setattr(stack.book, "apply", lose)
    answer = read_reply(queued(PAYLOAD), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "q-0"}]}
