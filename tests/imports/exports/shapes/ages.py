"""What vendors say of age, of their own numbers and of clearing."""

from __future__ import annotations

import datetime as dt
import random
from itertools import pairwise

from tests.imports.exports.draft import Draft, Fill, Line
from tests.imports.exports.shape import Maker, total_line
from tests.imports.exports.truth import AS_OF, LEAVE, Debt
from tests.imports.exports.writing import Minor

SECTIONS = ((30, "1 - 30 days past due"), (60, "31 - 60 days past due"),
            (90, "61 - 90 days past due"), (9999, "91 or more days past due"))  # fmt: skip


def overdue(debt: Debt) -> int:
    """Days since the due day, 0 where there is none."""
    return (AS_OF - debt.due).days if debt.due else 0


def days(_draft: Draft, _rng: random.Random) -> Fill:
    """Days overdue."""
    return lambda debt: str(overdue(debt)) if debt.due else ""


def row_number(draft: Draft, _rng: random.Random) -> Fill:
    """The vendor's running number of the row."""
    places = {debt: str(n) for n, debt in enumerate(draft.debts(), 4101)}
    return lambda debt: places.get(debt, "")


def ids(prefix: str) -> Maker:
    """Ids that begin alike, by party where they are a customer's."""

    def maker(_draft: Draft, rng: random.Random) -> Fill:
        seed = rng.randint(10_000, 90_000)
        if prefix.startswith("cus"):
            return lambda debt: f"{prefix}{seed}{debt.party.number}"
        return lambda debt: f"{prefix}{seed}{debt.number[-5:]}"

    return maker


def cleared(text: str, other: str) -> Maker:
    """A text on what is cleared, another on what is open."""
    return lambda _draft, _rng: (
        lambda debt: text + debt.number[-3:] if debt.want == LEAVE else other
    )


def cleared_on(_draft: Draft, _rng: random.Random) -> Fill:
    """The day on which it was cleared."""
    return lambda debt: debt.issued + dt.timedelta(days=40) if debt.want == LEAVE else ""


def buckets(*bounds: int) -> tuple[Maker, ...]:
    """A maker for each bucket of age: up to each bound, and beyond."""

    def maker(low: int, high: int) -> Maker:
        def fill(debt: Debt) -> Minor:
            return Minor(debt.minor if low < overdue(debt) <= high else 0)

        return lambda _draft, _rng: fill

    edges = (-9999, *bounds, 99999)
    return tuple(maker(low, high) for low, high in pairwise(edges))


def in_sections(draft: Draft) -> None:
    """Sections by age, each with a heading and a sum."""
    debts = [line for line in draft.lines if line.debt is not None]
    lines: list[Line] = []
    low = -9999
    for high, label in SECTIONS:
        own = [line for line in debts if line.debt and low < overdue(line.debt) <= high]
        low = high
        if own:
            head = Line(raw=[label] + [""] * (len(draft.columns) - 1))
            lines += [head, *own, total_line(draft, f"Total for {label}", own)]
    draft.lines = [*lines, total_line(draft, "TOTAL", debts)]
