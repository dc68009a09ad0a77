"""A signing secret is replaced while money moves: no payment is lost, none is posted twice, and
what the old secret signs after its end is refused.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest

from dunlin.adapters.aws import secrets
from dunlin.adapters.stripe.processor import StripeProcessor
from dunlin.domain.accounts.account import Status
from dunlin.runtime import wiring
from tests.portal.shop import KEY, SECRET, Shop, open_shop

NEW = "whsec_portal_0002"
REAL_PROCESSOR, REAL_WEBHOOK = wiring.processor, wiring.webhook
REAL_MONEY = wiring.real_money


class Safe:
    """Secrets Manager with both secrets, read through the product's own cache."""

    def __init__(self) -> None:
        self.put(SECRET)

    def put(self, current: str, previous: str = "") -> None:
        signing = {"webhook_secret": current, "webhook_secret_previous": previous}
        self.texts = {"processor": json.dumps({"api_key": KEY}), "webhook": json.dumps(signing)}

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's name
        return {"SecretString": self.texts[SecretId]}

    @staticmethod
    def five_minutes_pass() -> None:
        secrets._kept.clear()


@pytest.fixture
def safe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Safe]:
    safe = Safe()
    monkeypatch.setattr("dunlin.adapters.aws.secrets.boto3.client", lambda *_, **__: safe)
    secrets._kept.clear()
    yield safe
    secrets._kept.clear()


@pytest.fixture
def shop(safe: Safe, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with open_shop() as shop:
        monkeypatch.setenv("STRIPE_SECRET_NAME", "processor")
        monkeypatch.setenv("WEBHOOK_SECRET_NAME", "webhook")
        monkeypatch.setenv("STRIPE_API_BASE", shop.processor.url)
        monkeypatch.setenv("CHECKOUT_ORIGIN", shop.processor.url)
        shop.processor.webhooks.turn({"retry": [0.05] * 200})
        with (
            patch("dunlin.runtime.wiring.processor", REAL_PROCESSOR),
            patch("dunlin.runtime.wiring.webhook", REAL_WEBHOOK),
            patch("dunlin.runtime.wiring.real_money", REAL_MONEY),
        ):
            yield shop


def pay(shop: Shop, minor: int, number: int) -> None:
    """A payment of a page that the person opened, from the processor's side."""
    processor = shop.harness.processor
    assert isinstance(processor, StripeProcessor)
    opened = processor.open_checkout(
        attempt_id=f"attempt-{number}",
        account_id=shop.account.account_id,
        creditor=shop.account.creditor,
        amount=type(shop.account.balance)(minor, "USD"),
        locale="en",
        success_url="https://pay.example.com/return",
        cancel_url="https://pay.example.com/return",
    )
    shop.processor.pay_session(opened.id, "pm_card_visa")


def endpoint(shop: Shop) -> str:
    (stored,) = shop.processor.state.every("webhook_endpoint")
    return str(stored["id"])


def answers(shop: Shop) -> set[int]:
    """What the receiver answered to every attempt so far."""
    tries = [a for d in shop.processor.deliveries() for a in d["attempts"]]
    return {status for answer in tries for status in answer["results"]}


def wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_secret_is_rotated_without_losing_or_doubling_a_payment(shop: Shop, safe: Safe) -> None:
    owed = shop.account.balance.minor
    pay(shop, 1_000, 1)
    shop.until(lambda: shop.now.balance.minor == owed - 1_000)

    # The processor signs with both; we still know the old one alone.
    shop.processor.control(f"endpoints/{endpoint(shop)}/roll", {"secret": NEW, "keep": 3_600})
    pay(shop, 2_000, 2)
    shop.until(lambda: shop.now.balance.minor == owed - 3_000)

    # We know both, then the new one alone.
    for stored in ((NEW, SECRET), (NEW, "")):
        safe.put(*stored)
        safe.five_minutes_pass()
        pay(shop, 1_000, 3 + bool(stored[1]))
        shop.processor.wait_idle()
    shop.until(lambda: shop.now.balance.minor == owed - 5_000)
    assert answers(shop) == {200}
    assert len(shop.harness.waker.notices) == 4


def test_payments_signed_by_a_secret_we_learn_too_late_post_when_they_are_told_again(
    shop: Shop, safe: Safe
) -> None:
    shop.processor.control(f"endpoints/{endpoint(shop)}/roll", {"secret": NEW, "keep": 0})
    pay(shop, shop.account.balance.minor, 1)
    wait(lambda: 400 in answers(shop))
    assert shop.inbox.events == {}
    safe.put(NEW)
    assert shop.now.status is Status.ACTIVE, "the old secret is kept for five minutes"
    safe.five_minutes_pass()
    shop.until(lambda: shop.now.status is Status.SETTLED)
    assert len(shop.harness.waker.notices) == 1
