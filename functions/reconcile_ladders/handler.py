"""ReconcileLadders: restarts ladders that were lost and reports accounts nothing looks after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.runtime.time_left import seconds_left
from dunlin.service.accounts.rests import end_rests
from dunlin.service.arrangements import restart_lost
from dunlin.service.contact.recovery import RunLimit, reconcile
from dunlin.service.staff.queue import tell_lapsed

_WALK = "ladders"
_LONGEST = timedelta(minutes=15)  # the timeout of the function: a run that died holds no other up


def handler(_event: dict[str, Any], context: object) -> dict[str, int]:
    """Called by a schedule. Returns how many were restarted, closed, unattended,
    done with a rest, and late; nothing while the run before is still at it."""
    walks, began = wiring.walks(), wiring.real_clock().now()
    cursor = walks.begin(_WALK, until=began + _LONGEST, now=began)
    if cursor is None:
        logger.info("the run before is still at it")
        return {}
    book, creditors, now = wiring.account_book(), wiring.creditors(), wiring.clock().now()
    waker = wiring.arranging_waker()
    try:
        limit = RunLimit(cursor=cursor, seconds_left=lambda: seconds_left(context))
        repaired = reconcile(book=book, creditors=creditors, waker=waker, now=now, limit=limit)
        cursor = repaired.cursor
        # Told at once: what fails behind it must not hide what was found.
        count("UnattendedAccounts", len(repaired.unattended))
        count("LaddersRestarted", repaired.restarted)
        rests = end_rests(book=book, now=now)
        lapsed = tell_lapsed(book=book, creditors=creditors, now=now)
        # Last, for it describes each execution, and of very many is throttled on the way.
        arranged = restart_lost(book=book, waker=waker, now=now)
    finally:
        walks.end(_WALK, cursor)
    counts = {
        "restarted": repaired.restarted,
        "arrangements_restarted": arranged,
        "doubtful": repaired.doubtful,
        "unattended": len(repaired.unattended),
        "rests_over": rests,
        "lapsed": lapsed,
    }
    count("ArrangementsRestarted", arranged)
    count("ServiceTimersLapsed", lapsed)
    logger.info("reconciled", extra={**counts, "accounts": repaired.unattended[:50]})
    return counts
