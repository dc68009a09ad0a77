"""A balance that runs on from row to row: the last figure is owed, and the rows are movements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import is_blank, parse_amount
from dunlin.domain.imports.head import TOTAL_WORD
from dunlin.domain.imports.mapping import folded
from dunlin.domain.imports.types import ColumnMap

_PLUS = ("debit", "amount", "line_amount")
_MINUS = ("credit", "paid", "credited")
_TRIAL = 200
_SCALE = 6
_OPENING = (
    "opening", "beginning", "forward", "brought", "previous balance", "prior balance", "vortrag",
    "anfangs", "anterior", "inicial", "a nouveau", "anterieur", "initial", "ouverture", "abertura",
)  # fmt: skip


def scaled_value(text: str, mark: str) -> int | None:
    """A figure as written, in millionths; None where it is blank or none."""
    text = text.strip()
    if not text or is_blank(text):
        return None
    amount = parse_amount(text, mark)
    if amount is None or amount.places > _SCALE:
        return None
    return int(amount.unscaled * 10 ** (_SCALE - amount.places))


class _Before(NamedTuple):
    who: str
    balance: int
    moved: int


@dataclass(slots=True)
class _Way:
    """One way in which a balance may run: how often it did, and how often it did not."""

    ran: int = 0
    broke: int = 0

    def add(self, *, ran: bool) -> None:
        if ran:
            self.ran += 1
        else:
            self.broke += 1


@dataclass(slots=True)
class _Chain:
    """Rows whose balances run on in an order of their own, as where a list was sorted by customer
    after it was added up: every balance but the last is what stood before some other row. The
    marks of both are added up, so that no row is kept."""

    rows: int = 0
    further: int = 0
    """Rows with something before them."""
    marks: int = 0
    least: int | None = None
    most: int = 0

    def add(self, before: int, balance: int) -> None:
        self.rows += 1
        self.further += before > 0
        self.marks += hash((balance,)) - hash((before,))
        self.least = before if self.least is None else min(before, self.least)
        self.most = max(balance, self.most)

    def closes(self) -> bool:
        """Whether the rows lead from the least balance to the greatest, each on from another."""
        if self.least is None or not self.likely():
            return False
        return self.marks == hash((self.most,)) - hash((self.least,))

    def likely(self) -> bool:
        """Whether most rows have something before them: an invoice's own balance has nothing."""
        return self.further * 2 >= self.rows > 1


class RunningBalance:
    """Whether the balance column runs on, counted over the rows.

    It may run by customer or through the file, the newest row may stand first, and the rows may
    have been sorted since. A row whose balance is nothing but its own movement says nothing,
    unless its customer owed before.
    """

    def __init__(self, columns: Sequence[ColumnMap], marks: Mapping[int, str]) -> None:
        at = {c.field: c.index for c in columns if c.score > 0}
        self._balance = at.get("balance", -1)
        self._plus = [at[f] for f in _PLUS if f in at][:1]
        self._minus = [at[f] for f in _MINUS if f in at]
        self._marks = marks
        self._rows = 0
        self._before: _Before | None = None
        self._by_customer, self._newest_first = _Way(), _Way()
        self._through = _Way()
        self._chains = _Chain(), _Chain()  # of every row, and of those that count
        self.asked = self._balance >= 0 and bool(self._plus or self._minus)
        """False once it is known that the balance does not run."""

    def add(self, cells: list[str], who: str, *, counts: int = 1) -> None:
        """Takes one row of the customer `who`. A row that by its standing `counts` for nothing may
        leave the balance as it was."""
        self._rows += 1
        if self._rows > _TRIAL and (self._before is None or who != self._before.who):
            self._before = _Before(who, 0, 0)
        balance = self._value(cells, self._balance)
        moved = self._moved(cells)
        before = self._before
        if balance is None or moved is None:
            return
        for chain in self._chains if counts else self._chains[:1]:
            chain.add(balance - moved, balance)
        if not counts and before is not None and balance == before.balance:
            return
        self._before = _Before(who, balance, moved)
        if before is None or not moved:
            return
        if before.balance:
            self._through.add(ran=_follows(before.balance, moved, balance))
        if before.who == who and before.balance:
            self._by_customer.add(ran=_follows(before.balance, moved, balance))
        if before.who == who and balance:
            self._newest_first.add(ran=_follows(balance, before.moved, before.balance))
        ways = (self._by_customer, self._newest_first, self._through)
        broken = all(way.broke > 2 + way.ran // 10 for way in ways)
        if broken and not any(chain.likely() for chain in self._chains):
            self.asked = False

    def runs(self) -> bool:
        """True where the balance runs on in every row that could show it."""
        if not self.asked:
            return False
        if any(chain.closes() for chain in self._chains):
            return True
        by_customer = self._by_customer, self._newest_first
        return any(way.ran and way.broke * 20 <= way.ran for way in by_customer) or (
            self._through.ran >= 3 and self._through.broke * 20 <= self._through.ran
        )

    def _moved(self, cells: list[str]) -> int | None:
        plus = [self._value(cells, i) for i in self._plus]
        minus = [self._value(cells, i) for i in self._minus]
        if all(v is None for v in (*plus, *minus)):
            return None
        return sum(v or 0 for v in plus) - sum(abs(v or 0) for v in minus)

    def _value(self, cells: list[str], index: int) -> int | None:
        if index >= len(cells):
            return None
        return scaled_value(cells[index], self._marks.get(index, ""))


def _follows(before: int, moved: int, balance: int) -> bool:
    """Whether a movement leads from one balance to the next. Payments may stand without a sign;
    a balance that is its own movement is an invoice's."""
    return balance == before + moved or (moved > 0 and balance == before - moved != moved)


def as_movements(columns: Sequence[ColumnMap]) -> tuple[ColumnMap, ...]:
    """The columns of a file whose balance runs on: what moves it is what is owed."""
    have = {c.field for c in columns}
    two_sided = bool(have & {"paid", "credited", "credit", "debit"})
    fields_of = {"balance": fields.IGNORE}
    if two_sided and "debit" not in have:
        fields_of |= dict.fromkeys(_PLUS, "debit")
    if "credit" not in have:
        fields_of |= {"paid": "credit", "credited": "credit"}
    why = "the balance runs on from row to row"
    return tuple(
        replace(c, field=fields_of[c.field], why=why) if c.field in fields_of else c
        for c in columns
    )


def is_opening(cells: Sequence[str]) -> bool:
    """True for a row that says what was owed before the first movement."""
    text = folded(" ".join(cells))
    return any(word in text for word in _OPENING) and not TOTAL_WORD.match(text)
