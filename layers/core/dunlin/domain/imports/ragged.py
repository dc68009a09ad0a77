"""Rows with more or fewer cells than the header has columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import Amount, parse_amount
from dunlin.domain.imports.dates import to_date
from dunlin.domain.imports.places import state_code
from dunlin.domain.imports.types import FileProfile

_TEXTS = frozenset(
    "consumer_name company last_name street street2 city notes description payer property "
    "ignore".split()
)
"""Fields in which an unquoted delimiter may stand. A figure cut in two is not mended: the row goes
back to a person."""
_MOST_WAYS = 400
_LEADS = re.compile(r"\D?\d{1,3}")
_FOLLOWS = re.compile(r"\d{3}(?:\.\d\d)\D?|\d{3}")
_FIGURE = re.compile(r"[$€£]\s?\d.*|.*\d[.,]\d\d")


class RaggedRows:
    """Makes a row as wide as its file, where there is one way to do so."""

    def __init__(self, profile: FileProfile) -> None:
        self._profile = profile
        self.width = len(profile.headers) + profile.grouped
        self._fields = {c.index: c.field for c in profile.mapping}
        self._orders = dict(profile.date_orders)
        self._marks = dict(profile.decimals)
        at = {c.field: c.index for c in profile.mapping}
        self._owed = [at[f] for f in ("balance", "amount", "line_amount") if f in at][:1]
        three = [at.get(f, -1) for f in ("amount", "paid", "balance")]
        self._three = three if min(three) >= 0 else []

    def fit(self, cells: list[str]) -> list[str] | None:
        """A ragged row made as wide as the header, None where it cannot be or in several ways.

        A short row is filled, unless what is owed would then be missing: a cell was lost, and
        nobody knows which. A long one loses its empty tail or has its unquoted delimiters back;
        where all rows have that tail, no figure of it was cut.
        """
        width = self.width
        if len(cells) < width:
            filled = cells + [""] * (width - len(cells))
            return None if self._lost_what_is_owed(cells) or not self._reads(filled) else filled
        as_all = len(cells) == self._profile.row_width
        if not any(c.strip() for c in cells[width:]) and (as_all or self._stands(cells[:width])):
            return cells[:width]
        return self._merge(cells, width)

    def _lost_what_is_owed(self, cells: list[str]) -> bool:
        """True where the balance is cut off, and another figure would be read in its place."""
        return any(i >= len(cells) for i in self._owed) and any(
            field in fields.MONEY and i < len(cells) and cells[i].strip()
            for i, field in self._fields.items()
        )

    def _merge(self, cells: list[str], width: int) -> list[str] | None:
        """The only way to join cells at unquoted delimiters under which all columns read."""
        extra = len(cells) - width
        if extra > 3 or comb(len(cells) - 1, extra) > _MOST_WAYS:
            return None
        ways = [
            (all(cells[at].startswith(" ") for at in ends), joined)
            for ends in combinations(range(1, len(cells)), extra)
            if (joined := self._joined(cells, ends)) is not None and self._stands(joined)
        ]
        ways = [way for way in ways if self._adds_up(way[1])] or ways
        ways = [way for way in ways if way[0]] or ways
        return ways[0][1] if len(ways) == 1 else None

    def _joined(self, cells: list[str], ends: Sequence[int]) -> list[str] | None:
        """The cells with those at `ends` joined to the one before, None where none may be."""
        if any(_FIGURE.fullmatch(cells[at].strip()) for at in ends):
            return None
        row = list(_grown(cells, ends, self._profile.delimiter))
        if any(parts > 1 and not self._may_hold(i) for i, (_, parts) in enumerate(row)):
            return None
        return [text for text, _ in row]

    def _may_hold(self, index: int) -> bool:
        field = self._fields.get(index, fields.IGNORE)
        return field in _TEXTS or field in fields.DATES

    def _stands(self, cells: list[str]) -> bool:
        """True where all columns read and no figure looks cut in two."""
        return self._reads(cells) and not any(
            _LEADS.fullmatch(cells[at].strip()) and _FOLLOWS.fullmatch(cells[at + 1].strip())
            for at in range(len(cells) - 1)
        )

    def _reads(self, cells: list[str]) -> bool:
        return all(
            self._reads_as(column.field, column.index, cells[column.index].strip())
            for column in self._profile.mapping
        )

    def _reads_as(self, field: str, index: int, text: str) -> bool:
        if not text:
            return True
        if field in fields.MONEY:
            return self._amount(text, index) is not None
        if field in fields.DATES:
            return to_date(text, self._orders.get(index, "") or "mdy") is not None
        if field == "email":
            return "@" in text
        return field != "state" or state_code(text) is not None

    def _amount(self, text: str, index: int) -> Amount | None:
        return parse_amount(text, self._marks.get(index, ""))

    def _adds_up(self, cells: list[str]) -> bool:
        """Whether what was billed less what was paid is what is owed."""
        if not self._three:
            return False
        figures = [self._amount(cells[i].strip(), i) for i in self._three]
        minor = [f.minor(self._profile.currency) if f else None for f in figures]
        billed, paid, owed = (m or 0 for m in minor)
        return billed - paid == owed


def _grown(cells: list[str], ends: Sequence[int], delimiter: str) -> Iterator[tuple[str, int]]:
    """Each cell after the joins, and of how many it is made."""
    text, parts = cells[0], 1
    for at, cell in enumerate(cells[1:], 1):
        if at in ends:
            text, parts = text + delimiter + cell, parts + 1
        else:
            yield text, parts
            text, parts = cell, 1
    yield text, parts
