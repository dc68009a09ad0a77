"""Payments: the one page at the processor where a person may pay, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.errors import Conflict, DomainError
from dunlin.domain.ids import entry_id
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import CheckoutState, CheckoutStatus, PaymentState
from dunlin.ports.accounts import LedgerAccounts, Ledgers
from dunlin.ports.payments import Checkouts, PaymentStates
from dunlin.ports.portal import PaymentAttempt, PaymentAttempts

_TRIES = 10
_KEPT = 50  # newest attempts of a person, one an account


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
    book: LedgerAccounts,
    attempts: PaymentAttempts,
    processor: Checkouts,
    new_id: Callable[[], str],
    now: datetime,
) -> OpenCheckout | PayRefusal:
    """Open the one checkout of a person; `amount` None pays all that this account owes.

    The attempt is stored before the processor hears of it and its id is the idempotency key, so
    a double click or a crash cannot make two. An older page, of another amount or for another
    account of the person, is expired first. Raises `Unavailable` where the processor does not
    answer, `Conflict` where other requests of the same person keep coming first, `DomainError`
    for an amount it cannot take.
    """

    pages = _Pages(processor=processor, success_url=success_url, cancel_url=cancel_url)
    for _ in range(_TRIES):
        account = book.account(account_id)
        if account is None:
            raise DomainError(f"no account {account_id}")
        refusal = payable(account)
        if refusal is not None:
            return refusal
        wanted = account.balance if amount is None else amount
        if (
            wanted.currency != account.balance.currency
            or not least_payment(account.balance) <= wanted <= account.balance
        ):
            return PayRefusal.AMOUNT
        attempt = PaymentAttempt(
            attempt_id=new_id(), account_id=account_id, amount=wanted, locale=locale, at=now
        )
        try:
            return _opened(
                attempt, account, pages=pages, book=book, attempts=attempts, processor=processor
            )
        except Conflict:
            continue
    raise Conflict(f"account {account_id}: other payment attempts kept coming first")


def _opened(
    attempt: PaymentAttempt,
    account: Account,
    *,
    pages: _Pages,
    book: Ledgers,
    attempts: PaymentAttempts,
    processor: Checkouts,
) -> OpenCheckout | PayRefusal:
    """The page of this attempt, or of the one before where it asks for the same. Raises
    `Conflict` where another request of the person wrote meanwhile."""
    person, creditor = account.consumer_id, account.creditor
    before = attempts.payment_attempts(person)
    others = tuple(
        pages.shut(attempt_made, creditor)
        for attempt_made in before
        if attempt_made.account_id != attempt.account_id
    )[-_KEPT:]
    current = next(
        (attempt_made for attempt_made in before if attempt_made.account_id == attempt.account_id),
        None,
    )
    if current is not None:
        current = pages.answered(current, creditor)
        same = current.amount == attempt.amount and current.locale == attempt.locale
        left_open = _left_open(current, same=same, book=book, processor=processor)
        if left_open is not None:
            attempts.put_payment_attempts(person, (*others, current), replaces=before)
            return left_open
    stored = (*others, attempt)
    attempts.put_payment_attempts(person, stored, replaces=before)
    opened = pages.open(attempt, creditor)
    attempts.put_payment_attempts(person, (*others, opened), replaces=stored)
    return OpenCheckout(url=opened.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pages:
    """The processor's pages for attempts of one person."""

    processor: Checkouts
    success_url: str
    cancel_url: str

    def open(self, attempt: PaymentAttempt, creditor: str) -> PaymentAttempt:
        answer = self.processor.open_checkout(
            attempt_id=attempt.attempt_id,
            account_id=attempt.account_id,
            creditor=creditor,
            amount=attempt.amount,
            locale=attempt.locale,
            success_url=self.success_url,
            cancel_url=self.cancel_url,
        )
        return replace(attempt, checkout_id=answer.id, url=answer.url)

    def answered(self, attempt: PaymentAttempt, creditor: str) -> PaymentAttempt:
        """The attempt with its page, which a crash kept from us: asked again, same key."""
        if not attempt.checkout_id:
            with suppress(DomainError):  # its page, which nobody has seen, is closed
                return self.open(attempt, creditor)
        return attempt

    def shut(self, attempt: PaymentAttempt, creditor: str) -> PaymentAttempt:
        """The attempt, whose page can no longer be opened and paid."""
        if attempt.closed:
            return attempt
        attempt = self.answered(attempt, creditor)
        if attempt.checkout_id:
            self.processor.expire_checkout(attempt.checkout_id)
        return replace(attempt, closed=True)


