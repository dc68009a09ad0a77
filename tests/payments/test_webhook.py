"""The webhook's two functions: verify and store on raw bytes, then post from the queue."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.portal_sessions import MemoryInbox, MemoryQueue
from dunlin.adapters.stripe.processor import StripeProcessor
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.errors import Unavailable
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import MethodKind, PaymentState, PaymentStatus
from functions.post_payment import handler as post_payment
from functions.receive_webhook import handler as receive_webhook
from tests.portal.harness import NOW, PortalHarness

CURRENT, PREVIOUS = "whsec_current", "whsec_previous"


def event_body(account_id: str, *, event_id: str = "evt_1", payment_id: str = "pi_1") -> bytes:
    """A delivery that a payment succeeded, as the processor writes it."""
    event = {
        "id": event_id,
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": int(NOW.timestamp()),
        "livemode": False,
        "data": {
            "object": {
                "id": payment_id,
                "object": "payment_intent",
                "amount": 48_250,
                "amount_received": 48_250,
                "currency": "usd",
                "status": "succeeded",
                "last_payment_error": None,
                "latest_charge": None,
                "payment_method": None,
                "metadata": {"account_id": account_id, "attempt_id": "a", "creditor": "harbor"},
            }
        },
    }
    return json.dumps(event, indent=2).encode()


def signed(raw: bytes, *, secret: str = CURRENT, age: int = 0) -> str:
    at = int(NOW.timestamp()) - age
    mark = hmac.new(secret.encode(), b"%d." % at + raw, hashlib.sha256).hexdigest()
    return f"t={at},v1={mark}"


def request(raw: bytes, signature: str, *, encoded: bool = False) -> dict[str, Any]:
    body = base64.b64encode(raw).decode() if encoded else raw.decode()
    return {
        "headers": {"Stripe-Signature": signature},
        "body": body,
        "isBase64Encoded": encoded,
    }


class Desk:
    """Both functions with their ports in memory."""

    def __init__(self) -> None:
        self.harness = PortalHarness()
        self.account = self.harness.debt(self.harness.person())
        self.inbox, self.queue = MemoryInbox(), MemoryQueue()
        self.stripe = StripeProcessor(secret_key="sk_test_x", webhook_secrets=(CURRENT, PREVIOUS))
        self.processor: Any = self.stripe
        self.webhook, self.poster = receive_webhook, post_payment

    def receive(self, raw: bytes, signature: str, *, encoded: bool = False) -> int:
        status: int = self.webhook.handler(request(raw, signature, encoded=encoded), None)[
            "statusCode"
        ]
        return status

    def drain(self) -> list[dict[str, str]]:
        records = [
            {"messageId": str(n), "body": json.dumps(message)}
            for n, message in enumerate(self.queue.messages)
        ]
        failed: list[dict[str, str]] = self.poster.handler({"Records": records}, None)[
            "batchItemFailures"
        ]
        return failed

    @property
    def now(self) -> Account:
        return self.harness.book.accounts[self.account.account_id]


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    ports = {
        "real_clock": lambda: FixedClock(NOW),
        "clock": lambda: FixedClock(NOW),
        "processor": lambda: desk.processor,
        "inbox": lambda: desk.inbox,
        "payment_queue": lambda: desk.queue,
        "account_book": lambda: desk.harness.book,
        "sessions": lambda: desk.harness.sessions,
        "waker": lambda: desk.harness.waker,
    }
    with ExitStack() as stack:
        for name, port in ports.items():
            stack.enter_context(patch(f"dunlin.runtime.wiring.{name}", port))
        yield desk


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("secret", [CURRENT, PREVIOUS])
def test_a_genuine_event_is_stored_as_it_came_and_queued(
    desk: Desk, encoded: bool, secret: str
) -> None:
    raw = event_body(desk.account.account_id)
    assert desk.receive(raw, signed(raw, secret=secret), encoded=encoded) == 200
    assert desk.inbox.events == {"evt_1": raw.decode()}
    assert desk.queue.messages == [{"event_id": "evt_1"}]


def test_forged_old_altered_and_unreadable_events_have_no_effect(desk: Desk) -> None:
    raw = event_body(desk.account.account_id)
    live = raw.replace(b'"livemode": false', b'"livemode": true')
    for body, signature in (
        (raw, ""),
        (raw, "t=1,v1=00"),
        (raw, signed(raw, secret="whsec_other")),
        (raw, signed(raw, age=3_600)),
        (raw.replace(b"48250", b"1"), signed(raw)),
        (raw + b" ", signed(raw)),
        (b"{}", signed(b"{}")),
        (b"not json", signed(b"not json")),
        (live, signed(live)),
        (b"a" * 400_000, signed(b"a" * 400_000)),
        (b"", ""),
    ):
        assert desk.receive(body, signature) == 400
    bad = {"headers": None, "body": "%%%", "isBase64Encoded": True}
    assert desk.webhook.handler(bad, None)["statusCode"] == 400
    assert desk.inbox.events == {}
    assert desk.queue.messages == []


def test_a_replayed_event_is_stored_once_and_posts_once(desk: Desk) -> None:
    raw = event_body(desk.account.account_id)
    for _ in range(3):
        assert desk.receive(raw, signed(raw)) == 200
    assert len(desk.inbox.events) == 1
    status = PaymentStatus(
        id="pi_1",
        state=PaymentState.SUCCEEDED,
        amount=Money(48_250, "USD"),
        received=Money(48_250, "USD"),
        refunded=Money(0, "USD"),
        account_id=desk.account.account_id,
        attempt_id="a",
        creditor="harbor",
        method=MethodKind.CARD,
    )
    desk.harness.processor.payments["pi_1"] = status
    desk.processor = desk.harness.processor
    assert desk.drain() == []
    assert (desk.now.balance.minor, desk.now.status) == (0, Status.SETTLED)
    assert len(desk.harness.book.ledgers[desk.account.account_id]) == 4
    assert desk.harness.waker.notices == [(desk.account.account_id, "receipt", "pi_1")]


def test_a_queued_event_waits_while_the_processor_is_away_and_spares_its_neighbours(
    desk: Desk,
) -> None:
    first, second = (
        event_body(desk.account.account_id),
        event_body("", event_id="evt_2", payment_id="pi_2"),
    )
    desk.receive(first, signed(first))
    desk.receive(second, signed(second))
    desk.processor = desk.harness.processor
    elsewhere = PaymentStatus(
        id="pi_2",
        state=PaymentState.SUCCEEDED,
        amount=Money(100, "USD"),
        received=Money(100, "USD"),
        refunded=Money(0, "USD"),
        account_id="",
        attempt_id="",
        creditor="",
        method=MethodKind.CARD,
    )

    def payment(payment_id: str) -> PaymentStatus:
        if payment_id == "pi_1":
            raise Unavailable("stripe", "timeout")
        return elsewhere

    with patch.object(desk.processor, "payment", payment):
        assert desk.drain() == [{"itemIdentifier": "0"}]
    assert desk.now.balance.minor == 48_250


def test_signatures_are_checked_in_real_time(desk: Desk) -> None:
    raw = event_body(desk.account.account_id)
    moved = FixedClock(NOW + timedelta(days=60))
    with patch("dunlin.runtime.wiring.clock", lambda: moved):
        assert desk.receive(raw, signed(raw)) == 200
