"""Federal holidays of 5 USC 6103, worked out, for the quiet days a creditor may add."""

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


def business_days(first: date, last: date) -> int:
    """How many business days lie after `first`, up to and with `last`: no Saturday, no Sunday, no
    federal holiday. At most a thousand days are looked at; more would change nothing."""
    counted = 0
    for n in range(1, min((last - first).days, 1_000) + 1):
        day = first + timedelta(days=n)
        counted += day.weekday() < 5 and day not in federal_holidays(day.year)
    return counted
