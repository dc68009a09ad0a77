"""ReconcileLadders: restarts ladders that were lost and reports accounts nothing looks after."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.recovery import reconcile


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Called by a schedule. Returns how many were restarted, closed and unattended."""
    found = reconcile(
        book=wiring.account_book(),
        creditors=wiring.creditors(),
        alarm=wiring.alarm(),
        now=wiring.clock().now(),
    )
    counts = {
        "restarted": found.restarted,
        "doubtful": found.doubtful,
        "unattended": len(found.unattended),
    }
    count("UnattendedAccounts", len(found.unattended))
    count("LaddersRestarted", found.restarted)
    logger.info("reconciled", extra={**counts, "accounts": found.unattended[:50]})
    return counts
