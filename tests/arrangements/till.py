"""A processor in memory for saved methods: debits by attempt, answered as a test sets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from dunlin.domain.errors import Defect, DomainError
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    CheckoutSession,
    Decline,
    DeclineReason,
    MethodKind,
    PaymentState,
    PaymentStatus,
    RefundState,
    RefundStatus,
    SavedMethod,
)

CARD = SavedMethod(
    customer_ref="cus_1", method_ref="pm_card", kind=MethodKind.CARD, label="Visa 4242",
    expires="2027-04",
)  # fmt: skip
NEW_CARD = replace(CARD, method_ref="pm_new", label="Visa 1111", expires="2031-04")
BANK = replace(CARD, method_ref="pm_bank", kind=MethodKind.BANK, label="Bank 6789", expires="")


class SavedTill:
    """Saved methods of a `PaymentProcessor`. `answers` gives the decline of a method, None to pay;
    `remembers` False is a processor that has forgotten its idempotency keys."""

    def __init__(self) -> None:
        self.saved: dict[str, SavedMethod] = {}
        self.pages: dict[str, str] = {}
        self.payments: dict[str, PaymentStatus] = {}
        self.declines: dict[str, DeclineReason] = {}
        self.forgotten: list[str] = []
        self.given: dict[str, dict[str, RefundStatus]] = {}
        self.remembers = True
        self.before: Callable[[str], None] = lambda _point: None

    def create_setup(self, *, attempt_id: str, **_facts: object) -> CheckoutSession:
        page = self.pages.setdefault(attempt_id, f"cs_{len(self.pages) + 1}")
        expires = datetime(2030, 1, 1, tzinfo=UTC)
        return CheckoutSession(
            id=page, url=f"https://checkout.example.com/{page}", expires_at=expires
        )

    def saved_method(self, session_id: str) -> SavedMethod | None:
        return self.saved.get(session_id)

    def forget_method(self, method_ref: str) -> None:
        self.forgotten.append(method_ref)

    def charge_saved(
        self,
        *,
        attempt_id: str,
        account_id: str,
        creditor: str,
        amount: Money,
        customer_ref: str,
        method_ref: str,
    ) -> PaymentStatus:
        self.before("charge")
        if method_ref in self.forgotten:
            raise DomainError("no such method")
        known = self.find_charge(attempt_id=attempt_id, customer_ref=customer_ref)
        if known is not None and self.remembers:
            if known.amount != amount:
                raise Defect("one attempt id was used for two different requests")
            return known
        method = next(m for m in (CARD, NEW_CARD, BANK) if m.method_ref == method_ref)
        reason = self.declines.get(method_ref)
        bank = method.kind is MethodKind.BANK
        state = PaymentState.PENDING if bank else PaymentState.SUCCEEDED
        if reason is not None and not bank:
            state = PaymentState.FAILED
        made = PaymentStatus(
            id=f"pi_{len(self.payments) + 1}",
            state=state,
            amount=amount,
            received=amount if state is PaymentState.SUCCEEDED else Money(0, amount.currency),
            refunded=Money(0, amount.currency),
            account_id=account_id,
            attempt_id=attempt_id,
            creditor=creditor,
            method=method.kind,
            decline=Decline(reason=reason, code=reason.value) if reason and not bank else None,
        )
        self.payments[made.id] = made
        self.before("charged")
        return made

    def find_charge(self, *, attempt_id: str, customer_ref: str) -> PaymentStatus | None:
        mine = (p for p in self.payments.values() if p.attempt_id == attempt_id)
        return next(mine, None)

    def payment(self, payment_id: str) -> PaymentStatus:
        return self.payments[payment_id]

    def refund(
        self, *, refund_key: str, payment_id: str, amount: Money | None = None
    ) -> RefundStatus:
        given = self.given.setdefault(payment_id, {})
        paid = self.payments[payment_id]
        made = RefundStatus(
            id=f"re_{refund_key}",
            state=RefundState.SUCCEEDED,
            payment_id=payment_id,
            amount=amount or paid.received,
            key=refund_key,
        )
        if refund_key not in given:
            given[refund_key] = made
            back = made.amount or paid.received
            self.payments[payment_id] = replace(paid, refunded=paid.refunded + back)
        return given[refund_key]

    def refunds(self, payment_id: str) -> list[RefundStatus]:
        return list(self.given.get(payment_id, {}).values())

    def clear(self, payment_id: str) -> PaymentStatus:
        """A bank's answer: the decline set for the method, or the money."""
        held = self.payments[payment_id]
        reason = self.declines.get(BANK.method_ref)
        done = replace(held, state=PaymentState.SUCCEEDED, received=held.amount)
        if reason is not None:
            decline = Decline(reason=reason, code=reason.value)
            done = replace(held, state=PaymentState.FAILED, decline=decline)
        self.payments[payment_id] = done
        return done

    def by_hand(self, payment: PaymentStatus) -> None:
        """A payment that the person made themselves."""
        self.payments[payment.id] = payment

    @property
    def taken(self) -> int:
        """What all debits and payments took together, in minor units."""
        return sum(p.received.minor for p in self.payments.values())
