"""Refunds of what was paid too much, where a person at the creditor decides.

Up to the creditor's limit an excess goes back when it is posted (`posting`); what lies
above it, or came about later, as by a chargeback that was won, waits in the queue for this.
"""

from __future__ import annotations

from datetime import datetime

from dunlin.domain.accounts.account import Account
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.payments import posting
from dunlin.domain.payments.payments import PaymentState, RefundState
from dunlin.ports.accounts import Change, Ledgers
from dunlin.ports.payments import PostingBook, Refunds
from dunlin.service.accounts.staff_command import staff
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.payments.posting import send_back


def refund_excess(
    account_id: str,
    *,
    by: str,
    why: str,
    processor: Refunds,
    book: PostingBook,
    now: datetime,
) -> Money:
    """Give back all that an account has too much, to the newest payments first, and return how
    much that is. `by` and `why` are codes. Asked twice it gives back once: the second
    finds nothing too much. Raises `DomainError` where nothing is, or where it was not paid
    through the processor and must go back by hand; `Unavailable`.
    """

    def attempt() -> tuple[Account, list[tuple[str, str, Money]]]:
        account = book.account(account_id)
        if account is None:
            raise DomainError(f"no account {account_id}")
        if account.balance.minor >= 0:
            raise DomainError("nothing was paid too much")
        shares = _shares(account, processor=processor, book=book)
        if not shares:
            raise DomainError("not paid through the processor: give it back by hand")
        result = posting.give_back(account, [(s, a) for _, s, a in shares], now)
        after = write(
            book,
            account,
            result.account,
            now=now,
            actor=staff(by),
            what="ExcessRefunded",
            data={
                "why": why,
                "entries": [[e.entry_id, e.kind, e.amount.minor, e.source] for e in result.entries],
                "balance": result.account.balance.minor,
                "currency": result.account.balance.currency,
            },
            besides=Change(ledger=result.entries),
        )
        return after, shares

    account, shares = retry_on_conflict(attempt)
    for payment_id, _, _ in shares:
        account = send_back(account, payment_id, processor=processor, book=book, now=now)
    returned = Money(0, account.balance.currency)
    ledger = {e.source for e in book.ledger(account_id)}
    for _, source, amount in shares:
        if f"{source}:undone" not in ledger:
            returned += amount
    return returned


def _shares(account: Account, *, processor: Refunds, book: Ledgers) -> list[tuple[str, str, Money]]:
    """How the excess falls on the payments that can still give it back: payment, source of the
    refund, amount."""
    ledger = book.ledger(account.account_id)
    sources = {e.source for e in ledger}
    left, shares = -account.balance, []
    for entry in sorted(ledger, key=lambda e: (e.on, e.entry_id), reverse=True):
        if entry.kind != "payment" or not entry.source.startswith("pi_") or left.minor <= 0:
            continue
        payment = processor.payment(entry.source)
        if payment.state is not PaymentState.SUCCEEDED or entry.amount.minor == 0:
            continue
        for refund in processor.refunds(payment.id):
            on_ledger = refund.key in sources or refund.id in sources
            if not on_ledger and refund.state in (RefundState.PENDING, RefundState.SUCCEEDED):
                raise DomainError("a refund is on its way to the ledger: look again in a minute")
        share = min(left, payment.received - payment.refunded)
        if share.minor > 0:
            number = 1
            while posting.excess_source(payment.id, number) in sources:
                number += 1
            shares.append((payment.id, posting.excess_source(payment.id, number), share))
            left -= share
    return shares
