"""What the rows of a file say of its columns of money: which is which less which, in how many rows.

Counts and sums alone are kept, so a million rows cost no more than ten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import combinations, product

from dunlin.domain.imports.amounts import COMMA, is_blank, parse_amount, plain_hundredths
from dunlin.domain.imports.figures import OWED, MoneyColumn, MoneyPart, words_in
from dunlin.domain.imports.header_names.figures import PRINCIPAL, UNAPPLIED
from dunlin.domain.imports.statuses import status_of
from dunlin.domain.imports.types import DRAFT, PAID, VOID

_MOST_WORDS = 2_000
_MOST_RELATIONS = 60
_SHOWN_ROWS = 3
_MANY = 4


class Sum(StrEnum):
    """How one column comes of another."""

    LESS = "less"  # what is left of a bill, less what was paid
    PLUS = "plus"  # a total of a part and what comes on top of it
    OFF = "off"  # less what was paid in advance, whatever its sign
    SAME = "same"


@dataclass(slots=True)
class Relation:
    """`whole` is `base` plus or less all of `others`; `shown` counts the rows in which that says
    something and holds, `fails` the rows of open debts in which it does not."""

    kind: Sum
    whole: MoneyColumn
    base: MoneyColumn
    others: tuple[MoneyColumn, ...] = ()
    shown: int = 0
    fails: int = 0
    on_top: tuple[int, ...] = field(init=False)
    """The indexes of `others`."""

    def __post_init__(self) -> None:
        self.on_top = tuple(f.index for f in self.others)

    @property
    def proven(self) -> bool:
        """True where it holds in every row of an open debt, and some row shows it. Of a sum that
        many show, a few rows may have a wrong figure: these are held (`figure_laws.py`)."""
        if self.kind in (Sum.LESS, Sum.PLUS) and self.shown >= _MANY:
            return 5 * self.fails <= self.shown
        return self.shown > 0 and self.fails == 0


@dataclass(slots=True)
class PaidBeside:
    """Rows that tell whether a column is the bill or what is left, with what was paid beside it."""

    bill: int = 0  # paid in full, or as much as the bill, and the figure stands as it was
    left: int = 0  # nothing is left where something was paid, or less than was paid
    open: int = 0  # something was paid of it and something is owed


@dataclass(slots=True)
class TaxBeside:
    """Rows whose tax is a round share of the figure (it lacks the tax), or of the rest (it has)."""

    lacks: int = 0
    has: int = 0
    taxed: int = 0


@dataclass(slots=True)
class FigureCounts:
    """Counts over the rows of one file. `marks` are the decimal marks by column, `mapped` is the
    one that is taken for what is owed so far, `picked` the key of the one that a person picked
    where no heading named it, `rows` are two or three records in which the columns differ."""

    figures: Sequence[MoneyColumn]
    marks: Mapping[int, str]
    status: Sequence[int] = ()
    currency: int = -1
    mapped: int = -1
    picked: str = ""
    relations: list[Relation] = field(default_factory=list)
    paid_beside: dict[int, PaidBeside] = field(default_factory=dict)
    tax_beside: dict[int, TaxBeside] = field(default_factory=dict)
    by_currency: Counter[tuple[str, int, int, bool]] = field(default_factory=Counter)
    rows: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    largest_rate: int = 0
    unapplied: int = 0  # rows with money of the person that is not taken off
    with_fees: int = 0  # rows with something in a column of fees
    _words: dict[str, str | None] = field(default_factory=dict)
    # Told from `figures` once, for every row asks for them.
    claims: list[MoneyColumn] = field(init=False)
    paid: list[MoneyColumn] = field(init=False)
    taxes: list[MoneyColumn] = field(init=False)
    credits: list[MoneyColumn] = field(init=False)
    fees: list[MoneyColumn] = field(init=False)
    _rates: list[MoneyColumn] = field(init=False)
    _marked: list[tuple[int, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.relations = list(_relations(self.figures))[:_MOST_RELATIONS]
        # What may be what is owed: by its name, or, with none, what was billed.
        self.claims = self.of(*OWED) or self.of(MoneyPart.BILLED, MoneyPart.NET)
        self.paid, self.taxes = self.of(MoneyPart.PAID), self.of(MoneyPart.TAX)
        # Money of the person that may still be to be taken off.
        self.credits = [f for f in self.of(MoneyPart.TAKEN_OFF) if words_in(f.key) & UNAPPLIED]
        self._rates = self.of(MoneyPart.RATE)
        self.fees = self.of(MoneyPart.FEE)
        self._marked = [(f.index, self.marks.get(f.index, "")) for f in self.figures]
        wanted = self.claims
        if self.paid:
            self.paid_beside = {f.index: PaidBeside() for f in wanted}
        if self.taxes:
            self.tax_beside = {f.index: TaxBeside() for f in wanted}

    def of(self, *parts: MoneyPart) -> list[MoneyColumn]:
        """The columns that name one of these parts."""
        return [f for f in self.figures if f.part in parts]

    @property
    def needed(self) -> bool:
        """True where a name alone does not settle what is owed, and the rows are asked."""
        claims = self.claims
        if any(f.by_hand for f in claims):
            # A person picked it, and did not say whether what was paid is taken off it.
            return bool(self.paid) and any(f.key == self.picked for f in claims)
        return len(claims) > 1 or bool(
            claims
            and (
                claims[0].index != self.mapped
                or self.paid
                or self.taxes
                or self.of(MoneyPart.RATE)
                or self.credits
                or (self.fees and self.of(MoneyPart.BILLED))
                or (self.fees and words_in(claims[0].key) & PRINCIPAL)
                or claims[0].part is MoneyPart.NET
                or claims[0].money == "home"
            )
        )

    def row(self, line: int, cells: Sequence[str]) -> None:
        """Counts one row."""
        size = len(cells)
        values = {
            at: hundredths(cells[at], mark) if at < size else None for at, mark in self._marked
        }
        state = self._state(cells)
        live = state not in (PAID, VOID, DRAFT)
        for relation in self.relations:
            _count(relation, values, live)
        paid = sum([abs(values[f.index] or 0) for f in self.paid])
        claims = [values[f.index] for f in self.claims]
        for figure, value in zip(self.claims, claims, strict=True):
            if value is None:
                continue
            if paid:
                self._paid(figure.index, value, paid, state)
            if self.taxes:
                tax = sum([values[t.index] or 0 for t in self.taxes])
                _tax(self.tax_beside[figure.index], value, tax)
        kept = self.credits
        if kept:
            self.unapplied += any(values[f.index] for f in kept) and any(claims)
        if self.fees:
            self.with_fees += any(values[f.index] for f in self.fees)
        for rate in self._rates:
            self.largest_rate = max(self.largest_rate, values[rate.index] or 0)
        self._show(line, cells, claims, paid or len(kept))

    def _paid(self, at: int, value: int, paid: int, state: str | None) -> None:
        beside = self.paid_beside[at]
        if state in (VOID, DRAFT):
            return
        if value == paid and state == PAID:
            beside.bill += 1
        elif value == 0 or 0 < value < paid:
            beside.left += 1
        elif value > 0 and state != PAID:
            beside.open += 1

    def _show(
        self, line: int, cells: Sequence[str], claims: Sequence[int | None], paid: int
    ) -> None:
        if self.currency >= 0 and self.currency < len(cells):
            word = cells[self.currency].strip().upper()[:9]
            for (at, first), (other, second) in combinations(enumerate(claims), 2):
                if first and second and len(self.by_currency) < _MOST_WORDS:
                    self.by_currency[word, at, other, first == second] += 1
        if len(self.rows) < _SHOWN_ROWS and (paid or len(set(claims)) > 1 or self.taxes):
            self.rows.append((line, tuple(cells)))

    def _state(self, cells: Sequence[str]) -> str | None:
        for at in self.status:
            if at < len(cells) and cells[at]:
                text = cells[at]
                if text not in self._words:
                    if len(self._words) > _MOST_WORDS:
                        self._words.clear()
                    self._words[text] = status_of(text.strip())
                state = self._words[text]
                if state in (PAID, VOID, DRAFT):
                    return state
        return None


@lru_cache(maxsize=256)
def hundredths(text: str, mark: str) -> int | None:
    """A figure in hundredths of its unit, None where there is none that can be read."""
    text = text.strip()
    if mark != COMMA:
        plain = plain_hundredths(text)
        if plain is not None:
            return plain
    if not text or is_blank(text):
        return None
    amount = parse_amount(text.removesuffix("%").strip(), mark)
    if amount is None:
        return None
    if amount.places <= 2:
        return int(amount.unscaled * 10 ** (2 - amount.places))
    return round(amount.unscaled / int(10 ** (amount.places - 2)))


def _count(relation: Relation, values: Mapping[int, int | None], live: bool) -> None:
    whole, base = values[relation.whole.index], values[relation.base.index]
    if whole is None or base is None:
        if live and relation.kind is Sum.SAME and (whole or base):
            relation.fails += 1
        return
    kind = relation.kind
    if kind is Sum.SAME:
        others, right, says = 0, base, whole != 0
    else:
        others = 0
        for at in relation.on_top:
            part = values[at]
            if part:
                others += part if part > 0 or kind is Sum.PLUS else -part
        right = base + others if kind is Sum.PLUS else base - others
        says = abs(others) > 1
    if whole == right or (kind is not Sum.SAME and -1 <= whole - right <= 1):
        relation.shown += says
    elif live:
        relation.fails += 1


def _tax(beside: TaxBeside, value: int, tax: int) -> None:
    if not tax or value <= 0:
        return
    beside.taxed += 1
    lacks, has = _round_share(tax, value), _round_share(tax, value - tax)
    beside.lacks += lacks and not has
    beside.has += has and not lacks


def _round_share(tax: int, net: int) -> bool:
    """True where the tax is a multiple of half a percent of the net, but for its rounding."""
    if net <= 0:
        return False
    halves = round(tax * 200 / net)
    return halves > 0 and abs(tax - net * halves / 200) <= 0.51


def _relations(figures: Sequence[MoneyColumn]) -> Iterator[Relation]:
    """The sums that may hold between the columns, by what they name."""
    by_part: dict[MoneyPart, list[MoneyColumn]] = {part: [] for part in MoneyPart}
    for figure in figures:
        by_part[figure.part].append(figure)
    owed = [f for part in OWED for f in by_part[part]]
    billed, net = by_part[MoneyPart.BILLED], by_part[MoneyPart.NET]
    fees, taxes = by_part[MoneyPart.FEE], by_part[MoneyPart.TAX]
    both = [[*fees, *taxes]] if fees and taxes else []
    on_top = [group for tops in (fees, taxes, *both) for group in _groups(tops)]
    for whole, base in product(owed, [*owed, *billed]):
        if base is not whole:
            for paid in _groups(by_part[MoneyPart.PAID]):
                yield Relation(Sum.LESS, whole, base, paid)
    for whole, base in product([*owed, *billed], [*owed, *billed, *net]):
        if base is not whole:
            for group in on_top:
                yield Relation(Sum.PLUS, whole, base, group)
            for off in _groups(by_part[MoneyPart.TAKEN_OFF]):
                yield Relation(Sum.OFF, whole, base, off)
    for first, second in combinations(owed or billed, 2):
        yield Relation(Sum.SAME, first, second)
    for whole, base in product(owed, [*net, *billed]):
        yield Relation(Sum.SAME, whole, base)


def _groups(figures: Sequence[MoneyColumn]) -> Iterator[tuple[MoneyColumn, ...]]:
    """All of them together, and each by itself."""
    if figures:
        yield tuple(figures)
    if len(figures) > 1:
        for figure in figures:
            yield (figure,)
