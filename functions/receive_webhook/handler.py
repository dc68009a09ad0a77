"""ReceiveWebhook: verifies a payment event on its raw bytes, stores it once, queues it."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from dunlin.domain.payments.payments import ForgedEvent
from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.payments.posting import receive_event

_LIMIT = 300_000  # a stored event must fit a table row of 400 KB


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """API request → 200, or 400 for an event that is forged, too old, too large or unreadable."""
    now = wiring.real_clock().now()
    headers = {k.lower(): v for k, v in (event.get("headers") or {}).items()}
    try:
        raw = _raw(event)
        event_id = wiring.webhook().verify(raw, headers.get("stripe-signature", ""), now)
        body = raw.decode()
    except (ForgedEvent, UnicodeDecodeError, binascii.Error) as refusal:
        count("WebhooksRefused")
        logger.warning("webhook refused", extra={"error": type(refusal).__name__})
        return {"statusCode": 400, "body": ""}
    fresh = receive_event(
        event_id=event_id, body=body, inbox=wiring.inbox(), queue=wiring.payment_queue(), now=now
    )
    count("WebhooksReceived" if fresh else "WebhooksRepeated")
    return {"statusCode": 200, "body": ""}


def _raw(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    if len(raw) > _LIMIT:
        raise ForgedEvent("too large")
    return raw
