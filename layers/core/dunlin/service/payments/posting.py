"""Posting: store the processor's events, post money once, give back what was too much.

The ledger is written first and told to the processor afterwards, under a key that stands on the
ledger: whoever dies in between leaves behind what the next delivery or the night's look ends.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.errors import Defect, DomainError
from dunlin.domain.ids import entry_id
from dunlin.domain.payments import posting
from dunlin.domain.payments.payments import (
    MethodKind,
    MethodSaved,
    PaymentEvent,
    PaymentPolicy,
    PaymentState,
    PaymentStatus,
    RefundState,
)
from dunlin.ports.accounts import AccountRecord, AlreadySeen, BoundStrategies, Change
from dunlin.ports.machines import LadderWaker, WorkQueue
from dunlin.ports.payments import (
    ArrangedPostingBook,
    Checkouts,
    Inbox,
    PostingBook,
    Refunds,
    SavedMethods,
)
from dunlin.ports.portal import PaymentAttempts
from dunlin.service import arrangements
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.payments.payments import close_page

ACTOR = "processor"
_TRIES = 10
_TOLD = frozenset({SignalKind.PAYMENT, SignalKind.PAYMENT_PENDING})


class RefundingProcessor(Checkouts, Refunds, Protocol):
    """Gives back what was paid too much, and closes the page it was paid on."""


class PostingProcessor(RefundingProcessor, SavedMethods, Protocol):
    """All that the posting of money asks of the processor."""


class Posted(StrEnum):
    """What became of one event."""

    POSTED = "posted"
    NOTHING_NEW = "nothing_new"
    NOT_OURS = "not_ours"  # a payment the creditor took elsewhere with the same processor
    UNREAD = "unread"  # a kind of event that moves no money
    SAVED = "saved"  # a card or bank account for automatic payment


def receive_event(
    *, event_id: str, body: str, inbox: Inbox, queue: WorkQueue, now: datetime
) -> bool:
    """Keep a verified event and hand it on; False where it was kept before.

    A repeated event is queued again: the first delivery may have died between the two, and
    posting twice does nothing.
    """
    fresh = inbox.store(event_id, body, now)
    queue.put({"event_id": event_id})
    return fresh


def post_payment(
    event_id: str,
    *,
    inbox: Inbox,
    read: Callable[[str], PaymentEvent | MethodSaved | None],
    processor: PostingProcessor,
    book: ArrangedPostingBook,
    attempts: PaymentAttempts,
    waker: LadderWaker,
    now: datetime,
) -> Posted:
    """Post what one stored event says, exactly once, and wake the ladder.

    `read` turns the stored body into a fact, None where it holds none; that a method was saved
    moves no money and is taken up by the arrangement. Raises as `post_event`, and `Defect` for an
    event that is nowhere.
    """
    body = inbox.event(event_id)
    if body is None:
        raise Defect(f"event {event_id} is queued but was never stored")
    event = read(body)
    if event is None:
        return Posted.UNREAD
    if isinstance(event, MethodSaved):
        return _take_up(event, processor=processor, book=book, waker=waker, now=now)
    return post_event(
        event, processor=processor, book=book, attempts=attempts, waker=waker, now=now
    )


def _take_up(
    event: MethodSaved,
    *,
    processor: SavedMethods,
    book: ArrangedPostingBook,
    waker: LadderWaker,
    now: datetime,
) -> Posted:
    """Also for a person who never came back from the processor's page."""
    if not event.account_id:
        return Posted.NOT_OURS
    before = book.arrangement(event.account_id)
    after = arrangements.autopay_saved(
        event.account_id, book=book, waker=waker, processor=processor, now=now
    )
    changed = after is not None and (before is None or before.version != after.version)
    return Posted.SAVED if changed else Posted.NOTHING_NEW


def post_event(
    event: PaymentEvent,
    *,
    processor: RefundingProcessor,
    book: PostingBook,
    attempts: PaymentAttempts,
    waker: LadderWaker,
    now: datetime,
) -> Posted:
    """Post one fact and do what follows from it: the excess back, older pages closed, the ladder
    woken, the person told.

    The processor's present answer decides, so late and reordered events end in the same ledger.
    Raises `Unavailable` (try again) and `Defect` (money for an account that does not exist).
    """
    payment = processor.payment(event.payment_id)
    account_id = payment.account_id or event.account_id
    if not account_id:
        return Posted.NOT_OURS
    done = _post(account_id, event, payment, book=book, now=now)
    account = done.account
    # Also where nothing changed: the delivery that wrote may have died before it told anyone.
    if entry_id(account_id, posting.excess_source(payment.id, 1)) in done.posted:
        account = send_back(account, payment.id, processor=processor, book=book, now=now)
    close_page(account, but=payment.attempt_id, attempts=attempts, processor=processor)
    wake(account_id, done.arrangements, waker=waker)
    _tell(account, event, payment, waker=waker)
    return Posted.POSTED if done.changed else Posted.NOTHING_NEW


