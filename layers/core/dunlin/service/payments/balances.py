"""What a billing system says of one account's balance: a credit, a payment taken elsewhere, a
charge, a fee, or what is owed now. One line each, however often it is said, and in force before
the next touch.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dunlin.domain import ids
from dunlin.domain.accounts import lifecycle, stated
from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.billing_words import RETURNED, SIGNS, BalanceChange, StatedBalance
from dunlin.domain.money import Money
from dunlin.domain.payments import posting
from dunlin.ports.accounts import Change
from dunlin.ports.machines import LadderWaker
from dunlin.ports.payments import ArrangedPostingBook, Checkouts
from dunlin.ports.portal import PaymentAttempts
from dunlin.service.accounts.crediting import credit
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.payments.payments import close_page
from dunlin.service.payments.posting import wake

_ENTRIES = {"balance": "adjustment", RETURNED: "refund"}
"""The kind of a ledger entry where it is not the change's own."""


def change_balance(
    account_id: str,
    change: BalanceChange | StatedBalance,
    *,
    by: str,
    book: ArrangedPostingBook,
    attempts: PaymentAttempts,
    processor: Checkouts,
    waker: LadderWaker,
    now: datetime,
    noted: Change | None = None,
) -> tuple[bool, Account]:
    """Apply a change, wake the ladder and close a page that asks for too much now. Returns
    whether it was new, and the account as it stands. `noted` is written with it.

    A credit is laid over the instalments of an arrangement, as a payment is, and a payment that was
    returned is owed under them again; a charge stays outside of it. A charge on a settled account
    opens it for staff, as a refund does; a stated
    balance is taken as a file's figure is. Raises `DomainError` for an unknown or closed account
    or another currency; `Unavailable` where the page could not be closed: say it again.
    """
    kind = change.kind if isinstance(change, BalanceChange) else "balance"
    source = f"billing/{kind}/{change.change_id}"

    def attempt() -> tuple[bool, Account, bool]:
        account = book.account(account_id)
        if account is None:
            raise DomainError("no such account")
        if account.balance.currency != change.amount.currency:
            raise DomainError(f"the account is in {account.balance.currency}")
        if book.has_entry(account_id, ids.entry_id(account_id, source)):
            return False, account, True
        if account.status is Status.CLOSED:
            raise DomainError("the account is closed")
        extras, minor = _moved(account, change, now)
        lines = _lines(account, kind, source, minor, now)
        result = _posted(replace(account, extras=extras), lines, now) if lines else account
        result = replace(result, extras=extras)
        arranged: tuple[Arrangement, ...] = ()
        if minor < 0 or kind == RETURNED:
            result, arranged = credit(result, lines, book=book, at=now)
        after = write(
            book,
            account,
            result,
            now=now,
            actor=by,
            what="BalanceChanged",
            data={
                "entries": [[e.entry_id, e.kind, e.amount.minor, e.source] for e in lines],
                "balance": result.balance.minor,
                "currency": result.balance.currency,
                "status": result.status.value,
            },
            besides=replace(noted or Change(), arrangements=arranged, ledger=lines),
        )
        return True, after, bool(account.arrangement_id)

    fresh, account, arranged_before = retry_on_conflict(attempt)
    newest = book.arrangements(account_id)[:1] if arranged_before else ()
    wake(account_id, newest, waker=waker)
    close_page(account, but="", attempts=attempts, processor=processor)
    return fresh, account


def _moved(
    account: Account, change: BalanceChange | StatedBalance, now: datetime
) -> tuple[dict[str, str], int]:
    """The account's extras after a change, and by how much it moves the balance."""
    if isinstance(change, BalanceChange):
        minor = SIGNS[change.kind] * change.amount.minor
        return stated.moved(account.extras, minor), minor
    extras = dict(account.extras)
    # A billing system tells in order: it knows of all that it told, and of payments files too.
    known = stated.told(extras, stated.RECEIVED, stated.LOWERED)
    have, owed = account.balance.minor, change.amount.minor
    return extras, stated.difference(extras, have, owed, known=known, as_of=now.date())


def _lines(
    account: Account, kind: str, source: str, minor: int, now: datetime
) -> tuple[LedgerEntry, ...]:
    if not minor:
        return ()
    return (
        LedgerEntry(
            entry_id=ids.entry_id(account.account_id, source),
            account_id=account.account_id,
            kind=_ENTRIES.get(kind, kind),
            amount=Money(minor, account.balance.currency),
            on=now.date(),
            source=source,
        ),
    )


def _posted(account: Account, lines: tuple[LedgerEntry, ...], now: datetime) -> Account:
    """The account with its new balance. What a figure of the books asks anew begins at the first
    rung, as from a file; money that it shows as come rests the ladder."""
    (line,) = lines
    if line.kind != "adjustment":
        return posting.add(account, lines, now).account
    owed = account.balance + line.amount
    if account.status is Status.SETTLED and owed.minor > 0:
        return lifecycle.reimport(replace(account, balance=owed))
    result = posting.add(account, lines, now).account
    return replace(result, paid_at=now) if line.amount.minor < 0 else result
