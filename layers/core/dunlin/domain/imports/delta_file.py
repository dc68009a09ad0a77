"""A file of changes in the words of the billing endpoint: CSV with a column a field, JSON, or a
line of JSON each.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from dunlin.domain.errors import DomainError
from dunlin.domain.imports.billing_words import FIELDS, LISTS, no_number
from dunlin.domain.imports.foreign_shapes import CHANGE_FIELDS
from dunlin.domain.imports.guard import csv_line

_DELIMITERS = ",;\t|"
_DECLARED = re.compile(r"sep=(.)", re.IGNORECASE)
_WHOLE = re.compile(r"-?\d{1,18}")
_FIGURES = frozenset(name for own in FIELDS.values() for name, kind in own.items() if kind is int)
_LISTS = frozenset(name for names in LISTS.values() for name in names)
COLUMNS = (*CHANGE_FIELDS, *sorted({n for own in FIELDS.values() for n in own}),
           *sorted(_LISTS))  # fmt: skip
"""The columns of such a file; a change leaves those of other kinds empty."""
ANSWER = (
    "row", "change_id", "outcome", "balance_minor", "currency", "status", "field", "reason",
)  # fmt: skip
"""The columns of the answers to such a file, a line each."""


class FileChange(NamedTuple):
    """One change of a file: the line that it begins on, of a JSON list its number from 1, and what
    it says, not yet read."""

    row: int
    document: object


def read_delta(text: str) -> list[FileChange]:
    """The changes of a file, as the endpoint takes them. A list in a cell is parted by spaces.
    Raises `DomainError` where the whole cannot be read; one change is refused by itself."""
    text = text.lstrip("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        return _json(text)
    lines = _lines(text)
    _, header = next(lines, (1, []))
    header = [name.strip().lower() for name in header]
    unknown = [name for name in header if name not in COLUMNS]
    if unknown or "change_id" not in header:
        wrong = f"{unknown[0]!r} is none" if unknown else "change_id is missing"
        raise DomainError(f"the columns are {', '.join(COLUMNS)}; {wrong}")
    return [FileChange(row, _of_cells(header, cells)) for row, cells in lines]


def answer_lines(answers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The answers as CSV, with their header."""
    yield csv_line(ANSWER)
    for answer in answers:
        yield csv_line([str(answer.get(column, "")) for column in ANSWER])


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The records that hold anything, each with the line that it begins on."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    declared = _DECLARED.fullmatch(first)
    delimiter = declared[1] if declared else max(_DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in rows:
            if any(map(str.strip, cells)) and not (declared and cells == ["sep=", ""]):
                yield begins, cells
            begins = rows.line_num + 1
    except csv.Error as error:
        raise DomainError(f"line {rows.line_num} cannot be read: {error}") from None


def _json(text: str) -> list[FileChange]:
    try:
        try:
            body = json.loads(text, parse_constant=no_number)
        except ValueError:
            return [
                FileChange(row, json.loads(line, parse_constant=no_number))
                for row, line in enumerate(text.split("\n"), 1)
                if line.strip()
            ]
    except (ValueError, RecursionError):
        raise DomainError("the file is no JSON") from None
    changes = body.get("changes", [body]) if isinstance(body, dict) else body
    if type(changes) is not list:
        raise DomainError("'changes' is a list")
    return [FileChange(number, change) for number, change in enumerate(changes, 1)]


def _of_cells(header: list[str], cells: list[str]) -> object:
    """The document of one row; what is no figure stays text, and is refused as such."""
    if len(cells) > len(header):
        return cells
    document: dict[str, object] = {}
    for name, cell in zip(header, cells, strict=False):
        value = cell.strip()
        if not value:
            continue
        if name in _LISTS:
            document[name] = value.split()
        elif name in _FIGURES and _WHOLE.fullmatch(value):
            document[name] = int(value)
        else:
            document[name] = value
    return document
