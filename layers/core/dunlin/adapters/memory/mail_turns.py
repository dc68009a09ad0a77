"""Whose turn it is to send an e-mail, in memory."""

from __future__ import annotations

from datetime import UTC, datetime

from dunlin.domain.contact.pace import SendingPace


class MemoryMailTurns:
    """`MailTurns` in one process."""

    def __init__(self) -> None:
        self._pace: SendingPace | None = None
        self._turn = datetime.min.replace(tzinfo=UTC)

    def take(self, now: datetime) -> datetime:
        if self._pace is None:
            return now
        turn = max(self._turn, now)
        self._turn = turn + self._pace.step
        return turn

    def closed_until(self, now: datetime) -> datetime | None:
        closed = self._pace.closed_until if self._pace is not None else None
        return closed if closed is not None and closed > now else None

    def pace(self) -> SendingPace | None:
        return self._pace

    def set_pace(self, pace: SendingPace) -> None:
        self._pace = pace
        if pace.closed_until is not None:
            self._turn = max(self._turn, pace.closed_until)
