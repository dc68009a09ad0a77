"""Recovery: an arrangement whose machine died is given a new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.errors import Conflict
from dunlin.ports.accounts import Accounts
from dunlin.ports.arrangements import DueArrangements
from dunlin.ports.machines import LadderWaker
from dunlin.service.arrangements.writing import account_of, set_going, write

# How long something may be due and undone before the machine counts as lost.
STUCK_AFTER = timedelta(minutes=10)


def restart_lost(*, book: DueArrangements, waker: LadderWaker, now: datetime) -> int:
    """Wake what should have moved, and start anew what no execution waits for. Harmless to run
    at any time, any number of times. Returns how many were started."""
    started = 0
    for arrangement in book.due_arrangements(now - STUCK_AFTER):
        if not waker.wake_arrangement(arrangement) and not waker.arrangement_running(arrangement):
            started += _restart(arrangement, book=book, waker=waker, now=now)
    return started


def _restart(arrangement: Arrangement, *, book: Accounts, waker: LadderWaker, now: datetime) -> int:
    again = replace(arrangement, run=arrangement.run + 1, version=arrangement.version + 1)
    account = account_of(arrangement.account_id, book)
    try:
        write(
            account,
            account,
            [again],
            what="ArrangementRestarted",
            data={"run": again.run},
            book=book,
            now=now,
        )
    except Conflict:
        return 0  # it moved just now
    set_going(again, account, waker=waker)
    return 1
