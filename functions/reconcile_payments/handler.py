"""ReconcilePayments: holds the processor's events against the ledger and posts what was missed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.payments.reconciliation import keep_report

_DAYS = 4  # webhooks are retried for three


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Called by a schedule, daily, or by staff with `{days}` up to 30. Returns the report."""
    now = wiring.clock().now()
    days = min(30, max(1, int(event.get("days", _DAYS))))
    differences = wiring.reconciler().look(since=now - timedelta(days=days), now=now)
    report = differences.document()
    key = keep_report("payments", report, box=wiring.drop_box(), now=now)
    count("WebhooksMissed", len(differences.missed))
    count("PaymentDifferences", len(differences.differences))
    count("PaymentsStuck", len(differences.stuck))
    sizes = {name: len(report[name]) for name in ("missed", "posted", "stuck", "differences")}
    logger.info("payments reconciled", extra={"report": key, "events": differences.events, **sizes})
    return report
