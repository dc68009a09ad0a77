"""The daily look at money: the processor's own list of events against inbox and ledger.

What a webhook never brought is posted now; what still differs afterwards is a difference, and
a person must look. Nothing here decides anything that a webhook would not have decided.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.ledger import total
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.errors import Conflict
from dunlin.domain.ids import entry_id
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import PaymentEvent, PaymentState, PaymentStatus
from dunlin.domain.payments.posting import WRONG_CURRENCY, excess_source
from dunlin.ports.accounts import AccountRecord, Portfolios
from dunlin.ports.imports import DropBox
from dunlin.ports.machines import LadderWaker
from dunlin.ports.payments import Inbox, MoneyEvents, PostingBook
from dunlin.ports.portal import PaymentAttempts
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.payments.posting import (
    Posted,
    RefundingProcessor,
    policy_of,
    post_event,
    send_back,
)

STUCK = "stuck_payment"
GRACE = timedelta(minutes=15)  # a webhook may still be on its way
_MOVES = frozenset({SignalKind.PAYMENT, SignalKind.REFUND, SignalKind.CHARGEBACK})
_FACTS = {
    PaymentState.SUCCEEDED: SignalKind.PAYMENT,
    PaymentState.FAILED: SignalKind.PAYMENT_FAILED,
    PaymentState.CANCELED: SignalKind.PAYMENT_FAILED,
}


class ReconcilingBook(PostingBook, Portfolios, Protocol):
    """What a payment is posted to, and a creditor's other accounts."""


