"""From a seed to an export."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tests.imports.exports.draft import Draft
from tests.imports.exports.mutations import BY_NAME as MUTATIONS
from tests.imports.exports.mutations import LAST
from tests.imports.exports.shape import base
from tests.imports.exports.shapes import BY_NAME as SHAPE_OF
from tests.imports.exports.shapes import SHAPES
from tests.imports.exports.truth import EITHER, HOLD, Debt, Export
from tests.imports.exports.writing import content, packed, workbook

COUNTS = (0, 1, 1, 1, 2, 2, 3, 4)
"""How many mutations a file undergoes."""
TURNABLE = re.compile(r"%-?[md][/.-]%-?[md][/.-]%[yY]")


def plan(seed: int) -> tuple[str, tuple[str, ...], int]:
    """The shape, the mutations and the number of debts of a seed.

    Each mutation in turn is the first of a file and looks for a shape in which it finds something
    to do; others that find nothing in that shape are passed over.
    """
    rng = random.Random(f"plan {seed}")
    count, size = rng.choice(COUNTS), rng.randint(6, 24)
    order = list(MUTATIONS)
    first = order[seed % len(order)]
    for shape in rng.sample(SHAPES, len(SHAPES)):
        trial = base(shape, rng, size)
        if not count or MUTATIONS[first](trial, rng):
            break
    names = [first][:count]
    for name in rng.sample(order, len(order)):
        if len(names) < count and name != first and MUTATIONS[name](trial, rng):
            names.append(name)
    return shape.name, tuple(sorted(names, key=order.index)), size


def build(
    seed: int,
    shape: str = "",
    mutations: Sequence[str] | None = None,
    size: int = 0,
    without: Iterable[str] = (),
) -> Export:
    """The export of a seed, or a part of it: other mutations, fewer debts, without some columns.

    A mutation that has nothing to do in a shape is not named in the export.
    """
    planned, names, count = plan(seed)
    form = SHAPE_OF[shape or planned]
    draft = base(form, random.Random(f"base {seed}"), size or count)
    draft.drop_column(*without)
    chosen = names if mutations is None else mutations
    applied = [n for n in chosen if n not in LAST and _applied(n, draft, seed)]
    if draft.arrange is not None:
        draft.arrange(draft)
    applied += [n for n in chosen if n in LAST and _applied(n, draft, seed)]
    return _written(seed, form.name, tuple(applied), draft)


NEEDED = (
    "owed", "sole", "billed", "paid", "name", "last_first", "first", "last", "due", "email",
    "number",
)  # fmt: skip


def columns(seed: int) -> list[str]:
    """The keys of the columns of a seed's shape that a file may do without."""
    draft = base(SHAPE_OF[plan(seed)[0]], random.Random(f"base {seed}"), 3)
    keys = [c.key for c in draft.columns[int(draft.grouped) :]]
    return [key for key in keys if key not in NEEDED]


def _applied(name: str, draft: Draft, seed: int) -> bool:
    return MUTATIONS[name](draft, random.Random(f"{name} {seed}"))


def _written(seed: int, shape: str, applied: tuple[str, ...], draft: Draft) -> Export:
    debts = draft.debts()
    _sum_unnumbered(draft, debts)
    if _days_turn(draft):
        draft.doubt(EITHER, "no day over 12 tells days from months")
    sees = _seen(draft)
    kept = {debt.party for debt in debts if debt.want == HOLD}
    for debt in debts:
        debt.may_hold = debt.may_hold or debt.party in kept  # what forbids may forbid the person
        points = [getattr(debt.party, k) for k in ("email", "phone") if k in sees]
        if not any(points) or "due" not in sees:
            debt.may_hold = True  # for want of a way to reach them, or of a day
    return Export(
        seed=seed,
        shape=shape,
        mutations=applied,
        filename=draft.filename,
        content=_bytes(draft),
        settings=draft.settings,
        currency=draft.style.currency,
        verdict=draft.verdict,
        debts=debts,
        sees=sees,
        lines=_lines(draft, debts),
        reasons=tuple(draft.reasons),
    )


def _sum_unnumbered(draft: Draft, debts: list[Debt]) -> None:
    """Without numbers, what a party owes in all is what the file says."""
    if draft.column("number") is not None and "number" not in draft.blind:
        return
    counts = Counter(debt.party for debt in debts)
    for debt in debts:
        debt.net = debt.net or counts[debt.party] > 1


def _bytes(draft: Draft) -> bytes:
    if draft.container.startswith("xlsx"):
        return workbook(draft.values(), draft.container)
    return packed(content(draft.rows(), draft.style), draft.container)


def _days_turn(draft: Draft) -> bool:
    """Whether all days of the file read as well with day and month turned round."""
    if not TURNABLE.fullmatch(draft.style.day) or draft.container.startswith("xlsx"):
        return False
    shown = [key for key in ("issued", "due") if draft.column(key)]
    days = [getattr(debt, key) for debt in draft.debts() for key in shown]
    return bool(days) and all(d is None or d.day <= 12 for d in days)


def _seen(draft: Draft) -> frozenset[str]:
    """What the file says of its debts."""
    sees = {key for key in ("number", "email", "phone", "due") if draft.column(key)}
    if draft.column("name", "last_first") or draft.grouped:
        sees |= {"name", "kind"}
    if draft.column("first") and draft.column("last"):
        sees |= {"name", "kind"}
    return frozenset(sees - draft.blind | ({"due"} if draft.column("terms") else set()))


def _lines(draft: Draft, debts: list[Debt]) -> dict[Debt, tuple[int, ...]]:
    places: dict[Debt, list[int]] = {debt: [] for debt in debts}
    declared = draft.style.declared and not draft.container.startswith("xlsx")
    number = 1 + len(draft.preamble) + (not draft.headless) + declared
    for line in draft.lines:
        if line.debt is not None:
            places[line.debt].append(number)
        number += 1 + max((len(t.splitlines()) - 1 for t in draft.texts(line) if t), default=0)
    return {debt: tuple(numbers) for debt, numbers in places.items()}
