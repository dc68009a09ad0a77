"""Touch: one outbound attempt, from the permit on. Permit: single-use authority for one touch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dunlin.domain.accounts.consumer import Channel

PERMIT_LIFE = timedelta(seconds=300)


class TouchState(StrEnum):
    """permitted: authority taken. unknown: permit spent, result not recorded; counts as sent.

    sent: handed over. delivered, bounced, failed: what the provider said. released: certainly
    not sent, the permit was given back.
    """

    PERMITTED = "permitted"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"
    RELEASED = "released"


# A provider may repeat, delay and reorder its events: a touch only ever moves up this order.
_RANK = {
    TouchState.PERMITTED: 0,
    TouchState.UNKNOWN: 1,
    TouchState.RELEASED: 2,
    TouchState.SENT: 3,
    TouchState.DELIVERED: 4,
    TouchState.FAILED: 5,
    TouchState.BOUNCED: 6,
}


def advance(state: TouchState, event: TouchState) -> TouchState:
    """The state after a provider event; an older or repeated event changes nothing."""
    return event if _RANK[event] > _RANK[state] else state


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One outbound attempt. `key` is `T#run#rung#occurrence`, or for a notice `N#kind#cause`, and
    `N#kind#cause~2` where the first was given back unsent."""

    touch_id: str
    key: str
    account_id: str
    consumer_id: str
    creditor: str
    channel: Channel
    template: str
    template_version: str
    state: TouchState
    permitted_at: datetime
    expires_at: datetime
    run: int = 0
    rung: int = 0
    occurrence: int = 0
    message_id: str = ""
    sent_at: datetime | None = None
    body_sha256: str = ""
    content: str = ""  # what was sent, as text, with its private links cut out
    reason: str = ""
    opened_at: datetime | None = None
    clicked_at: datetime | None = None
    rung_name: str = ""  # the name of its rung, "" for a notice
    covers: tuple[str, ...] = ()  # the person's other accounts that the message names

    @property
    def cause(self) -> str:
        """What a notice answers; "" for a rung."""
        if self.run:
            return ""
        cause = self.key.split("#", 2)[2]
        return cause.rsplit("~", 1)[0] if self.occurrence else cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Single-use authority for one touch, alive until `expires_at` and never past closing time.

    Bound to creditor, consumer, account, channel, address (hash), template and rulebook, and to
    the person as the gate saw them: whatever is learned about them since makes it void.
    """

    permit_id: str
    touch_id: str
    account_id: str
    consumer_id: str
    consumer_version: int
    creditor: str
    channel: Channel
    address_hash: str
    template_version: str
    rulebook: str
    expires_at: datetime
