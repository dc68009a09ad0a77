"""Payments: open one checkout for an account, store the processor's events, post money once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dunlin.domain import audit, posting
from dunlin.domain.account import Account, Hold, Status
from dunlin.domain.errors import Conflict, Defect, DomainError
from dunlin.domain.ids import entry_id
from dunlin.domain.money import Money
from dunlin.domain.payments import (
    CheckoutState,
    CheckoutStatus,
    PaymentEvent,
    PaymentState,
    PaymentStatus,
)
from dunlin.domain.signal import SignalKind
from dunlin.ports import AccountBook, Alarm, Change, Inbox, PaymentAttempt, PortalDoor, Queue, Till

ACTOR = "processor"
_TRIES = 10
_TOLD = frozenset({SignalKind.PAYMENT, SignalKind.PAYMENT_PENDING})


class Posted(StrEnum):
    """What became of one event."""

    POSTED = "posted"
    NOTHING_NEW = "nothing_new"
    NOT_OURS = "not_ours"  # a payment the creditor took elsewhere with the same processor
    UNREAD = "unread"  # a kind of event that moves no money


def receive_event(*, event_id: str, body: str, inbox: Inbox, queue: Queue, now: datetime) -> bool:
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
    read: Callable[[str], PaymentEvent | None],
    till: Till,
    book: AccountBook,
    alarm: Alarm,
    now: datetime,
) -> Posted:
    """Post what one stored event says, exactly once, and wake the ladder.

    `read` turns the stored body into a fact, None where it moves no money. The processor's
    present answer decides, so late and reordered events end in the same ledger. Raises
    `Unavailable` (try again) and `Defect` (money for an account that does not exist).
    """
    body = inbox.event(event_id)
    if body is None:
        raise Defect(f"event {event_id} is queued but was never stored")
    event = read(body)
    if event is None:
        return Posted.UNREAD
    payment = till.payment(event.payment_id)
    account_id = payment.account_id or event.account_id
    if not account_id:
        return Posted.NOT_OURS
    changed, account = _post(account_id, event, payment, book=book, now=now)
    # Also where nothing changed: the delivery that wrote may have died before it told anyone.
    alarm.wake(account_id)
    if event.fact in _TOLD and payment.state is PaymentState.SUCCEEDED:
        alarm.notice(account=account, kind="receipt", cause=payment.id)
    return Posted.POSTED if changed else Posted.NOTHING_NEW


def _post(
    account_id: str,
    event: PaymentEvent,
    payment: PaymentStatus,
    *,
    book: AccountBook,
    now: datetime,
) -> tuple[bool, Account]:
    for _ in range(_TRIES):
        before = book.account(account_id)
        if before is None:
            raise Defect(f"payment {payment.id} names the unknown account {account_id}")
        posted = {entry.entry_id for entry in book.thread(account_id).ledger}
        result = posting.post(before, posted, event, payment)
        if not result.entries and result.account == before:
            return False, before
        entry = audit.append(
            subject=f"account#{account_id}",
            sequence=before.version + 1,
            previous=before.audit_head,
            at=now,
            actor=ACTOR,
            what="PaymentPosted" if result.entries else "PaymentNoted",
            data={
                "event": event.event_id,
                "fact": event.fact.value,
                "payment": payment.id,
                "state": payment.state.value,
                "entries": [[e.entry_id, e.kind, e.amount.minor] for e in result.entries],
                "balance": result.account.balance.minor,
                "currency": result.account.balance.currency,
                "status": result.account.status.value,
                "hold": result.account.hold.value if result.account.hold else "",
            },
        )
        after = replace(result.account, version=before.version + 1, audit_head=entry.hash)
        try:
            book.apply(Change(account=after, ledger=result.entries, audit=(entry,)))
        except Conflict:
            continue
        return True, after
    raise Conflict(f"account {account_id} moved {_TRIES} times while a payment was posted")


class PayRefusal(StrEnum):
    """Why no checkout is opened."""

    NOTHING_OWED = "nothing_owed"
    CLOSED = "closed"  # the creditor took the account back
    PENDING = "pending"  # a bank payment is on its way
    POSTING = "posting"  # a payment was made a moment ago and is not on the ledger yet
    AMOUNT = "amount"  # more than is owed, or too little


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCheckout:
    """Where the person pays: the processor's own page."""

    url: str


def least_payment(balance: Money) -> Money:
    """The smallest part that may be paid: one whole unit, or all where less is owed."""
    return min(Money(100, balance.currency), balance)


def payable(account: Account) -> PayRefusal | None:
    """Why this account cannot be paid now, None where it can."""
    if account.status is Status.CLOSED:
        return PayRefusal.CLOSED
    if account.balance.minor <= 0:
        return PayRefusal.NOTHING_OWED
    if account.hold is Hold.PAYMENT_PENDING:
        return PayRefusal.PENDING
    return None


