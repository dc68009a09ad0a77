"""What money does to an account's arrangement, whoever tells of it: the processor, a billing
system, a payments file, a newer export. It stands below all of them, so that there is one rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from dunlin.domain.accounts import arrangement_steps
from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.arrangements.arrangement import (
    Arrangement,
    arrangeable,
    credited,
    goes_on_at,
    scheduled,
)
from dunlin.ports.accounts import BoundStrategies
from dunlin.ports.payments import MovedArrangements


class CreditingBook(MovedArrangements, BoundStrategies, Protocol):
    """The arrangement that money counts to, and its terms."""


def credit(
    account: Account,
    entries: Sequence[LedgerEntry],
    *,
    book: CreditingBook,
    at: datetime,
    followed: Callable[[Arrangement], Arrangement] | None = None,
) -> tuple[Account, tuple[Arrangement, ...]]:
    """What ledger entries do to the account's arrangement, to be written with them.

    `account` and `entries` are as posted; `followed` is what else is heard of the arrangement by
    the same word, as of its own debits. What was paid is laid over the instalments from the
    oldest on, what came back is owed under them again. No arrangement in force: it stays as it
    is. Paid in full, it ends and lets the account go.
    """
    arrangement = book.arrangement_of(account)
    if arrangement is None or not arrangement.in_force:
        return account, ()
    after = arrangement if followed is None else followed(arrangement)
    if entries:
        moved = sum((e.amount for e in entries), start=after.left)
        owed = min(moved, arrangeable(account), key=lambda m: m.minor)
        after = credited(after, owed, at)
    if after == arrangement:
        return account, ()
    if after.state is not arrangement.state:
        goes_on = goes_on_at(book.strategy_of(account), at)
        account = arrangement_steps.end_arrangement(account, goes_on)
    return account, (replace(scheduled(after), version=arrangement.version + 1),)
