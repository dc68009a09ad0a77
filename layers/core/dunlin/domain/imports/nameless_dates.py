"""Two columns of days without names: the later day of a row is when it falls due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from dunlin.domain.imports.dates import DMY, MDY, OrderVote, read_date, resolve

WHY = "its values are dates"


def latest_is_due(
    samples: Sequence[Sequence[str]], ranked: list[list[tuple[float, str, str]]]
) -> None:
    """Of columns taken for the due date by their days alone, keep that whose day is the latest in
    every row; the earliest is the day of issue. Where no column is, none is the due date. Days in
    few rows alone are what happened to those, as a payment."""
    rivals = [i for i, o in enumerate(ranked) if o and o[0][1] == "due_date" and o[0][2] == WHY]
    if len(rivals) < 2:
        return
    filled = {i: sum(bool(cell.strip()) for cell in samples[i]) for i in rivals}
    for index in [i for i in rivals if filled[i] * 2 < max(filled.values())]:
        ranked[index] = [(ranked[index][0][0], "paid_date", "days in few of its rows")]
        rivals.remove(index)
    days = _rows([samples[i] for i in rivals])
    last = [c for c in range(len(rivals)) if all(row[c] == max(row) for row in days)]
    first = [c for c in range(len(rivals)) if all(row[c] == min(row) for row in days)]
    for at, index in enumerate(rivals):
        score = ranked[index][0][0]
        if len(last) == 1 and at == last[0]:
            ranked[index] = [(score, "due_date", f"{WHY}, the latest of their rows")]
        elif len(last) == 1 and len(first) == 1 and at == first[0]:
            ranked[index] = [(score, "issue_date", f"{WHY}, the earliest of their rows")]
        else:
            ranked[index] = []


def _rows(columns: Sequence[Sequence[str]]) -> list[list[dt.date]]:
    """The days of the rows in which every column has one, in the order that they all allow."""
    vote = OrderVote()
    readings = [[read_date(cell.strip()) for cell in column] for column in columns]
    for column in readings:
        for reading in column:
            if reading is not None:
                vote.add(reading)
    order = vote.order() or (MDY if not vote.dmy else DMY)
    out = []
    for row in zip(*readings, strict=False):
        days = [resolve(r, order) for r in row if r is not None]
        known = [d for d in days if d is not None]
        if len(known) == len(columns):
            out.append(known)
    return out