def close_page(
    account: Account, *, but: str, attempts: PaymentAttempts, processor: Checkouts
) -> None:
    """Expire the account's open page where it asks for more than is owed now; `but` is the
    attempt that was just paid."""
    attempt = _attempt(account, attempts)
    if attempt is None or not attempt.checkout_id or attempt.closed:
        return
    if attempt.attempt_id != but and account.balance < attempt.amount:
        processor.expire_checkout(attempt.checkout_id)


def _attempt(account: Account, attempts: PaymentAttempts) -> PaymentAttempt | None:
    """The newest attempt to pay this account."""
    tried = attempts.payment_attempts(account.consumer_id)
    return next((attempt for attempt in tried if attempt.account_id == account.account_id), None)


def _left_open(
    current: PaymentAttempt, *, same: bool, book: Ledgers, processor: Checkouts
) -> OpenCheckout | PayRefusal | None:
    """What the attempt before means for a new one: the `same` page again, a reason to wait, or
    nothing, once the older page can never be paid."""
    if not current.checkout_id:
        return None
    status = processor.checkout(current.checkout_id)
    if status.state is CheckoutState.OPEN:
        if same:
            return OpenCheckout(url=current.url)
        processor.expire_checkout(current.checkout_id)
        # It may have been paid while we closed it.
        status = processor.checkout(current.checkout_id)
    if status.state is CheckoutState.EXPIRED:
        return None
    return _in_flight(current.account_id, status, book=book, processor=processor)


def _in_flight(
    account_id: str, status: CheckoutStatus, *, book: Ledgers, processor: PaymentStates
) -> PayRefusal | None:
    """Whether a submitted checkout still moves money that the ledger does not show."""
    if not status.payment_id:
        return PayRefusal.POSTING
    payment = processor.payment(status.payment_id)
    if payment.state in (PaymentState.FAILED, PaymentState.CANCELED):
        return None
    if payment.state is not PaymentState.SUCCEEDED:
        return PayRefusal.PENDING
    posted = {entry.entry_id for entry in book.ledger(account_id)}
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
    account_id: str, *, book: LedgerAccounts, attempts: PaymentAttempts, processor: Checkouts
) -> ReturnedPayment:
    """Look where the newest attempt stands; writes nothing."""
    account = book.account(account_id)
    attempt = _attempt(account, attempts) if account is not None else None
    if attempt is None or not attempt.checkout_id:
        return ReturnedPayment(outcome=Returned.NONE)
    status = processor.checkout(attempt.checkout_id)
    if not status.payment_id:
        outcome = Returned.PROCESSING if status.paid else Returned.UNFINISHED
        return ReturnedPayment(outcome=outcome, amount=attempt.amount)
    payment = processor.payment(status.payment_id)
    returned = ReturnedPayment(outcome=Returned.UNFINISHED, amount=attempt.amount)
    match payment.state:
        case PaymentState.SUCCEEDED:
            posted = {entry.entry_id for entry in book.ledger(account_id)}
            mine = entry_id(account_id, payment.id)
            return replace(
                returned,
                outcome=Returned.PAID,
                amount=payment.received,
                reference=receipt_reference(mine),
                posted=mine in posted,
            )
        case PaymentState.PENDING | PaymentState.AUTHORISED:
            mine = entry_id(account_id, payment.id)
            return replace(returned, outcome=Returned.PROCESSING, reference=receipt_reference(mine))
        case PaymentState.FAILED | PaymentState.CANCELED:
            why = payment.decline.text_key if payment.decline else "declined.declined"
            return replace(returned, outcome=Returned.FAILED, declined=why)
        case _:
            return returned


def receipt_reference(entry: str) -> str:
    """The short number of a ledger entry that a person can read out: `4F7A-90C2-11DE`."""
    digits = entry.removeprefix("ent_")[:12].upper()
    return "-".join(digits[i : i + 4] for i in range(0, 12, 4))
