"""What one fact about a payment does to an account: ledger entries, status, hold.

The payment's standing at the processor decides, not the order in which events arrive; so any
permutation and repetition of the same events ends in the same ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.ledger import total
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.ids import entry_id
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import PaymentEvent, PaymentPolicy, PaymentState, PaymentStatus

OVERPAID, WRONG_CURRENCY = "overpaid", "wrong_currency"
LOST = "chargeback lost"
# Source of a refund that we decide, and its key at the processor.
EXCESS = "excess"
# Holds that stop nothing a payment in flight must stop, or that the gate finds again by itself.
_GIVES_WAY = frozenset({None, Hold.NOT_DUE, Hold.PROMISE, Hold.SNOOZED})
_TAKEN_BACK = ("refund", "chargeback")
# What a person at the creditor must still answer when nothing is owed any more.
_OUTLIVES_SETTLEMENT = frozenset({Hold.DISPUTE, Hold.REVIEW})


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
    after = _with_pending(account, payment)
    if not wanted:
        return Posting(account=_lost(after) if event.lost else after, entries=())
    owed = total(wanted, account.balance.currency) + account.balance
    if any(e.kind == "payment" for e in wanted):
        back = _excess(owed, wanted, payment)
        if 0 < back.minor <= policy.refund_excess_up_to_minor:
            source = excess_source(payment.id, 1)
            wanted.append(_entry(account, "refund", source, back, event.at.date()))
            owed += back
    settled = _settle(replace(after, balance=owed), tuple(wanted))
    return replace(settled, account=_lost(settled.account)) if event.lost else settled


def _lost(account: Account) -> Account:
    """The bank gave the person their money back for good: staff decide whether to go on."""
    return _for_review(account, LOST) if account.balance.minor > 0 else account


def excess_source(payment_id: str, number: int) -> str:
    """What a refund that we decide is called on the ledger and at the processor."""
    return f"{EXCESS}/{payment_id}/{number}"


def give_back(account: Account, shares: Sequence[tuple[str, Money]], on: date) -> Posting:
    """Post refunds that a person decided: source and amount of each."""
    return add(
        account, [_entry(account, "refund", source, amount, on) for source, amount in shares]
    )


def add(account: Account, entries: Sequence[LedgerEntry]) -> Posting:
    """Post entries that a person decided, with what follows from the new balance."""
    owed = account.balance + total(entries, account.balance.currency)
    return _settle(replace(account, balance=owed), tuple(entries))


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


def _with_pending(account: Account, payment: PaymentStatus) -> Account:
    """Outreach freezes while a bank has the money; `hold_reason` names the payments."""
    waiting = account.hold is Hold.PAYMENT_PENDING
    names = set(account.hold_reason.split()) if waiting else set()
    now = names | {payment.id} if payment.state is PaymentState.PENDING else names - {payment.id}
    if now == names:
        return account
    if not now:
        return replace(account, hold=None, hold_reason="")
    if not waiting and account.hold not in _GIVES_WAY:
        return account
    return replace(account, hold=Hold.PAYMENT_PENDING, hold_reason=" ".join(sorted(now)))


def _settle(account: Account, entries: tuple[LedgerEntry, ...]) -> Posting:
    """Status and hold that follow from the new balance."""
    owed = account.balance.minor
    if any(e.note.startswith(WRONG_CURRENCY) for e in entries):
        account = _for_review(account, WRONG_CURRENCY)
    account = _for_review(account, OVERPAID) if owed < 0 else _reviewed(account, OVERPAID)
    if owed <= 0:
        if account.hold not in _OUTLIVES_SETTLEMENT:
            account = replace(account, hold=None, hold_reason="")
        if account.status is not Status.CLOSED:
            account = replace(account, status=Status.SETTLED)
        account = replace(account, due_at=None, next_action=None, escalated="")
        return Posting(account=account, entries=entries)
    taken_back = [e for e in entries if e.kind in _TAKEN_BACK and e.amount.minor > 0]
    if taken_back:
        account = _for_review(account, taken_back[0].kind)
    if account.status is not Status.SETTLED:
        return Posting(account=account, entries=entries)
    # The settled ladder is over and its execution's name is taken: a new run, for staff to free.
    account = replace(
        _for_review(account, entries[-1].kind),
        status=Status.ACTIVE if account.ladder_run else Status.IMPORTED,
        ladder_run=account.ladder_run + 1 if account.ladder_run else 0,
        rung=0,
        occurrence=0,
        sent=(),  # what is owed once more is asked for once more
    )
    return Posting(account=account, entries=entries, reopened=account.status is Status.ACTIVE)


def _for_review(account: Account, reason: str) -> Account:
    if account.hold is not Hold.REVIEW:
        # A dispute already waits for the same people and must not be lost.
        if account.hold is Hold.DISPUTE:
            return account
        return replace(account, hold=Hold.REVIEW, hold_reason=reason)
    reasons = [r for r in account.hold_reason.split(", ") if r]
    if reason in reasons:
        return account
    return replace(account, hold_reason=", ".join([*reasons, reason]))


def _reviewed(account: Account, reason: str) -> Account:
    """The reason is gone by itself, as when the excess went back."""
    reasons = [r for r in account.hold_reason.split(", ") if r]
    if account.hold is not Hold.REVIEW or reason not in reasons:
        return account
    left = ", ".join(r for r in reasons if r != reason)
    return replace(account, hold=Hold.REVIEW if left else None, hold_reason=left)
