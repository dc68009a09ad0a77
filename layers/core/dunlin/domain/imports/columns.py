"""Where each field stands in the rows of one file."""

from __future__ import annotations

from dunlin.domain.imports import fields
from dunlin.domain.imports.types import FileProfile, RowProblem

LONG, LONGEST = 300, 2_000
"""Characters kept of a value and of notes: no name or number is longer, and memory is bounded."""
MEMORY = 5_000
"""Recurring cells that are remembered; then the memory starts anew."""


class Columns:
    """`by` holds the indexes of each field's columns, `one` its first, `keys` a column's name."""

    def __init__(self, profile: FileProfile) -> None:
        self.width = len(profile.headers)
        self.keys = {c.index: c.key for c in profile.mapping}
        by: dict[str, list[int]] = {}
        for column in profile.mapping:
            if column.field != fields.IGNORE:
                by.setdefault(column.field, []).append(column.index)
        if profile.grouped:
            by.setdefault("consumer_name", []).append(self.width)
            self.keys[self.width] = "#group"
        self.by = by
        self.first = {field: indexes[0] for field, indexes in by.items()}

    def at(self, field: str) -> int:
        """The index of a field's first column, -1 where there is none."""
        return self.first.get(field, -1)

    def problem(self, code: str, index: int, value: str = "") -> RowProblem:
        """What is wrong with a cell of a column."""
        return RowProblem(code=code, column=self.keys[index], value=value[:60])

    def text(self, cells: list[str], field: str) -> str:
        """The cell of a field, "" where there is none."""
        index = self.first.get(field, -1)
        if index < 0:
            return ""
        return cells[index].strip()[:LONG]
