"""One row to values: money, dates, contact points, status. Compiled once for a file's mapping.

Common forms take a fast path and values that recur are remembered, so a row of twelve columns
costs some twenty microseconds; the libraries behind `Checks` see only what is left.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dunlin.domain.imports import fields, statuses
from dunlin.domain.imports.amounts import CURRENCIES, MIXED, Amount, is_blank, parse_amount, scaled
from dunlin.domain.imports.contact_points import (
    EmailCheck,
    PhoneCheck,
    fast_email,
    fast_phone,
    read_emails,
    read_phones,
)  # fmt: skip
from dunlin.domain.imports.dates import DMY, to_date
from dunlin.domain.imports.guard import REASON_COLUMN, unguarded
from dunlin.domain.imports.head import TOTAL_WORD, is_total_row
from dunlin.domain.imports.names import Name, is_company, join_name, read_name
from dunlin.domain.imports.places import DOLLARS, country_code, split_address, state_code, tidy_zip
from dunlin.domain.imports.records import ByteStream, Decoder, Rows, lines_of
from dunlin.domain.imports.types import (
    CREDIT,
    DRAFT,
    OPEN,
    PAID,
    PAYABLE,
    PAYABLES,
    RECEIVABLES,
    VOID,
    FileConsent,
    FileProfile,
    NormalisedConsumer,
    NormalisedRow,
    Range,
    Rejected,
    Row,
    RowProblem,
)  # fmt: skip
from dunlin.domain.money import exponent

EXTRAS = (
    "unit", "property", "lease_status", "move_in", "move_out", "payer", "insurance_status",
    "insurance_pending", "date_of_service", "claim", "load_number", "claim_amount",
)  # fmt: skip
"""Fields that go into an account's extras."""
_TEXTS = frozenset(
    "consumer_name company last_name street street2 city notes description payer property "
    "balance amount paid ignore".split()
)
"""Fields in which an unquoted delimiter may stand."""
_PERSONS = frozenset("contact kontakt contacto ansprechpartner attn primarycontact".split())
_LONG, _LONGEST = 300, 2_000
"""Characters kept of a value and of notes: no name or number is longer, and memory is bounded."""
_MEMORY = 5_000
_DEBTOR = re.compile(r"[1-6]\d{4,8}")
_NO_CONSUMER = NormalisedConsumer()


@dataclass(frozen=True, slots=True)
class Checks:
    """The library checks for what the fast paths leave over."""

    phone: PhoneCheck
    email: EmailCheck


def read_range(stream: ByteStream, profile: FileProfile, part: Range) -> Iterator[Row]:
    """The data rows of one range; `stream` starts at the range's first byte and may go on.

    Blank rows, titles, repeated headers, totals and notes are left out. In a report that groups
    rows under a heading, the heading becomes one more last cell.
    """
    data = _exactly(stream, part.end - part.start)
    if profile.encoding.startswith("utf"):
        # A line that is no UTF-8 is read as what it most likely is.
        text = Decoder(bom=False).text(data)
    else:
        text = data.decode(profile.encoding, "replace")
    lines = lines_of(text)
    del data
    header = list(profile.headers)
    width = len(header)
    money = {c.index for c in profile.mapping if c.field in fields.MONEY}
    before = profile.header_row or 0
    last = profile.last_line or 0
    group = part.group
    returned = REASON_COLUMN in header
    for line, found in Rows(profile.delimiter, part.line).read(lines):
        cells = found
        if not (len(cells) > 2 and cells[0] and cells[1]):
            filled = [i for i, c in enumerate(cells) if c and not c.isspace()]
            if not filled:
                continue
            if len(filled) == 1 and width > 2:
                if profile.grouped:
                    if filled[0] <= 1 and not TOTAL_WORD.match(cells[filled[0]].strip()):
                        group = cells[filled[0]].strip()[:_LONG]
                    continue
                if len(cells) == 1 or (width >= 5 and filled[0] == 0):
                    continue
        if line <= before or line > last or is_total_row(cells, money):
            continue
        if cells[0] == header[0] and _same(cells, header):
            continue
        if returned:
            cells = [unguarded(c) for c in cells]
        if profile.grouped:
            cells = [*cells[:width], *[""] * (width - len(cells)), group]
        yield Row(line, cells)


def _exactly(stream: ByteStream, size: int) -> bytes:
    """The next `size` bytes; a range is a few megabytes."""
    parts = []
    while size > 0:
        data = stream.read(size)
        if not data:
            break
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def _same(cells: list[str], header: list[str]) -> bool:
    return [c.strip() for c in cells if c.strip()] == [h for h in header if h]


