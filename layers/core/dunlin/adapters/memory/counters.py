"""Counters and event bus in memory: for tests and the rehearsal."""

from __future__ import annotations

from collections.abc import Sequence

from dunlin.domain.accounts.counters import CountedShare, CounterCell, Figure, fold, moves
from dunlin.domain.staff.events import DomainEvent


class MemoryCounters:
    """Keeps the share of each account; a tally is their sum."""

    def __init__(self) -> None:
        self.shares: dict[str, CountedShare] = {}

    def count(self, shares: Sequence[CountedShare]) -> int:
        fresh = moves(self.shares, shares).shares
        self.shares.update({share.account_id: share for share in fresh})
        return len(fresh)

    def tally(self, creditor: str) -> dict[CounterCell, Figure]:
        return fold(
            s for s in self.shares.values() if s.cell is not None and s.cell.creditor == creditor
        )


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
