"""What a billing system says of one account at once: a credit, a payment taken elsewhere, a charge,
a fee. One line each, however often it is said, and in force before the next touch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dunlin.domain import ids
from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.payments import posting
from dunlin.ports.accounts import Change
from dunlin.ports.machines import LadderWaker
from dunlin.ports.payments import ArrangedPostingBook, Checkouts
from dunlin.ports.portal import PaymentAttempts
from dunlin.service import arrangements
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.payments.payments import close_page
from dunlin.service.payments.posting import wake

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_SIGNS = {"credit": -1, "payment": -1, "charge": 1, "fee": 1, "interest": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceChange:
    """One change as the billing system numbers it: `change_id` makes saying it again harmless,
    `amount` is positive and `kind` says which way it goes: credit and payment lower the balance,
    charge, fee and interest raise it.

    A fee or interest may be charged only where the contract or the law says so (12 CFR
    1006.22(b)); Dunlin adds none by itself.
    """

    change_id: str
    kind: str
    amount: Money

    def __post_init__(self) -> None:
        if self.kind not in _SIGNS:
            raise DomainError(f"the kind is one of {', '.join(_SIGNS)}")
        if not _ID.fullmatch(self.change_id):
            raise DomainError("a change id is 1 to 64 letters, digits, dots, colons and dashes")
        if self.amount.minor <= 0:
            raise DomainError("the amount must be positive")


def read_change(document: Mapping[str, Any]) -> tuple[str, BalanceChange]:
    """`{creditor, reference, change_id, kind, amount_minor, currency}`, as a billing system says
    it: the account's id and the change. Raises `DomainError` that names the field which lacks,
    or is not text (a whole number for `amount_minor`, in minor units)."""
    for name in ("creditor", "reference", "change_id", "kind", "amount_minor", "currency"):
        if name not in document:
            raise DomainError(f"missing '{name}'")
        wanted, word = (int, "a whole number") if name == "amount_minor" else (str, "text")
        if type(document[name]) is not wanted:
            raise DomainError(f"'{name}' is not {word}")
    account_id = ids.account_id(ids.creditor_id(document["creditor"]), document["reference"])
    change = BalanceChange(
        change_id=document["change_id"],
        kind=document["kind"],
        amount=Money(document["amount_minor"], document["currency"]),
    )
    return account_id, change


def change_balance(
    account_id: str,
    change: BalanceChange,
    *,
    by: str,
    book: ArrangedPostingBook,
    attempts: PaymentAttempts,
    processor: Checkouts,
    waker: LadderWaker,
    now: datetime,
) -> tuple[bool, Account]:
    """Apply a change, wake the ladder and close a page that asks for too much now. Returns
    whether it was new, and the account as it stands.

    A credit is laid over the instalments of an arrangement, as a payment is; a charge stays
    outside of it. A charge on a settled account opens it for staff, as a refund does. Raises
    `DomainError` for an unknown or closed account or another currency; `Unavailable` where the
    page could not be closed: say it again.
    """
    source = f"billing/{change.kind}/{change.change_id}"

    def attempt() -> tuple[bool, Account]:
        account = book.account(account_id)
        if account is None:
            raise DomainError("no such account")
        if account.balance.currency != change.amount.currency:
            raise DomainError(f"the account is in {account.balance.currency}")
        if book.has_entry(account_id, ids.entry_id(account_id, source)):
            return False, account
        if account.status is Status.CLOSED:
            raise DomainError("the account is closed")
        sign = _SIGNS[change.kind]
        line = LedgerEntry(
            entry_id=ids.entry_id(account_id, source),
            account_id=account_id,
            kind=change.kind,
            amount=change.amount if sign > 0 else -change.amount,
            on=now.date(),
            source=source,
        )
        result = posting.add(account, (line,), now).account
        if sign < 0:
            result, arranged = arrangements.credit(result, (line,), None, book=book, at=now)
        else:
            arranged = ()
        after = write(
            book,
            account,
            result,
            now=now,
            actor=by,
            what="BalanceChanged",
            data={
                "entries": [[line.entry_id, line.kind, line.amount.minor, line.source]],
                "balance": result.balance.minor,
                "currency": result.balance.currency,
                "status": result.status.value,
            },
            besides=Change(arrangements=arranged, ledger=(line,)),
        )
        return True, after

    fresh, account = retry_on_conflict(attempt)
    wake(account_id, book.arrangements(account_id)[:1], waker=waker)
    close_page(account, but="", attempts=attempts, processor=processor)
    return fresh, account
