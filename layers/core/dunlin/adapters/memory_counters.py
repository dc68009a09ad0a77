"""Counters and event bus in memory: for tests and the rehearsal."""

from __future__ import annotations

from collections.abc import Sequence

from dunlin.domain.counters import Cell, Figure, Share, fold, moves
from dunlin.domain.events import DomainEvent


class MemoryCounters:
    """Keeps the share of each account; a tally is their sum."""

    def __init__(self) -> None:
        self.shares: dict[str, Share] = {}

    def count(self, shares: Sequence[Share]) -> int:
        fresh = moves(self.shares, shares).shares
        self.shares.update({share.account_id: share for share in fresh})
        return len(fresh)

    def tally(self, creditor: str) -> dict[Cell, Figure]:
        return fold(
            s for s in self.shares.values() if s.cell is not None and s.cell.creditor == creditor
        )


class MemoryBus:
    """Remembers what was told; the same event told twice is one event."""

    def __init__(self) -> None:
        self.events: dict[str, DomainEvent] = {}

    def publish(self, events: Sequence[DomainEvent]) -> None:
        self.events.update({event.event_id: event for event in events})
