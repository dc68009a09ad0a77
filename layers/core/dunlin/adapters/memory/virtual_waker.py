"""An alarm on a virtual clock in one process: what it wakes or starts is noted, to come next.

No arrangement ever waits here: nobody is there to ask for one.
"""

from __future__ import annotations

import heapq
from datetime import UTC, datetime
from itertools import count

from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account


class VirtualWaker(MemoryWaker):
    """`rehearsal.Clockwork`: instants in order, those noted first first."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.min.replace(tzinfo=UTC)
        self._due: list[tuple[datetime, int, str, str, str]] = []
        self._order = count()

    def at(self, when: datetime, account_id: str, kind: str = "", cause: str = "") -> None:
        heapq.heappush(self._due, (when, next(self._order), account_id, kind, cause))

    def next(self) -> tuple[datetime, str, str, str] | None:
        if not self._due:
            return None
        when, _, account_id, kind, cause = heapq.heappop(self._due)
        return when, account_id, kind, cause

    def wake(self, account_id: str) -> bool:
        self.at(self.now, account_id)
        return True

    def start(self, account: Account, *, wait_seconds: int) -> bool:
        fresh = super().start(account, wait_seconds=wait_seconds)
        if fresh and account.due_at is not None:
            self.at(account.due_at, account.account_id)
        return fresh

    def notice(self, *, account: Account, kind: str, cause: str) -> bool:
        fresh = super().notice(account=account, kind=kind, cause=cause)
        if fresh:
            self.at(self.now, account.account_id, kind, cause)
        return fresh
