"""The sign that payments have in a list of movements; one of the other sign came back."""

from __future__ import annotations

from collections.abc import Sequence

from dunlin.domain.imports import statuses
from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.types import ColumnMap

_SIDES = frozenset(("debit", "credit", "paid", "side"))


class PaymentSigns:
    """Counts the payments of a file above and below nought."""

    def __init__(self, columns: Sequence[ColumnMap]) -> None:
        at = {c.field: c.index for c in columns}
        self._type = at.get("document_type", -1)
        self._figure = at.get("amount", at.get("balance", -1))
        self._types: dict[str, bool] = {}
        self.above = self.below = 0
        self.asked = min(self._type, self._figure) >= 0 and not at.keys() & _SIDES
        """Whether the file has types, and figures whose sign tells them apart."""

    def add(self, cells: list[str]) -> None:
        """Takes one row."""
        if self._type >= len(cells) or self._figure >= len(cells):
            return
        word = cells[self._type]
        payment = self._types.get(word)
        if payment is None:
            payment = statuses.type_of(word) == statuses.PAYMENT and not statuses.is_returned(word)
            if len(self._types) < 1_000:
                self._types[word] = payment
        figure = cells[self._figure].strip()
        if not payment or is_blank(figure) or not any(c in "123456789" for c in figure):
            return
        if figure[0] in "-(\u2212" or figure[-1] in "-)" or figure.endswith(("CR", "Cr", "cr")):
            self.below += 1
        else:
            self.above += 1

    @property
    def signed(self) -> bool:
        """True where payments stand below nought."""
        return self.below > 0 and self.below >= self.above
