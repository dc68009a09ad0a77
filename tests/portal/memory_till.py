"""A processor in memory: checkouts by attempt, payments as a test sets them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.payments import CheckoutSession, CheckoutState, CheckoutStatus, PaymentStatus


class MemoryTill:
    """`Till` whose idempotency key is the attempt id, as at the processor."""

    def __init__(self, origin: str = "https://checkout.example.com") -> None:
        self.origin = origin
        self.now = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
        self.checkouts: dict[str, CheckoutStatus] = {}
        self.payments: dict[str, PaymentStatus] = {}
        self.opened: list[dict[str, object]] = []

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

    def pay(self, attempt_id: str, payment: PaymentStatus) -> None:
        """What the person does at the processor's page."""
        name = f"cs_{attempt_id}"
        self.payments[payment.id] = payment
        self.checkouts[name] = replace(
            self.checkouts[name], state=CheckoutState.COMPLETE, paid=True, payment_id=payment.id
        )
