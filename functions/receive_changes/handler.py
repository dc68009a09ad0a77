"""ReceiveChanges: a billing system's signed changes, one or a list, each answered by itself."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from dunlin.domain.errors import Conflict, DomainError, Unavailable
from dunlin.domain.imports.billing_words import read_changes
from dunlin.domain.payments.payments import ForgedEvent
from dunlin.domain.payments.signature import TOLERANCE, verify_signature
from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.payments.billing import apply_changes

_LIMIT = 300_000  # bytes of a body


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """API request `POST /billing/{creditor}/changes` → 200 with an answer for each change, 400
    where the whole cannot be read, 401 where it is not signed with a key of that creditor, 503
    where it must be said again."""
    creditor = str((event.get("pathParameters") or {}).get("creditor", ""))
    headers = {k.lower(): v for k, v in (event.get("headers") or {}).items()}
    try:
        raw = _raw(event)
        _verify(creditor, raw, headers.get("dunlin-signature", ""))
        answers = apply_changes(
            creditor, read_changes(raw), ports=wiring.billing(), now=wiring.clock().now()
        )
    except ForgedEvent:
        return _refused(401, "not signed with a key in force")
    except DomainError as refusal:
        return _refused(400, str(refusal))
    except (Conflict, Unavailable) as away:
        logger.warning("billing call broke off", extra={"error": type(away).__name__})
        return _response(503, {"error": "say it again"})
    for answer in answers:
        count("BalanceChanges", outcome=answer.outcome)
    logger.info("billing call", extra={"creditor": creditor, "changes": len(answers)})
    return _response(200, {"changes": [answer.wire() for answer in answers]})


def _raw(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    try:
        raw = (
            base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        )
    except (binascii.Error, UnicodeEncodeError):
        raise DomainError("the body is no JSON") from None
    if len(raw) > _LIMIT:
        raise DomainError(f"the body is larger than {_LIMIT} bytes")
    return raw


def _verify(creditor: str, raw: bytes, signature: str) -> None:
    """Raise `ForgedEvent` unless a key of this creditor that is in force signed these bytes."""
    keys = wiring.billing_keys().get(creditor)
    secrets = keys.in_force if keys else ()
    verify_signature(raw, signature, secrets, wiring.real_clock().now(), ahead=TOLERANCE)


def _refused(status: int, error: str) -> dict[str, Any]:
    count("BillingCallsRefused")
    logger.warning("billing call refused", extra={"status": status})
    return _response(status, {"error": error})


def _response(status: int, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
