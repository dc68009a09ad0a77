"""The payment processor, what its payments are posted to, and the raw events of providers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.money import Money
from dunlin.ports.accounts import BoundStrategies, LedgerAccounts, LedgerEntries
from dunlin.ports.arrangements import Arrangements

if TYPE_CHECKING:
    from dunlin.domain.payments.payments import (
        CheckoutSession,
        CheckoutStatus,
        PaymentEvent,
        PaymentStatus,
        RefundStatus,
        SavedMethod,
    )


class PaymentStates(Protocol):
    """What became of a payment. Money posts on one fact: it reached `succeeded`."""

    def payment(self, payment_id: str) -> PaymentStatus: ...


class Checkouts(PaymentStates, Protocol):
    """The processor's page on which a person pays."""

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


class SavedMethods(Protocol):
    """Ways to pay that a person leaves with the processor."""

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
        """What a page of `create_setup` saved, None where nothing was (yet)."""

    def forget_method(self, method_ref: str) -> None:
        """Let go of a saved method for good; one that is gone is no error."""


class Charges(PaymentStates, Protocol):
    """Debits of a saved method, as the person agreed."""

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


class Refunds(PaymentStates, Protocol):
    """Money given back."""

    def refund(
        self, *, refund_key: str, payment_id: str, amount: Money | None = None
    ) -> RefundStatus:
        """Give back a payment in part, or whole for None; the same key gives back once."""

    def refunds(self, payment_id: str) -> list[RefundStatus]:
        """Every refund of a payment, with our key where it is ours."""


class MoneyEvents(Protocol):
    """What the processor tells of its own accord."""

    def events_since(self, start: datetime) -> Iterator[PaymentEvent]:
        """Facts about money told since `start`, newest first, at most 30 days back."""


class MovedArrangements(Protocol):
    """The arrangement that money counts to."""

    def arrangement_of(self, account: Account) -> Arrangement | None:
        """The arrangement that an account names, read consistently and after it: as the account
        stood or newer."""


class Postings(LedgerEntries, MovedArrangements, Protocol):
    """What money is posted to beside the ledger: the arrangement that it counts to."""

    def arrangement(self, account_id: str) -> Arrangement | None:
        """The account's arrangement that is in force or asked for, read consistently."""


class PostingBook(LedgerAccounts, BoundStrategies, Postings, Protocol):
    """All that a payment needs to be posted."""


class ArrangedPostingBook(PostingBook, Arrangements, Protocol):
    """All that a payment needs where it may end an arrangement or begin one."""


class Inbox(Protocol):
    """Raw provider events, each stored once and kept 400 days."""

    def store(self, event_id: str, body: str, at: datetime) -> bool:
        """False where this event was stored before."""

    def event(self, event_id: str) -> str | None: ...
