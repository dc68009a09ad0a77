"""The sign that payments have in a list of movements; one of the other sign came back."""

from __future__ import annotations

from collections.abc import Sequence

from dunlin.domain.imports import statuses
from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.row_payment import figure_of
from dunlin.domain.imports.types import PAYMENTS, ColumnMap, ImportQuestion

QUESTION = "payment_sign"
CAME, CAME_BACK = "came", "came_back"
_SIDES = frozenset(("debit", "credit", "paid", "side"))


class PaymentSigns:
    """Counts the payments of a file above and below nought."""

    def __init__(self, columns: Sequence[ColumnMap], kind: str) -> None:
        at = {c.field: c.index for c in columns}
        self._payments = kind == PAYMENTS
        self._type = at.get("document_type", -1)
        self._figure = at.get("amount", at.get("balance", -1))
        if self._payments:
            self._figure = figure_of(columns)
        self._way = at.get("payment_method", -1)
        self._types: dict[str, bool] = {}
        self.above = self.below = 0
        told_apart = min(self._type, self._figure) >= 0 and not at.keys() & _SIDES
        self.asked = told_apart or (self._payments and self._figure >= 0)
        """Whether the sign of the file's figures tells its payments apart."""

    def add(self, cells: list[str]) -> None:
        """Takes one row."""
        if max(self._type, self._figure, self._way) >= len(cells):
            return
        word = cells[self._type] if self._type >= 0 else ""
        payment = self._types.get(word)
        if payment is None:
            payment = not word or statuses.type_of(word) == statuses.PAYMENT
            payment = payment and not statuses.is_returned(word)
            if len(self._types) < 1_000:
                self._types[word] = payment
        if self._way >= 0 and statuses.is_returned(cells[self._way]):
            return
        figure = cells[self._figure].strip()
        if not payment or is_blank(figure) or not any(c in "123456789" for c in figure):
            return
        if figure[0] in "-(\u2212" or figure[-1] in "-)" or figure.endswith(("CR", "Cr", "cr")):
            self.below += 1
        else:
            self.above += 1

    @property
    def signed(self) -> bool:
        """True where payments stand below nought, as far as the figures alone say."""
        if self._payments and self._type < 0:
            return self.below > self.above
        return self.below > 0 and self.below >= self.above

    def question(self) -> ImportQuestion | None:
        """Whether figures below nought came or came back, where only a person knows."""
        if not self._payments or self._type >= 0 or not self.signed:
            return None
        return ImportQuestion(
            kind=QUESTION,
            column=None,
            choices=(CAME, CAME_BACK),
            why="most figures stand below nought, and nothing says whether these payments came or"
            " were taken back",
            meanings=("What was owed falls by them.", "What they had paid is owed again."),
            lasting=False,
        )