class ReconcilingProcessor(RefundingProcessor, MoneyEvents, Protocol):
    """What the processor told, and what follows from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDifference:
    """One thing that does not agree and that nobody but a person can explain.

    what: unknown_account, not_posted, other_amount, not_at_processor, ledger_sum; sums in minor
    units of `currency`.
    """

    what: str
    account_id: str
    payment_id: str = ""
    currency: str = ""
    processor_minor: int = 0
    ledger_minor: int = 0


@dataclass(slots=True, kw_only=True)
class Reconciled:
    """What one look found. `missed`: events of the window that no webhook brought; `posted`:
    those that changed a ledger now; `stuck`: accounts whose bank debit waits too long."""

    since: datetime
    until: datetime
    events: int = 0
    missed: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    differences: list[LedgerDifference] = field(default_factory=list)
    processor_minor: dict[str, int] = field(default_factory=dict)
    ledger_minor: dict[str, int] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The report: ids, code words and sums."""
        return asdict(self) | {"since": self.since.isoformat(), "until": self.until.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciler:
    """Everything that a look at money needs."""

    processor: ReconcilingProcessor
    inbox: Inbox
    book: ReconcilingBook
    attempts: PaymentAttempts
    waker: LadderWaker
    creditors: Creditors

    def look(self, *, since: datetime, now: datetime) -> Reconciled:
        """Look at every event since an instant (at most 30 days back) and at every bank debit
        that is on its way. Harmless at any time, any number of times. Raises `Unavailable`."""
        reconciled = Reconciled(since=since, until=now)
        facts = [e for e in self.processor.events_since(since) if e.at <= now - GRACE]
        events = facts[::-1]
        reconciled.events = len(events)
        records: dict[str, AccountRecord] = {}
        for event in events:
            self._event(event, reconciled, records, now=now)
        for account in self._waiting_for_a_bank():
            self._bank(account, reconciled, now=now)
        self._compare(events, records, reconciled)
        return reconciled

    def _event(
        self,
        event: PaymentEvent,
        reconciled: Reconciled,
        records: dict[str, AccountRecord],
        *,
        now: datetime,
    ) -> None:
        known = self.inbox.event(event.event_id) is not None
        if not known:
            reconciled.missed.append(event.event_id)
        account_id = event.account_id or self.processor.payment(event.payment_id).account_id
        if not account_id:
            return  # taken elsewhere with the same processor
        if self.book.account(account_id) is None:
            reconciled.differences.append(
                LedgerDifference(
                    what="unknown_account",
                    account_id=account_id,
                    payment_id=event.payment_id,
                    currency=event.amount.currency,
                    processor_minor=event.amount.minor,
                )
            )
            return
        if known and (event.fact not in _MOVES or self._stands(account_id, event)):
            self._unfinished(account_id, event, now=now)
        elif self._post(event, now=now) is Posted.POSTED:
            reconciled.posted.append(event.event_id)
        if event.fact in _MOVES:
            record = self.book.account_record(account_id)
            if record is not None:
                records[account_id] = record

    def _stands(self, account_id: str, event: PaymentEvent) -> bool:
        source = event.fact_id + (":undone" if event.undone else "")
        return self.book.has_entry(account_id, entry_id(account_id, source))

    def _unfinished(self, account_id: str, event: PaymentEvent, *, now: datetime) -> None:
        """An excess that was decided when it was posted and whose refund nobody asked for."""
        first = entry_id(account_id, excess_source(event.payment_id, 1))
        account = self.book.account(account_id)
        if account is not None and self.book.has_entry(account_id, first):
            send_back(account, event.payment_id, processor=self.processor, book=self.book, now=now)

    def _post(self, event: PaymentEvent, *, now: datetime) -> Posted:
        return post_event(
            event,
            processor=self.processor,
            book=self.book,
            attempts=self.attempts,
            waker=self.waker,
            now=now,
        )

    # -- bank debits on their way

    def _waiting_for_a_bank(self) -> Iterable[Account]:
        for creditor in self.creditors.all():
            for status in (Status.ACTIVE, Status.IMPORTED):
                for account in self.book.accounts_of_creditor(creditor, status=status.value):
                    if account.hold is Hold.PAYMENT_PENDING:
                        yield account

    def _bank(self, account: Account, reconciled: Reconciled, *, now: datetime) -> None:
        """Post what a bank has answered meanwhile; call staff where it is silent too long."""
        for payment_id in account.hold_reason.split():
            payment = self.processor.payment(payment_id)
            fact = _FACTS.get(payment.state)
            if fact is not None:
                event = _as_event(payment, fact, now)
                if self._post(event, now=now) is Posted.POSTED:
                    reconciled.posted.append(event.event_id)
            elif self._too_long(account, payment, now) and self._stuck(account.account_id, now):
                reconciled.stuck.append(account.account_id)

    def _too_long(self, account: Account, payment: PaymentStatus, now: datetime) -> bool:
        days = policy_of(account, book=self.book).pending_days
        return payment.created is not None and now - payment.created > timedelta(days=days)

    def _stuck(self, account_id: str, now: datetime) -> bool:
        """Put the account before staff, once; the hold stays, for the money is still moving."""

        def attempt() -> bool:
            account = self.book.account(account_id)
            if account is None or account.hold is not Hold.PAYMENT_PENDING:
                return False
            if STUCK in (*account.waiting, *account.approved_triggers):
                return False
            if not account.owes:
                return False  # what is stuck is more than was owed, or was taken back
            after = lifecycle.put_before_staff(account, STUCK)
            data = {"trigger": STUCK}
            write(self.book, account, after, what="AccountEscalated", data=data, now=now)
            return True

        try:
            return retry_on_conflict(attempt)
        except Conflict:
            return False  # tomorrow's look finds it again

    # -- both books side by side

    def _compare(
        self,
        events: Sequence[PaymentEvent],
        records: dict[str, AccountRecord],
        reconciled: Reconciled,
    ) -> None:
        paid = {e.payment_id: e for e in events if e.fact is SignalKind.PAYMENT}
        for account_id, record in records.items():
            ledger = {e.source: e for e in record.ledger}
            owed = record.account.balance
            if total(record.ledger, owed.currency) != owed:
                reconciled.differences.append(
                    LedgerDifference(
                        what="ledger_sum",
                        account_id=account_id,
                        currency=owed.currency,
                        processor_minor=owed.minor,
                        ledger_minor=total(record.ledger, owed.currency).minor,
                    )
                )
            for entry in record.ledger:
                self._entry(account_id, entry, paid, reconciled)
            for event in paid.values():
                if event.account_id == account_id and event.payment_id not in ledger:
                    reconciled.differences.append(_unposted(account_id, event))

    def _entry(
        self,
        account_id: str,
        entry: LedgerEntry,
        paid: dict[str, PaymentEvent],
        reconciled: Reconciled,
    ) -> None:
        """One payment of the ledger against the processor's word about it."""
        if entry.kind != "payment" or not entry.source.startswith("pi_"):
            return
        event = paid.get(entry.source)
        if event is None:
            if entry.on > reconciled.since.date():
                payment = self.processor.payment(entry.source)
                if payment.state is not PaymentState.SUCCEEDED:
                    reconciled.differences.append(
                        LedgerDifference(
                            what="not_at_processor",
                            account_id=account_id,
                            payment_id=entry.source,
                            currency=entry.amount.currency,
                            ledger_minor=-entry.amount.minor,
                        )
                    )
            return
        _add(reconciled.processor_minor, event.amount)
        if entry.note.startswith(WRONG_CURRENCY):
            return
        _add(reconciled.ledger_minor, -entry.amount)
        if -entry.amount != event.amount:
            reconciled.differences.append(
                LedgerDifference(
                    what="other_amount",
                    account_id=account_id,
                    payment_id=entry.source,
                    currency=event.amount.currency,
                    processor_minor=event.amount.minor,
                    ledger_minor=-entry.amount.minor,
                )
            )


def _as_event(payment: PaymentStatus, fact: SignalKind, now: datetime) -> PaymentEvent:
    """What the processor says of a payment now, as the event that never came."""
    return PaymentEvent(
        event_id=f"look/{payment.id}",
        fact=fact,
        fact_id=payment.id,
        payment_id=payment.id,
        amount=payment.received if fact is SignalKind.PAYMENT else payment.amount,
        at=now,
        account_id=payment.account_id,
        method=payment.method,
        decline=payment.decline,
    )


def _unposted(account_id: str, event: PaymentEvent) -> LedgerDifference:
    return LedgerDifference(
        what="not_posted",
        account_id=account_id,
        payment_id=event.payment_id,
        currency=event.amount.currency,
        processor_minor=event.amount.minor,
    )


def _add(sums: dict[str, int], amount: Money) -> None:
    sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor


def keep_report(name: str, document: dict[str, Any], *, box: DropBox, now: datetime) -> str:
    """Write a day's report as JSON and return its key; a later look of the day replaces it."""
    key = f"reports/{name}/{now.date().isoformat()}.json"
    body = json.dumps(document, indent=2, sort_keys=True).encode()
    box.write(key, body, "application/json")
    return key