class Normaliser:
    """Turns rows of one file into values; holds only memories of recurring cells."""

    def __init__(self, profile: FileProfile, checks: Checks) -> None:
        self.profile = profile
        self.checks = checks
        self.width = len(profile.headers)
        self.keys = {c.index: c.key for c in profile.mapping}
        by: dict[str, list[int]] = {}
        for column in profile.mapping:
            if column.field != fields.IGNORE:
                by.setdefault(column.field, []).append(column.index)
        if profile.grouped:
            by.setdefault("consumer_name", []).append(self.width)
            self.keys[self.width] = "#group"
        self.by = by
        self.orders = dict(profile.date_orders)
        self.marks = dict(profile.decimals)
        self.units = exponent(profile.currency)
        self._dates: dict[tuple[int, str], dt.date | None] = {}
        self._places: dict[str, tuple[str, str]] = {}
        self._words: dict[tuple[str, str], str | None] = {}
        one = {field: indexes[0] for field, indexes in by.items()}
        self._one = one
        self._reference = one.get("account_reference", -1)
        self._invoice = one.get("invoice_number", -1)
        self._consumer = one.get("consumer_reference", -1)
        self._currency = one.get("currency", -1)
        self._emails = by.get("email", [])
        self._phones = by.get("phone", [])
        self._notes = [*by.get("notes", [])]
        self._extras = [(f, one[f]) for f in EXTRAS if f in one]
        self._description = one.get("description", -1)
        self._consents = [f for f in one if f.startswith(("consent_", "opt_out_"))]
        at = one.get("consumer_name", -1)
        self._whole_address = not {"city", "state", "zip"} & one.keys()
        # A contact person stands for the firm that owes.
        self._contact_person = at >= 0 and fields.key_of(self.keys[at]) in _PERSONS
        # Odoo writes a contact as "Company, Person".
        self._whole_names = at >= 0 and "partner" in self.keys[at].lower()
        # Contacts and payments are no debts: a row without a balance is still a row.
        self._owed = profile.kind in (RECEIVABLES, PAYABLES)
        self._fields = {c.index: c.field for c in profile.mapping}
        self._open_dates = frozenset(profile.open_dates)
        self._dob = one.get("date_of_birth", -1)
        self._balance = self._balance_reader()
        self._rare = [
            f for f in ("last_payment_date", "last_payment_amount", "disputed", "language",
                        "time_zone", "date_of_birth") if f in one
        ]  # fmt: skip

    # One row

    def normalise(self, row: Row) -> NormalisedRow | Rejected:
        """The values of a row, or why it names no debt."""
        cells = row.cells
        if len(cells) != self.width + self.profile.grouped:
            fitted = self._fit(cells)
            if fitted is None:
                return Rejected(row.line, "ragged_row", "", f"{len(cells)} cells")
            cells = fitted
        problems: list[RowProblem] = []
        if self.profile.journal_year is not None and not self._debtor(cells):
            return Rejected(row.line, "no_debt")
        reference = cells[self._reference].strip()[:_LONG] if self._reference >= 0 else ""
        invoice = cells[self._invoice].strip()[:_LONG] if self._invoice >= 0 else ""
        if len(invoice) < 2 and not invoice.isalnum():
            invoice = ""
        consumer_reference = cells[self._consumer].strip()[:_LONG] if self._consumer >= 0 else ""
        if self.profile.shared_reference and not consumer_reference:
            consumer_reference = reference
        if self.profile.row_ids and (invoice or self._text(cells, "claim")):
            reference = ""
        currency = self._currency_of(cells)
        status, code = self._status(cells)
        issued = self._date(cells, "issue_date", problems)
        due = self._date(cells, "due_date", problems) or self._days_back(cells)
        paid_on = self._date(cells, "paid_date", problems)
        if paid_on is None and not self._owed:
            paid_on = self._date(cells, "payment_date", problems)
        amounts = self._balance(cells, currency, problems)
        if isinstance(amounts, RowProblem):
            if self._owed and status in (OPEN, CREDIT, statuses.PAYMENT):
                return Rejected(row.line, amounts.code, amounts.column, amounts.value)
            amounts = (None, None, None, currency)
        balance, original, paid, currency = amounts
        if status == OPEN and balance is not None and balance <= 0:
            status, code = (PAID, "zero_balance") if balance == 0 else (CREDIT, "negative_balance")
        if status in (CREDIT, statuses.PAYMENT) and balance is not None and balance > 0:
            balance = -(paid or balance) if status == statuses.PAYMENT else -balance
        consumer = self._read_consumer(cells, problems)
        last_on, last_minor, disputed = None, None, False
        if self._rare:
            last_on = self._date(cells, "last_payment_date", problems)
            last_minor = self._minor(cells, "last_payment_amount", currency, problems)
            at = self._one.get("disputed", -1)
            disputed = at >= 0 and statuses.yes_no(cells[at]) is True
        extras = self._read_extras(cells, currency, problems)
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
            disputed,
            " · ".join(t for t in (cells[i].strip() for i in self._notes) if t)[:_LONGEST],
            extras,
            tuple(problems),
        )

    def _debtor(self, cells: list[str]) -> bool:
        """Whether a posting of a DATEV journal touches a debtor's account (10000 to 69999).

        The debtor then stands in the account column, and the side is told from its account.
        """
        account, contra = self._consumer, self._one.get("contra_account", -1)
        side = self._one.get("side", -1)
        if _DEBTOR.fullmatch(cells[account].strip()):
            return True
        if contra < 0 or not _DEBTOR.fullmatch(cells[contra].strip()):
            return False
        cells[account], cells[contra] = cells[contra], cells[account]
        cells[side] = "H" if cells[side].strip().upper().startswith("S") else "S"
        return True

    def _fit(self, cells: list[str]) -> list[str] | None:
        """A ragged row made as wide as the header: short ones are filled, empty tails cut."""
        width = self.width + self.profile.grouped
        if len(cells) < width:
            return cells + [""] * (width - len(cells))
        if not any(c.strip() for c in cells[width:]):
            return cells[:width]
        return self._merge(cells, width)

    def _merge(self, cells: list[str], width: int) -> list[str] | None:
        """One unquoted delimiter in a text: the only join under which the typed columns read."""
        extra = len(cells) - width
        if extra > 3:
            return None
        fits = []
        for at in range(width):
            if self._fields[at] not in _TEXTS:
                continue
            parts = cells[at : at + extra + 1]
            joined = [*cells[:at], self.profile.delimiter.join(parts), *cells[at + extra + 1 :]]
            if self._reads(joined):
                fits.append((parts[1].startswith(" "), joined))
        best = [joined for spaced, joined in fits if spaced] or [joined for _, joined in fits]
        return best[0] if len(best) == 1 else None

    def _reads(self, cells: list[str]) -> bool:
        for column in self.profile.mapping:
            text = cells[column.index].strip()
            if not text:
                continue
            if column.field in fields.MONEY:
                if parse_amount(text, self.marks.get(column.index, "")) is None:
                    return False
            elif column.field in fields.DATES:
                if to_date(text, self.orders.get(column.index, "") or "mdy") is None:
                    return False
            elif column.field == "email":
                if "@" not in text:
                    return False
            elif column.field == "state" and state_code(text) is None:
                return False
        return True

    # Money

    def _currency_of(self, cells: list[str]) -> str:
        if self._currency < 0:
            return self.profile.currency
        text = cells[self._currency].strip().upper()
        if text in CURRENCIES:
            return text
        if not text:
            return self.profile.currency
        amount = parse_amount(text + "1")
        hint = amount.hint if amount else ""
        return hint if hint in CURRENCIES else self.profile.currency

    def _amount(self, text: str, index: int) -> Amount | None:
        return parse_amount(text, self.marks.get(index, ""))

    def _value(
        self, cells: list[str], index: int, currency: str
    ) -> tuple[int, str] | RowProblem | None:
        """(minor units, currency) of a cell; None where it is blank."""
        text = cells[index].strip()
        if not text or is_blank(text):
            return None
        amount = self._amount(text, index)
        if amount is None:
            doubt = self.marks.get(index) == MIXED and parse_amount(text) is not None
            code = "ambiguous_amount" if doubt else "bad_amount"
            return RowProblem(code=code, column=self.keys[index], value=text[:60])
        hint = amount.hint
        if hint and hint in CURRENCIES and hint != currency:
            if self._currency >= 0 and cells[self._currency].strip():
                return RowProblem(code="mixed_currency", column=self.keys[index], value=text[:60])
            currency = hint
        elif hint == "$" and self._currency < 0 and currency not in DOLLARS.values():
            currency = DOLLARS.get(self.profile.country, "USD")
        if self.profile.minor_units:
            return amount.unscaled, currency
        minor = scaled(amount.unscaled, amount.places, exponent(currency))
        if minor is None:
            return RowProblem(code="bad_amount", column=self.keys[index], value=text[:60])
        return minor, currency

    def _minor(
        self, cells: list[str], field: str, currency: str, problems: list[RowProblem]
    ) -> int | None:
        index = self._one.get(field, -1)
        if index < 0:
            return None
        value = self._value(cells, index, currency)
        if isinstance(value, RowProblem):
            problems.append(value)
            return None
        return value[0] if value else None

    def _balance_reader(
        self,
    ) -> Callable[
        [list[str], str, list[RowProblem]],
        tuple[int | None, int | None, int | None, str] | RowProblem,
    ]:
        """How this file says what is owed, best way first."""
        one, by = self._one, self.by
        balance = one.get("balance", -1)
        amount = one.get("amount", one.get("line_amount", -1))
        paid, credited = one.get("paid", -1), one.get("credited", -1)
        debit, credit = one.get("debit", -1), one.get("credit", -1)
        side = one.get("side", -1)
        buckets = by.get("bucket", [])
        value = self._value

        def read(
            cells: list[str], currency: str, problems: list[RowProblem]
        ) -> tuple[int | None, int | None, int | None, str] | RowProblem:
            original = settled = None
            if amount >= 0:
                found = value(cells, amount, currency)
                if isinstance(found, RowProblem):
                    if balance < 0:
                        return found
                    problems.append(found)
                elif found:
                    original, currency = found
            for index in (paid, credited):
                if index >= 0:
                    found = value(cells, index, currency)
                    if isinstance(found, RowProblem):
                        if balance < 0:
                            return found
                        problems.append(found)
                    elif found:
                        settled = (settled or 0) + abs(found[0])
            if balance >= 0:
                found = value(cells, balance, currency)
                if isinstance(found, RowProblem):
                    return found
                if found:
                    owed, named = found
                    if side >= 0:
                        owed *= self._side(cells[side])
                    return owed, original, settled, named
            if debit >= 0 or credit >= 0:
                return self._two_sided(cells, debit, credit, currency)
            if original is not None:
                if side >= 0:
                    original *= self._side(cells[side])
                return original - (settled or 0), original, settled, currency
            total = None
            for index in buckets:
                found = value(cells, index, currency)
                if isinstance(found, RowProblem):
                    return found
                if found:
                    total = (total or 0) + found[0]
                    currency = found[1]
            if total is not None:
                return total, original, settled, currency
            where = balance if balance >= 0 else amount
            return RowProblem(code="missing_balance", column=self.keys.get(where, ""))

        return read

    def _two_sided(
        self, cells: list[str], debit: int, credit: int, currency: str
    ) -> tuple[int | None, int | None, int | None, str] | RowProblem:
        sums: list[int | None] = []
        for index in (debit, credit):
            found = self._value(cells, index, currency) if index >= 0 else None
            if isinstance(found, RowProblem):
                return found
            sums.append(found[0] if found else None)
            currency = found[1] if found else currency
        if sums == [None, None]:
            return RowProblem(code="missing_balance", column=self.keys.get(debit, ""))
        return (sums[0] or 0) - (sums[1] or 0), sums[0], sums[1], currency

    @staticmethod
    def _side(text: str) -> int:
        word = text.strip().upper()[:1]
        return -1 if word in ("H", "C") else 1

    # Dates and status

    def _date(self, cells: list[str], field: str, problems: list[RowProblem]) -> dt.date | None:
        index = self._one.get(field, -1)
        if index < 0:
            return None
        text = cells[index]
        if not text:
            return None
        if len(text) > _LONG:
            text = text[:_LONG]
        known = self._dates
        key = (index, text)
        if key in known:
            return known[key]
        bare = text.strip()
        if is_blank(bare) or bare.startswith(("0000-00-00", "00/00/00", "00.00.00")):
            return None
        if index in self._open_dates:
            return None
        day = to_date(bare, self.orders.get(index, ""))
        if day is None and self.profile.journal_year and bare.isdigit() and len(bare) in (3, 4):
            day = to_date(f"{bare[-2:]}/{bare[:-2]}/{self.profile.journal_year}", "mdy")
        if day is not None and not 1900 <= day.year <= 2100:
            day = None
        if day is None:
            problems.append(RowProblem(code="bad_date", column=self.keys[index], value=bare[:60]))
            return None
        if len(known) > _MEMORY:
            known.clear()
        known[key] = day
        return day

    def _days_back(self, cells: list[str]) -> dt.date | None:
        """The due date told as days overdue on the day that the report's title names."""
        index = self._one.get("days_overdue", -1)
        if index < 0 or self.profile.as_of is None:
            return None
        text = cells[index].strip()
        if not text.lstrip("-").isdigit() or len(text) > 5:
            return None
        return self.profile.as_of - dt.timedelta(days=int(text))

    def _flag(self, cells: list[str], field: str) -> bool:
        return any(statuses.yes_no(cells[i]) is True for i in self.by.get(field, ()))

    def _word(self, kind: str, text: str) -> str | None:
        text = text[:_LONG]
        key = (kind, text)
        if key in self._words:
            return self._words[key]
        if len(self._words) > _MEMORY:
            self._words.clear()
        found = statuses.type_of(text) if kind == "type" else statuses.status_of(text)
        self._words[key] = found
        return found

    def _state(self, cells: list[str]) -> tuple[str | None, str]:
        """(status, word) of the status columns; of several the one that forbids most counts."""
        columns = self.by.get("status", ())
        if len(columns) == 1:
            word = cells[columns[0]].strip()
            return (self._word("status", word), word) if word else (None, "")
        words = [w for w in (cells[i].strip() for i in columns) if w]
        if not words:
            return None, ""
        found = [self._word("status", w) for w in words]
        for worst in (VOID, DRAFT, CREDIT, PAID, OPEN):
            if worst in found:
                return worst, words[found.index(worst)]
        return None, words[0]

    def _status(self, cells: list[str]) -> tuple[str, str]:
        """(status, reason code): worst first, what forbids a touch wins over what allows it."""
        one = self._one
        if "deleted" in one and self._flag(cells, "deleted"):
            return VOID, "deleted"
        index = one.get("document_type", -1)
        kind = self._word("type", cells[index]) if index >= 0 and cells[index] else None
        state, word = self._state(cells)
        if kind == PAYABLE or ("vendor" in one and self.profile.kind == "payables"):
            return PAYABLE, "payable"
        if "docstatus" in one and cells[one["docstatus"]].strip() in ("0", "2"):
            draft = cells[one["docstatus"]].strip() == "0"
            return (DRAFT, "draft") if draft else (VOID, "void")
        if state == VOID and kind != VOID and statuses.is_written_off(word):
            return (OPEN if self.profile.written_off else VOID), "written_off"
        for found in (VOID, DRAFT):
            if found in (state, kind):
                return found, found
        if "draft_flag" in one and self._flag(cells, "draft_flag"):
            return DRAFT, "draft"
        if kind == statuses.PAYMENT:
            return statuses.PAYMENT, "payment"
        if CREDIT in (kind, state):
            return (PAID, "paid") if state == PAID else (CREDIT, "credit")
        if state == PAID or ("paid_flag" in one and self._flag(cells, "paid_flag")):
            return PAID, "paid"
        return OPEN, "" if state or not word else "unknown_status"

    # The consumer

    def _read_consumer(self, cells: list[str], problems: list[RowProblem]) -> NormalisedConsumer:
        country = self._place(self._text(cells, "country"))[1]
        home = country or self.profile.country
        emails = self._read_emails(cells, problems)
        phones, extensions = self._read_phones(cells, home, problems)
        street, city, state, code = self._address(cells, us=home in ("US", "PR"))
        name = self._name(cells)
        return NormalisedConsumer(
            name=name.display,
            given=name.given,
            family=name.family,
            suffix=name.suffix,
            company=name.company,
            emails=emails,
            phones=phones,
            extensions=extensions,
            street=street,
            city=city,
            state=state,
            zip=code,
            country=country,
            date_of_birth=self._date(cells, "date_of_birth", problems) if self._dob >= 0 else None,
            language=self._text(cells, "language"),
            time_zone=self._text(cells, "time_zone"),
            consents=self._read_consents(cells) if self._consents else (),
        )

    def _read_emails(self, cells: list[str], problems: list[RowProblem]) -> tuple[str, ...]:
        found: list[str] = []
        for index in self._emails:
            text = cells[index]
            if not text:
                continue
            address = fast_email(text)
            if address:
                found.append(address)
            elif not is_blank(text):
                read = read_emails(text, self.checks.email)
                found += read.addresses
                problems.extend(
                    RowProblem(code="bad_email", column=self.keys[index], value=b) for b in read.bad
                )
        if len(found) < 2:
            return tuple(found)
        first: dict[str, str] = {}
        for address in found:
            first.setdefault(address.lower(), address)
        return tuple(first.values())

    def _read_phones(
        self, cells: list[str], home: str, problems: list[RowProblem]
    ) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        found: list[str] = []
        extensions: tuple[tuple[str, str], ...] = ()
        for index in self._phones:
            text = cells[index]
            if not text:
                continue
            number = fast_phone(text, home)
            if number:
                found.append(number)
            elif not is_blank(text):
                read = read_phones(text, home, self.checks.phone)
                found += read.numbers
                extensions += read.extensions
                problems.extend(
                    RowProblem(code="bad_phone", column=self.keys[index], value=b) for b in read.bad
                )
        return tuple(dict.fromkeys(found)), extensions

    def _address(self, cells: list[str], *, us: bool) -> tuple[str, str, str, str]:
        """(street, city, state, postal code)."""
        state = self._place(self._text(cells, "state"))[0]
        code = self._text(cells, "zip")
        if code:
            code = tidy_zip(code, us=us)
        street = self._text(cells, "street")
        for index in self.by.get("street2", ()):
            more = cells[index].strip()
            if more:
                street = f"{street}, {more}" if street else more
        if street and self._whole_address:
            parts = split_address(street)
            if parts:
                return parts
        return street, self._text(cells, "city"), state, code

    def _text(self, cells: list[str], field: str) -> str:
        index = self._one.get(field, -1)
        if index < 0:
            return ""
        return cells[index].strip()[:_LONG]

    def _place(self, text: str) -> tuple[str, str]:
        """(state, country) codes of a text; what is no code is kept as written for a state."""
        known = self._places.get(text)
        if known is None:
            bare = text.strip()
            if is_blank(bare):
                known = ("", "")
            else:
                known = (state_code(bare) or bare, country_code(bare) or "")
            if len(self._places) > _MEMORY:
                self._places.clear()
            self._places[text] = known
        return known

    def _name(self, cells: list[str]) -> Name:
        whole = " ".join(
            (self._text(cells, "consumer_name") or self._text(cells, "vendor")).split()
        )
        company = " ".join(self._text(cells, "company").split())
        given = self._text(cells, "first_name")
        family = self._text(cells, "last_name")
        if company and self._contact_person:
            return Name(company, company=True)
        if whole:
            return Name(whole) if self._whole_names else read_name(whole)
        if given or family:
            if company and not given:
                return Name(company, company=True)
            middle = self._text(cells, "middle_name")
            given = f"{given} {middle}".strip() if middle else given
            if not given and is_company(family):
                return Name(family, company=True)
            return join_name(given, family, self._text(cells, "name_suffix"))
        return Name(company, company=True) if company else Name("")

    def _read_consents(self, cells: list[str]) -> tuple[FileConsent, ...]:
        evidence = "; ".join(
            f"{self.keys[self._one[f]]}: {self._text(cells, f)}"
            for f in ("consent_date", "consent_source")
            if f in self._one and self._text(cells, f)
        )
        out = []
        for field in self._consents:
            if field in ("consent_date", "consent_source"):
                continue
            text = self._text(cells, field)
            said = statuses.yes_no(text)
            if said is None:
                # A consent column may hold the day on which it was given.
                if field.startswith("consent_") and to_date(text, DMY) is not None:
                    said = True
                else:
                    continue
            granted = said if field.startswith("consent_") else not said
            if field.startswith("opt_out_") and granted:
                continue
            own = f"{self.keys[self._one[field]]}: {text}"
            channel = field.removeprefix("consent_").removeprefix("opt_out_")
            out.append(
                FileConsent(
                    channel=channel,
                    granted=granted,
                    evidence=f"{own}; {evidence}" if evidence else own,
                )
            )
        return tuple(out)

    def _read_extras(
        self, cells: list[str], currency: str, problems: list[RowProblem]
    ) -> tuple[tuple[str, str], ...]:
        if not self._extras:
            return ()
        out = []
        for field, index in self._extras:
            text = cells[index].strip()[:_LONG]
            if not text or is_blank(text):
                continue
            if field == "claim_amount":
                minor = self._minor(cells, field, currency, problems)
                field, text = "claim_amount_minor", str(minor or "")
                if not text:
                    continue
            elif field in fields.DATES:
                day = self._date(cells, field, problems)
                text = day.isoformat() if day else text
            out.append((field, text))
        return tuple(out)
