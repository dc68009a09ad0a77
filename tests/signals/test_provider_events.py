"""Provider events: the shapes that SES and SNS give, read into signals and recorded."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dunlin.adapters.aws.ses_events import read_email_event
from dunlin.adapters.aws.sns_events import read_sms_receipt, read_status_lines
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.signal import ProviderSignal, SignalKind, Unread
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.errors import Unavailable
from dunlin.domain.tokens import address_hash
from dunlin.service.signals.provider_events import record
from tests.signals.test_signals import ADA, FIRST, LATER, a_touch, book_with

PERSON_AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"


def email_event(kind: str, tags: dict[str, str] | None = None, **happened: Any) -> dict[str, Any]:
    named = {"touch_id": "tch_1", "account_id": FIRST.account_id} if tags is None else tags
    return {
        "source": "aws.ses",
        "detail-type": f"Email {kind}",
        "detail": {
            "eventType": kind,
            "mail": {
                "messageId": "m-1",
                "timestamp": "2026-11-23T18:00:00.000Z",
                "destination": ["ada@example.com"],
                "tags": {name: [value] for name, value in named.items()},
            },
            kind.lower(): {"timestamp": "2026-11-23T19:00:00.000Z"} | happened,
        },
    }


def signal_of(event: dict[str, Any]) -> ProviderSignal:
    event_read = read_email_event(event)
    assert isinstance(event_read, ProviderSignal)
    return event_read


@pytest.mark.parametrize(
    ("event", "kind", "detail"),
    [
        (email_event("Delivery"), SignalKind.DELIVERED, {}),
        (email_event("Complaint"), SignalKind.COMPLAINT, {"reason": "complaint"}),
        (email_event("Open", userAgent=PERSON_AGENT), SignalKind.OPEN, {}),
        (email_event("Reject"), SignalKind.BOUNCE, {"permanent": False, "reason": "rejected"}),
        (
            email_event("Rendering Failure"),
            SignalKind.BOUNCE,
            {"permanent": False, "reason": "rendering_failure"},
        ),
        (
            email_event(
                "Bounce",
                bounceType="Permanent",
                bounceSubType="General",
                bouncedRecipients=[{"emailAddress": "Ada <ADA@example.com>"}],
            ),
            SignalKind.BOUNCE,
            {
                "permanent": True,
                "reason": "General",
                "address_hash": address_hash("ada@example.com"),
            },
        ),
        (
            email_event("Bounce", bounceType="Transient", bounceSubType="MailboxFull"),
            SignalKind.BOUNCE,
            {"permanent": False, "reason": "MailboxFull"},
        ),
        (
            email_event("Bounce", bounceType="Undetermined", bounceSubType="a@b, whatever"),
            SignalKind.BOUNCE,
            {"permanent": False, "reason": "bounced"},
        ),
    ],
)
def test_an_email_event_is_one_signal_with_the_ids_of_its_tags(
    event: dict[str, Any], kind: SignalKind, detail: dict[str, Any]
) -> None:
    event_read = signal_of(event)
    signal = event_read.signal
    assert (signal.kind, signal.account_id, signal.touch_id) == (kind, FIRST.account_id, "tch_1")
    assert detail.items() <= signal.detail.items()
    assert signal.detail["message_id"] == event_read.message_id == "m-1"
    assert signal.channel == "email"
    assert signal_of(event).signal.signal_id == signal.signal_id
    assert "@" not in repr(signal)


@pytest.mark.parametrize(
    "opened",
    [
        {"userAgent": "Mozilla/5.0"},
        {"userAgent": " Mozilla/5.0 "},
        {"userAgent": ""},
        {},
        {"userAgent": PERSON_AGENT, "timestamp": "2026-11-23T18:00:09.000Z"},
        {"userAgent": PERSON_AGENT, "isBot": True},
    ],
)
def test_a_machines_open_is_dropped(opened: dict[str, Any]) -> None:
    assert read_email_event(email_event("Open", **opened)) == Unread(reason="machine_open")


@pytest.mark.parametrize(
    "agent",
    [
        "python-requests/2.31",
        "curl/8.0",
        "BarracudaCentral",
        "Mozilla/5.0 (compatible; Proofpoint)",
        "Slackbot-LinkExpanding 1.0",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.example.com/bot.html)",
        "Microsoft Office Existence Discovery",
        "Go-http-client/2.0",
        "Java/17.0.2",
        "anything at all",
    ],
)
def test_a_programs_open_is_nobodys(agent: str) -> None:
    event = email_event("Open", userAgent=agent, timestamp="2026-11-23T18:01:00Z")
    assert read_email_event(event) == Unread(reason="machine_open")


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "YahooMailProxy; https://help.example.com",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        PERSON_AGENT,
        "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Microsoft Outlook 16.0.17328)",
        "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.6.0",
        "Outlook-iOS/723.4103 (4.2401)",
    ],
)
def test_what_people_read_with_counts(agent: str) -> None:
    event = email_event("Open", userAgent=agent, timestamp="2026-11-23T18:01:00Z")
    assert signal_of(event).signal.kind is SignalKind.OPEN


def test_a_persons_open_is_kept() -> None:
    event = email_event("Open", userAgent=PERSON_AGENT, timestamp="2026-11-23T18:00:11Z")
    assert signal_of(event).signal.at == datetime(2026, 11, 23, 18, 0, 11, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["Send", "DeliveryDelay", "Click", "Subscription", "Whatever"])
def test_what_moves_nothing_is_counted_as_such(kind: str) -> None:
    assert read_email_event(email_event(kind)) == Unread(reason="not_a_signal")


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"detail": None},
        {"detail": {"eventType": "Delivery", "mail": {}}},
        {"detail": {"eventType": "Delivery", "mail": {"messageId": 7}}},
        {"detail": {"eventType": "Delivery", "mail": {"messageId": "a b"}}},
        {"detail": {"eventType": "Delivery", "mail": {"messageId": "m", "timestamp": "soon"}}},
        {"detail": {"eventType": ["Delivery"], "mail": {"messageId": "m"}}},
        {"detail": {"eventType": "Bounce", "mail": {"messageId": "m"}, "bounce": [1]}},
    ],
)
def test_a_shape_that_is_none_never_raises(event: dict[str, Any]) -> None:
    assert isinstance(read_email_event(event), Unread)


def test_a_tag_that_is_no_id_names_nothing() -> None:
    signal = signal_of(email_event("Delivery", tags={"touch_id": "x y", "account_id": ""})).signal
    assert (signal.touch_id, signal.account_id) == (None, None)


def line(status: str = "SUCCESS", response: str = "accepted", **changes: Any) -> dict[str, Any]:
    return {
        "notification": {"messageId": "m-1", "timestamp": "2026-11-23 18:30:00.123"},
        "delivery": {"destination": "+12175550142", "providerResponse": response},
        "status": status,
    } | changes


@pytest.mark.parametrize(
    ("status", "response", "kind", "detail"),
    [
        ("SUCCESS", "Message has been accepted by phone", SignalKind.DELIVERED, {}),
        ("FAILURE", "Invalid phone number", SignalKind.BOUNCE, {"permanent": True}),
        ("FAILURE", "Phone has blocked SMS", SignalKind.BOUNCE, {"permanent": True}),
        ("FAILURE", "Phone number is opted out", SignalKind.OPT_OUT, {"by": "carrier"}),
        (
            "FAILURE",
            "Phone is currently unreachable/unavailable",
            SignalKind.BOUNCE,
            {"permanent": False},
        ),
        ("FAILURE", "Blocked as spam by phone carrier", SignalKind.BOUNCE, {"permanent": False}),
        (
            "FAILURE",
            "No quota left for account",
            SignalKind.BOUNCE,
            {"permanent": False, "reason": "quota"},
        ),
        ("FAILURE", "something new", SignalKind.BOUNCE, {"permanent": False}),
    ],
)
def test_a_status_line_is_one_signal(
    status: str, response: str, kind: SignalKind, detail: dict[str, Any]
) -> None:
    event_read = read_sms_receipt(line(status, response))
    assert isinstance(event_read, ProviderSignal)
    assert (event_read.signal.kind, event_read.signal.channel) == (kind, "sms")
    assert detail.items() <= event_read.signal.detail.items()
    assert event_read.signal.at == datetime(2026, 11, 23, 18, 30, 0, 123000, tzinfo=UTC)
    assert "+1217" not in repr(event_read)


@pytest.mark.parametrize(
    "bad",
    [
        {},
        line(status="MAYBE"),
        line(notification={}),
        line(notification={"messageId": "m-1", "timestamp": "soon"}),
        line(notification={"messageId": 5, "timestamp": "2026-11-23 18:30:00"}),
    ],
)
def test_a_line_that_is_none_is_malformed(bad: dict[str, Any]) -> None:
    assert read_sms_receipt(bad) == Unread(reason="malformed")


def test_status_lines_come_packed_by_the_subscription() -> None:
    document = {
        "messageType": "DATA_MESSAGE",
        "logEvents": [{"message": json.dumps(line())}, {"message": "START"}, {"message": "[1]"}],
    }

    def pack(value: object) -> dict[str, Any]:
        return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(value).encode()))}}

    assert read_status_lines(pack(document)) == [line(), {}, {}]
    assert read_status_lines(pack(document | {"messageType": "CONTROL_MESSAGE"})) == []


def test_an_event_without_tags_is_found_by_its_message() -> None:
    book = book_with(touch=a_touch())
    event_read = signal_of(email_event("Delivery", tags={}))
    assert record(event_read, book=book, waker=MemoryWaker(), now=LATER) == "applied"
    assert book.touches[FIRST.account_id, "T#1#0#0"].state is TouchState.DELIVERED
    assert record(event_read, book=book, waker=MemoryWaker(), now=LATER) == "repeated"


def test_an_unknown_message_is_tried_again_while_it_is_fresh_and_then_counted() -> None:
    book = book_with()
    event_read = signal_of(email_event("Delivery", tags={}))
    with pytest.raises(Unavailable):
        record(
            event_read,
            book=book,
            waker=MemoryWaker(),
            now=event_read.signal.at + timedelta(seconds=5),
        )
    late = event_read.signal.at + timedelta(hours=1)
    assert record(event_read, book=book, waker=MemoryWaker(), now=late) == "unknown"
    stranger = replace(
        event_read, signal=replace(event_read.signal, account_id="acc_x", touch_id="tch_x")
    )
    assert record(stranger, book=book, waker=MemoryWaker(), now=late) == "unknown"
    assert book.seen == set()


def test_a_carriers_opt_out_becomes_ours() -> None:
    book = book_with(touch=a_touch(channel=Channel.SMS))
    event_read = read_sms_receipt(line("FAILURE", "Phone number is opted out"))
    assert isinstance(event_read, ProviderSignal)
    assert record(event_read, book=book, waker=MemoryWaker(), now=LATER) == "applied"
    assert not any(book.consumers[ADA].consent(c).open for c in Channel)
