"""PostPayment: posts the money of one stored event, exactly once, and wakes the ladder."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.batches import each_message
from dunlin.runtime.telemetry import count, logger
from dunlin.service.payments.posting import post_payment


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """SQS messages `{event_id}`; those that failed are delivered again."""
    now = wiring.clock().now()

    def post(message: dict[str, Any]) -> None:
        outcome = post_payment(
            message["event_id"],
            inbox=wiring.inbox(),
            read=wiring.read_payment_event,
            processor=wiring.processor(),
            book=wiring.account_book(),
            attempts=wiring.sessions(),
            waker=wiring.waker(),
            now=now,
        )
        count("PaymentEvents", outcome=outcome.value)
        logger.info("event", extra={"event_id": message["event_id"], "outcome": outcome.value})

    return each_message(event, post)
