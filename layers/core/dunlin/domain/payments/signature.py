"""A signed message: `t=<seconds>,v1=<hex>` over `<seconds>.<bytes>` by HMAC-SHA256, the form of
Stripe's webhooks, in which a billing system signs too. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from dunlin.domain.payments.payments import ForgedEvent

TOLERANCE = 300  # seconds


def verify_signature(
    raw: bytes,
    header: str,
    secrets: Sequence[str],
    now: datetime,
    *,
    tolerance: int = TOLERANCE,
    ahead: int | None = None,
) -> None:
    """Raise `ForgedEvent` unless one secret signed exactly these bytes at most `tolerance`
    seconds ago (docs.stripe.com/webhooks#verify-manually), and at most `ahead` seconds from now
    where that is given: what is signed for next year could be said again until then. Two secrets
    stand in force while one replaces the other. `now` is real time, whatever the stack's clock
    says.
    """
    try:
        pairs = [part.split("=", 2) for part in header.split(",")]
        at = int([pair[1] for pair in pairs if pair[0] == "t"][0])  # noqa: RUF015  as the SDK does
        given = [pair[1] for pair in pairs if pair[0] == "v1"]
    except (IndexError, ValueError):
        raise ForgedEvent("unreadable signature header") from None
    marks = [mark.encode() for mark in takewhile(str.isascii, given)]  # the SDK breaks off there
    signed = b"%d." % at + raw
    for secret in secrets:
        if not secret.strip():
            continue
        expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
        if any(hmac.compare_digest(expected, mark) for mark in marks):
            break
    else:
        raise ForgedEvent("no secret in force made this signature")
    if at < now.timestamp() - tolerance:
        raise ForgedEvent("the signature is too old")
    if ahead is not None and at > now.timestamp() + ahead:
        raise ForgedEvent("the signature is of a time to come")
