"""Instalments of one invoice: rows of one number that say clearly that each is a debt of its own.

Each has a day and an amount of its own, and is asked for as it falls due. Rows of which that is not
clear stay one debt, and a person looks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dunlin.domain.imports.types import OPEN, PAID, NormalisedRow

INSTALMENT = "instalment"
"""The extra of a debt that is an instalment: its number, or the day on which it falls due."""
_NUMBER = re.compile(r"0*(\d{1,3})\b")
_MANY = 3  # equal parts; two may be one debt told with two days


def part_key(key: str, part: str) -> str:
    """What makes an instalment unique in its creditor's books."""
    return f"{key}#{part}"


def parts_of(rows: Sequence[NormalisedRow]) -> dict[str, list[NormalisedRow]]:
    """The rows of each instalment by its number or its day, where the rows of one number are
    instalments beyond doubt; nothing else."""
    numbers = [_number(row) for row in rows]
    if all(numbers):
        return _by(numbers, rows)
    days = [row.due_on.isoformat() if row.due_on else "" for row in rows]
    parts = _by(days, rows)
    if len(parts) < 2 or "" in parts or any(numbers) or not _clear(rows, parts):
        return {}
    return parts


def _by(marks: Sequence[str], rows: Sequence[NormalisedRow]) -> dict[str, list[NormalisedRow]]:
    parts: dict[str, list[NormalisedRow]] = {}
    for mark, row in zip(marks, rows, strict=True):
        parts.setdefault(mark, []).append(row)
    return parts


def _number(row: NormalisedRow) -> str:
    text = dict(row.extras).get(INSTALMENT, "") if row.extras else ""
    number = _NUMBER.search(text)
    return number[1] if number is not None else ""


def _clear(rows: Sequence[NormalisedRow], parts: dict[str, list[NormalisedRow]]) -> bool:
    """True where the figures say that each day has its own share of one invoice."""
    if not rows[0].invoice or any(row.status not in (OPEN, PAID) for row in rows):
        return False
    owed = [row.balance for row in rows if row.status == OPEN]
    if len(owed) < 2 or any(minor is None or minor <= 0 for minor in owed):
        return False
    bills = {row.original for row in rows}
    bill = next(iter(bills))
    together = sum((row.balance or 0) + (row.paid or 0) for row in rows)
    if len(bills) == 1 and bill is not None and bill != rows[0].balance:
        return together == bill  # the invoice's own sum stands in every row
    return len(set(owed)) > 1 or len(parts) >= _MANY
