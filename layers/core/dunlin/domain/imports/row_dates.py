"""The dates of a row, in the order that the file's profile found."""

from __future__ import annotations

import datetime as dt

from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.columns import LONG, MEMORY, Columns
from dunlin.domain.imports.dates import to_date
from dunlin.domain.imports.types import FileProfile, RowProblem


class RowDates:
    """Reads the cells of dates and remembers those that recur."""

    def __init__(self, profile: FileProfile, columns: Columns) -> None:
        self._profile = profile
        self._columns = columns
        self._first = columns.first
        self._orders = dict(profile.date_orders)
        self._open = frozenset(profile.open_dates)
        self._known: dict[tuple[int, str], dt.date | None] = {}

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
        if is_blank(bare) or bare.startswith(("0000-00-00", "00/00/00", "00.00.00")):
            return None
        if index in self._open:
            return None
        day = to_date(bare, self._orders.get(index, ""))
        if day is None and self._profile.journal_year and bare.isdigit() and len(bare) in (3, 4):
            day = to_date(f"{bare[-2:]}/{bare[:-2]}/{self._profile.journal_year}", "mdy")
        if day is not None and not 1900 <= day.year <= 2100:
            day = None
        if day is None:
            problems.append(self._columns.problem("bad_date", index, bare))
            return None
        if len(known) > MEMORY:
            known.clear()
        known[key] = day
        return day

    def days_back(self, cells: list[str]) -> dt.date | None:
        """The due date told as days overdue on the day that the report's title names."""
        index = self._columns.at("days_overdue")
        if index < 0 or self._profile.as_of is None:
            return None
        text = cells[index].strip()
        if not text.lstrip("-").isdigit() or len(text) > 5:
            return None
        return self._profile.as_of - dt.timedelta(days=int(text))
