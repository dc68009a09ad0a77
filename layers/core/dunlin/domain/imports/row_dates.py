"""The dates of a row, in the order that the file's profile found."""

from __future__ import annotations

import datetime as dt
import re

from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.columns import LONG, MEMORY, Columns
from dunlin.domain.imports.dates import read_date, resolve, to_date, turn_back
from dunlin.domain.imports.terms import due_on, read_terms
from dunlin.domain.imports.types import FileProfile, RowProblem

_EARLIEST, _LATEST = dt.date(1980, 1, 2), dt.date(2059, 12, 30)
"""Days of a debt lie between; 1900, 1970, 9999 and the like are what programs write for none."""
_BORN = dt.date(1900, 1, 2)
_OLDEST = {"date_of_birth": _BORN, "for_date_of_birth": _BORN, "move_in": dt.date(1930, 1, 1)}
_TOLD = frozenset(("due_date", "issue_date", "date_of_birth", "date_of_service"))
"""Fields of which an impossible day is a matter for the report; of others it means none."""
_NOT_BORN = 2030
_FULL_YEAR = re.compile(r"\d{4}")
_NUMBERS = re.compile(r"[\d./\s:TZ-]+")
_NO_DAY = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")
"""Written as a day is: `99/99/9999`. `26-10233` is the number of a case."""


class RowDates:
    """Reads the cells of dates and remembers those that recur."""

    def __init__(self, profile: FileProfile, columns: Columns) -> None:
        self._profile = profile
        self._columns = columns
        self._first = columns.first
        self._orders = dict(profile.date_orders)
        self._open = frozenset(profile.open_dates)
        self._turned = frozenset(profile.turned_dates)
        self._known: dict[tuple[int, str], dt.date | None] = {}
        self._terms = columns.at("terms")
        self._extends = "extended_due_date" in columns.first

    def date(self, cells: list[str], field: str, problems: list[RowProblem]) -> dt.date | None:
        """The day in a field's cell; None where it is blank, open, or no day at all."""
        index = self._first.get(field, -1)
        if index < 0:
            return None
        text = cells[index]
        if not text:
            return None
        if len(text) > LONG:
            text = text[:LONG]
        known = self._known
        key = (index, text)
        if key in known:
            return known[key]
        bare = text.strip()
        if is_blank(bare) or index in self._open:
            return None
        day = self._day(index, bare)
        if field == "date_of_birth" and day is not None and day.year >= _NOT_BORN:
            # Two digits of a year say no century, and nobody is born ahead.
            day = day.replace(year=day.year - 100) if not _FULL_YEAR.search(bare) else day
        if day is None or not _possible(field, day):
            self._tell(field, index, bare, day, problems)
            return None
        if len(known) > MEMORY:
            known.clear()
        known[key] = day
        return day

    def _day(self, index: int, bare: str) -> dt.date | None:
        order = self._orders.get(index, "")
        if index in self._turned:
            reading = read_date(bare)
            return None if reading is None else turn_back(reading, order)
        day = to_date(bare, order)
        if day is None and self._profile.journal_year and bare.isdigit() and len(bare) in (3, 4):
            day = to_date(f"{bare[-2:]}/{bare[:-2]}/{self._profile.journal_year}", "mdy")
        return day

    def _tell(
        self, field: str, index: int, bare: str, day: dt.date | None, problems: list[RowProblem]
    ) -> None:
        """Why a cell gives no day. What a program writes for none is told where a day is wanted."""
        filler = day is not None or bool(_NUMBERS.fullmatch(bare) and not bare.isdigit())
        if not filler:
            problems.append(self._columns.problem("bad_date", index, bare))
        elif field in _TOLD:
            problems.append(self._columns.problem("impossible_date", index, bare))

    def named(self, index: int, text: str) -> dt.date | None:
        """The day that a cell of a column of other things holds; None where it holds none."""
        if index in self._open or not self.is_day(index, text):
            return None
        return self._day(index, text.strip())

    def is_day(self, index: int, text: str) -> bool | None:
        """Whether a cell holds a day of our time; None where it holds no date at all."""
        reading = read_date(text)
        if reading is None:
            return False if _NO_DAY.match(text) else None
        if index in self._open:
            return True
        day = resolve(reading, self._orders.get(index, "") or "mdy")
        return day is None or _possible("", day)

    def due(
        self, cells: list[str], issued: dt.date | None, problems: list[RowProblem]
    ) -> dt.date | None:
        """The day on which the debt is due, by its own day, its terms or its age; who was given
        more time owes on the later day."""
        due = self.date(cells, "due_date", problems)
        if due is None:
            due = self.by_terms(cells, issued) or self.days_back(cells)
        if not self._extends:
            return due
        later = self.date(cells, "extended_due_date", problems)
        return max(due, later) if due and later else later or due

    def by_terms(self, cells: list[str], issued: dt.date | None) -> dt.date | None:
        """The due date by the terms of a bill, from the day of its issue."""
        if self._terms < 0 or issued is None:
            return None
        terms = read_terms(cells[self._terms].strip()[:LONG])
        return None if terms is None else due_on(terms, issued)

    def days_back(self, cells: list[str]) -> dt.date | None:
        """The due date told as days overdue on the day that the report's title names."""
        index = self._columns.at("days_overdue")
        if index < 0 or self._profile.as_of is None:
            return None
        text = cells[index].strip()
        if not text.lstrip("-").isdigit() or len(text) > 5:
            return None
        return self._profile.as_of - dt.timedelta(days=int(text))


def _possible(field: str, day: dt.date) -> bool:
    return _OLDEST.get(field, _EARLIEST) <= day <= _LATEST
