"""Tables that are no list of one row a debt: refused or asked about, for half of each is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dunlin.domain.imports import fields
from dunlin.domain.imports.mapping import looks_like_header
from dunlin.domain.imports.records import FileRefused

_NUMBERED = re.compile(r"(?P<stem>.*?[^\d\s_.-])[\s_.-]*(?P<number>\d{1,2})")
_MONEY = frozenset(("balance", "amount"))
_SINCE = frozenset(("due_date", "invoice_number"))
_MOST_ROWS = 60
_FEWEST_CELLS = 3


def refuse_foreign_shape(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Raises `FileRefused` for several invoices in one row (`Invoice 1, Amount 1, Invoice 2`) and
    for a table turned on its side, whose first column holds the names of columns."""
    if _side_by_side(headers):
        raise FileRefused(
            "side_by_side", "several invoices stand in one row: export one row for each invoice"
        )
    first = [headers[0] if headers else "", *(cells[0] if cells else "" for cells in rows)]
    turned = len(rows) <= _MOST_ROWS and looks_like_header(first) >= 1.2
    if turned and looks_like_header(headers) < 0.7:
        raise FileRefused(
            "turned", "the names of the columns stand in the first column: turn the table round"
        )


def _side_by_side(headers: Sequence[str]) -> bool:
    numbers: dict[str, set[int]] = {}
    for header in headers:
        match = _NUMBERED.fullmatch(header.strip())
        if match:
            numbers.setdefault(fields.key_of(match["stem"]), set()).add(int(match["number"]))
    repeated: set[str] = set()
    for stem, counted in numbers.items():
        if {1, 2} <= counted:
            repeated.update(fields.STRONG.get(stem, ()), fields.WEAK.get(stem, ()))
    return bool(repeated & _MONEY and repeated & _SINCE)


def begins_table(cells: Sequence[str]) -> bool:
    """True for the header of another table below the first."""
    filled = [c for c in cells if c and not c.isspace()]
    if len(filled) < _FEWEST_CELLS or any(c.isdigit() for text in filled for c in text):
        return False
    return looks_like_header(cells) >= 0.8
