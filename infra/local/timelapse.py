"""The driver of the virtual clock: it stands still while work is in flight, then it jumps.

It waits until every execution waits and every queue is empty, moves the clock to the earliest due
instant or outside event, wakes those ladders, and looks again. Nothing races; the same input
gives the same run.
"""

import heapq
import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.house import House

# Ladders that fall due within this time of the earliest are woken together, at the last of them.
TOGETHER = timedelta(minutes=15)


@dataclass(order=True)
class _Event:
    at: datetime
    order: int
    act: Callable[[], None] = field(compare=False)


class TimeLapse:
    """Moves the clock of one house. `plan` adds outside events (people, providers)."""

    def __init__(self, house: House) -> None:
        os.environ.update(house.environment())
        from dunlin.adapters.clocks import VirtualClock
        from dunlin.runtime import wiring

        self._cloud = house.cloud
        self._book = wiring.account_book()
        self._alarm = wiring.alarm()
        clock = wiring.clock()
        if not isinstance(clock, VirtualClock):
            raise RuntimeError("this stack reads real time: deploy it with TimeLapse")
        self._clock = clock
        self._events: list[_Event] = []
        self._count = itertools.count()
        self.jumps = 0

    @property
    def now(self) -> datetime:
        return self._clock.now()

    def plan(self, at: datetime, act: Callable[[], None]) -> None:
        """Let `act` happen at a virtual instant; past instants happen at the next look."""
        heapq.heappush(self._events, _Event(at, next(self._count), act))

    def run(
        self,
        until: datetime,
        *,
        after_each: Callable[[], None] = lambda: None,
        settle: float = 120,
    ) -> None:
        """Let the house live until a virtual instant or until nothing is left to happen.

        `after_each` is called whenever everything has come to rest, before the clock moves;
        it may plan events. Raises `CloudError` where the house does not come to rest.
        """
        while True:
            self._cloud.settle(settle)
            after_each()
            following = self._next()
            if following is None or following > until:
                break
            self._jump(max(following, self.now))
        if self.now < until:
            self._clock.move(until)

    def _next(self) -> datetime | None:
        due = next(iter(self._book.due(datetime.max.replace(tzinfo=self.now.tzinfo))), None)
        instants = [e.at for e in self._events[:1]]
        if due is not None and due.due_at is not None:
            instants.append(due.due_at)
        return min(instants, default=None)

    def _jump(self, at: datetime) -> None:
        self.jumps += 1
        horizon = at + TOGETHER
        if self._events:
            horizon = min(horizon, max(at, self._events[0].at))
        due = [a for a in self._book.due(horizon) if a.due_at is not None]
        target = max([at, *(a.due_at for a in due if a.due_at)])
        self._clock.move(target)
        while self._events and self._events[0].at <= target:
            heapq.heappop(self._events).act()
        for account in due:
            self._alarm.wake(account.account_id)
