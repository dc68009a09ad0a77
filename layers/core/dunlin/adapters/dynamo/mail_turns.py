"""Whose turn it is to send an e-mail, as a row of the Ops table: `PACE#email`.

A write in flight takes about ten milliseconds, so the row gives some hundred turns a second, far
beyond the 14 of a new account; DynamoDB itself stops at 1,000 writes a second and row.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pynamodb.expressions.operand import Path

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.ops import PaceRow
from dunlin.domain.contact.pace import SendingPace
from dunlin.domain.errors import Conflict

_TRIES = 5
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class DynamoMailTurns:
    """`MailTurns` over Ops."""

    def take(self, now: datetime) -> datetime:
        at = (now - _FIRST) // _MICROSECOND
        step, turn = Path(PaceRow.step), Path(PaceRow.turn)
        known = PaceRow.step.exists()
        idle = PaceRow.turn.does_not_exist() | (PaceRow.turn <= at)
        for _ in range(_TRIES):
            if self._moved(turn.set(step + at), known & idle) is not None:
                return now
            row = self._moved(turn.set(turn + step), known & (PaceRow.turn > at))
            if row is not None and row.turn is not None and row.step is not None:
                return _FIRST + (row.turn - row.step) * _MICROSECOND
            if self._row() is None:
                return now
        raise Conflict("the turns are being taken by others", contended=True)

    def _moved(self, action: object, condition: object) -> PaceRow | None:
        row = PaceRow()
        try:
            with translated("pace"):
                row.update(actions=[action], condition=condition)  # type: ignore[list-item,arg-type]
        except Conflict:
            return None
        return row

    def closed_until(self, now: datetime) -> datetime | None:
        row = self._row()
        closed = row.closed_until if row is not None else None
        return closed if closed is not None and closed > now else None

    def pace(self) -> SendingPace | None:
        row = self._row()
        if row is None or row.step is None:
            return None
        return SendingPace(
            step=row.step * _MICROSECOND,
            per_day=-1 if row.per_day is None else row.per_day,
            closed_until=row.closed_until,
            quiet_at=row.quiet_at,
        )

    def set_pace(self, pace: SendingPace) -> None:
        closed, quiet = PaceRow.closed_until, PaceRow.quiet_at
        with translated("pace"):
            PaceRow().update(
                actions=[
                    PaceRow.step.set(max(pace.step // _MICROSECOND, 1)),
                    PaceRow.per_day.set(pace.per_day),
                    closed.set(pace.closed_until) if pace.closed_until else closed.remove(),
                    quiet.set(pace.quiet_at) if pace.quiet_at else quiet.remove(),
                    PaceRow.shape_set(),
                ]
            )
        if pace.closed_until is not None:
            opens = (pace.closed_until - _FIRST) // _MICROSECOND
            sooner = PaceRow.turn.does_not_exist() | (PaceRow.turn < opens)
            self._moved(Path(PaceRow.turn).set(opens), sooner)

    def _row(self) -> PaceRow | None:
        return reading.get(PaceRow, "PACE#email", "PACE")
