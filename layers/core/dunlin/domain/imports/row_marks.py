"""Days, numbers and people beside a debt that show that it was paid, voided or written off."""

from __future__ import annotations

import datetime as dt

from dunlin.domain.imports import fields, statuses
from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.columns import LONG, Columns
from dunlin.domain.imports.noted_payments import says_settled
from dunlin.domain.imports.row_dates import RowDates
from dunlin.domain.imports.types import OPEN, PAID, VOID, FileProfile, NormalisedRow

_WHEN_PAID = frozenset(
    """paymentdate fechadepago fechapago datedepaiement datepaiement datedereglement datereglement
    zahlungsdatum paydate datumzahlung datadepagamento datapagamento paid closingdate closedate
    closeddate""".split()
)
"""Names of columns that may hold the day of a part payment, or one on which payment is awaited."""
_MONEY_CAME = frozenset(("checkno", "checknumber", "receiptnumber", "receiptno"))
"""Columns of a payment's own number among those that say how a customer pays."""
SHOWN, CLEARED, AHEAD = "payment_shown", "cleared_with_balance", "payment_ahead"


class RowMarks:
    """Reads the marks of a row. A mark is a cell with a day, a number, a name or a yes."""

    def __init__(self, profile: FileProfile, columns: Columns, dates: RowDates) -> None:
        by, keys = columns.by, columns.keys
        self._dates = dates
        self._columns = columns
        self._written_off = profile.written_off
        self._void = by.get("void_mark", [])
        self._write_off = by.get("write_off_mark", [])
        paid_date = by.get("paid_date", [])
        unsure = [i for i in paid_date if fields.key_of(keys[i]) in _WHEN_PAID]
        self._settled = [i for i in paid_date if i not in unsure] + by.get("settled_mark", [])
        numbers = [i for i in by.get("payment_method", ()) if fields.key_of(keys[i]) in _MONEY_CAME]
        self._paid_on = [*unsure, *by.get("payment_date", ())]
        self._payment = [*self._paid_on, *by.get("payment_mark", ()), *numbers]
        self._days = frozenset((*paid_date, *by.get("payment_date", ())))
        self._states_rest = bool({"balance", "bucket", "paid"} & by.keys())
        self._notes = by.get("notes", [])
        self.any = bool(
            self._void or self._write_off or self._settled or self._payment or self._notes
        )

    def standing(
        self, cells: list[str], balance: int | None, original: int | None
    ) -> tuple[str, str, str]:
        """(status, reason code, hold) of a row that is open by its status; ("", "", "") where no
        mark says anything. A balance that is left beside a mark of payment is a person's to judge,
        unless it shows itself as the rest of a larger bill."""
        if any(self._set(cells, i) for i in self._void):
            return VOID, "void", ""
        if any(self._set(cells, i) for i in self._write_off):
            return (OPEN if self._written_off else VOID), "written_off", ""
        settled = any(self._set(cells, i) for i in self._settled)
        if settled and not self._states_rest:
            return PAID, "settled", ""
        if settled or (self._states_rest and any(self._set(cells, i) for i in self._paid_on)):
            rest = balance is not None and original is not None and 0 < balance < original
            return ("", "", "") if rest else (OPEN, "", CLEARED)
        if not self._states_rest and any(self._set(cells, i) for i in self._payment):
            return OPEN, "", SHOWN
        if any(cells[i] and says_settled(cells[i][:LONG]) for i in self._notes):
            return OPEN, "", SHOWN
        return "", "", ""

    def _set(self, cells: list[str], index: int) -> bool:
        text = cells[index].strip()[:LONG]
        if not text or is_blank(text) or not text.strip("0.,-/ :"):
            return False
        yes = statuses.yes_no(text)
        if yes is not None:
            return yes
        if index not in self._days and text.isdigit():
            return True
        day = self._dates.is_day(index, text)
        return bool(day) if index in self._days else day is not False


def still_to_pay(row: NormalisedRow, today: dt.date) -> NormalisedRow:
    """The row as owed where only a day of payment says that it was settled, and the day lies
    ahead: a payment that is promised is none."""
    ahead = row.paid_on is not None and row.paid_on > today
    if row.status_code != "settled" or not ahead or not row.balance or row.balance < 0:
        return row
    return row._replace(status=OPEN, status_code="", holds=(*row.holds, AHEAD))
