"""In which order the columns of days write day and month, counted over the rows of a file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence

from dunlin.domain.imports import fields
from dunlin.domain.imports.dates import DateReading, OrderVote, read_date, to_date
from dunlin.domain.imports.types import ColumnMap, ImportQuestion

TURNED, TURN_BACK, AS_WRITTEN = "turned_dates", "turn_back", "as_written"
_DECISIVE = {"due_date", "extended_due_date", "issue_date", "date_of_service", "date_of_birth"}
"""Dates that a file waits for; of the others an ambiguous one is left out."""
_MEMORY = 5_000
_LONGEST = 64
_AS_OF = re.compile(
    r"(?:as (?:of|at):?|stand(?: vom)?:?|al|au|stichtag:?)\s+(.{6,30})$", re.IGNORECASE
)
_DAY_IN_TITLE = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b")


class DayOrders:
    """Takes the titles and rows of one file, and tells at the end how its days are read."""

    def __init__(self, columns: Sequence[ColumnMap]) -> None:
        self._columns = [c for c in columns if c.field in fields.DATES]
        self._votes = {c.index: OrderVote() for c in self._columns}
        # Bound once: they run for every row.
        self._adds = [(i, vote.add) for i, vote in self._votes.items()]
        self._titles = OrderVote()
        self._as_of_text = ""
        self._readings: dict[str, DateReading | None] = {}
        self._open: list[ColumnMap] = []
        self._unsure: list[ColumnMap] = []
        self.as_of: dt.date | None = None
        """The day that a title names."""
        self.orders: tuple[tuple[int, str], ...] = ()
        """The order of each column by its index, "" where it needs none."""
        self.turned: tuple[int, ...] = ()
        """Columns whose days are turned back, for a person said so."""

    def title(self, text: str) -> None:
        """Takes a line above the table."""
        match = _AS_OF.search(text.strip())
        if match and self.as_of is None:
            self._as_of_text = match[1].strip()
            self.as_of = to_date(self._as_of_text)
        for word in _DAY_IN_TITLE.findall(text):
            reading = read_date(word)
            if reading is not None:
                self._titles.add(reading)

    def row(self, cells: Sequence[str]) -> None:
        """Takes one row."""
        size, readings = len(cells), self._readings
        for index, add in self._adds:
            text = cells[index] if index < size else ""
            if not text:
                continue
            reading = readings[text] if text in readings else self._read(text)
            if reading is not None:
                add(reading)

    def _read(self, text: str) -> DateReading | None:
        reading = read_date(text.strip())
        if len(text) <= _LONGEST:
            if len(self._readings) > _MEMORY:
                self._readings.clear()
            self._readings[text] = reading
        return reading

    @property
    def abroad(self) -> bool:
        """True where a column has days after the 12th written first, and no other."""
        return any(v.dmy and not v.mdy for v in self._votes.values())

    @property
    def open(self) -> tuple[int, ...]:
        """Columns whose days are not read, for nobody has said yet how."""
        return tuple(c.index for c in (*self._open, *self._unsure))

    def conclude(self, whole_file: str, answers: Mapping[str, str]) -> None:
        """Settles the orders, once all rows are read: `whole_file` is what a person said of all
        columns, "" for nothing."""
        day_orders: dict[int, str | None] = {}
        for column in self._columns:
            vote = self._votes[column.index]
            day_orders[column.index] = vote.order() if vote.dates else ""
        decided = {o for i, o in day_orders.items() if o and self._votes[i].open
                   + self._votes[i].mdy + self._votes[i].dmy}  # fmt: skip
        title = self._titles.order()
        if self.as_of is None and self._as_of_text:
            known = title or (next(iter(decided)) if len(decided) == 1 else "")
            self.as_of = to_date(self._as_of_text, known)
        if title and not decided:
            # The program that wrote the title wrote the columns in the same order.
            decided = {title}
        self._turn(answers)
        orders: list[tuple[int, str]] = []
        for column in self._columns:
            order = day_orders[column.index]
            vote = self._votes[column.index]
            mixed = vote.dmy and vote.mdy
            stated = answers.get(f"date_order:{column.key}", "") or whole_file
            if stated and (order in (None, "") or mixed):
                order = stated
            elif order is None and not mixed and len(decided) == 1:
                order = next(iter(decided))
            if order is None:
                self._open.append(column)
                order = ""
            orders.append((column.index, order))
        self.orders = tuple(orders)

    def _turn(self, answers: Mapping[str, str]) -> None:
        """Columns whose days a spreadsheet seems to have turned round, by what a person says."""
        turned = [c for c in self._columns if self._votes[c.index].turned]
        by_answer = {c.index: answers.get(f"{TURNED}:{c.key}") for c in turned}
        self.turned = tuple(i for i, answer in by_answer.items() if answer == TURN_BACK)
        self._unsure = [c for c in turned if by_answer[c.index] not in (TURN_BACK, AS_WRITTEN)]

    def questions(self) -> Iterator[ImportQuestion]:
        """What only a person can say."""
        for column in self._unsure:
            yield ImportQuestion(
                kind=TURNED,
                column=column.key,
                choices=(TURN_BACK, AS_WRITTEN),
                why="days after the 12th are written in another way than all others: it looks as if"
                " a spreadsheet took days for months in the others",
                blocking=column.field in _DECISIVE,
                lasting=False,
            )
        for column in self._open:
            yield ImportQuestion(
                kind="date_order",
                column=column.key,
                choices=("mdy", "dmy"),
                why="some dates can only be day first and some only month first"
                if self._votes[column.index].dmy
                else "every date of the column reads both day first and month first",
                blocking=column.field in _DECISIVE,
            )
