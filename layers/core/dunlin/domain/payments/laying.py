"""A payment that names no single debt, laid over the debts of the person who paid. Pure.

The oldest due first. Where that leaves open which of several debts it pays, nothing is guessed:
the payment is for a person to place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

EQUAL_DEBTS, MORE_THAN_OWED, NOTHING_OWED = "equal_debts", "more_than_owed", "nothing_owed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDebt:
    """One debt that a payment may pay: what is owed of it, above nought, in minor units."""

    account_id: str
    due_on: date | None
    minor: int


Shares = tuple[tuple[str, int], ...]
"""(account id, minor units) of each debt that a payment pays, together the payment."""


class NotLaid(Exception):
    """Nobody but a person can say which debts a payment pays; `why` is a code."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def lay(minor: int, debts: Iterable[OpenDebt]) -> Shares:
    """What a payment of `minor` pays of each debt: the oldest due first, those without a due date
    last. Raises `NotLaid` where it brought more than is owed, or ends among debts that are due on
    one day."""
    owed = sorted(debts, key=lambda d: (d.due_on or date.max, d.account_id))
    if not owed:
        raise NotLaid(NOTHING_OWED)
    if minor > sum(d.minor for d in owed):
        raise NotLaid(MORE_THAN_OWED)
    shares: list[tuple[str, int]] = []
    left = minor
    for _, group in groupby(owed, key=lambda d: d.due_on):
        together = list(group)
        if left <= 0:
            break
        shares += _within(left, together)
        left -= sum(d.minor for d in together)
    return tuple(shares)


def _within(left: int, together: Sequence[OpenDebt]) -> Shares:
    """What is left of a payment over debts that are due on one day."""
    if left >= sum(d.minor for d in together):
        return tuple((d.account_id, d.minor) for d in together)
    if len(together) > 1:
        raise NotLaid(EQUAL_DEBTS)
    return ((together[0].account_id, left),)
