"""A file of changes in the words of the billing endpoint: CSV with a column a field, JSON, or a
line of JSON each.
"""

from __future__ import annotations

import csv
import io
import json
import re

from dunlin.domain.errors import DomainError
from dunlin.domain.imports.foreign_shapes import CHANGE_FIELDS
from dunlin.service.payments.billing_words import FIELDS, LISTS, no_number

_WHOLE = re.compile(r"-?\d{1,18}")
_FIGURES = frozenset(name for own in FIELDS.values() for name, kind in own.items() if kind is int)
_LISTS = frozenset(name for names in LISTS.values() for name in names)
COLUMNS = (*CHANGE_FIELDS, *sorted({n for own in FIELDS.values() for n in own}),
           *sorted(_LISTS))  # fmt: skip
"""The columns of such a file; a change leaves those of other kinds empty."""


def read_delta(text: str) -> list[object]:
    """The changes of a file, as the endpoint takes them. A list in a cell is parted by spaces.
    Raises `DomainError` where the whole cannot be read; one change is refused by itself."""
    start = text.lstrip("\ufeff").lstrip()
    if start[:1] in ("{", "["):
        return _json(start)
    rows = csv.reader(io.StringIO(start, newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        unknown = [name for name in header if name not in COLUMNS]
        if unknown or "change_id" not in header:
            wrong = f"{unknown[0]!r} is none" if unknown else "change_id is missing"
            raise DomainError(f"the columns are {', '.join(COLUMNS)}; {wrong}")
        return [_of_cells(header, cells) for cells in rows if any(map(str.strip, cells))]
    except csv.Error as error:
        raise DomainError(f"line {rows.line_num} cannot be read: {error}") from None


def _json(text: str) -> list[object]:
    try:
        try:
            body = json.loads(text, parse_constant=no_number)
        except ValueError:
            lines = [line for line in text.splitlines() if line.strip()]
            return [json.loads(line, parse_constant=no_number) for line in lines]
    except (ValueError, RecursionError):
        raise DomainError("the file is no JSON") from None
    changes = body.get("changes", [body]) if isinstance(body, dict) else body
    if type(changes) is not list:
        raise DomainError("'changes' is a list")
    return changes


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
