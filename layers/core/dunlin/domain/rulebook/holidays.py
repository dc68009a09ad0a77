"""Holidays, worked out: the federal ones of 5 USC 6103, for the quiet days a creditor may add, and
Tennessee's, for the grace of its tenants."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _last_monday(year: int, month: int) -> date:
    end = date(year, month, 31)
    return end - timedelta(days=end.weekday())


def _fixed(year: int) -> list[date]:
    return [date(year, m, d) for m, d in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))]


@lru_cache(maxsize=16)
def federal_holidays(year: int) -> frozenset[date]:
    """The holidays of a year: the actual days and, beside them, the days observed instead."""
    days = {
        _nth(year, 1, 0, 3),
        _nth(year, 2, 0, 3),
        _last_monday(year, 5),
        _nth(year, 9, 0, 1),
        _nth(year, 10, 0, 2),
        _nth(year, 11, 3, 4),
    }
    for day in [*_fixed(year), date(year + 1, 1, 1)]:
        if day.year == year:
            days.add(day)
        if day.weekday() == 5:
            days.add(day - timedelta(days=1))
        elif day.weekday() == 6:
            days.add(day + timedelta(days=1))
    return frozenset(d for d in days if d.year == year)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the computus of Meeus, Jones and Butcher."""
    century, rest = divmod(year, 100)
    moon = (century - (century - (century + 8) // 25 + 1) // 3 - century // 4 + 15) % 30
    epact = (19 * (year % 19) + moon) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    back = (year % 19 + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * back + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=16)
def tennessee_holidays(year: int) -> frozenset[date]:
    """The legal holidays of Tenn. Code 15-1-101: the federal days, which it lists too, Good Friday,
    and the days of elections throughout the state (2-3-202, 2-3-203, 2-13-203, 2-13-205). Days
    that the governor or the president proclaims are not to be known."""
    days = set(federal_holidays(year)) | {easter(year) - timedelta(days=2)}
    if year % 2 == 0:
        first_monday = _nth(year, 11, 0, 1)
        days |= {_nth(year, 5, 1, 1), _nth(year, 8, 3, 1), first_monday + timedelta(days=1)}
    if year % 4 == 0:
        days.add(_nth(year, 3, 1, 1))
    return frozenset(days)


def business_day_in_tennessee(day: date) -> date:
    """The day itself, or the next one that is no Saturday, Sunday or legal holiday there."""
    while day.weekday() > 4 or day in tennessee_holidays(day.year):
        day += timedelta(days=1)
    return day


def business_days(first: date, last: date) -> int:
    """How many business days lie after `first`, up to and with `last`: no Saturday, no Sunday, no
    federal holiday. At most a thousand days are looked at; more would change nothing."""
    counted = 0
    for n in range(1, min((last - first).days, 1_000) + 1):
        day = first + timedelta(days=n)
        counted += day.weekday() < 5 and day not in federal_holidays(day.year)
    return counted
