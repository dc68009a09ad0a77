"""The Reassigned Numbers Database by files: questions to upload, answers that were downloaded.

The layout of the database's own files stands behind a login and was not read. Integrations that
query it name a number of ten digits and a day as 2026-11-30, and the answers yes, no and no data;
that is what is written, and read in any order of columns.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from dunlin.domain.accounts.reassigned import BadAnswer, NumberAnswer, NumberQuery, NumberWord
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.guard import csv_line

_HEADINGS = {
    "number": ("number", "phone", "phone_number", "telephone_number", "tn"),
    "date": ("date", "consent_date", "date_of_consent", "last_verified_date"),
    "answer": ("answer", "response", "result", "disconnected"),
}
_ORDERS = {2: ("number", "answer"), 3: ("number", "date", "answer")}
_WORDS = {"yes": NumberWord.YES, "y": NumberWord.YES, "no": NumberWord.NO, "n": NumberWord.NO,
          "no data": NumberWord.NO_DATA, "nodata": NumberWord.NO_DATA}  # fmt: skip
_US = re.compile(r"(?:\+?1)?([2-9]\d{2}[2-9]\d{6})")
_DAYS = ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y")


class NumberFiles:
    """`NumberDatabase` over CSV files. `asked` is the file of questions, for answers that leave out
    the day that was asked about; `headings`: whether the questions begin with a line of them."""

    def __init__(
        self,
        *,
        today: date,
        questions: Path | None = None,
        answered: Path | None = None,
        asked: Path | None = None,
        headings: bool = True,
    ) -> None:
        self._today = today
        self._questions, self._answered, self._asked = questions, answered, asked
        self._headings = headings

    def ask(self, queries: Iterable[NumberQuery]) -> None:
        if self._questions is None:
            raise DomainError("no file is named for the questions")
        try:
            with self._questions.open("x", encoding="utf-8", newline="") as stream:
                if self._headings:
                    stream.write(csv_line(("number", "date")))
                for query in queries:
                    cells = (query.number.removeprefix("+1"), query.since.isoformat())
                    stream.write(csv_line(cells))
        except FileExistsError:
            raise DomainError(f"{self._questions} is there already: name another") from None
        except OSError as error:
            raise DomainError(f"{self._questions}: {error.strerror or error}") from error

    def answers(self) -> Iterator[NumberAnswer | BadAnswer]:
        if self._answered is None:
            raise DomainError("no file of answers is named")
        asked = self._days_asked()
        rows = _rows(self._answered)
        columns = _columns(self._answered, rows, needed=("number", "answer"))
        for line, cells in rows:
            yield self._read(line, cells, columns, asked)

    def _days_asked(self) -> Mapping[str, date]:
        """The day asked about by number, by the file of questions; of several the earliest."""
        if self._asked is None:
            return {}
        rows, asked = _rows(self._asked), dict[str, date]()
        columns = _columns(self._asked, rows, needed=("number", "date"))
        for _, cells in rows:
            number, on = _number(cells, columns), _day(_cell(cells, columns, "date"))
            if number and on is not None:
                asked[number] = min(on, asked.get(number, on))
        return asked

    def _read(
        self, row: int, cells: Sequence[str], columns: Mapping[str, int], asked: Mapping[str, date]
    ) -> NumberAnswer | BadAnswer:
        number = _number(cells, columns)
        if not number:
            return BadAnswer(row=row, code="bad_number", value=_cell(cells, columns, "number"))
        text = _cell(cells, columns, "date")
        since = _day(text) if text else asked.get(number)
        if since is None:
            return BadAnswer(row=row, code="bad_date" if text else "no_date", value=text)
        if since > self._today:
            return BadAnswer(row=row, code="future_date", value=text)
        word = _cell(cells, columns, "answer")
        answer = _WORDS.get(re.sub(r"[\s_-]+", " ", word.lower()))
        if answer is None:
            return BadAnswer(row=row, code="bad_answer", value=word)
        return NumberAnswer(query=NumberQuery(number=number, since=since), answer=answer)


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            return [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except OSError as error:
        raise DomainError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError:
        raise DomainError(f"{path} is not in UTF-8") from None
    except csv.Error as error:
        raise DomainError(f"{path} cannot be read: {error}") from error


def _columns(
    path: Path, rows: list[tuple[int, list[str]]], *, needed: tuple[str, ...]
) -> dict[str, int]:
    """Where each cell stands, by the headings, which are taken off; without any in the order in
    which the questions are written, the answer last. Raises `DomainError`."""
    if not rows:
        raise DomainError(f"{path} is empty")
    first = [re.sub(r"[\s_-]+", "_", cell.strip().lower()) for cell in rows[0][1]]
    columns = {
        field: place
        for field, names in _HEADINGS.items()
        for place, name in enumerate(first)
        if name in names
    }
    if columns:
        del rows[0]
    elif "date" in needed:
        columns = {"number": 0, "date": 1}
    else:
        columns = {name: n for n, name in enumerate(_ORDERS.get(len(first), ()))}
    lacking = [name for name in needed if name not in columns]
    if lacking:
        raise DomainError(f"{path} has no column called {' or '.join(lacking)}")
    return columns


def _cell(cells: Sequence[str], columns: Mapping[str, int], name: str) -> str:
    place = columns.get(name, len(cells))
    return cells[place].strip() if place < len(cells) else ""


def _number(cells: Sequence[str], columns: Mapping[str, int]) -> str:
    """The number in E.164, "" where it is none of the United States' plan."""
    match = _US.fullmatch(re.sub(r"[\s().-]+", "", _cell(cells, columns, "number")))
    return f"+1{match[1]}" if match else ""


def _day(text: str) -> date | None:
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
