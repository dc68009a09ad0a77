"""What the tests of the portal answer, pay and compare."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dunlin.domain.money import Money
from dunlin.domain.payments.payments import MethodKind, PaymentState, PaymentStatus
from tests.portal.harness import NOW, PortalHarness

RIGHT = {"month": "4", "day": "27", "year": "1985"}
WRONG = {"month": "4", "day": "28", "year": "1985"}


def snapshot(harness: PortalHarness) -> tuple[Any, ...]:
    """Everything a request could change, but for notes on the touch."""
    return (
        dict(harness.book.accounts),
        dict(harness.book.consumers),
        dict(harness.book.replies),
        dict(harness.sessions.links),
        dict(harness.sessions.sessions),
        dict(harness.sessions.attempts),
        dict(harness.sessions.payments),
        dict(harness.processor.checkouts),
        list(harness.waker.notices),
        list(harness.waker.woken),
    )


def paid(account_id: str, state: PaymentState = PaymentState.SUCCEEDED) -> PaymentStatus:
    done = state is PaymentState.SUCCEEDED
    return PaymentStatus(
        id="pi_1",
        state=state,
        amount=Money(48_250, "USD"),
        received=Money(48_250 if done else 0, "USD"),
        refunded=Money(0, "USD"),
        account_id=account_id,
        attempt_id="",
        creditor="harbor",
        method=MethodKind.CARD,
    )


def day(ahead: int) -> dict[str, str]:
    on = (NOW + timedelta(days=ahead)).date()
    return {"day": str(on.day), "month": str(on.month), "year": str(on.year)}
