"""Counters and event bus in memory: for tests and the rehearsal."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from itertools import islice

from dunlin.domain.accounts.counters import CountedShare, CounterCell, Figure, fold, moves
from dunlin.domain.accounts.lists import Stretch, places
from dunlin.domain.staff.events import DomainEvent


class MemoryCounters:
    """Keeps the share of each account, and who stands on which list; a tally is the shares' sum."""

    def __init__(self) -> None:
        self.shares: dict[str, CountedShare] = {}
        self.lists: dict[str, list[str]] = {}  # each in order

    def count(self, shares: Sequence[CountedShare]) -> int:
        fresh = moves(self.shares, shares).shares
        for share in fresh:
            before = self.shares.get(share.account_id)
            for place in places(before) if before is not None else ():
                keys = self.lists[place.name]
                del keys[bisect_left(keys, place.key)]
            for place in places(share):
                insort(self.lists.setdefault(place.name, []), place.key)
            self.shares[share.account_id] = share
        return len(fresh)

    def tally(self, creditor: str) -> dict[CounterCell, Figure]:
        return fold(
            s for s in self.shares.values() if s.cell is not None and s.cell.creditor == creditor
        )


class MemoryAccountLists:
    """The lists of what `counters` has counted."""

    def __init__(self, counters: MemoryCounters) -> None:
        self._counters = counters

    def keys(self, stretch: Stretch, *, after: str = "", most: int) -> list[str]:
        left = stretch.behind(after) if after else stretch
        lists = [self._list(name, left, most + 1) for name in left.lists]
        merged = heapq.merge(*lists, reverse=left.backwards)
        return list(islice((key for key in merged if key != after), most))

    def _list(self, name: str, stretch: Stretch, most: int) -> list[str]:
        keys = self._counters.lists.get(name, [])
        start, end = bisect_left(keys, stretch.first), bisect_right(keys, stretch.last)
        if stretch.backwards:
            return keys[max(start, end - most) : end][::-1]
        return keys[start : min(start + most, end)]


class MemorySpendMeter:
    """Sums by month."""

    def __init__(self) -> None:
        self.sums: dict[str, int] = {}
        self.stops: dict[str, int] = {}

    def add(self, month: str, micro: int) -> None:
        self.sums[month] = self.spent(month) + micro

    def spent(self, month: str) -> int:
        return self.sums.get(month, 0)

    def stopped(self, month: str) -> int:
        return self.stops.get(month, 0)

    def note_stop(self, month: str, cap: int) -> None:
        self.stops[month] = cap


class MemoryBus:
    """Remembers what was told; the same event told twice is one event."""

    def __init__(self) -> None:
        self.events: dict[str, DomainEvent] = {}

    def publish(self, events: Sequence[DomainEvent]) -> None:
        self.events.update({event.event_id: event for event in events})
