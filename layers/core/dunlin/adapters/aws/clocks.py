"""Clocks: real time, and the virtual clock of a time-lapse stack (one row in Ops)."""

from __future__ import annotations

from datetime import UTC, datetime

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.rows.ops import ClockRow


class SystemClock:
    """Real time in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class VirtualClock:
    """Reads the row; before the driver wrote it, the start instant of the stack."""

    def __init__(self, *, start: datetime) -> None:
        self._start = start

    def now(self) -> datetime:
        row = reading.get(ClockRow, "CLOCK", "CLOCK")
        if row is None:
            return self._start
        row.complete()
        return row.at

    def move(self, at: datetime) -> None:
        """Set the clock. It never goes back: an earlier instant is refused by the table."""
        ClockRow(at=at).save(condition=ClockRow.at.does_not_exist() | (ClockRow.at <= at))