def open_checkout(
    account_id: str,
    *,
    amount: Money | None,
    locale: str,
    success_url: str,
    cancel_url: str,
    book: AccountBook,
    door: PortalDoor,
    till: Till,
    new_id: Callable[[], str],
    now: datetime,
) -> OpenCheckout | PayRefusal:
    """Open the one checkout of an account; `amount` None pays all that is owed.

    The attempt is stored before the processor hears of it and its id is the idempotency key, so
    a double click or a crash cannot make two. An older checkout of another amount is expired
    first. Raises `Unavailable` where the processor does not answer, `Conflict` where other
    requests for the same account keep coming first, `DomainError` for an amount it cannot take.
    """

    def at_processor(attempt: PaymentAttempt) -> PaymentAttempt:
        answer = till.open_checkout(
            attempt_id=attempt.attempt_id,
            account_id=account_id,
            creditor=account.creditor,
            amount=attempt.amount,
            locale=attempt.locale,
            success_url=success_url,
            cancel_url=cancel_url,
        )
        return replace(attempt, checkout_id=answer.id, url=answer.url)

    for _ in range(_TRIES):
        account = book.facts(account_id).account
        refusal = payable(account)
        if refusal is not None:
            return refusal
        wanted = account.balance if amount is None else amount
        if (
            wanted.currency != account.balance.currency
            or not least_payment(account.balance) <= wanted <= account.balance
        ):
            return PayRefusal.AMOUNT
        current = door.payment_attempt(account_id)
        try:
            if current is not None:
                if not current.checkout_id:  # we died before the answer: ask again, same key
                    with suppress(DomainError):  # its page, which nobody has seen, is closed
                        current = at_processor(current)
                        door.put_payment_attempt(current, replaces=current.attempt_id)
                same = current.amount == wanted and current.locale == locale
                found = _left_open(current, same=same, book=book, till=till)
                if found is not None:
                    return found
            attempt = PaymentAttempt(
                attempt_id=new_id(), account_id=account_id, amount=wanted, locale=locale, at=now
            )
            door.put_payment_attempt(
                attempt, replaces=current.attempt_id if current is not None else ""
            )
            opened = at_processor(attempt)
            door.put_payment_attempt(opened, replaces=attempt.attempt_id)
        except Conflict:
            continue
        return OpenCheckout(url=opened.url)
    raise Conflict(f"account {account_id}: other payment attempts kept coming first")


def _left_open(
    current: PaymentAttempt, *, same: bool, book: AccountBook, till: Till
) -> OpenCheckout | PayRefusal | None:
    """What the attempt before means for a new one: the `same` page again, a reason to wait, or
    nothing, once the older page can never be paid."""
    if not current.checkout_id:
        return None
    status = till.checkout(current.checkout_id)
    if status.state is CheckoutState.OPEN:
        if same:
            return OpenCheckout(url=current.url)
        till.expire_checkout(current.checkout_id)
        # It may have been paid while we closed it.
        status = till.checkout(current.checkout_id)
    if status.state is CheckoutState.EXPIRED:
        return None
    return _in_flight(current.account_id, status, book=book, till=till)


def _in_flight(
    account_id: str, status: CheckoutStatus, *, book: AccountBook, till: Till
) -> PayRefusal | None:
    """Whether a submitted checkout still moves money that the ledger does not show."""
    if not status.payment_id:
        return PayRefusal.POSTING
    payment = till.payment(status.payment_id)
    if payment.state in (PaymentState.FAILED, PaymentState.CANCELED):
        return None
    if payment.state is not PaymentState.SUCCEEDED:
        return PayRefusal.PENDING
    posted = {entry.entry_id for entry in book.thread(account_id).ledger}
    return None if entry_id(account_id, payment.id) in posted else PayRefusal.POSTING


class Returned(StrEnum):
    """What the return page says."""

    PAID = "paid"
    PROCESSING = "processing"
    UNFINISHED = "unfinished"
    FAILED = "failed"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedPayment:
    """The newest attempt of an account and where its money is, asked of the processor."""

    outcome: Returned
    amount: Money | None = None
    reference: str = ""
    posted: bool = False
    declined: str = ""  # key of the sentence that says why


def returned_payment(
    account_id: str, *, book: AccountBook, door: PortalDoor, till: Till
) -> ReturnedPayment:
    """Look where the newest attempt stands; writes nothing."""
    attempt = door.payment_attempt(account_id)
    if attempt is None or not attempt.checkout_id:
        return ReturnedPayment(outcome=Returned.NONE)
    status = till.checkout(attempt.checkout_id)
    if not status.payment_id:
        outcome = Returned.PROCESSING if status.paid else Returned.UNFINISHED
        return ReturnedPayment(outcome=outcome, amount=attempt.amount)
    payment = till.payment(status.payment_id)
    found = ReturnedPayment(outcome=Returned.UNFINISHED, amount=attempt.amount)
    match payment.state:
        case PaymentState.SUCCEEDED:
            posted = {entry.entry_id for entry in book.thread(account_id).ledger}
            mine = entry_id(account_id, payment.id)
            return replace(
                found,
                outcome=Returned.PAID,
                amount=payment.received,
                reference=receipt_reference(mine),
                posted=mine in posted,
            )
        case PaymentState.PENDING | PaymentState.AUTHORISED:
            mine = entry_id(account_id, payment.id)
            return replace(found, outcome=Returned.PROCESSING, reference=receipt_reference(mine))
        case PaymentState.FAILED | PaymentState.CANCELED:
            why = payment.decline.text_key if payment.decline else "declined.declined"
            return replace(found, outcome=Returned.FAILED, declined=why)
        case _:
            return found


def receipt_reference(entry: str) -> str:
    """The short number of a ledger entry that a person can read out: `4F7A-90C2-11DE`."""
    digits = entry.removeprefix("ent_")[:12].upper()
    return "-".join(digits[i : i + 4] for i in range(0, 12, 4))
