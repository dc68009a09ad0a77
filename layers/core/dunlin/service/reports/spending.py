"""Spending: what messages have cost this month, and the cap at which every touch stops.

The meter runs on the stream of touches; a batch that comes twice is counted twice, so it may say
too much and never too little.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dunlin.ports.audit import AuditLog
from dunlin.ports.reports import SpendMeter
from dunlin.ports.staff import Pauses
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.staff.pauses import pause_scope

_BY = StaffCommand(by="spend-cap", why="monthly-cap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A month's messages in millionths of a dollar, and the cap, 0 for none. `stopped` is true
    where this look paused the platform."""

    month: str
    micro: int
    cap_micro: int
    stopped: bool

    @property
    def percent(self) -> int:
        """Of the cap; 0 where there is none."""
        return 100 * self.micro // self.cap_micro if self.cap_micro else 0


def guard_spend(
    cap_micro: int,
    *,
    meter: SpendMeter,
    book: Pauses,
    creditors: Creditors,
    log: AuditLog,
    now: datetime,
) -> Spent:
    """Pause the platform once a month's messages have reached the cap. Each cap stops once: who
    resumes has decided to go on, until a higher cap is reached."""
    month = f"{now:%Y-%m}"
    micro = meter.spent(month)
    stopped = 0 < cap_micro <= micro and meter.stopped(month) < cap_micro
    if stopped:
        # Paused before it is noted: a look that dies in between pauses again, harmlessly.
        pause_scope("platform", _BY, book=book, creditors=creditors, log=log, now=now)
        meter.note_stop(month, cap_micro)
    return Spent(month=month, micro=micro, cap_micro=cap_micro, stopped=stopped)
