"""What one fact about a payment does to an account: ledger entries, status, hold.

The payment's standing at the processor decides, not the order in which events arrive; so any
permutation and repetition of the same events ends in the same ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.accounts.ledger import total
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.ids import entry_id
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import PaymentEvent, PaymentPolicy, PaymentState, PaymentStatus

OVERPAID, WRONG_CURRENCY = "overpaid", "wrong_currency"
LOST = "chargeback lost"
# Source of a refund that we decide, and its key at the processor.
EXCESS = "excess"
_TAKEN_BACK = ("refund", "chargeback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """The account's next state (version and audit head untouched) and the entries to add.
    `reopened`: something is owed again on an account whose ladder had ended."""

    account: Account
    entries: tuple[LedgerEntry, ...]
    reopened: bool = False


def post(
    account: Account,
    posted: Collection[str],
    event: PaymentEvent,
    payment: PaymentStatus,
    policy: PaymentPolicy,
) -> Posting:
    """Post one event. `posted` are the ids of the account's ledger entries, `payment` is where
    the payment stands now. The same account and no entries: there was nothing to do.

    What a payment brought beyond the balance goes back with it, up to the policy's limit: the
    refund is on the ledger in the same write, so that two payments at once cannot both give the
    same excess back."""
    wanted = [e for e in _entries(account, event, payment) if e.entry_id not in posted]
    after = _with_pending(account, payment, event.at)
    if not wanted:
        return Posting(account=_lost(after) if event.lost else after, entries=())
    owed = total(wanted, account.balance.currency) + account.balance
    if any(e.kind == "payment" for e in wanted):
        back = _excess(owed, wanted, payment)
        if 0 < back.minor <= policy.refund_excess_up_to_minor:
            source = excess_source(payment.id, 1)
            wanted.append(_entry(account, "refund", source, back, event.at.date()))
            owed += back
    settled = _balanced(replace(after, balance=owed), tuple(wanted), event.at)
    return replace(settled, account=_lost(settled.account)) if event.lost else settled


def _lost(account: Account) -> Account:
    """The bank gave the person their money back for good: staff decide whether to go on."""
    return lifecycle.review(account, LOST) if account.balance.minor > 0 else account


def excess_source(payment_id: str, number: int) -> str:
    """What a refund that we decide is called on the ledger and at the processor."""
    return f"{EXCESS}/{payment_id}/{number}"


def give_back(account: Account, shares: Sequence[tuple[str, Money]], at: datetime) -> Posting:
    """Post refunds that a person decided: source and amount of each."""
    day = at.date()
    entries = [_entry(account, "refund", source, amount, day) for source, amount in shares]
    return add(account, entries, at)


def add(account: Account, entries: Sequence[LedgerEntry], at: datetime) -> Posting:
    """Post entries that a person decided, with what follows from the new balance."""
    owed = account.balance + total(entries, account.balance.currency)
    return _balanced(replace(account, balance=owed), tuple(entries), at)


def _excess(owed: Money, wanted: Sequence[LedgerEntry], payment: PaymentStatus) -> Money:
    """How much of this payment is more than was owed and still lies at the processor. What it
    gave back already, and has not told us yet, is not given back again."""
    if owed.minor >= 0 or payment.received.currency != owed.currency:
        return Money(0, owed.currency)
    refunded = sum(e.amount.minor for e in wanted if e.kind == "refund")
    untold = max(0, payment.refunded.minor - refunded)
    gone = payment.refunded.minor + sum(e.amount.minor for e in wanted if e.kind == "chargeback")
    back = min(-owed.minor - untold, payment.received.minor - gone)
    return Money(max(0, back), owed.currency)


def _entries(account: Account, event: PaymentEvent, payment: PaymentStatus) -> list[LedgerEntry]:
    """Every entry that these facts call for, posted already or not."""
    entries = []
    day = event.at.date()
    if payment.state is PaymentState.SUCCEEDED and payment.received.minor > 0:
        entries.append(_entry(account, "payment", payment.id, -payment.received, day))
    if event.fact in (SignalKind.REFUND, SignalKind.CHARGEBACK):
        entries.append(_entry(account, event.fact.value, event.fact_id, event.amount, day))
        if event.undone:
            undo = f"{event.fact_id}:undone"
            entries.append(_entry(account, event.fact.value, undo, -event.amount, day))
    return entries


def _entry(account: Account, kind: str, source: str, amount: Money, day: date) -> LedgerEntry:
    """Money of another currency cannot be added: it is recorded as an entry of nothing."""
    note = ""
    if amount.currency != account.balance.currency:
        note = f"{WRONG_CURRENCY}: {amount}"
        amount = Money(0, account.balance.currency)
    return LedgerEntry(
        entry_id=entry_id(account.account_id, source),
        account_id=account.account_id,
        kind=kind,
        amount=amount,
        on=day,
        source=source,
        note=note,
    )


def _with_pending(account: Account, payment: PaymentStatus, at: datetime) -> Account:
    if payment.state is PaymentState.PENDING:
        return lifecycle.await_payment(account, payment.id)
    return lifecycle.payment_over(account, payment.id, at)


def _balanced(account: Account, entries: tuple[LedgerEntry, ...], at: datetime) -> Posting:
    """What follows for the account from its new balance."""
    owed = account.balance.minor
    if any(e.kind == "payment" and e.amount.minor < 0 for e in entries):
        account = replace(account, paid_at=at)
    if any(e.note.startswith(WRONG_CURRENCY) for e in entries):
        account = lifecycle.review(account, WRONG_CURRENCY)
    if owed < 0:
        account = lifecycle.review(account, OVERPAID)
    else:
        account = lifecycle.reviewed(account, OVERPAID, at)
    if owed <= 0:
        return Posting(account=lifecycle.settle(account), entries=entries)
    taken_back = [e for e in entries if e.kind in _TAKEN_BACK and e.amount.minor > 0]
    if taken_back:
        account = lifecycle.review(account, taken_back[0].kind)
    if account.status is not Status.SETTLED:
        return Posting(account=account, entries=entries)
    account = lifecycle.reopen(account, entries[-1].kind)
    return Posting(account=account, entries=entries, reopened=account.status is Status.ACTIVE)
