"""Re-entry: small and written-off balances whose ladder has ended may be looked at once more.

What comes in afterwards is reported apart, so that nobody takes it for what the first ladder did.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.money import Money
from dunlin.domain.reports.measures import SMALL_MINOR
from dunlin.domain.strategy.strategy import REENTERED


class Group(StrEnum):
    """Why an account may enter again."""

    WRITTEN_OFF = "written_off"
    SMALL = "small"


def group_of(account: Account, *, small_under_minor: int = SMALL_MINOR) -> Group | None:
    """The group of an account, None where it belongs to neither."""
    if account.extras.get("written_off") == "yes":
        return Group.WRITTEN_OFF
    return Group.SMALL if 0 < account.balance.minor < small_under_minor else None


def barred(account: Account, *, small_under_minor: int = SMALL_MINOR) -> str:
    """Why an account may not enter again, "" where it may. Once is enough."""
    if account.extras.get(REENTERED):
        return "it has entered again before"
    if account.status is not Status.EXHAUSTED:
        return f"it is {account.status.value}; only a ladder that has ended is begun anew"
    if account.balance.minor <= 0:
        return "nothing is owed"
    if account.hold is not None:
        return f"held: {account.hold.value}"
    if account.waits_for_staff:
        return "something on it waits for a person"
    if group_of(account, small_under_minor=small_under_minor) is None:
        return "it is neither small nor written off"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What came in on the accounts of one group and currency since they entered again."""

    group: Group
    accounts: int
    paid: Money
    outstanding: Money


_PAID = frozenset({"payment", "refund", "chargeback"})


def paid_minor(ledger: Iterable[LedgerEntry]) -> int:
    """What came in on an account, in minor units, less what went back."""
    return -sum(entry.amount.minor for entry in ledger if entry.kind in _PAID)


def recovered(accounts: Iterable[tuple[Account, Sequence[LedgerEntry]]]) -> tuple[Recovered, ...]:
    """Recoveries of accounts that entered again, by group and currency; never in the totals of
    the others. What was paid before counts for the first ladder, what was given back against."""
    sums: dict[tuple[Group, str], list[int]] = {}
    for account, ledger in accounts:
        again = account.extras.get(REENTERED)
        if not again:
            continue
        _, name, before = again.split(" ")
        paid = paid_minor(ledger) - int(before)
        key = (Group(name), account.balance.currency)
        amounts = sums.setdefault(key, [0, 0, 0])
        amounts[0] += 1
        amounts[1] += paid
        amounts[2] += max(0, account.balance.minor)
    return tuple(
        Recovered(
            group=group,
            accounts=count,
            paid=Money(paid, currency),
            outstanding=Money(left, currency),
        )
        for (group, currency), (count, paid, left) in sorted(sums.items())
    )


def entered(on: date, group: Group, ledger: Iterable[LedgerEntry]) -> str:
    """What an account keeps of its re-entry: the day, why, and what had been paid by then."""
    return f"{on.isoformat()} {group.value} {paid_minor(ledger)}"
