"""Rows of one debt that follow each other: do they repeat its total, share it, or add to it?"""

from __future__ import annotations

from collections.abc import Sequence

from dunlin.domain.imports import fields
from dunlin.domain.imports.row_kinds import CONTACT
from dunlin.domain.imports.types import ColumnMap

_NUMBERS = ("invoice_number", "account_reference")
_ITEMS = frozenset(
    """line lineitem lineitems item items itemname charge charges chargetype chargename fee feetype
    product service article artikel position leistung concepto partida renglon produit prestation
    poste ligne item itens servico produto rubrica""".split()
)
"""Names of columns that say which item of an invoice a row is."""
_WHO = ("consumer_reference", "consumer_name", "email")


class Repeats:
    """Counts pairs of rows of one debt. A debt without a number is known by who owes and since
    when."""

    def __init__(self, columns: Sequence[ColumnMap]) -> None:
        at: dict[str, int] = {}
        for column in columns:
            at.setdefault(column.field, column.index)
        self._owed = at.get("balance", at.get("amount", -1))
        self._key = next((at[f] for f in (*_NUMBERS, *_WHO) if f in at), -1)
        numbered = any(f in at for f in _NUMBERS)
        self._since = [] if numbered else [c.index for c in columns if c.field in fields.DATES]
        other = {*fields.MONEY, *fields.DATES, *CONTACT, "currency", "status", "notes"}
        # Two balances of one invoice are no charges, unless a column names its items: one is wrong.
        invoiced = "invoice_number" in at
        self._charged_for = [
            c.index
            for c in columns
            if (fields.key_of(c.key) in _ITEMS if invoiced else c.field not in other)
        ]
        self._before: list[str] = []
        self._same = self._differ = self._charges = 0

    def add(self, cells: list[str]) -> None:
        """Takes one row."""
        size, before = len(cells), self._before
        if not (0 <= self._key < size and 0 <= self._owed < size):
            return
        self._before = cells
        if len(before) < size or cells[self._key] != before[self._key] or not cells[self._key]:
            return
        if any(i < size and cells[i] != before[i] for i in self._since):
            return
        if cells[self._owed] == before[self._owed]:
            self._same += 1
            return
        self._differ += 1
        self._charges += any(i < size and cells[i] != before[i] for i in self._charged_for)

    @property
    def share(self) -> bool:
        """True where rows of one debt share its total more often than they repeat it."""
        return self._differ > self._same

    @property
    def charge(self) -> bool:
        """True where rows of one debt have amounts and texts of their own, and so are charges."""
        return self._charges > 0
