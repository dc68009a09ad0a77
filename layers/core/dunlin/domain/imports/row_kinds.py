"""What each record of a table is by its look: row, heading, total, header again, or nothing."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import is_blank, parse_amount
from dunlin.domain.imports.head import TOTAL_WORD
from dunlin.domain.imports.mapping import folded
from dunlin.domain.imports.types import ColumnMap

BLANK, LONE, HEADER, TOTAL, FIGURES, SUM, ROW = range(7)
"""Nothing; one value alone; the header again; a labelled total; figures alone; a name and figures
where other rows have a number and a day; a row."""

WHO = ("consumer_name", "company", "last_name", "first_name", "consumer_reference")
"""Fields that name who owes, the plainest first."""
CONTACT = (*WHO, "email", "phone", "street", "city", "zip", "state")
_DETAILS = frozenset(
    "invoice_number issue_date due_date date_of_service document_type claim load_number "
    "days_overdue payment_date paid_date".split()
)
_TOTAL_AT_END = re.compile(
    r"^(?P<of>.+?)[\s,:-]+(?:grand\s+|sub\s?-?\s?|sous\s?-?\s?)?"
    r"(?:totals?|subtotals?|total\s+general|total\s+geral|summen?|zwischensumme|gesamt(?:summe)?|"
    r"somme|suma|soma)[\s:.]*$",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"(?:(?:in\s*)?%|percent(?:age)?|prozent|anteil|porcentaje|pourcentage|percentual)"
    r"(?:\s*(?:of|vom|von|del?|du|des|do)?\s*(?:the\s+)?(?:grand\s+)?"
    r"(?:total|gesamt|summe|balance|saldo)?(?:\s+general|\s+geral)?)|"
    r"average|avg\.?|mean|durchschnitt|mittelwert|promedio|moyenne|media|count|anzahl|"
    r"(?:number|no\.?) of (?:invoices|customers|rows|records|accounts)|records?",
)
_CARRIED = re.compile(
    r"(?:(?:amount|total|balance|sum)\s+)?(?:carried|brought)\s+(?:forward|over|down)|ubertrag|"
    r"uebertrag|suma y sigue|suma anterior|a reporter|a transportar|total de la page|"
    r"seitensumme|page total"
)
_GENERAL = frozenset(
    (
        "for all customers customer receivable receivables accounts account aged open invoices due "
        "outstanding balance balances amount general geral report page ar a r clients clientes "
        "debiteurs forderungen offen offene posten debitoren kunden in of the de del du des von "
        "fur para por pour cobrar office grand final total totals sum charges unpaid owed "
        "usd eur gbp cad mxn brl chf aging payments this list liste currency"
    ).split()
)
_LINK = re.compile(r"^(?:(?:for|fur|fuer|von|de|del|du|des|para|pour|of|client|cliente|kunde|"
                   r"customer|account|tenant|patient)\b\s*|[-:.,()]\s*)+")  # fmt: skip


class Label(NamedTuple):
    """What a total's label says: whose it is, "" for all, and whether it is compared with rows."""

    of: str
    compared: bool = True


def plain(text: str) -> str:
    """A name as names are compared here."""
    return folded(text).strip(" .:-")


@functools.lru_cache(maxsize=4096)
def label_of(text: str) -> Label | None:
    """What a cell says of a total; None where it is none."""
    low = plain(text)
    if _CARRIED.fullmatch(low):
        return Label("")
    if _REMARK.fullmatch(low):
        return Label("", compared=False)
    start = TOTAL_WORD.match(text)
    if start:
        of = text[start.end() :]
    else:
        end = _TOTAL_AT_END.match(text)
        if end is None:
            return None
        of = end["of"]
    of = _LINK.sub("", plain(of))
    return Label("" if set(re.findall(r"[a-z]+", of)) <= _GENERAL else of)


