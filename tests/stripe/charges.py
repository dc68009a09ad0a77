"""A checkout, a saved method and a charge of one creditor, over the stand-in."""

from __future__ import annotations

from typing import Any

from dunlin.adapters.stripe.events import read_event
from dunlin.adapters.stripe.processor import StripeProcessor
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    PaymentEvent,
)
from local.stripe import StripeStandIn
from tests.stripe.receiver import Receiver

DAY = 86_400
DUE = Money(12345, "USD")


def opened(processor: StripeProcessor, attempt: str = "att_1", **more: Any) -> Any:
    wanted = {"attempt_id": attempt, "account_id": "acc_1", "creditor": "north-clinic",
              "amount": DUE, "locale": "en", "success_url": "https://example.com/done",
              "cancel_url": "https://example.com/back"}  # fmt: skip
    return processor.open_checkout(**wanted | more)


def saved(
    processor: StripeProcessor,
    stand_in: StripeStandIn,
    method: str = "pm_card_visa",
    attempt: str = "set_1",
) -> Any:
    page = processor.create_setup(
        attempt_id=attempt, account_id="acc_1", creditor="north-clinic", locale="en",
        success_url="https://example.com/done", cancel_url="https://example.com/back",
    )  # fmt: skip
    stand_in.pay_session(page.id, method)
    saved_method = processor.saved_method(page.id)
    assert saved_method is not None
    return saved_method


def charge(
    processor: StripeProcessor, method: Any, attempt: str = "att_1", amount: Money = DUE
) -> Any:
    return processor.charge_saved(
        attempt_id=attempt, account_id="acc_1", creditor="north-clinic", amount=amount,
        customer_ref=method.customer_ref, method_ref=method.method_ref,
    )  # fmt: skip


def facts(receiver: Receiver) -> list[PaymentEvent]:
    read = (read_event(body) for body, _ in receiver.requests)
    return [fact for fact in read if fact is not None]
