"""Columns of numbers that number no debt: those that count rows, those that a spreadsheet cut."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dunlin.domain.imports import fields
from dunlin.domain.imports.types import ColumnMap

_DIGITS_KEPT = 15
"""Digits of a number that a spreadsheet keeps; those behind become zeros."""
_POWER = re.compile(r"[+-]?\d(?:(?:[.,]\d+)?E\+\d{1,3}|[.,]\d+E\d{1,3})", re.IGNORECASE)
_NUMBERS = ("account_reference", "invoice_number", "consumer_reference")
_NUMBERS_A_DEBT = frozenset(("account_reference", "invoice_number", "claim", "load_number"))

_COUNTERS = frozenset(
    (
        "row rowno rownr rownumber rowid rownum line lineno linenumber lfdnr lfdno lfd "
        "laufendenr laufendenummer zeile zeilennr pos posno posnr position fila linea renglon "
        "ligne rang ordre linha ordem sl slno sno srno sr seq seqno sequence index idx ord item "
        "itemno counter"
    ).split()
)
"""Names of columns that number the rows of a list."""
_PLAIN_NUMBERS = frozenset(("", "no", "nr", "n", "num", "number", "numero", "nummer", "id"))
"""Names that a debt's number may bear as well as a row's."""
_REFERENCES = frozenset("ref refno reference referenceno referencenumber".split())
_FIRST_OF_A_LIST = 2
_MANY = 4


def counts_rows(
    headers: Sequence[str],
    samples: Sequence[Sequence[str]],
    ranked: Sequence[Sequence[tuple[float, str, str]]],
) -> list[int]:
    """The columns that count the rows of a list (1, 2, 3 in the order of the file).

    A debt may have a small number too: a column whose name does not say which it is counts rows
    where another numbers the debts, or where there are too many for chance. A count of all that
    was ever booked starts anywhere, and stands beside a column of references.
    """
    out = []
    for index, header in enumerate(headers):
        key = "".join(fields.words_of(header))
        if key not in _COUNTERS | _PLAIN_NUMBERS:
            continue
        first = _first_of_count(samples[index])
        if first is None or (ranked[index] and ranked[index][0][0] == 1.0):
            continue
        if first > _FIRST_OF_A_LIST:
            if len(samples[index]) > _MANY and _has_references(headers, samples, index):
                out.append(index)
            continue
        beside = any(
            options and options[0][1] in _NUMBERS_A_DEBT
            for i, options in enumerate(ranked)
            if i != index
        )
        filled = sum(bool(v.strip()) for v in samples[index])
        if key in _COUNTERS or beside or filled >= _MANY:
            out.append(index)
    return out


def _first_of_count(values: Sequence[str]) -> int | None:
    """The first of whole numbers that follow one another, None where they do not."""
    filled = [v.strip().rstrip(".)") for v in values if v.strip()]
    if len(filled) < 2 or not filled[0].isdigit():
        return None
    first = int(filled[0])
    counts = all(t.isdigit() and int(t) == number for number, t in enumerate(filled, first))
    return first if counts else None


def _has_references(headers: Sequence[str], samples: Sequence[Sequence[str]], but: int) -> bool:
    """True where a column called reference holds a number of its own in nearly every row."""
    for index, header in enumerate(headers):
        if index == but or "".join(fields.words_of(header)) not in _REFERENCES:
            continue
        filled = [v.strip() for v in samples[index] if v.strip()]
        numbers = {v for v in filled if any(c.isdigit() for c in v) and " " not in v}
        if filled and len(numbers) >= 0.8 * len(samples[index]):
            return _first_of_count(samples[index]) is None
    return False


def is_cut(number: str, zeros: bool) -> bool:
    """True for a number of which a spreadsheet kept the beginning alone: `4.5E+11`, or in a column
    of long numbers that all end in zeros (`zeros`) any of these."""
    if not number:
        return False
    if zeros and len(number) > _DIGITS_KEPT and number.isdigit():
        return True
    return ("E" in number or "e" in number) and _POWER.fullmatch(number) is not None


class LongNumbers:
    """Which columns of numbers are longer than a spreadsheet keeps, and end in zeros all."""

    def __init__(self, columns: Sequence[ColumnMap]) -> None:
        self._columns = [c.index for c in columns if c.field in _NUMBERS]
        self._zeros = dict.fromkeys(self._columns, 0)
        self._whole = dict.fromkeys(self._columns, 0)

    def add(self, cells: list[str]) -> None:
        """Counts the long numbers of a row."""
        for index in self._columns:
            if index < len(cells) and len(cells[index]) > _DIGITS_KEPT:
                self._add(index, cells[index].strip())

    def _add(self, index: int, number: str) -> None:
        tail = number[_DIGITS_KEPT:]
        if not tail or not number.isdigit():
            return
        if tail.strip("0"):
            self._whole[index] += 1
        else:
            self._zeros[index] += len(tail)

    def cut(self) -> tuple[int, ...]:
        """The columns whose long numbers all end in zeros, too many for chance."""
        return tuple(i for i in self._columns if self._zeros[i] >= 3 and not self._whole[i])
