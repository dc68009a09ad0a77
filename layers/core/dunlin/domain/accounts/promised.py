"""What a promise to pay does: the account rests until its day, whichever way it was promised."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PROMISE_DAYS = 30
"""How far ahead a day may be promised."""
PROMISES_THAT_HOLD = 2


def promise_rest(on: date, *, grace_days: int, zone: ZoneInfo, earlier: int) -> dict[str, str]:
    """The detail of a promise's signal: it holds until its day and the creditor's days of grace
    are over. Empty after two `earlier` promises: a person decides."""
    if earlier >= PROMISES_THAT_HOLD:
        return {}
    ends = on + timedelta(days=1 + grace_days)
    until = datetime.combine(ends, time(), zone).astimezone(UTC)
    return {"rest": "promise", "until": until.isoformat()}
