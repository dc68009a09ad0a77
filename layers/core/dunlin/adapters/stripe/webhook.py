"""What Stripe posts to the webhook: whether it is genuine. Reads no key that moves money."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dunlin.domain.payments.payments import ForgedEvent
from dunlin.domain.payments.signature import verify_signature


@dataclass(frozen=True)
class StripeWebhook:
    """The endpoint at Stripe that posts to this stack. `secrets` holds one signing secret, or two
    while one replaces the other."""

    secrets: Sequence[str] = field(repr=False)

    def verify(self, raw: bytes, signature: str, now: datetime) -> str:
        """Verify one delivery and give the event's id, under which it is stored once.

        Raises `ForgedEvent` for a bad, old or missing signature and for what is no event.
        """
        verify_signature(raw, signature, self.secrets, now)
        try:
            event_id = json.loads(raw)["id"]
        except (KeyError, TypeError, ValueError):
            raise ForgedEvent("unreadable event") from None
        if not isinstance(event_id, str) or not event_id.startswith("evt_"):
            raise ForgedEvent("not an event id")
        return event_id
