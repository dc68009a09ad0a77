"""RecordSmsReceipt: the delivery status of texts, from the log group that SNS writes."""

from __future__ import annotations

from typing import Any

from dunlin.adapters.aws.sns_events import OVER_QUOTA, read_sms_receipt, read_status_lines
from dunlin.domain.accounts.signal import Unread
from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.signals.provider_events import record


def handler(event: dict[str, Any], _context: object) -> None:
    """One CloudWatch Logs event `{awslogs: {data}}`. A failure fails it whole, and it is
    delivered again: recording twice does nothing."""
    for line in read_status_lines(event):
        reading = read_sms_receipt(line)
        if isinstance(reading, Unread):
            count("SmsReceiptsIgnored", reason=reading.reason)
            continue
        outcome = record(
            reading, book=wiring.account_book(), waker=wiring.waker(), now=wiring.clock().now()
        )
        if reading.signal.detail.get("reason") == OVER_QUOTA:
            count("SendingLimited")
        count("SmsReceipts", kind=reading.signal.kind.value, outcome=outcome)
        logger.info(
            "text receipt", extra={"signal_id": reading.signal.signal_id, "outcome": outcome}
        )
