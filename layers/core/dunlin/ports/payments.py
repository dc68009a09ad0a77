"""The payment processor and the raw events that it and other providers tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from dunlin.domain.money import Money

if TYPE_CHECKING:
    from dunlin.domain.payments.payments import (
        CheckoutSession,
        CheckoutStatus,
        PaymentEvent,
        PaymentStatus,
        RefundStatus,
        SavedMethod,
    )


class PaymentProcessor(Protocol):
    """The payment processor. Money posts on one fact: a payment reaching `succeeded`."""

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
    ) -> CheckoutSession: ...

    def expire_checkout(self, session_id: str) -> None: ...

    def checkout(self, session_id: str) -> CheckoutStatus: ...

    def payment(self, payment_id: str) -> PaymentStatus: ...

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
        """A page where a method is saved for an arrangement; nothing is charged."""

    def saved_method(self, session_id: str) -> SavedMethod | None:
        """What such a page saved, None where nothing was (yet)."""

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
        """Debit a saved method as the person agreed; a refusal is an answer (`failed`). The same
        attempt debits once while the processor remembers it, which is a day."""

    def find_charge(self, *, attempt_id: str, customer_ref: str) -> PaymentStatus | None:
        """The payment that an attempt made, however long ago, None where it made none."""

    def forget_method(self, method_ref: str) -> None:
        """Let go of a saved method for good; one that is gone is no error."""

    def refund(
        self, *, refund_key: str, payment_id: str, amount: Money | None = None
    ) -> RefundStatus:
        """Give back a payment in part, or whole for None; the same key gives back once."""

    def refunds(self, payment_id: str) -> list[RefundStatus]:
        """Every refund of a payment, with our key where it is ours."""

    def events_since(self, start: datetime) -> Iterator[PaymentEvent]:
        """Facts about money told since `start`, newest first, at most 30 days back."""


class Inbox(Protocol):
    """Raw provider events, each stored once and kept 400 days."""

    def store(self, event_id: str, body: str, at: datetime) -> bool:
        """False where this event was stored before."""

    def event(self, event_id: str) -> str | None: ...