class RowKinds:
    """Tells the records of one table apart by their look."""

    def __init__(
        self, headers: Sequence[str], columns: Sequence[ColumnMap], names_at: int = -1
    ) -> None:
        self._header = frozenset(h.strip().casefold() for h in headers if h.strip())
        # What the first cell of a header again may be: compared for every row.
        self._again_begins = frozenset(
            f for h in headers for f in (h, h.strip(), h.upper(), h.lower(), h.title()) if f
        )
        self._width = len(headers)
        self.money = {c.index for c in columns if c.field in (*fields.MONEY, "currency")}
        # A total's label may stand in the file's first column, whatever that is.
        self._currencies = {c.index for c in columns if c.field == "currency"}
        have = {c.field for c in columns}
        details = set(_DETAILS)
        if not have & {"invoice_number", "claim", "load_number"}:
            details.add("account_reference")
        self._details = [c.index for c in columns if c.field in details and c.index != names_at]
        by: dict[str, int] = {}
        for column in columns:
            by.setdefault(column.field, column.index)
        self.who = [by[f] for f in WHO if f in by] or ([names_at] if names_at >= 0 else [])
        self.contact = [c.index for c in columns if c.field in CONTACT]
        self.label = Label("")
        """Of the total that was told last."""

    def kind(self, cells: list[str]) -> int:
        """What a record is."""
        if not (len(cells) > 2 and cells[0] and cells[1]) or cells[0][0] in _RULE:
            filled = [i for i, c in enumerate(cells) if c and not c.isspace()]
            if not filled or all(set(cells[i].strip()) <= _RULE for i in filled):
                return BLANK
            if len(filled) == 1 and self._width > 2:
                return FIGURES if filled[0] in self.money else LONE
        if self._again(cells):
            return HEADER
        size, labelled = len(cells), None
        for index in self._details:
            if index < size and cells[index] and not cells[index].isspace():
                label = None if cells[index][-1].isdigit() else label_of(cells[index].strip())
                if label is None:
                    return TOTAL if self._is_total_with_details(cells) else ROW
                labelled = label
        if labelled is None:
            return self._without_details(cells)
        # The label stands in the column of the numbers or the days.
        self.label = labelled._replace(of=labelled.of or plain(self.named(cells)))
        return TOTAL

    def _again(self, cells: list[str]) -> bool:
        """Whether a record is the header once more, as at the top of a page."""
        first = cells[0]
        begins = self._again_begins
        if first and first not in begins and not (first[0] == " " and first.strip() in begins):
            return False
        filled = [c.strip().casefold() for c in cells if c and not c.isspace()]
        if len(filled) < 2:
            return False
        known = sum(c in self._header for c in filled)
        return known == len(filled) or (known >= 3 and known >= len(filled) * 0.7)

    def _is_total_with_details(self, cells: list[str]) -> bool:
        """A total in a row that also names a day or counts its invoices: its label stands alone."""
        for at, cell in enumerate(cells):
            if not cell or at in self.money or cell.isspace():
                continue
            text = cell.strip()
            match = TOTAL_WORD.match(text) if text[0] in _TOTAL_BEGINS else None
            if not match:
                return False
            others = [c for i, c in enumerate(cells) if i != at and i not in self.money
                      and c.strip() and parse_amount(c.strip()) is None]  # fmt: skip
            alone = match.end() == len(text)
            if len(others) > 1 or (others and not alone):
                return False
            if not alone and any(
                i != at and i < len(cells) and cells[i].strip() for i in self._details
            ):
                return False
            self.label = label_of(text) or Label("")
            return True
        return False

    def _without_details(self, cells: list[str]) -> int:
        texts = 0
        for at, cell in enumerate(cells):
            if not cell or cell.isspace():
                continue
            text = cell.strip()
            if at in self.money:
                label = label_of(text) if at in self._currencies else None
                if label is not None:
                    self.label = label
                    return TOTAL
                continue
            if is_blank(text) or (at not in self.who and parse_amount(text) is not None):
                continue
            texts += 1
            label = label_of(text) if len(text) < 120 else None
            if label is not None:
                self.label = label
                return TOTAL
        if not texts:
            # Where no column tells who or which, rows of figures are all that there is.
            return FIGURES if self._details or self.who or self.contact else ROW
        return SUM if self._details and self.money else ROW

    def named(self, cells: list[str]) -> str:
        """Who owes by a row's own cells, "" where none says."""
        for index in self.who:
            if index < len(cells) and cells[index] and not cells[index].isspace():
                return cells[index].strip()
        return ""


_TOTAL_BEGINS = frozenset("cgrpobstezCGRPOBSTEZ")
"""The first letters of what `TOTAL_WORD` finds."""
_RULE = frozenset("-=_*~. +|")
