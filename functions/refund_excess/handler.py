"""RefundExcess: gives back what was paid too much, on the word of a person at the creditor."""

from __future__ import annotations

from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.payments.refunds import refund_excess


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{account_id, by, why}` → `{refunded}` for people, or `{refused}` with the reason."""
    try:
        returned = refund_excess(
            event["account_id"],
            by=event["by"],
            why=event["why"],
            processor=wiring.processor(),
            book=wiring.account_book(),
            now=wiring.clock().now(),
        )
    except DomainError as refusal:
        return {"refused": str(refusal)}
    count("ExcessRefunds")
    logger.info("excess refunded", extra={"account_id": event["account_id"]})
    return {"refunded": str(returned)}
