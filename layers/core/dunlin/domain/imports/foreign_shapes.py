"""Tables that are no list of one row a debt: refused or asked about, for half of each is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dunlin.domain.imports import fields
from dunlin.domain.imports.content import kinds_of
from dunlin.domain.imports.dates import read_date
from dunlin.domain.imports.mapping import looks_like_header
from dunlin.domain.imports.records import FileRefused

_NUMBERED = re.compile(
    r"(?P<before>.*?[^\d\s_.-])??[\s_.-]*(?P<number>\d{1,2})(?:st|nd|rd|th|\.|[ºªª])?(?P<behind>[\s_.-][^\d]+|)"
)
"""`Invoice 1`, `Payment 1 Date`, `2nd Instalment`."""
_MONEY = frozenset(("balance", "amount"))
_INSTALMENT = re.compile("payment|instal+ment|pmt|rate|cuota|parcela|prestac|mensuali|quota|plazo")
_DAY_OF = re.compile("date|due|datum|fallig|fecha|venc|echeance|data")
_PARTS = frozenset(("paid", "instalment", "balance", "amount"))
_WHO = frozenset(("consumer_name", "company", "email", "last_name"))
_SINCE = frozenset(("due_date", "invoice_number"))
_MOST_ROWS = 60
_FEWEST_CELLS = 3
_FEWEST_MONTHS = 2
CHANGE_FIELDS = ("change_id", "kind", "reference")
"""What each change of a billing system has. A file with these columns is no list of debts: its
amounts are what was paid or credited."""
TOLD = "billing_changes"
"""The code of such a file; dropped into the bucket it is applied."""
TELL = (
    "the file holds changes of a billing system and no list of debts: drop it, or apply it with"
    " dunlin billing tell"
)


def refuse_foreign_shape(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Raises `FileRefused` for several invoices in one row (`Invoice 1, Amount 1, Invoice 2`, or
    two lists abreast), for a column of money for each month and no total, for a table turned on
    its side, whose first column holds the names of columns, and for changes of a billing system."""
    if any(_tells_changes(cells) for cells in (headers, *rows[:1])):
        raise FileRefused(TOLD, TELL)
    if _side_by_side(headers) or _is_abreast(headers):
        raise FileRefused(
            "side_by_side",
            "several invoices or instalments stand in one row: export one row for each",
        )
    if _by_month(headers, rows):
        raise FileRefused(
            "by_month", "each month has a column and none says what is owed: export one row for"
            " each invoice, or add a total"
        )  # fmt: skip
    first = [headers[0] if headers else "", *(cells[0] if cells else "" for cells in rows)]
    turned = len(rows) <= _MOST_ROWS and looks_like_header(first) >= 1.2
    if turned and looks_like_header(headers) < 0.7:
        raise FileRefused(
            "turned", "the names of the columns stand in the first column: turn the table round"
        )


def _tells_changes(cells: Sequence[str]) -> bool:
    return {cell.strip().lower() for cell in cells}.issuperset(CHANGE_FIELDS)


def _side_by_side(headers: Sequence[str]) -> bool:
    numbers: dict[str, set[int]] = {}
    single: set[str] = set()
    for header in headers:
        match = _NUMBERED.fullmatch(header.strip())
        if match:
            stem = fields.key_of(f"{match['before'] or ''} {match['behind']}")
            numbers.setdefault(stem, set()).add(int(match["number"]))
        else:
            single.update(_fields_of(header))
    repeated: set[str] = set()
    dated = False
    for stem, counted in numbers.items():
        if {1, 2} <= counted:
            repeated.update(fields.STRONG.get(stem, ()), fields.WEAK.get(stem, ()))
            repeated.update({"instalment"} if _INSTALMENT.match(stem) else ())
            dated |= bool(_DAY_OF.search(stem))
    if repeated & _MONEY and repeated & _SINCE:
        return True
    # Instalments, each with its day; beside a balance they are what was paid of it.
    return bool(repeated & _PARTS and dated) and not single & _MONEY


def _is_abreast(headers: Sequence[str]) -> bool:
    """Whether the same names stand twice in the same order, as of two lists beside each other."""
    names = [key for h in headers if (key := fields.key_of(h))]
    half = names[: len(names) // 2]
    if len(half) < _FEWEST_CELLS or half * 2 != names:
        return False
    means = {field for name in half for field in _fields_of(name)}
    return bool(means & _MONEY) and bool(means & _WHO)


def _by_month(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether two or more columns are named after a month and hold money, and no other column
    says what is owed."""
    months = [i for i, h in enumerate(headers) if _is_month(h)]
    others = {f for i, h in enumerate(headers) if i not in months for f in _fields_of(h)}
    if len(months) < _FEWEST_MONTHS or others & _MONEY:
        return False
    cells = [r[i].strip() for r in rows[:_MOST_ROWS] for i in months if i < len(r) and r[i].strip()]
    return sum("money" in kinds_of(c) for c in cells) > len(cells) * 0.6


def _is_month(header: str) -> bool:
    words = fields.words_of(header)
    if not words or len(words) > _FEWEST_MONTHS:
        return False
    return any(read_date(f"1 {w} 2026") for w in words if w.isalpha()) and all(
        w.isalpha() or w.isdigit() for w in words
    )


def _fields_of(header: str) -> tuple[str, ...]:
    key = fields.key_of(header)
    return (*fields.STRONG.get(key, ()), *fields.WEAK.get(key, ()))


def begins_table(cells: Sequence[str]) -> bool:
    """True for the header of another table below the first."""
    filled = [c for c in cells if c and not c.isspace()]
    if len(filled) < _FEWEST_CELLS or any(c.isdigit() for text in filled for c in text):
        return False
    return looks_like_header(cells) >= 0.8
