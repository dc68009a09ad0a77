"""What the file is: a workbook, packed, without headings, of one row."""

from __future__ import annotations

import random

from tests.imports.exports.draft import Draft
from tests.imports.exports.mutations.kinds import Mutation
from tests.imports.exports.truth import EITHER, SWAPPED


def workbook(draft: Draft, _rng: random.Random) -> bool:
    """A workbook whose cells are days and numbers."""
    if draft.style.currency != "USD" and not draft.column("currency"):
        return False
    if draft.trailing or any(line.shifted for line in draft.lines):
        return False
    number = draft.column("number")
    if number is not None and str(number.fill(draft.debts()[0])).startswith("="):
        return False
    draft.container, draft.filename = "xlsx", "open.xlsx"
    return True


def workbook_of_two(draft: Draft, rng: random.Random) -> bool:
    """A workbook with a sheet of words beside that of the debts."""
    if not workbook(draft, rng):
        return False
    draft.container = rng.choice(("xlsx, words first", "xlsx, words last"))
    draft.doubt(EITHER, "two sheets")
    return True


def packed(draft: Draft, rng: random.Random) -> bool:
    """Packed with gzip or zip."""
    if draft.container != "csv":
        return False
    draft.container = rng.choice(("gz", "zip"))
    draft.filename = {"gz": "open.csv.gz", "zip": "open.zip"}[draft.container]
    return True


def headless(draft: Draft, _rng: random.Random) -> bool:
    """No headings at all."""
    if draft.grouped or draft.preamble or any(not line.debt for line in draft.lines):
        return False
    draft.headless = True
    draft.doubt(EITHER, "no headings")
    return True


def lone_row(draft: Draft, _rng: random.Random) -> bool:
    """One debt alone."""
    if draft.grouped or any(not line.debt for line in draft.lines):
        return False
    if SWAPPED in draft.reasons:
        return False  # one day alone shows nobody that it was turned round
    first = draft.lines[0].debt
    draft.lines = [line for line in draft.lines if line.debt is first]
    return True


def broken_notes(draft: Draft, rng: random.Random) -> bool:
    """Notes with breaks of line, quotes and delimiters in them."""
    column = draft.column("note")
    if column is None:
        return False
    texts = (
        'said "next week"\nsee file',
        "a; b, c | d\tand e",
        "line one\r\nline two",
        'the "big" job',
    )
    chosen = {debt: rng.choice(texts) for debt in draft.debts() if not debt.note}
    column.fill = lambda d: d.note or chosen.get(d, "")
    return bool(chosen)


def two_headings(draft: Draft, _rng: random.Random) -> bool:
    """A line above the headings that names groups of columns."""
    if draft.grouped or draft.preamble:
        return False
    groups = ["Customer", "", "Invoice", "", "", "Amounts"] + [""] * len(draft.columns)
    draft.preamble = [groups[: len(draft.columns)]]
    return True


MUTATIONS: dict[str, Mutation] = {
    "breaks and quotes in notes": broken_notes,
    "one row": lone_row,
}
LAST: dict[str, Mutation] = {
    "no headings": headless,
    "two lines of headings": two_headings,
    "workbook": workbook,
    "workbook of two sheets": workbook_of_two,
    "packed": packed,
}
"""Done when all rows stand."""
