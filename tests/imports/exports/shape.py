"""What a vendor's export is made of, and the draft that comes of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.imports.exports.draft import (
    FILLS,
    Column,
    Draft,
    Fill,
    Line,
    heading,
    ledger,
    shown,
    words_of_standing,
)
from tests.imports.exports.people import Town
from tests.imports.exports.truth import HOLD, LEAVE, PLAIN, Debt
from tests.imports.exports.writing import Minor, Style

Maker = Callable[[Draft, random.Random], Fill]
"""Makes what stands in a column, given the draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A vendor's export.

    `columns` are (heading, meaning): a key of `draft.FILLS`, `=text` for a text that stands in each
    row, `?` for `words of standing`, '' for an empty column, or a maker. An empty heading takes
    the language's own. `layout`: flat; customer, where names stand in headings; or bucket, where
    ages do.
    """

    name: str
    columns: Sequence[tuple[str, str | Maker]]
    lang: str = "en"
    currency: str = "USD"
    days: Sequence[str] = ("%m/%d/%Y",)
    money: Sequence[str] = ("1234.56", "1,234.56")
    signs: Sequence[str] = ("none",)
    delimiters: Sequence[str] = (",",)
    encodings: Sequence[str] = ("utf-8",)
    layout: str = "flat"
    total: str = ""
    """The label of the last line of sums, '' for none."""
    subtotal: str = "Total for {}"
    preamble: Sequence[str] = ()
    footer: Sequence[str] = ()
    firms: float = 0.25
    prefix: str = ""
    standings: dict[str, Sequence[str]] = field(default_factory=dict)
    """The vendor's words: open, paid, void, written_off, disputed, legal."""
    free: bool = False
    verdict: str = PLAIN
    reason: str = ""
    settings: str = ""
    finish: Callable[[Draft], None] | None = None
    """Lays out the lines in another way."""
    summed: bool = False
    """Only what each party owes in all is sure."""
    terms: int = 30
    blind: Sequence[str] = ()
    """What a column says so that few can read it: not judged."""


LEFT = ("paid", "void", "written_off")
SUMMED = ("owed", "sole", "billed", "paid", "b-current", "b0", "b30", "b60", "b90")


def base(shape: Shape, rng: random.Random, size: int) -> Draft:
    """The shape with `size` debts, before anything happens to it."""
    town = Town(rng, shape.lang, shape.currency)
    style = Style(
        lang=shape.lang,
        currency=shape.currency,
        day=rng.choice(shape.days),
        money=rng.choice(shape.money),
        sign=rng.choice(shape.signs),
        delimiter=rng.choice(shape.delimiters),
        encoding=rng.choice(shape.encodings),
    )
    debts = ledger(rng, town, size, firms=shape.firms, prefix=shape.prefix, terms=shape.terms)
    _give_standings(shape, rng, debts)
    for debt in debts:
        debt.net = shape.summed
    draft = Draft(
        rng=rng, town=town, style=style, columns=[], lines=[], vendor=shape.name, free=shape.free,
        grouped=shape.layout != "flat", settings=shape.settings,
        preamble=[[text] if text else [] for text in shape.preamble],
        footer=[[text] if text else [] for text in shape.footer], blind=set(shape.blind),
    )  # fmt: skip
    if shape.verdict != PLAIN:
        draft.doubt(shape.verdict, shape.reason)
    draft.lines = [Line(debt=debt) for debt in debts]
    draft.columns = [_column(shape, draft, rng, *spec) for spec in shape.columns]
    draft.arrange = lambda draft: _arranged(shape, draft)
    return draft


def _arranged(shape: Shape, draft: Draft) -> None:
    if shape.layout == "customer":
        _under_names(shape, draft)
    if shape.finish is not None:
        shape.finish(draft)
    elif shape.total:
        draft.lines.append(total_line(draft, shape.total))


def _give_standings(shape: Shape, rng: random.Random, debts: list[Debt]) -> None:
    """About a fifth of a file with words of standing is not simply open; never its first two."""
    others = [s for s in shape.standings if s not in ("open", "negated")]
    for debt in debts[2:]:
        if others and rng.random() < 0.25:
            debt.standing = rng.choice(others)
            debt.want = LEAVE if debt.standing in LEFT else HOLD


def _column(
    shape: Shape, draft: Draft, rng: random.Random, header: str, meaning: str | Maker
) -> Column:
    if not isinstance(meaning, str):
        return Column(header, f"made {header}", meaning(draft, rng))
    if meaning == "?":
        fill = words_of_standing(draft, rng, shape.standings or None)
        return Column(header or heading(shape.lang, "status"), "status", fill)
    if meaning.startswith("=") or not meaning:
        return Column(header, f"constant {header}", lambda _: meaning[1:])
    return Column(header or heading(shape.lang, meaning), meaning, FILLS[meaning])


def sums(draft: Draft, lines: Sequence[Line]) -> dict[str, Minor]:
    """The sum of each column of money over lines of debts."""
    out = {}
    for column in draft.columns:
        values = [draft.value(line, column) for line in lines if line.debt is not None]
        money = [value for value in values if isinstance(value, Minor)]
        if money and column.key in SUMMED:
            out[column.key] = Minor(sum(money))
    return out


def total_line(draft: Draft, label: str, lines: Sequence[Line] | None = None) -> Line:
    """A line of sums with its label in the first column, or in the first that holds no sum."""
    of = sums(draft, draft.lines if lines is None else lines)
    place = next((c for c in draft.columns if c.key not in of), draft.columns[0])
    return Line(cells={**of, place.key: label})


def _under_names(shape: Shape, draft: Draft) -> None:
    lines: list[Line] = []
    for party in draft.parties():
        name = shown(party)
        own = [line for line in draft.lines if line.debt is not None and line.debt.party is party]
        lines += [Line(raw=[name] + [""] * (len(draft.columns) - 1)), *own]
        if shape.subtotal:
            lines.append(total_line(draft, shape.subtotal.format(name), own))
    draft.lines = lines
