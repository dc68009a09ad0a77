"""Pace: how fast the ladders of a stack may hand over e-mails, by what the mail provider allows.

SES allows so many messages a second and so many in any 24 hours
(docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html). Each ladder takes the next free turn
before it asks for a permit, whichever wave or creditor it belongs to. A tenth of the rate and a
fiftieth of the quota are left to what cannot wait: codes, receipts, answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LOOK_EVERY = timedelta(minutes=5)
"""How often the allowance is read; until the next look no more than is left of the day may go."""
_OF_THE_RATE, _OF_THE_QUOTA = 0.9, 0.98
_QUIET = 0.1  # of the quota: with less than that used, a day's sending has not begun
_DAY, _HOUR = timedelta(hours=24), timedelta(hours=1)
_STOPPED_LOOK = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingAllowance:
    """What the provider allows now. `per_day` and `used` count the messages of the last 24 hours;
    a negative `per_day` is no limit. `sending` is false where the account is paused."""

    per_second: float
    per_day: float
    used: float
    sending: bool

    @property
    def percent(self) -> int:
        """Of the day's quota; 0 where there is none."""
        return int(100 * self.used / self.per_day) if self.per_day > 0 else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPace:
    """One message each `step`, and none before `closed_until`. `quiet_at` is when the day's quota
    was last seen hardly used; `per_day` messages go in 24 hours, a negative number for no limit."""

    step: timedelta
    per_day: int = -1
    closed_until: datetime | None = None
    quiet_at: datetime | None = None


def time_for(messages: int, pace: SendingPace) -> timedelta:
    """How long so many e-mails take to leave at a pace, all due at once."""
    whole_days = messages // pace.per_day if pace.per_day > 0 else 0
    return whole_days * _DAY + (messages - whole_days * max(pace.per_day, 0)) * pace.step


def pace_of(allowance: SendingAllowance, before: SendingPace | None, now: datetime) -> SendingPace:
    """The pace until the next look."""
    quiet = before.quiet_at if before is not None else None
    if allowance.per_day < 0 or allowance.used <= _QUIET * allowance.per_day:
        quiet = now
    step = timedelta(seconds=1 / (_OF_THE_RATE * max(allowance.per_second, 0.01)))
    per_day = int(_OF_THE_QUOTA * allowance.per_day) if allowance.per_day >= 0 else -1
    closed = None
    left = per_day - allowance.used
    if not allowance.sending:
        closed = now + _STOPPED_LOOK
    elif per_day >= 0 and left < 1:
        # What was sent first falls out of the 24 hours first. Where the quota was never seen
        # quiet, some of it comes back all the time.
        closed = max(quiet + _DAY if quiet is not None else now, now + _HOUR)
    elif per_day >= 0:
        step = max(step, LOOK_EVERY / left)
    return SendingPace(step=step, per_day=per_day, closed_until=closed, quiet_at=quiet)
