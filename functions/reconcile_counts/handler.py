"""ReconcileCounts: counts accounts and messages anew, says what does not agree and mends it."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.payments.reconciliation import keep_report
from dunlin.service.reports.message_counts import count_messages
from dunlin.service.reports.publishing import count_anew, recount_all


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Called by a schedule, nightly. Returns the report on messages and how many counters drift."""
    now, book = wiring.clock().now(), wiring.account_book()
    messages = count_messages(book=book, statistics=wiring.send_statistics(), now=now)
    creditors, counters = wiring.creditors(), wiring.counters()
    drifts = recount_all(book=book, counters=counters, creditors=creditors)
    mended = sum(count_anew(name, book=book, counters=counters) for name in creditors.all())
    report = messages.document() | {"counters_adrift": len(drifts), "counted_anew": mended}
    key = keep_report("messages", report, box=wiring.drop_box(), now=now)
    count("MessageDifferences", messages.differences)
    count("CountersAdrift", len(drifts))
    logger.info("counted", extra={"report": key, "differences": messages.differences})
    for drift in drifts:
        logger.warning("counter adrift", extra={"drift": repr(drift)})
    return report