def wake(account_id: str, newest: Iterable[Arrangement], *, waker: LadderWaker) -> None:
    """Wake what looks after an account whose balance moved: its ladder, and its newest
    arrangement where that may just have ended, for the account no longer names it."""
    waker.wake(account_id)
    for arrangement in newest:
        if not arrangement.in_force:
            waker.wake_arrangement(arrangement)


def _tell(
    account: Account, event: PaymentEvent, payment: PaymentStatus, *, waker: LadderWaker
) -> None:
    """A receipt for money that came, once; word of a bank debit that failed after the person
    had left. A declined card was said on the processor's page, or is the arrangement's to say."""
    failed = payment.state in (PaymentState.FAILED, PaymentState.CANCELED)
    if event.fact in _TOLD and payment.state is PaymentState.SUCCEEDED:
        waker.notice(account=account, kind="receipt", cause=payment.id)
    elif (
        event.fact is SignalKind.PAYMENT_FAILED
        and failed
        and payment.method is MethodKind.BANK
        and not arrangements.is_debit(payment.attempt_id)
    ):
        waker.notice(account=account, kind="payment_failed", cause=payment.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What became of an event: whether anything was written, the account then, every entry that
    is on its ledger, and the arrangement that it moved, else the newest."""

    changed: bool
    account: Account
    posted: frozenset[str]
    arrangements: tuple[Arrangement, ...]


def _post(
    account_id: str,
    event: PaymentEvent,
    payment: PaymentStatus,
    *,
    book: PostingBook,
    now: datetime,
) -> _Done:
    """Write what the event calls for."""

    def attempt() -> _Done:
        record = book.account_record(account_id)
        if record is None:
            raise Defect(f"payment {payment.id} names the unknown account {account_id}")
        before, posted = record.account, frozenset(entry.entry_id for entry in record.ledger)
        result = posting.post(before, posted, event, payment, policy_of(before, book=book))
        account, arranged = arrangements.credit(
            result.account, result.entries, payment, book=book, at=now
        )
        if not result.entries and account == before and not arranged:
            return _unchanged(record)
        after = write(
            book,
            before,
            account,
            now=now,
            actor=ACTOR,
            what="PaymentPosted" if result.entries else "PaymentNoted",
            data={
                "event": event.event_id,
                "fact": event.fact.value,
                "payment": payment.id,
                "state": payment.state.value,
                "entries": [[e.entry_id, e.kind, e.amount.minor, e.source] for e in result.entries],
                "balance": account.balance.minor,
                "currency": account.balance.currency,
                "status": account.status.value,
                "hold": account.hold.value if account.hold else "",
                "arrangement": [[a.arrangement_id, a.state.value] for a in arranged],
            },
            besides=Change(
                arrangements=arranged,
                ledger=result.entries,
                # A lost chargeback is said once: staff may have answered since.
                seen=f"{event.fact_id}/lost" if event.lost else "",
            ),
        )
        return _Done(
            changed=True,
            account=after,
            posted=posted | {entry.entry_id for entry in result.entries},
            arrangements=arranged or record.arrangements[:1],
        )

    try:
        return retry_on_conflict(attempt, tries=_TRIES)
    except AlreadySeen:
        record = book.account_record(account_id)
        if record is None:
            raise Defect(f"account {account_id} vanished") from None
        return _unchanged(record)


def _unchanged(record: AccountRecord) -> _Done:
    return _Done(
        changed=False,
        account=record.account,
        posted=frozenset(entry.entry_id for entry in record.ledger),
        arrangements=record.arrangements[:1],
    )


def policy_of(account: Account, *, book: BoundStrategies) -> PaymentPolicy:
    """What the creditor decided about money. Without a strategy money is posted all the same,
    and nothing goes back by itself."""
    try:
        return book.strategy_of(account).payments
    except DomainError:
        return PaymentPolicy(refund_excess_up_to_minor=0)


def send_back(
    account: Account,
    payment_id: str,
    *,
    processor: Refunds,
    book: PostingBook,
    now: datetime,
) -> Account:
    """See that the processor gave back every excess of a payment that the ledger shows as given
    back; harmless at any time. What it refuses, or what failed, is owed to the person again: the
    account then waits for staff. Returns the account as it stands."""
    ledger = {e.source: e for e in book.ledger(account.account_id)}
    refunds = {refund.key: refund for refund in processor.refunds(payment_id)}
    for number in itertools.count(1):
        source = posting.excess_source(payment_id, number)
        entry = ledger.get(source)
        if entry is None:
            return account
        if f"{source}:undone" in ledger:
            continue
        refund = refunds.get(source) or processor.refund(
            refund_key=source, payment_id=payment_id, amount=entry.amount
        )
        if refund.state in (RefundState.PENDING, RefundState.SUCCEEDED):
            continue
        event = PaymentEvent(
            event_id=source,
            fact=SignalKind.REFUND,
            fact_id=source,
            payment_id=payment_id,
            amount=entry.amount,
            at=now,
            undone=True,
            reason=refund.code,
        )
        account = _post(
            account.account_id, event, processor.payment(payment_id), book=book, now=now
        ).account
    return account
