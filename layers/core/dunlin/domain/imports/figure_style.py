"""How a file gives its figures: in cents or thousands, and whether what is owed stands below zero.

A name or a title says the first, the rows confirm it; where they do not, a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dunlin.domain.imports.amounts import COMMA, is_blank, parse_amount, side_of
from dunlin.domain.imports.figures import unit_of
from dunlin.domain.imports.types import ImportQuestion

CENTS, WHOLE, AS_WRITTEN = "cents", "whole", "as_written"
OWED_BELOW_ZERO, CREDITS = "owed_below_zero", "credits"
_MOVES = frozenset("document_type debit credit side line_amount paid amount bucket".split())
"""Fields that tell a credit from a debt, or beside which the sign of the balance is plain."""
_TOLD_APART = re.compile(r"\b[cd]r\b", re.IGNORECASE)
"""Behind a figure it says which are credits, so the sign need not."""
_SPOKEN = 500
"""Rows after which the sign of what is owed is known."""
_GIVEN_IN = re.compile(
    r"\b(?:in|en|em|expressed in)\s+(\S.{1,30})|((?<![\w.,])[$€£]?['’]?000s?\b)", re.IGNORECASE
)
_STRIPE_ID = re.compile(r"(?:in|ch|py|pi|txn|inv)_")


@dataclass(slots=True)
class FigureStyle:
    """Counts over the rows of one file. `keys` names its columns of money by their index, `owed`
    is the index of the one that is owed as far as is known, `units` what names and titles say."""

    keys: Mapping[int, str]
    marks: Mapping[int, str]
    owed: int
    side: int = -1  # of a column that marks credits
    units: dict[int, str] = field(default_factory=dict)
    speaks_cents: bool = False  # as Stripe's interface does: nothing is asked
    may_be_cents: bool = False  # lower-case currencies and no header that says
    decimals: dict[int, int] = field(default_factory=dict)
    alone: bool = False  # each row states a balance: no list of movements
    above: int = 0
    below: int = 0

    @property
    def open(self) -> bool:
        """True while rows have more to tell."""
        return bool(self.units or self.may_be_cents or self._signs_open)

    @property
    def _signs_open(self) -> bool:
        """True until figures above zero stand in the majority, or as many rows have spoken."""
        return not self.above or (self.alone and self.above + self.below < _SPOKEN)

    def row(self, cells: Sequence[str]) -> None:
        """Counts one row."""
        if self.units or self.may_be_cents:
            for at in self.keys:
                if at < len(cells) and _has_decimals(cells[at], self.marks.get(at, "")):
                    self.decimals[at] = self.decimals.get(at, 0) + 1
        marked = 0 <= self.side < len(cells) and side_of(cells[self.side]) < 0
        if self._signs_open and not marked and 0 <= self.owed < len(cells):
            sign = _sign(cells[self.owed])
            self.above += sign > 0
            self.below += sign < 0
            self.alone = self.alone and not _TOLD_APART.search(cells[self.owed])

    def in_units(self, answers: Mapping[str, str]) -> dict[int, str]:
        """The unit of each column that has one, under a person's answers."""
        if self.speaks_cents and not any(self.decimals.values()):
            return dict.fromkeys(self.keys, CENTS)
        if self._whole_file_asked:
            return dict.fromkeys(self.keys, CENTS) if answers.get("cents") == CENTS else {}
        out = {}
        for at, unit in self.units.items():
            answer = answers.get(f"{unit}:{self.keys[at]}", "")
            plain = unit == CENTS and not self.decimals.get(at)
            if answer == unit or (plain and answer != WHOLE):
                out[at] = unit
        return out

    @property
    def _whole_file_asked(self) -> bool:
        asked = self.may_be_cents and not self.speaks_cents and not self.units
        return asked and not any(self.decimals.values())

    def negated(self, answers: Mapping[str, str]) -> bool:
        """True where a person said that what is owed stands below zero."""
        return self._most_below and answers.get(self._sign_id) == OWED_BELOW_ZERO

    @property
    def _most_below(self) -> bool:
        """Whether debts seem to be written below zero; a file in which each row is a balance, most
        of them credits, is more often one that is written the other way about."""
        return bool(self.below) and (not self.above or (self.alone and self.below > 2 * self.above))

    @property
    def _sign_id(self) -> str:
        return f"sign:{self.keys.get(self.owed, '')}"

    def questions(self, answers: Mapping[str, str]) -> Iterable[ImportQuestion]:
        """What only a person can say."""
        if self._whole_file_asked and answers.get("cents") not in (CENTS, WHOLE):
            yield ImportQuestion(
                kind="cents",
                column=None,
                choices=(CENTS, WHOLE),
                why="every amount is a whole number, and programs that write currencies in small"
                " letters often count in cents",
            )
        for at, unit in self.units.items():
            no = WHOLE if unit == CENTS else AS_WRITTEN
            key = self.keys[at]
            plain = unit == CENTS and not self.decimals.get(at)
            if plain or answers.get(f"{unit}:{key}") in (unit, no):
                continue
            seen = "yet some of its figures have decimals" if unit == CENTS else "by its name"
            yield ImportQuestion(
                kind=unit,
                column=key,
                choices=(unit, no),
                why=f'"{key}" seems to be given in {unit}, {seen}',
            )
        if self._most_below and answers.get(self._sign_id) not in (OWED_BELOW_ZERO, CREDITS):
            yield ImportQuestion(
                kind="sign",
                column=self.keys.get(self.owed, ""),
                choices=(OWED_BELOW_ZERO, CREDITS),
                why=f"{'most figures are' if self.above else 'every figure is'} below zero: what is"
                " owed is written so, or they are credits",
                lasting=False,
            )


