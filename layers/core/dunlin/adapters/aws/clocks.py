"""Clocks: real time, and the virtual clock of a time-lapse stack (one row in Ops)."""

from __future__ import annotations

from datetime import UTC, datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from dunlin.domain.instants import sortable_text


class SystemClock:
    """Real time in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ClockRow(Model):
    """`CLOCK` in Ops: the virtual instant. Moved by the driver alone."""

    class Meta:
        table_name = "Ops"
        connect_timeout_seconds = 1
        read_timeout_seconds = 3

    pk = UnicodeAttribute(hash_key=True, default="CLOCK")
    sk = UnicodeAttribute(range_key=True, default="CLOCK")
    at = UnicodeAttribute()


class VirtualClock:
    """Reads the row; before the driver wrote it, the start instant of the stack."""

    def __init__(self, *, ops: str, start: datetime) -> None:
        ClockRow.Meta.table_name = ops
        self._start = start

    def now(self) -> datetime:
        try:
            row = ClockRow.get("CLOCK", "CLOCK", consistent_read=True)
        except ClockRow.DoesNotExist:
            return self._start
        return datetime.fromisoformat(row.at)

    def move(self, at: datetime) -> None:
        """Set the clock. It never goes back: an earlier instant is refused by the table."""
        text = sortable_text(at)
        ClockRow("CLOCK", "CLOCK", at=text).save(
            condition=ClockRow.at.does_not_exist() | (ClockRow.at <= text)
        )
