"""ReadReply: reads a text that a person wrote back, STOP first."""

from __future__ import annotations

from typing import Any

from dunlin.adapters.aws.sns_events import read_inbound_text
from dunlin.runtime import wiring
from dunlin.runtime.batches import each_message
from dunlin.runtime.telemetry import count, logger
from dunlin.service.signals.replies import read_reply


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """SQS messages, each an SNS notification of the two-way number's topic."""
    return each_message(event, _read)


def _read(message: dict[str, Any]) -> None:
    inbound = read_inbound_text(message)
    if inbound is None:
        count("Replies", outcome="malformed")
        return
    outcome = read_reply(
        inbound,
        book=wiring.account_book(),
        creditors=wiring.creditors(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
        model=wiring.reply_model(),
    )
    count("Replies", outcome=outcome)
    logger.info("reply", extra={"message_id": inbound.message_id, "outcome": outcome})