def style_of(
    keys: Mapping[int, str],
    titles: Sequence[str],
    *,
    marks: Mapping[int, str],
    owed: int,
    side: int,
    named: Mapping[str, Sequence[str]],
) -> FigureStyle:
    """What is known before the rows: `keys` are the names of the columns of money by index,
    `titles` the lines above the table, `named` samples of columns by field."""
    stated = next((u for u in map(_unit_in_title, titles) if u), "")
    units = {at: unit for at, key in keys.items() if (unit := unit_of(key) or stated)}
    written = [c.strip() for c in named.get("currency", ()) if c.strip()]
    small = bool(written) and all(c.islower() for c in written)
    given = [i for i in named.get("account_reference", ()) if i.strip()]
    stripe = sum(bool(_STRIPE_ID.match(i.strip())) for i in given) > len(given) * 0.8
    alone = "balance" in named and not named.keys() & _MOVES
    style = FigureStyle(keys, marks, owed, side, units, may_be_cents=small, alone=alone)
    style.speaks_cents = small and bool(given) and stripe and not units
    return style


def _unit_in_title(text: str) -> str:
    match = _GIVEN_IN.search(text)
    return unit_of(match[0]) if match else ""


def _has_decimals(text: str, mark: str) -> bool:
    """True for `450.00` and `0.5`; one nought behind the mark (`45000.0`) is how programs write
    whole numbers."""
    text = text.strip()
    if not text or text.isdigit() or is_blank(text):
        return False
    amount = parse_amount(text, mark)
    if amount is None:
        return False
    return amount.places > 1 or amount.unscaled % int(10**amount.places) != 0


def _sign(text: str) -> int:
    """Whether a figure is above zero (1) or below (-1); 0 for nothing."""
    text = text.strip()
    if text[:1].isdigit() and text[-1:].isdigit():
        return 1 if text.strip("0.,") else 0
    amount = parse_amount(text, COMMA) or parse_amount(text)
    if amount is None or not amount.unscaled:
        return 0
    return 1 if amount.unscaled > 0 else -1
