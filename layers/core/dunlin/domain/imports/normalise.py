"""One row to values: numbers, money, dates, consumer, status. Compiled once for a file's mapping.

Common forms take a fast path and values that recur are remembered, so a row of twelve columns
costs some twenty microseconds; the libraries behind `Checks` see only what is left.
"""

from __future__ import annotations

import hashlib
import re

from dunlin.domain.accounts.known_facts import BY_FILE
from dunlin.domain.imports import fields, statuses
from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.barring import DISPUTED
from dunlin.domain.imports.columns import LONG, LONGEST, Columns
from dunlin.domain.imports.contact_points import Checks
from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.fillers import names_nobody
from dunlin.domain.imports.header_names import facts as fact_names
from dunlin.domain.imports.ledger import is_receivable
from dunlin.domain.imports.number_columns import is_cut
from dunlin.domain.imports.ragged import RaggedRows
from dunlin.domain.imports.row_bars import RowBars
from dunlin.domain.imports.row_consumer import RowConsumer
from dunlin.domain.imports.row_dates import RowDates
from dunlin.domain.imports.row_marks import RowMarks
from dunlin.domain.imports.row_money import Owed, RowMoney
from dunlin.domain.imports.row_payment import RowPayment
from dunlin.domain.imports.row_status import RowStatus
from dunlin.domain.imports.types import (
    CREDIT,
    DOES_NOT_ADD_UP,
    ODD_CURRENCY,
    OPEN,
    PAID,
    PAYABLES,
    PAYMENTS,
    RECEIVABLES,
    FileProfile,
    NormalisedRow,
    Rejected,
    Row,
    RowProblem,
)  # fmt: skip

EXTRAS = (
    "unit", "property", "lease_status", "move_in", "move_out", "payer", "insurance_status",
    "insurance_pending", "date_of_service", "claim", "load_number", "claim_amount",
    "for_reference", "job", "instalment", "birth_year", *fact_names.STRONG,
)  # fmt: skip
"""Fields that go into an account's extras."""
_DEBTOR = re.compile(r"[1-6]\d{4,8}")


