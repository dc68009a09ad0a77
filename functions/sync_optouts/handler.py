"""SyncOptouts: keeps the opt-out lists of SNS and SES in step with ours."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.signals.optouts import DAYS, reconcile_optouts


def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Called by a schedule, daily; `days` asks for more than a week after a long outage. Returns
    how many were closed here and listed there."""
    differences = reconcile_optouts(
        lists=wiring.optout_lists(),
        book=wiring.account_book(),
        addresses=wiring.account_book(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
        days=int(event.get("days", DAYS)),
    )
    counts = {
        "closed": differences.closed,
        "listed": differences.listed,
        "strangers": differences.strangers,
    }
    count("OptOutsFromProviders", differences.closed)
    logger.info("in step", extra=counts)
    return counts
