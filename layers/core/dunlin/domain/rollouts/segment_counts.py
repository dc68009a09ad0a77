"""Segments counted over the accounts of a creditor, one account after another, and segments that
the accounts themselves suggest. Nothing of an account is kept but what it adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import permutations

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.aging import AgingBucket, aging_bucket
from dunlin.domain.rollouts.rollout import Segment, ineligible
from dunlin.domain.strategy.strategy import Selection, Span, Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A segment counted: accounts, what they owe by currency, how many a ladder may start on,
    and how many it shares with each of the other segments counted."""

    segment: Segment
    accounts: int
    owed: Mapping[str, int]
    ready: int
    overlaps: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Sum:
    accounts: int = 0
    ready: int = 0
    owed: Counter[str] = field(default_factory=Counter)

    def add(self, account: Account, *, ready: bool) -> None:
        self.accounts += 1
        self.ready += ready
        self.owed[account.balance.currency] += account.balance.minor


_Cell = tuple[AgingBucket, str, str]  # an account's bucket, industry and kind of debt
_BUCKETS = {
    AgingBucket.TO_30: Span(low=0, high=30),
    AgingBucket.TO_60: Span(low=31, high=60),
    AgingBucket.TO_90: Span(low=61, high=90),
    AgingBucket.OVER_90: Span(low=91),
}


class SegmentCounts:
    """Counts of some segments, and of what may be suggested beside them: of the accounts that are
    on a ladder or may begin one."""

    def __init__(self, segments: Sequence[Segment], strategy: Strategy, today: date) -> None:
        self._segments, self._strategy, self._today = segments, strategy, today
        self._sums = {segment.name: _Sum() for segment in segments}
        self._shared: Counter[tuple[str, str]] = Counter()
        self._cells: dict[_Cell, _Sum] = {}

    def add(self, account: Account) -> None:
        """One account more."""
        if not account.on_ladder:
            return
        ready = not ineligible(account, self._strategy, self._today)
        names = [s.name for s in self._segments if s.when.takes(account, self._today)]
        for name in names:
            self._sums[name].add(account, ready=ready)
        self._shared.update(permutations(names, 2))
        if ready:
            bucket = aging_bucket(account.due_on, self._today)
            cell = (bucket, account.industry, account.debt_kind)
            self._cells.setdefault(cell, _Sum()).add(account, ready=True)

    def counts(self) -> list[Count]:
        """The segments as they were counted, with what they share."""
        return [
            Count(
                segment=segment,
                accounts=(counted := self._sums[segment.name]).accounts,
                owed=dict(sorted(counted.owed.items())),
                ready=counted.ready,
                overlaps={
                    other.name: shared
                    for other in self._segments
                    if (shared := self._shared[segment.name, other.name])
                },
            )
            for segment in self._segments
        ]

    def suggested(self) -> list[Count]:
        """Starting segments of accounts that are ready: the simplest first (fewest conditions),
        then the largest. A segment that takes the same accounts as a simpler one is left out."""
        taking = [(segment, self._taken_by(segment)) for segment in self._candidates()]
        counts = [
            (
                Count(
                    segment=segment,
                    accounts=(number := self._number(cells)),
                    owed=self._owed(cells),
                    ready=number,
                    overlaps={
                        other.name: shared
                        for other, theirs in taking
                        if other.name != segment.name and (shared := self._number(cells & theirs))
                    },
                ),
                cells,
            )
            for segment, cells in taking
        ]
        counts.sort(key=lambda c: (c[0].segment.when.conditions, -c[0].ready, c[0].segment.name))
        kept: list[Count] = []
        seen: set[frozenset[_Cell]] = set()
        for counted, cells in counts:
            if cells and cells not in seen:
                seen.add(cells)
                kept.append(counted)
        return kept

    def _candidates(self) -> Iterable[Segment]:
        industries = sorted({industry for _, industry, _ in self._cells})
        kinds = sorted({kind for _, _, kind in self._cells})
        yield Segment(name="everybody", when=Selection())
        for bucket in sorted({bucket for bucket, _, _ in self._cells if bucket in _BUCKETS}):
            span = _BUCKETS[bucket]
            yield Segment(name=f"{bucket} days", when=Selection(days_past_due=span))
            for industry in industries if len(industries) > 1 else ():
                when = Selection(days_past_due=span, industry=(industry,))
                yield Segment(name=f"{industry}, {bucket} days", when=when)
            for kind in kinds if len(kinds) > 1 else ():
                when = Selection(days_past_due=span, debt_kind=(kind,))
                yield Segment(name=f"{kind}, {bucket} days", when=when)

    def _taken_by(self, segment: Segment) -> frozenset[_Cell]:
        """The cells of which a suggested segment takes every account; it takes none of others."""
        when = segment.when
        return frozenset(
            cell
            for cell in self._cells
            if when.days_past_due in (None, _BUCKETS.get(cell[0]))
            and (not when.industry or cell[1] in when.industry)
            and (not when.debt_kind or cell[2] in when.debt_kind)
        )

    def _number(self, cells: Iterable[_Cell]) -> int:
        return sum(self._cells[cell].accounts for cell in cells)

    def _owed(self, cells: Iterable[_Cell]) -> dict[str, int]:
        owed: Counter[str] = Counter()
        for cell in cells:
            owed.update(self._cells[cell].owed)
        return dict(sorted(owed.items()))
