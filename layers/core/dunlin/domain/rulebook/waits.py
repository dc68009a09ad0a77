"""Waits: what holds a contact back until an instant: hours, rolling caps, calendar waits.

A wait is built once for a situation and asked again at each step of the earliest-time search:
`until(t)` is None where the contact may go at `t`, else the first instant worth asking again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from dunlin.domain.rulebook.holidays import federal_holidays
from dunlin.domain.rulebook.situation import Situation

_SECOND = timedelta(seconds=1)


class Wait(Protocol):
    """One wait of one situation."""

    def until(self, t: datetime) -> datetime | None:
        """None where nothing stands against `t`, else the next instant to ask at."""

    def closes(self, t: datetime) -> datetime | None:
        """The instant after `t` at which what is open at `t` closes, None where none is near."""


def _at(day: date, seconds: int, zone: ZoneInfo) -> datetime:
    hour, rest = divmod(seconds, 3600)
    wall = datetime.combine(day, time(hour, rest // 60, rest % 60), tzinfo=zone)
    return wall.astimezone(UTC)


def clock_seconds(text: str) -> int:
    """Seconds after midnight of `HH:MM` or `HH:MM:SS`; 24:00 is 86,400."""
    parts = [int(p) for p in text.split(":")]
    return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)


class Hours:
    """Open strictly between two clock times in every candidate zone and every zone of `also`,
    and not on quiet days."""

    __slots__ = ("_also", "_close", "_off", "_open", "_s")

    def __init__(
        self,
        s: Situation,
        opens: int,
        closes: int,
        days_off: frozenset[str],
        also: Iterable[ZoneInfo] = (),
    ) -> None:
        self._s, self._open, self._close, self._off = s, opens, closes, days_off
        self._also = tuple(zone for zone in also if zone not in s.infos)

    def _clocks(self, t: datetime) -> Iterable[tuple[datetime, ZoneInfo]]:
        clocks = zip(self._s.local(t), self._s.infos, strict=True)
        if not self._also:
            return clocks
        return [*clocks, *((t.astimezone(zone), zone) for zone in self._also)]

    def _quiet(self, day: date) -> bool:
        off = self._off
        if not off:
            return False
        if "sunday" in off and day.weekday() == 6:
            return True
        if "saturday" in off and day.weekday() == 5:
            return True
        return "federal_holidays" in off and day in federal_holidays(day.year)

    def until(self, t: datetime) -> datetime | None:
        latest: datetime | None = None
        for wall, zone in self._clocks(t):
            seconds = wall.hour * 3600 + wall.minute * 60 + wall.second
            day = wall.date()
            if self._open < seconds < self._close and not self._quiet(day):
                continue
            if seconds > self._open:
                day += timedelta(days=1)
            while self._quiet(day):
                day += timedelta(days=1)
            opening = _at(day, self._open + 1, zone)
            latest = opening if latest is None or opening > latest else latest
        return latest

    def closes(self, t: datetime) -> datetime | None:
        return min(_at(wall.date(), self._close, zone) for wall, zone in self._clocks(t))


class Cap:
    """At most `limit` counted contacts within a rolling window of seconds."""

    __slots__ = ("_limit", "_stamps", "_window")

    def __init__(self, stamps: list[datetime], limit: int, window: int) -> None:
        self._stamps, self._limit, self._window = stamps, limit, timedelta(seconds=window)

    def until(self, t: datetime) -> datetime | None:
        held = [x for x in self._stamps if t - x < self._window]
        if len(held) < self._limit:
            return None
        return held[-self._limit] + self._window

    def closes(self, t: datetime) -> datetime | None:
        del t
        return None


class DayCap:
    """At most `limit` counted contacts on one calendar day, in any candidate zone."""

    __slots__ = ("_limit", "_s", "_stamps")

    def __init__(self, s: Situation, stamps: list[datetime], limit: int) -> None:
        self._s, self._stamps, self._limit = s, stamps, limit

    def until(self, t: datetime) -> datetime | None:
        latest: datetime | None = None
        for zone in self._s.infos:
            today = t.astimezone(zone).date()
            if sum(x.astimezone(zone).date() == today for x in self._stamps) >= self._limit:
                release = _at(today + timedelta(days=1), 0, zone)
                latest = release if latest is None or release > latest else latest
        return latest

    def closes(self, t: datetime) -> datetime | None:
        del t
        return None


class Until:
    """Closed until one instant."""

    __slots__ = ("_release",)

    def __init__(self, release: datetime) -> None:
        self._release = release

    def until(self, t: datetime) -> datetime | None:
        return self._release if t < self._release else None

    def closes(self, t: datetime) -> datetime | None:
        del t
        return None


class BadTime:
    """A weekly interval the consumer called inconvenient, both ends barred, to the second."""

    __slots__ = ("_days", "_end", "_s", "_start")

    def __init__(self, s: Situation, start: int, end: int, days: Iterable[int] | None) -> None:
        self._s, self._start, self._end = s, start, min(end, 86_399)
        self._days = frozenset(days) if days is not None else None

    def _on(self, day: date) -> bool:
        return self._days is None or day.weekday() in self._days

    def _span_end(self, wall: datetime) -> date | None:
        """The date on which the interval that bars this wall time ends."""
        seconds = wall.hour * 3600 + wall.minute * 60 + wall.second
        day = wall.date()
        if self._start <= self._end:
            return day if self._on(day) and self._start <= seconds <= self._end else None
        if seconds >= self._start and self._on(day):
            return day + timedelta(days=1)
        return day if seconds <= self._end and self._on(day - timedelta(days=1)) else None

    def until(self, t: datetime) -> datetime | None:
        latest: datetime | None = None
        for wall, zone in zip(self._s.local(t), self._s.infos, strict=True):
            day = self._span_end(wall)
            if day is not None:
                last = _at(day, self._end, zone)
                # On a day the clock is set back the interval's end comes twice.
                again = last + timedelta(hours=1)
                if again.astimezone(zone).time() == last.astimezone(zone).time():
                    last = again
                release = last + _SECOND
                latest = release if latest is None or release > latest else latest
        return latest

    def closes(self, t: datetime) -> datetime | None:
        starts = [
            _at(wall.date(), self._start, zone)
            for wall, zone in zip(self._s.local(t), self._s.infos, strict=True)
            if self._on(wall.date())
        ]
        return min((x for x in starts if x > t), default=None)


class Lifted:
    """Another wait, but lifted on the calendar days a consumer allowed a call back.

    Reg F 1006.14(b)(3)(i): the day of consent is day 1 of 7; a conversation ends it.
    """

    __slots__ = ("_from", "_inner", "_s")

    def __init__(self, s: Situation, inner: Wait, consent: datetime) -> None:
        self._s, self._inner, self._from = s, inner, consent

    def until(self, t: datetime) -> datetime | None:
        if t >= self._from and all(
            (t.astimezone(z).date() - self._from.astimezone(z).date()).days < 7
            for z in self._s.infos
        ):
            return None
        return self._inner.until(t)

    def closes(self, t: datetime) -> datetime | None:
        return self._inner.closes(t)


class Within:
    """Another wait, but only while its rule is in force."""

    __slots__ = ("_ends", "_inner", "_starts")

    def __init__(self, inner: Wait, starts: datetime | None, ends: datetime | None) -> None:
        self._inner, self._starts, self._ends = inner, starts, ends

    def until(self, t: datetime) -> datetime | None:
        if (self._starts and t < self._starts) or (self._ends and t >= self._ends):
            return None
        release = self._inner.until(t)
        return min(release, self._ends) if release and self._ends else release

    def closes(self, t: datetime) -> datetime | None:
        return self._inner.closes(t)
