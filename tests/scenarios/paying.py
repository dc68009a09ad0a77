"""A payment as the processor tells it, posted through parts that may die."""

from __future__ import annotations

from typing import Any

from dunlin.adapters.memory.portal_sessions import MemoryInbox, MemoryPortalSessions
from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import MethodKind, PaymentEvent, PaymentState, PaymentStatus
from dunlin.service.payments.posting import post_payment
from tests.support.builders import CREDITOR, NOON


def event(payment: str = "pi_1", amount: int = 12_500) -> PaymentEvent:
    return PaymentEvent(
        event_id=f"evt_{payment}",
        fact=SignalKind.PAYMENT,
        fact_id=payment,
        payment_id=payment,
        amount=Money(amount, "USD"),
        at=NOON,
    )


def pay(
    account_id: str,
    amount: int,
    *,
    book: Any,
    waker: Any,
    processor: MemoryProcessor,
    inbox: MemoryInbox,
) -> None:
    payment = event(amount=amount)
    money = Money(amount, "USD")
    paid = PaymentStatus(
        id="pi_1",
        state=PaymentState.SUCCEEDED,
        amount=money,
        received=money,
        refunded=Money(0, "USD"),
        account_id=account_id,
        attempt_id="attempt-1",
        creditor=CREDITOR,
        method=MethodKind.CARD,
    )
    processor.payments.setdefault("pi_1", paid)
    inbox.events.setdefault(payment.event_id, "{}")
    post_payment(
        payment.event_id,
        inbox=inbox,
        read=lambda _: payment,
        processor=processor,
        book=book,
        attempts=MemoryPortalSessions(),
        waker=waker,
        now=NOON,
    )
