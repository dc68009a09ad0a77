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
from dunlin.adapters.stripe.webhook import StripeWebhook
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.errors import Unavailable
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import MethodKind, PaymentState, PaymentStatus
from dunlin.runtime import wiring
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


class WebhookFunctions:
    """Both functions with their ports in memory."""

    def __init__(self) -> None:
        self.harness = PortalHarness()
        self.account = self.harness.debt(self.harness.person())
        self.inbox, self.queue = MemoryInbox(), MemoryQueue()
        self.processor: Any = StripeProcessor(secret_key="sk_test_x")
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
def handlers() -> Iterator[WebhookFunctions]:
    handlers = WebhookFunctions()
    ports = {
        "real_clock": lambda: FixedClock(NOW),
        "clock": lambda: FixedClock(NOW),
        "processor": lambda: handlers.processor,
        "webhook": lambda: StripeWebhook((CURRENT, PREVIOUS)),
        "real_money": lambda: False,
        "inbox": lambda: handlers.inbox,
        "payment_queue": lambda: handlers.queue,
        "account_book": lambda: handlers.harness.book,
        "sessions": lambda: handlers.harness.sessions,
        "waker": lambda: handlers.harness.waker,
    }
    with ExitStack() as stack:
        for name, port in ports.items():
            stack.enter_context(patch(f"dunlin.runtime.wiring.{name}", port))
        yield handlers


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("secret", [CURRENT, PREVIOUS])
def test_a_genuine_event_is_stored_as_it_came_and_queued(
    handlers: WebhookFunctions, encoded: bool, secret: str
) -> None:
    raw = event_body(handlers.account.account_id)
    assert handlers.receive(raw, signed(raw, secret=secret), encoded=encoded) == 200
    assert handlers.inbox.events == {"evt_1": raw.decode()}
    assert handlers.queue.messages == [{"event_id": "evt_1"}]


def test_forged_old_altered_and_unreadable_events_have_no_effect(
    handlers: WebhookFunctions,
) -> None:
    raw = event_body(handlers.account.account_id)
    for body, signature in (
        (raw, ""),
        (raw, "t=1,v1=00"),
        (raw, signed(raw, secret="whsec_other")),
        (raw, signed(raw, age=3_600)),
        (raw.replace(b"48250", b"1"), signed(raw)),
        (raw + b" ", signed(raw)),
        (b"{}", signed(b"{}")),
        (b"not json", signed(b"not json")),
        (b"a" * 400_000, signed(b"a" * 400_000)),
        (b"", ""),
    ):
        assert handlers.receive(body, signature) == 400
    bad = {"headers": None, "body": "%%%", "isBase64Encoded": True}
    assert handlers.webhook.handler(bad, None)["statusCode"] == 400
    assert handlers.inbox.events == {}
    assert handlers.queue.messages == []


def test_a_replayed_event_is_stored_once_and_posts_once(handlers: WebhookFunctions) -> None:
    raw = event_body(handlers.account.account_id)
    for _ in range(3):
        assert handlers.receive(raw, signed(raw)) == 200
    assert len(handlers.inbox.events) == 1
    status = PaymentStatus(
        id="pi_1",
        state=PaymentState.SUCCEEDED,
        amount=Money(48_250, "USD"),
        received=Money(48_250, "USD"),
        refunded=Money(0, "USD"),
        account_id=handlers.account.account_id,
        attempt_id="a",
        creditor="harbor",
        method=MethodKind.CARD,
    )
    handlers.harness.processor.payments["pi_1"] = status
    handlers.processor = handlers.harness.processor
    assert handlers.drain() == []
    assert (handlers.now.balance.minor, handlers.now.status) == (0, Status.SETTLED)
    assert len(handlers.harness.book.ledgers[handlers.account.account_id]) == 4
    assert handlers.harness.waker.notices == [(handlers.account.account_id, "receipt", "pi_1")]


def test_an_event_of_the_other_mode_moves_no_money(handlers: WebhookFunctions) -> None:
    """Nothing is asked about it: with our key the processor knows no such payment."""
    raw = event_body(handlers.account.account_id)
    live = raw.replace(b'"livemode": false', b'"livemode": true')
    assert live != raw
    assert handlers.receive(live, signed(live)) == 200
    handlers.processor = handlers.harness.processor
    with patch.object(handlers.processor, "payment", side_effect=AssertionError):
        assert handlers.drain() == []
    assert handlers.now.balance.minor == 48_250
    with patch("dunlin.runtime.wiring.real_money", lambda: True):
        assert wiring.read_payment_event(live.decode()) is not None
        assert wiring.read_payment_event(raw.decode()) is None


def test_a_queued_event_waits_while_the_processor_is_away_and_spares_its_neighbours(
    handlers: WebhookFunctions,
) -> None:
    first, second = (
        event_body(handlers.account.account_id),
        event_body("", event_id="evt_2", payment_id="pi_2"),
    )
    handlers.receive(first, signed(first))
    handlers.receive(second, signed(second))
    handlers.processor = handlers.harness.processor
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

    with patch.object(handlers.processor, "payment", payment):
        assert handlers.drain() == [{"itemIdentifier": "0"}]
    assert handlers.now.balance.minor == 48_250


def test_signatures_are_checked_in_real_time(handlers: WebhookFunctions) -> None:
    raw = event_body(handlers.account.account_id)
    moved = FixedClock(NOW + timedelta(days=60))
    with patch("dunlin.runtime.wiring.clock", lambda: moved):
        assert handlers.receive(raw, signed(raw)) == 200
