"""A processor in memory: checkouts by attempt, payments as a test sets them, refunds by key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    CheckoutSession,
    CheckoutState,
    CheckoutStatus,
    PaymentEvent,
    PaymentStatus,
    RefundState,
    RefundStatus,
    SavedMethod,
)


class MemoryTill:
    """`PaymentProcessor` whose idempotency key is the attempt id, as at the processor."""

    def __init__(self, origin: str = "https://checkout.example.com") -> None:
        self.origin = origin
        self.now = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
        self.checkouts: dict[str, CheckoutStatus] = {}
        self.payments: dict[str, PaymentStatus] = {}
        self.opened: list[dict[str, object]] = []
        self.saved: dict[str, SavedMethod] = {}
        self.forgotten: list[str] = []
        self.made: dict[str, RefundStatus] = {}
        self.told: list[PaymentEvent] = []
        self.refund_state = RefundState.SUCCEEDED  # what becomes of the next refunds

    def open_checkout(
        self,
        *,
        attempt_id: str,
        account_id: str,
        creditor: str,
        amount: Money,
        locale: str,
        success_url: str,
        cancel_url: str,
    ) -> CheckoutSession:
        asked = {
            "attempt_id": attempt_id,
            "account_id": account_id,
            "creditor": creditor,
            "amount": amount,
            "locale": locale,
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        known = next((o for o in self.opened if o["attempt_id"] == attempt_id), None)
        if known is not None and known != asked:
            raise DomainError("an idempotency key was used for two different requests")
        name = f"cs_{attempt_id}"
        url = f"{self.origin}/c/pay/{name}"
        if known is None:
            self.opened.append(asked)
            self.checkouts[name] = CheckoutStatus(
                id=name,
                state=CheckoutState.OPEN,
                paid=False,
                amount=amount,
                account_id=account_id,
                attempt_id=attempt_id,
                url=url,
            )
        return CheckoutSession(id=name, url=url, expires_at=self.now + timedelta(days=1))

    def expire_checkout(self, session_id: str) -> None:
        found = self.checkouts[session_id]
        if found.state is CheckoutState.OPEN:
            self.checkouts[session_id] = replace(found, state=CheckoutState.EXPIRED)

    def checkout(self, session_id: str) -> CheckoutStatus:
        return self.checkouts[session_id]

    def payment(self, payment_id: str) -> PaymentStatus:
        return self.payments[payment_id]

    def create_setup(
        self,
        *,
        attempt_id: str,
        account_id: str,
        creditor: str,
        locale: str,
        success_url: str,
        cancel_url: str,
        customer_ref: str = "",
    ) -> CheckoutSession:
        name = f"cs_{attempt_id}"
        url = f"{self.origin}/c/pay/{name}"
        return CheckoutSession(id=name, url=url, expires_at=self.now + timedelta(days=1))

    def saved_method(self, session_id: str) -> SavedMethod | None:
        return self.saved.get(session_id)

    def forget_method(self, method_ref: str) -> None:
        self.forgotten.append(method_ref)

    def refund(
        self, *, refund_key: str, payment_id: str, amount: Money | None = None
    ) -> RefundStatus:
        """Never more than is left, and once a key; `refund_state` says how it goes."""
        if refund_key in self.made:
            return self.made[refund_key]
        payment = self.payments[payment_id]
        left = payment.received - payment.refunded
        back = left if amount is None else amount
        state = self.refund_state if back <= left else RefundState.REFUSED
        if state is RefundState.REFUSED:
            return RefundStatus(
                id="", state=state, payment_id=payment_id, amount=back, code="charge_disputed"
            )
        made = RefundStatus(
            id=f"re_{len(self.made) + 1}",
            state=state,
            payment_id=payment_id,
            amount=back,
            key=refund_key,
        )
        self.made[refund_key] = made
        if state is not RefundState.FAILED:
            self.payments[payment_id] = replace(payment, refunded=payment.refunded + back)
        return made

    def refunds(self, payment_id: str) -> list[RefundStatus]:
        return [one for one in self.made.values() if one.payment_id == payment_id]

    def events_since(self, start: datetime) -> Iterator[PaymentEvent]:
        return (e for e in reversed(self.told) if e.at >= start)

    def pay(self, attempt_id: str, payment: PaymentStatus) -> None:
        """What the person does at the processor's page."""
        name = f"cs_{attempt_id}"
        self.payments[payment.id] = payment
        self.checkouts[name] = replace(
            self.checkouts[name], state=CheckoutState.COMPLETE, paid=True, payment_id=payment.id
        )
