"""ActivateAccounts: starts the ladders of a segment of a creditor's imported accounts."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import logger
from dunlin.service.activation import Segment, activate


def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """`{creditor, segment?: {min_days, max_days, industry}, limit?}` → counts by outcome."""
    counts = activate(
        event["creditor"],
        segment=Segment(**event.get("segment") or {}),
        limit=event.get("limit"),
        book=wiring.account_book(),
        creditors=wiring.creditors(),
        alarm=wiring.alarm(),
        now=wiring.clock().now(),
    )
    logger.info("activated", extra={"creditor": event["creditor"], "counts": counts})
    return counts
