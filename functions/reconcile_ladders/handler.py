"""ReconcileLadders: restarts ladders that were lost and reports accounts nothing looks after."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.accounts.rests import end_rests
from dunlin.service.arrangements import restart_lost
from dunlin.service.contact.recovery import reconcile
from dunlin.service.staff.queue import tell_lapsed


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Called by a schedule. Returns how many were restarted, closed, unattended,
    done with a rest, and late."""
    book, creditors, now = wiring.account_book(), wiring.creditors(), wiring.clock().now()
    waker = wiring.arranging_waker()
    repaired = reconcile(book=book, creditors=creditors, waker=waker, now=now)
    arranged = restart_lost(book=book, waker=waker, now=now)
    rests = end_rests(book=book, now=now)
    lapsed = tell_lapsed(book=book, creditors=creditors, now=now)
    counts = {
        "restarted": repaired.restarted,
        "arrangements_restarted": arranged,
        "doubtful": repaired.doubtful,
        "unattended": len(repaired.unattended),
        "rests_over": rests,
        "lapsed": lapsed,
    }
    count("UnattendedAccounts", len(repaired.unattended))
    count("LaddersRestarted", repaired.restarted)
    count("ArrangementsRestarted", arranged)
    count("ServiceTimersLapsed", lapsed)
    logger.info("reconciled", extra={**counts, "accounts": repaired.unattended[:50]})
    return counts
