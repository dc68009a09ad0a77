"""What a creditor waives of fees and interest. Paying the principal leaves them owed; nothing but
a person's decision makes them vanish.
"""

from __future__ import annotations

import re
from datetime import datetime

from dunlin.domain.accounts.account import LedgerEntry
from dunlin.domain.accounts.ledger import FEE, INTEREST, allocate
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import entry_id
from dunlin.domain.money import Money
from dunlin.domain.payments import posting
from dunlin.ports.accounts import Change
from dunlin.ports.machines import LadderWaker
from dunlin.ports.payments import ArrangedPostingBook
from dunlin.service.accounts.crediting import credit
from dunlin.service.accounts.staff_command import staff
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.payments.posting import policy_of, wake

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def waive(
    account_id: str,
    *,
    kind: str,
    amount: Money,
    by: str,
    why: str,
    book: ArrangedPostingBook,
    waker: LadderWaker,
    now: datetime,
) -> None:
    """Give up a part of the fees or interest that are still owed. `by` and `why` are codes.
    Raises `DomainError` for more than is left of that kind."""
    if kind not in (FEE, INTEREST):
        raise DomainError("fees and interest can be waived, nothing else")
    if amount.minor <= 0:
        raise DomainError("the amount must be positive")
    if not _CODE.fullmatch(why):
        raise DomainError("the reason is a code: letters, digits, dots, dashes, underscores")

    def attempt() -> None:
        account = book.account(account_id)
        if account is None or account.balance.currency != amount.currency:
            raise DomainError(f"no account {account_id} in {amount.currency}")
        ledger = book.ledger(account_id)
        order = policy_of(account, book=book).allocation
        left = next(
            s.left for s in allocate(ledger, amount.currency, order).shares if s.part == kind
        )
        if left < amount:
            raise DomainError(f"only {left} of {kind} is left")
        # A waiver is a decision of its own each time: it is told from others by the version.
        source = f"waived/{kind}/{account.version + 1}"
        line = LedgerEntry(
            entry_id=entry_id(account_id, source),
            account_id=account_id,
            kind=kind,
            amount=-amount,
            on=now.date(),
            source=source,
            note=f"waived: {why}",
        )
        after, arranged = credit(
            posting.add(account, (line,), now).account, (line,), book=book, at=now
        )
        write(
            book,
            account,
            after,
            now=now,
            actor=staff(by),
            what="ChargeWaived",
            data={
                "entries": [[line.entry_id, line.kind, line.amount.minor, line.source]],
                "balance": after.balance.minor,
                "currency": after.balance.currency,
            },
            besides=Change(arrangements=arranged, ledger=(line,)),
        )

    retry_on_conflict(attempt)
    wake(account_id, book.arrangements(account_id)[:1], waker=waker)