class Normaliser:
    """Turns rows of one file into values; holds only memories of recurring cells."""

    def __init__(self, profile: FileProfile, checks: Checks) -> None:
        self.profile = profile
        self.columns = columns = Columns(profile)
        self._ragged = RaggedRows(profile)
        self._money = RowMoney(profile, columns)
        dates = RowDates(profile, columns)
        # Bound once: they run for every row.
        self._date, self._due = dates.date, dates.due
        self._marks = RowMarks(profile, columns, dates)
        self._read_bars = RowBars(columns, dates).read
        self._currency_of, self._read_owed = self._money.currency_of, self._money.owed
        self._read_status = RowStatus(profile, columns).status
        self._read_consumer = RowConsumer(profile, columns, checks, dates).read
        self._reference = columns.at("account_reference")
        self._invoice = columns.at("invoice_number")
        self._consumer = columns.at("consumer_reference")
        self._journal = profile.journal_year is not None or profile.legs >= 0
        self._cut_columns = frozenset(profile.cut_columns)
        self._notes = columns.by.get("notes", [])
        self._extras = [(f, columns.first[f]) for f in EXTRAS if f in columns.first]
        # Contacts and payments are no debts: a row without a balance is still a row.
        self._owed = profile.kind in (RECEIVABLES, PAYABLES)
        self._paid = RowPayment(profile, columns) if profile.kind == PAYMENTS else None
        if self._paid is not None:
            self._read_owed = self._received
        self._dates_payments = "paid_date" in columns.first
        rare = {"last_payment_date", "last_payment_amount"}
        self._rare = bool(rare & columns.first.keys())

    def normalise(self, row: Row) -> NormalisedRow | Rejected:
        """The values of a row, or why it names no debt."""
        cells = row.cells
        if len(cells) != self._ragged.width:
            fitted = self._ragged.fit(cells)
            if fitted is None:
                return Rejected(row.line, "ragged_row", "", f"{len(cells)} cells")
            cells = fitted
        problems: list[RowProblem] = []
        if self._journal and not self._debtor(cells):
            return Rejected(row.line, "no_debt")
        numbers = self._numbers(cells, problems)
        if isinstance(numbers, RowProblem):
            return Rejected(row.line, numbers.code, numbers.column, numbers.value)
        reference, invoice, consumer_reference = numbers
        currency = self._currency_of(cells)
        status, code, held = self._read_status(cells)
        issued = self._date(cells, "issue_date", problems)
        due = self._due(cells, issued, problems)
        paid_on = self._date(cells, "paid_date", problems) if self._dates_payments else None
        if paid_on is None and not self._owed:
            paid_on = self._date(cells, "payment_date", problems)
        amounts = self._read_owed(cells, currency, problems)
        if isinstance(amounts, RowProblem):
            if self._owed and status in (OPEN, CREDIT, statuses.PAYMENT):
                return Rejected(row.line, amounts.code, amounts.column, amounts.value)
            amounts = (None, None, None, currency)
        balance, original, paid, currency = amounts
        if balance is not None:
            status, code, balance = self._stands(cells, (status, code, balance), paid)
        if self._marks.any and self._owed and status == OPEN:
            marked, why, sign = self._marks.standing(cells, balance, original)
            status, code, held = marked or status, why or code, held or sign
        consumer, about = self._read_consumer(cells, problems)
        last_on, last_minor = None, None
        if self._rare:
            last_on = self._date(cells, "last_payment_date", problems)
            last_minor = self._money.minor(cells, "last_payment_amount", currency, problems)
        bars = self._read_bars(cells, held)
        extras = self._read_extras(cells, currency, problems) + about
        if status == OPEN and code == "written_off":
            extras += (("written_off", "yes"),)
        return NormalisedRow(
            row.line,
            hashlib.blake2b("\x1f".join(cells).encode("utf-8", "replace"), digest_size=12).digest(),
            reference,
            invoice,
            consumer_reference,
            consumer,
            status,
            code,
            balance,
            original,
            paid,
            currency,
            issued,
            due,
            paid_on,
            last_on,
            last_minor,
            DISPUTED in bars,
            " · ".join(t for t in (cells[i].strip() for i in self._notes) if t)[:LONGEST],
            extras,
            tuple(problems),
            self._holds(cells, bars, currency),
        )

    def _holds(self, cells: list[str], bars: tuple[str, ...], currency: str) -> tuple[str, ...]:
        """Codes of what a person must look at in the row; a dispute has a value of its own."""
        holds = tuple(code for code in bars if code != DISPUTED) if bars else ()
        if currency in self.profile.odd_currencies:
            holds = (*holds, ODD_CURRENCY)
        return holds if self._money.adds_up(cells) else (*holds, DOES_NOT_ADD_UP)

    def _numbers(
        self, cells: list[str], problems: list[RowProblem]
    ) -> tuple[str, str, str] | RowProblem:
        """The numbers of the account, its invoice and its consumer, "" where there is none.

        A number that a spreadsheet cut is none: without it nobody knows which debt the row means.
        """
        reference = cells[self._reference].strip()[:LONG] if self._reference >= 0 else ""
        invoice = cells[self._invoice].strip()[:LONG] if self._invoice >= 0 else ""
        if len(invoice) < 2 and not invoice.isalnum():
            invoice = ""
        consumer_reference = cells[self._consumer].strip()[:LONG] if self._consumer >= 0 else ""
        if consumer_reference and names_nobody(consumer_reference):
            problems.append(self.columns.problem("placeholder", self._consumer, consumer_reference))
            consumer_reference = ""
        if reference and names_nobody(reference):
            reference = ""
        if invoice and names_nobody(invoice):
            invoice = ""
        cut = self._cut_columns
        if is_cut(invoice, self._invoice in cut):
            return self.columns.problem("cut_number", self._invoice, invoice)
        if is_cut(reference, self._reference in cut):
            if not invoice:
                return self.columns.problem("cut_number", self._reference, reference)
            problems.append(self.columns.problem("cut_number", self._reference, reference))
            reference = ""
        if is_cut(consumer_reference, self._consumer in cut):
            problems.append(self.columns.problem("cut_number", self._consumer, consumer_reference))
            consumer_reference = ""
        if self.profile.shared_reference and not consumer_reference:
            consumer_reference = reference
        if self.profile.row_ids and (invoice or self.columns.text(cells, "claim")):
            reference = ""
        return reference, invoice, consumer_reference

    def _stands(
        self, cells: list[str], standing: tuple[str, str, int], paid: int | None
    ) -> tuple[str, str, int]:
        """(status, reason code, balance) of a row that has a figure."""
        status, code, balance = standing
        if self._paid is not None:
            return statuses.PAYMENT, self._paid.standing(cells, balance), balance
        back = status == statuses.PAYMENT and self._came_back(cells, balance)
        return _standing(status, code, balance, paid, back=back)

    def _received(
        self, cells: list[str], currency: str, problems: list[RowProblem]
    ) -> Owed | RowProblem:
        """What a payment brought, where one column of the file says it."""
        figure = -1 if self._paid is None else self._paid.figure
        if figure < 0:
            return self._money.owed(cells, currency, problems)
        value = self._money.value(cells, figure, currency)
        if value is None or isinstance(value, RowProblem):
            return value or self.columns.problem("missing_balance", figure)
        return value[0], None, None, value[1]

    def _came_back(self, cells: list[str], minor: int) -> bool:
        """Whether a payment was returned: by its type's words, or by the other sign than the
        payments of this file have."""
        if statuses.is_returned(self.columns.text(cells, "document_type")):
            return True
        return minor > 0 if self.profile.signed_payments else minor < 0 < self.profile.payments

    def _debtor(self, cells: list[str]) -> bool:
        """Whether a posting of a journal touches a debtor's account: by its name, or in a DATEV
        journal by its number (10000 to 69999).

        The debtor of a DATEV posting then stands in the account column, and the side is told from
        its account.
        """
        if self.profile.legs >= 0:
            return is_receivable(cells[self.profile.legs])
        account, contra = self._consumer, self.columns.at("contra_account")
        side = self.columns.at("side")
        if _DEBTOR.fullmatch(cells[account].strip()):
            return True
        if contra < 0 or not _DEBTOR.fullmatch(cells[contra].strip()):
            return False
        cells[account], cells[contra] = cells[contra], cells[account]
        cells[side] = "H" if cells[side].strip().upper().startswith("S") else "S"
        return True

    def _read_extras(
        self, cells: list[str], currency: str, problems: list[RowProblem]
    ) -> tuple[tuple[str, str], ...]:
        if not self._extras:
            return ()
        out = []
        for field, index in self._extras:
            text = cells[index].strip()[:LONG]
            if not text or is_blank(text):
                continue
            if field == "claim_amount":
                minor = self._money.minor(cells, field, currency, problems)
                if minor:
                    out.append(("claim_amount_minor", str(minor)))
                continue
            if field in fact_names.STRONG:
                out += self._fact(cells, field, text, problems)
                continue
            if field in fields.DATES:
                day = self._date(cells, field, problems)
                text = day.isoformat() if day else text
            out.append((field, text))
        return tuple(out)

    def _fact(
        self, cells: list[str], field: str, text: str, problems: list[RowProblem]
    ) -> list[tuple[str, str]]:
        """What a column of the law's own says of the debt: a day, or yes but for a plain no."""
        if field in fields.DATES:
            day = self._date(cells, field, problems)
            return [(f"{BY_FILE}{field}", day.isoformat())] if day else []
        return [(f"{BY_FILE}{field}", "no" if fold(text).strip() in _NO else "yes")]


_NO = frozenset("no n false 0 f none nein nao non closed never".split())


def _standing(
    status: str, code: str, balance: int, paid: int | None, *, back: bool
) -> tuple[str, str, int]:
    """(status, reason code, balance) where the balance says more than the status: nothing owed is
    paid, and what is the consumer's own stands below zero, but for a payment that came back."""
    if back:
        return status, "returned_payment", abs(balance)
    if status == OPEN and balance <= 0:
        status, code = (PAID, "zero_balance") if balance == 0 else (CREDIT, "negative_balance")
    if status in (CREDIT, statuses.PAYMENT) and balance > 0:
        balance = -(paid or balance) if status == statuses.PAYMENT else -balance
    return status, code, balance
