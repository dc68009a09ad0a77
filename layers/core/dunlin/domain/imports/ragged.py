"""Rows with more or fewer cells than the header has columns."""

from __future__ import annotations

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import parse_amount
from dunlin.domain.imports.dates import to_date
from dunlin.domain.imports.places import state_code
from dunlin.domain.imports.types import FileProfile

_TEXTS = frozenset(
    "consumer_name company last_name street street2 city notes description payer property "
    "balance amount paid ignore".split()
)
"""Fields in which an unquoted delimiter may stand."""


class RaggedRows:
    """Makes a row as wide as its file, where there is one way to do so."""

    def __init__(self, profile: FileProfile) -> None:
        self._profile = profile
        self.width = len(profile.headers) + profile.grouped
        self._fields = {c.index: c.field for c in profile.mapping}
        self._orders = dict(profile.date_orders)
        self._marks = dict(profile.decimals)

    def fit(self, cells: list[str]) -> list[str] | None:
        """A ragged row made as wide as the header: short ones are filled, empty tails cut."""
        width = self.width
        if len(cells) < width:
            return cells + [""] * (width - len(cells))
        if not any(c.strip() for c in cells[width:]):
            return cells[:width]
        return self._merge(cells, width)

    def _merge(self, cells: list[str], width: int) -> list[str] | None:
        """One unquoted delimiter in a text: the only join under which the typed columns read."""
        extra = len(cells) - width
        if extra > 3:
            return None
        fits = []
        for at in range(width):
            if self._fields[at] not in _TEXTS:
                continue
            parts = cells[at : at + extra + 1]
            joined = [*cells[:at], self._profile.delimiter.join(parts), *cells[at + extra + 1 :]]
            if self._reads(joined):
                fits.append((parts[1].startswith(" "), joined))
        best = [joined for spaced, joined in fits if spaced] or [joined for _, joined in fits]
        return best[0] if len(best) == 1 else None

    def _reads(self, cells: list[str]) -> bool:
        for column in self._profile.mapping:
            text = cells[column.index].strip()
            if not text:
                continue
            if column.field in fields.MONEY:
                if parse_amount(text, self._marks.get(column.index, "")) is None:
                    return False
            elif column.field in fields.DATES:
                if to_date(text, self._orders.get(column.index, "") or "mdy") is None:
                    return False
            elif column.field == "email":
                if "@" not in text:
                    return False
            elif column.field == "state" and state_code(text) is None:
                return False
        return True
