"""SendSms: spends a permit and sends its message once."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.contact.sending import send


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{account_id, touch_key, permit_id}` → `Sending` as a dict."""
    sending = send(
        event["account_id"],
        event["touch_key"],
        event["permit_id"],
        book=wiring.account_book(),
        ports=wiring.sms_outbox(),
        now=wiring.clock().now(),
    )
    if sending.outcome == "unknown":
        count("TouchesUnknown", channel="sms")
    if sending.refusal:
        count("TouchesRefused", channel="sms", reason=sending.refusal)
    if sending.refusal in ("quota", "stopped", "unreachable"):
        count("SendingLimited")
    logger.info("sending", extra={"touch": event["touch_key"], **asdict(sending)})
    return {k: v for k, v in asdict(sending).items() if k != "refusal"}
