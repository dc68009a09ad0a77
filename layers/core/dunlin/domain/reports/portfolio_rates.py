"""Rates of a portfolio: what rolls into an older aging bucket, and which arrangements are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dunlin.domain.accounts.aging import AgingBucket, aging_bucket
from dunlin.domain.arrangements.arrangement import Arrangement, ArrangementState
from dunlin.domain.reports.outcome import Member

_ORDER = (
    AgingBucket.NOT_DUE,
    AgingBucket.TO_30,
    AgingBucket.TO_60,
    AgingBucket.TO_90,
    AgingBucket.OVER_90,
)
_KEPT = (ArrangementState.KEPT, ArrangementState.PAID_OFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Arrangements that ended by being kept (on time or paid off early) or broken."""

    kept: int
    broken: int

    @property
    def rate(self) -> Fraction | None:
        ended = self.kept + self.broken
        return Fraction(self.kept, ended) if ended else None


def kept(arrangements: Iterable[Arrangement]) -> Kept:
    """Count those that ended; cancelled and replaced ones are neither."""
    states = Counter(a.state for a in arrangements)
    return Kept(kept=sum(states[state] for state in _KEPT), broken=states[ArrangementState.BROKEN])


def roll_rates(
    members: Iterable[Member], first: date, last: date
) -> dict[str, Mapping[AgingBucket, Fraction]]:
    """By currency and aging bucket on `first`: of what was owed in it at the end of that day, the
    share that is still owed at the end of `last` and stands in an older bucket then. Buckets in
    which nothing was owed are left out; so are debts without a due date."""
    owed: dict[str, Counter[AgingBucket]] = {}
    rolled: dict[str, Counter[AgingBucket]] = {}
    for member in members:
        due, currency = member.account.due_on, member.account.balance.currency
        before, after = aging_bucket(due, first), aging_bucket(due, last)
        left = _owed(member, first)
        if before not in _ORDER or left <= 0:
            continue
        owed.setdefault(currency, Counter())[before] += left
        if _ORDER.index(after) > _ORDER.index(before):
            rolled.setdefault(currency, Counter())[before] += max(0, min(left, _owed(member, last)))
    return {
        currency: {
            bucket: Fraction(rolled.get(currency, Counter())[bucket], counts[bucket])
            for bucket in _ORDER
            if counts[bucket]
        }
        for currency, counts in sorted(owed.items())
    }


def _owed(member: Member, day: date) -> int:
    """The balance at the end of a day, in minor units."""
    return sum(e.amount.minor for e in member.ledger if e.on <= day)
