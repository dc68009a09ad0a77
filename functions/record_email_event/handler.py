"""RecordEmailEvent: deliveries, bounces, complaints and opens reach the account."""

from __future__ import annotations

from typing import Any

from dunlin.adapters.aws.ses_events import read_email_event
from dunlin.domain.accounts.signal import Unread
from dunlin.runtime import wiring
from dunlin.runtime.batches import each_message
from dunlin.runtime.telemetry import count, logger
from dunlin.service.signals.provider_events import record


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """SQS messages, each an SES event from EventBridge; what failed is delivered again."""
    return each_message(event, _record)


def _record(message: dict[str, Any]) -> None:
    reading = read_email_event(message)
    if isinstance(reading, Unread):
        count("EmailEventsIgnored", reason=reading.reason)
        return
    outcome = record(
        reading, book=wiring.account_book(), waker=wiring.waker(), now=wiring.clock().now()
    )
    count("EmailEvents", kind=reading.signal.kind.value, outcome=outcome)
    logger.info(
        "email event",
        extra={
            "kind": reading.signal.kind.value,
            "outcome": outcome,
            "touch_id": reading.signal.touch_id,
            "account_id": reading.signal.account_id,
        },
    )
