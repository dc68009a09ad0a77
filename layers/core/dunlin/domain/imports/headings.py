"""Headings that name who owes the rows below them, and lines alone that are none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dunlin.domain.imports import statuses
from dunlin.domain.imports.barring import DISPUTED
from dunlin.domain.imports.columns import LONG
from dunlin.domain.imports.dates import read_date
from dunlin.domain.imports.fields import DATES, IGNORE
from dunlin.domain.imports.row_kinds import WHO, label_of, plain
from dunlin.domain.imports.types import DRAFT, PAID, VOID, ColumnMap

_PAGE_MARK = re.compile(
    r"(?:page|seite|pagina|pag\.?|p\.|folha|blatt)\s*\d+.*|\d+\s*/\s*\d+|.*\bpage \d+ of \d+.*|"
    r"(?:printed|generated|created|exported|erstellt|gedruckt|impreso|imprime|generado|accrual|"
    r"cash basis|continued|fortsetzung|continua|suite|report|run date|as of|stand|end of)\b.*|"
    r"confidential.*"
)
_AGE = re.compile(
    r".*\d.*\b(?:days?|months?|tage|dias|jours|mois|meses)\b.*|current|overdue|past due|not due|"
    r"open|paid|unpaid|fallig|uberfallig|nicht fallig|vencid[oa]s?|corriente|echus?|non echus?"
)
_OF_WHAT = frozenset(
    """invoices invoice bills accounts items debts transactions rechnungen rechnung posten konten
    facturas factura documentos cuentas recibos factures facture comptes documents faturas contas
    titulos boletos already bereits ya deja ja in full and the und y et e""".split()
)
"""Words of a heading that say of what it is."""
_MOST_WORDS = 2
_MOST_TITLES = 20
_MOST_NAMES = 500


def heading_of(cells: Sequence[str], before: str) -> str:
    """The heading in force after a record with one value: what it names, or the one `before`."""
    at = next(i for i, c in enumerate(cells) if c and not c.isspace())
    text = cells[at].strip()
    return text[:LONG] if at <= 1 and is_heading(text) else before


def is_heading(text: str) -> bool:
    """True for a line alone that may name somebody: no total, no page's mark, no date."""
    low = plain(text)
    if label_of(text) is not None or _PAGE_MARK.fullmatch(low) or _AGE.fullmatch(low):
        return False
    return any(c.isalpha() for c in text) and read_date(text) is None


def says_settled(text: str) -> bool:
    """True for a line alone that says of the rows below it that they are owed no more, no debts
    yet or disputed: `Paid invoices`, `Stornierte Rechnungen`, `Disputed`."""
    words = [w for w in plain(text).split() if w not in _OF_WHAT]
    if not 0 < len(words) <= _MOST_WORDS or any(c.isdigit() for c in text):
        return False
    reading = statuses.read_status(" ".join(words))
    return reading.hold == DISPUTED or reading.status in (PAID, VOID, DRAFT)


class Headings:
    """Counts the headings of a file and the rows below them."""

    def __init__(self, titles: Sequence[str]) -> None:
        self._titles = {plain(t) for t in titles[:_MOST_TITLES]}
        self.now = ""
        """The heading in force."""
        self.with_rows = self.named = self.unnamed = 0
        self._fresh = False
        self._below: dict[str, str] = {}
        self._again = self._commas_above = self._commas_below = 0

    def lone(self, cells: Sequence[str]) -> str:
        """Takes a record with one value; its text where it is a heading, else ""."""
        text = heading_of(cells, "")
        if not text or plain(text) in self._titles:
            return ""
        return self.name(text)

    def name(self, text: str) -> str:
        """Takes a heading."""
        self.now, self._fresh = text[:LONG], True
        return self.now

    def row(self, name: str) -> None:
        """Takes a row with the name in it, "" where there is none."""
        if not self.now:
            return
        if self._fresh:
            self._fresh = False
            self.with_rows += 1
            self._commas_above += "," in self.now
        if not name:
            self.unnamed += 1
            return
        self.named += 1
        self._commas_below += "," in name
        key = plain(name)
        if key in self._below:
            self._again += self._below[key] != self.now
        elif len(self._below) < _MOST_NAMES:
            self._below[key] = self.now

    def head_rows(self) -> bool:
        """True where the rows below the headings name nobody themselves."""
        return bool(self.with_rows) and self.unnamed * 10 >= 9 * (self.named + self.unnamed)

    def over_jobs(self) -> bool | None:
        """Whether rows with names of their own are jobs of whoever the heading names (True), or
        people under a heading that is a place or a seller (False); None where either may be."""
        if self._again or (self._commas_above and not self._commas_below):
            return True
        return False if self._commas_below and not self._commas_above else None


def names_over_numbers(
    columns: Sequence[ColumnMap], rows: Sequence[Sequence[str]]
) -> tuple[int, tuple[ColumnMap, ...]]:
    """The column in which names stand over the numbers of their invoices, -1 where there is none,
    and the columns with it taken for the number.

    Odoo unfolds a list so: `Abbott Inc` with a sum, then `INV/2026/00021` with a day.
    """
    days = [c.index for c in columns if c.field in DATES]
    have = {c.field for c in columns}
    if have & {*WHO, "invoice_number"} or not days or columns[0].field != IGNORE:
        return -1, tuple(columns)
    dated: list[str] = []
    other: list[str] = []
    for cells in rows:
        first = cells[0].strip() if cells else ""
        if first and label_of(first) is None:
            has_day = any(i < len(cells) and cells[i].strip() for i in days)
            (dated if has_day else other).append(first)
    numbers = len(dated) > 0 and all(any(c.isdigit() for c in text) for text in dated)
    if not numbers or not other or len(set(dated)) < len(dated):
        return -1, tuple(columns)
    why = "names stand over the numbers of their invoices"
    first_column = replace(columns[0], field="invoice_number", score=0.8, why=why)
    return 0, (first_column, *columns[1:])
