"""One account, and everything that a payment touches, in memory."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.creditors import MemoryCreditors
from dunlin.adapters.memory.portal_sessions import MemoryInbox, MemoryPortalSessions, MemoryQueue
from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.ledger import total
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.audit import audit
from dunlin.domain.ids import entry_id
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    MethodKind,
    PaymentEvent,
    PaymentState,
    PaymentStatus,
)
from dunlin.service.payments.payments import (
    OpenCheckout,
    PayRefusal,
    open_checkout,
)
from dunlin.service.payments.posting import Posted, post_payment

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
ACCOUNT = "acc_" + "1" * 32
STRATEGY = {
    "debt_role": "first",
    "brand": {
        "name": "Harbor Supply",
        "address": "1 Pier Road, Springfield, IL 62701",
        "phone": "+1 217 555 0100",
        "email_from": "accounts@example.com",
        "reply_to": "help@example.com",
    },
    "ladders": {
        "standard": [{"name": "first", "days": 0, "channels": ["email"], "template": "reminder"}]
    },
}


def usd(minor: int) -> Money:
    return Money(minor, "USD")


class Shop:
    """One account owing 10,000 cents, and everything a payment touches. Up to `back` cents
    paid too much go back by themselves."""

    def __init__(self, owed: int = 10_000, back: int = 100_000) -> None:
        creditors = MemoryCreditors()
        policy = {"refund_excess_up_to_minor": back}
        creditors.put_strategy("harbor", {**STRATEGY, "payments": policy}, NOW)
        self.book = MemoryBook(creditors)
        self.waker, self.inbox, self.queue = MemoryWaker(), MemoryInbox(), MemoryQueue()
        self.sessions, self.processor = MemoryPortalSessions(), MemoryProcessor()
        self.book.consumers["con_1"] = Consumer(
            consumer_id="con_1", creditor="harbor", name="Ada Finch", version=1
        )
        self.book.accounts[ACCOUNT] = Account(
            account_id=ACCOUNT,
            creditor="harbor",
            consumer_id="con_1",
            reference="R-1",
            balance=usd(owed),
            status=Status.ACTIVE,
            ladder_run=1,
        )
        charge = LedgerEntry(
            entry_id=entry_id(ACCOUNT, "row 1"),
            account_id=ACCOUNT,
            kind="charge",
            amount=usd(owed),
            on=NOW.date(),
            source="row 1",
        )
        self.book.ledgers[ACCOUNT] = {charge.entry_id: charge}
        self._ids = itertools.count(1)

    def owe_too(self, account_id: str, owed: int) -> None:
        """Another account of the same person."""
        self.book.accounts[account_id] = replace(
            self.account, account_id=account_id, balance=usd(owed), version=0, audit_head=""
        )
        self.book.ledgers[account_id] = {}

    @property
    def account(self) -> Account:
        return self.book.accounts[ACCOUNT]

    @property
    def entries(self) -> list[LedgerEntry]:
        return list(self.book.ledgers[ACCOUNT].values())

    def tell(self, event: PaymentEvent) -> Posted:
        self.inbox.events[event.event_id] = event.event_id
        return post_payment(
            event.event_id,
            inbox=self.inbox,
            read=lambda _: event,
            processor=self.processor,
            book=self.book,
            attempts=self.sessions,
            waker=self.waker,
            now=NOW,
        )

    def open(
        self, amount: Money | None = None, locale: str = "en", account_id: str = ACCOUNT
    ) -> OpenCheckout | PayRefusal:
        return open_checkout(
            account_id,
            amount=amount,
            locale=locale,
            success_url="https://pay.example.com/return",
            cancel_url="https://pay.example.com/account",
            book=self.book,
            attempts=self.sessions,
            processor=self.processor,
            new_id=lambda: f"attempt-{next(self._ids)}",
            now=NOW,
        )

    def check_ledger(self) -> None:
        assert total(self.entries, "USD") == self.account.balance
        chain = self.book.chains.get(f"account#{ACCOUNT}", [])
        assert audit.verify(chain, head=self.account.audit_head or audit.GENESIS) == []
        assert len(chain) == self.account.version


def payment(
    name: str = "pi_1",
    state: PaymentState = PaymentState.SUCCEEDED,
    amount: Money | None = None,
    account_id: str = ACCOUNT,
) -> PaymentStatus:
    amount = amount or usd(10_000)
    received = amount if state is PaymentState.SUCCEEDED else Money(0, amount.currency)
    return PaymentStatus(
        id=name,
        state=state,
        amount=amount,
        received=received,
        refunded=Money(0, amount.currency),
        account_id=account_id,
        attempt_id="attempt-1",
        creditor="harbor",
        method=MethodKind.CARD,
    )


def event(
    fact: SignalKind = SignalKind.PAYMENT,
    payment_id: str = "pi_1",
    fact_id: str = "",
    amount: Money | None = None,
    *,
    undone: bool = False,
    telling: int = 0,
) -> PaymentEvent:
    fact_id = fact_id or payment_id
    return PaymentEvent(
        event_id=f"evt_{fact}_{fact_id}_{undone}_{telling}",
        fact=fact,
        fact_id=fact_id,
        payment_id=payment_id,
        amount=amount or usd(10_000),
        at=NOW,
        undone=undone,
    )


OTHER = "acc_" + "2" * 32
