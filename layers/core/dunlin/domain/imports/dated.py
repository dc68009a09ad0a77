"""Of which day a file tells: by what it says, else by the day or the month in its name. Pure."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

_MONTHS = {name[:3]: number for number, name in enumerate(calendar.month_name) if name}
_WORDS = "|".join(name.lower() for name in [*calendar.month_name, *calendar.month_abbr] if name)
_NAMED = re.compile(rf"(?<![a-z])({_WORDS})[a-z]*[ _.-]*(?:(\d{{1,2}})[ _.,-]+)?(20\d\d)(?!\d)")
_YMD = re.compile(r"(?<!\d)(20\d\d)[-_. ]?(\d\d)[-_. ]?(\d\d)(?!\d)")
_MDY = re.compile(r"(?<!\d)(\d{1,2})[-_. ](\d{1,2})[-_. ](20\d\d)(?!\d)")
_YM = re.compile(r"(?<!\d)(20\d\d)[-_. ](\d\d)(?![-_. ]?\d)")


class FileDays(NamedTuple):
    """The first and the last day of which a file may tell."""

    first: date
    last: date

    def before(self, other: FileDays) -> bool:
        """True where this file is older, whichever of its days is meant."""
        return self.last < other.first

    def text(self) -> list[str]:
        """As it is kept."""
        return [self.first.isoformat(), self.last.isoformat()]


def read_days(kept: list[str] | None) -> FileDays | None:
    """The days of `FileDays.text`."""
    return FileDays(*(date.fromisoformat(day) for day in kept)) if kept else None


def days_of(name: str, as_of: date | None, today: date) -> FileDays | None:
    """The days of which a file tells; None where neither it nor its name says, or where they lie
    ahead, as of bills that will be due."""
    if as_of is not None:
        return FileDays(as_of, as_of)
    days = next(_told(name.rpartition("/")[2].lower()), None)
    return days if days is not None and days.first <= today else None


def _told(name: str) -> Iterator[FileDays]:
    for match in _YMD.finditer(name):
        yield from _day(int(match[1]), int(match[2]), int(match[3]))
    for match in _MDY.finditer(name):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if first > 12 or second > 12 or first == second:
            yield from _day(year, *((first, second) if second > 12 else (second, first)))
        else:  # either order: the days between the two
            turned = sorted((date(year, first, second), date(year, second, first)))
            yield FileDays(turned[0], turned[1])
    for match in _NAMED.finditer(name):
        month, year = _MONTHS[match[1][:3].capitalize()], int(match[3])
        yield from _day(year, month, int(match[2])) if match[2] else iter([_month(year, month)])
    for match in _YM.finditer(name):
        if 1 <= int(match[2]) <= 12:
            yield _month(int(match[1]), int(match[2]))


def _day(year: int, month: int, day: int) -> Iterator[FileDays]:
    try:
        whole = date(year, month, day)
    except ValueError:
        return
    yield FileDays(whole, whole)


def _month(year: int, month: int) -> FileDays:
    return FileDays(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
