"""Streams, counters and meters of the portfolio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.counters import CountedShare, CounterCell, Figure
from dunlin.domain.accounts.lists import Stretch
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.staff.events import DomainEvent
from dunlin.ports.accounts import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRecord:
    """One record of a table's stream: the row before and after, None where there was none."""

    record_id: str
    old: Account | LedgerEntry | Touch | Reply | None
    new: Account | LedgerEntry | Touch | Reply | None


class Counters(Protocol):
    """Counts, sums and lists of the portfolio, exact whatever a stream repeats or delays."""

    def count(self, shares: Sequence[CountedShare]) -> int:
        """Count and list each account's newest share in place of the one counted before; an older
        or equal version changes nothing. Returns how many accounts moved. Raises `Conflict`."""

    def tally(self, creditor: str) -> dict[CounterCell, Figure]:
        """All cells of a creditor that are not zero."""


class AccountLists(Protocol):
    """The lists of a creditor's accounts, as `Counters` keeps them."""

    def keys(self, stretch: Stretch, *, after: str = "", most: int) -> list[str]:
        """At most so many keys of a stretch, in its order, behind the key `after`; fewer only at
        its end. Each ends in an account's id."""


class SpendMeter(Protocol):
    """What messages have cost in a month (`2026-11`), in millionths of a dollar."""

    def add(self, month: str, micro: int) -> None: ...

    def spent(self, month: str) -> int: ...

    def stopped(self, month: str) -> int:
        """The highest cap that has stopped the month, 0 for none."""

    def note_stop(self, month: str, cap: int) -> None: ...


class EventBus(Protocol):
    """Tells domain events to other systems, at least once each."""

    def publish(self, events: Sequence[DomainEvent]) -> None:
        """Raises `Unavailable` where any of them was not taken."""


class PermittedTouches(Protocol):
    """Every message that was permitted, for counting."""

    def touches_permitted(self, start: datetime, end: datetime) -> Iterable[Touch]:
        """Every touch permitted in [start, end), in no order. Reads the whole table: for the
        nightly look alone."""
