"""Columns that say of an address or a number beside them that it reaches nobody: `Email Valid: N`,
`Bounced`, `Phone Disconnected`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dunlin.domain.imports import statuses
from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.dates import fold

_BAD = frozenset(
    """invalid bad bounced bounce hardbounce undeliverable disconnected unreachable rejected failed
    wrong dead invalido invalida incorrecto invalide errone ungultig unzustellbar falsch devolvido
    rebotado devuelto""".split()
)


def bad_points(by: Mapping[str, Sequence[int]], kind: str) -> dict[int, list[tuple[int, bool]]]:
    """By the column of each address (`kind` email) or number (`phone`), the columns that say
    whether it is good, with what a yes there means: each speaks of the nearest one before it."""
    points = by.get(kind, ())
    out: dict[int, list[tuple[int, bool]]] = {}
    for field, good in ((f"{kind}_valid", True), (f"{kind}_bad", False)):
        for index in by.get(field, ()):
            before = [p for p in points if p < index]
            for point in before[-1:] or points[:1]:
                out.setdefault(point, []).append((index, good))
    return out


def is_bad(cells: Sequence[str], said_by: Sequence[tuple[int, bool]]) -> bool:
    """Whether any of the columns says that the address beside it is none."""
    return any(_denies(cells[index], yes_is_good=good) for index, good in said_by)


def _denies(text: str, *, yes_is_good: bool) -> bool:
    text = text.strip()
    if not text or is_blank(text):
        return False
    word = "".join(c for c in fold(text) if c.isalpha())
    if word in _BAD:
        return True
    yes = statuses.yes_no(text)
    # Beside a mark of what is bad a day or a reason says that it is.
    return yes is not yes_is_good if yes is not None else not yes_is_good and word != "valid"
