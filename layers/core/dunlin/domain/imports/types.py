"""What the stages of an import hand on: profile, rows, accounts, consumers, outcomes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from dunlin.domain.imports.own_addresses import OwnAddresses
from dunlin.domain.money import Money

OPEN, PAID, VOID, DRAFT, CREDIT, PAYABLE = "open", "paid", "void", "draft", "credit", "payable"
RECEIVABLES, CONTACTS, PAYMENTS, PAYABLES, CHANGES, OTHER = (
    "receivables", "contacts", "payments", "payables", "changes", "other",
)  # fmt: skip
CREATED, UPDATED, UNCHANGED, REJECTED, DUPLICATE = (
    "created", "updated", "unchanged", "rejected", "duplicate",
)  # fmt: skip
APPLIED, KNOWN, REFUSED = "applied", "known", "refused"
"""What became of a change in a file of them."""

DOES_NOT_ADD_UP, ODD_CURRENCY = "does_not_add_up", "odd_currency"
DUE_BEFORE_BILL = "due_before_bill"
MONEY_HOLDS = (DOES_NOT_ADD_UP, ODD_CURRENCY)
"""Holds of a debt whose money a person must look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """What one column was taken for. `key` is the header text, `#n` where empty or repeated."""

    index: int
    key: str
    field: str
    score: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportQuestion:
    """A question for a person, answered in the mapping file under `answers:` by its id.

    `meanings` say for each of `choices` what it would make of the debts and the money; `rows` are
    two or three records of the file that show what is meant, as (line, cells). Who asks may leave
    both empty: `service.imports.weighing` fills them by reading the file with each answer.
    `lasting` is False for a question about one file's figures or people, which is asked anew of
    the next file; every other answer is remembered for the creditor and the layout.
    """

    kind: str
    column: str | None
    choices: tuple[str, ...]
    why: str
    blocking: bool = True
    meanings: tuple[str, ...] = ()
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    lasting: bool = True

    @property
    def id(self) -> str:
        """What an answer is kept under: the kind, and the column where it is about one."""
        return self.kind if self.column is None else f"{self.kind}:{self.column}"

    def wire(self) -> dict[str, object]:
        """The JSON of it."""
        out: dict[str, object] = {"id": self.id, "kind": self.kind}
        if self.column is not None:
            out["column"] = self.column
        return out | {
            "choices": list(self.choices),
            "why": self.why,
            "blocking": self.blocking,
            "meanings": list(self.meanings),
            "rows": [{"row": line, "cells": list(cells)} for line, cells in self.rows],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Bytes `start` to `end` hold whole records; `line` is the first one's physical line.

    `group` is the heading in force at the start, in reports that group rows under a name, and
    `above` the row whose consumer those that follow share, where that is written once.
    """

    start: int
    end: int
    line: int
    group: str = ""
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the rows of a file lie. Columns are indexes, -1 where there is none.

    `heading_at` takes the name of a heading, `names_at` holds names in headings and numbers in
    rows, `running` is a balance that runs on. `sums` says where rows with a name and a sum stand
    (`above` or `below` what they add up), `figures` that figures alone are sums too, `merged` that
    a consumer is written in the first of their rows alone. `customers` are lines that look like
    totals and are debts.
    """

    heading_at: int = -1
    names_at: int = -1
    running: int = -1
    sums: str = ""
    figures: bool = False
    merged: bool = False
    customers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxOnTop:
    """A column of tax to be added to what is owed: an `amount`, or a rate as `percent` (23) or as
    `fraction` (0.23)."""

    index: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLaw:
    """What nearly every row keeps, columns by index: `whole` is the sum of `plus` less `less`, or
    the product of `plus`. Of a row that does not keep it, `beside` are the columns that may say
    why; `owed` is the column of what is owed."""

    whole: int
    plus: tuple[int, ...]
    less: tuple[int, ...] = ()
    owed: int
    beside: tuple[int, ...] = ()
    is_product: bool = False

    @property
    def columns(self) -> tuple[int, ...]:
        """All columns that it is about."""
        return (self.whole, *self.plus, *self.less)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a whole file is not imported."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProfile:
    """All that the later stages need to know of a file; made by one streaming pass."""

    kind: str
    kind_why: str
    encoding: str
    delimiter: str
    header_row: int | None
    headers: tuple[str, ...]
    mapping: tuple[ColumnMap, ...]
    date_orders: tuple[tuple[int, str], ...] = ()
    decimals: tuple[tuple[int, str], ...] = ()
    currency: str = "USD"
    one_currency: bool = False
    own: OwnAddresses = field(default_factory=OwnAddresses)
    odd_currencies: tuple[str, ...] = ()
    country: str = "US"
    home_state: str = ""
    records: int = 0
    lines: int = 0
    size: int = 0
    sha256: str = ""
    header_fingerprint: str = ""
    ranges: tuple[Range, ...] = ()
    decisions: tuple[ImportQuestion, ...] = ()
    refusal: Refusal | None = None
    last_line: int | None = None
    grouped: bool = False
    sums_lines: bool = False
    charges: bool = False
    units: tuple[tuple[int, str], ...] = ()
    negated: bool = False
    tax: TaxOnTop | None = None
    laws: tuple[FigureLaw, ...] = ()
    shared_reference: bool = False
    row_ids: bool = False
    row_width: int = 0  # cells of nearly every row, with an empty tail; 0 where there is none
    open_dates: tuple[int, ...] = ()
    turned_dates: tuple[int, ...] = ()
    cut_columns: tuple[int, ...] = ()
    legs: int = -1
    billed_to_insurer: bool = False
    payments: int = 0
    signed_payments: bool = False
    shape: Shape = Shape()
    journal_year: int | None = None
    as_of: dt.date | None = None
    file_total: tuple[tuple[str, int], ...] = ()
    complete: bool = False
    debt_kind: str = ""
    industry: str = ""
    written_off: bool = False
    status_codes: tuple[tuple[str, str], ...] = ()
    """What a person said that the codes of a column of standings mean, as (code, standing)."""
    notes: tuple[str, ...] = ()
    """What a person should know of how the file was read, one sentence each."""
    lasting_answers: tuple[tuple[str, str], ...] = ()
    """Answers that were obeyed and hold for later files with the same columns."""

    @property
    def waits(self) -> bool:
        """True where nothing is imported before a person decides."""
        return any(d.blocking for d in self.decisions)


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the physical line on which it starts and its cells."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """Something in a row that did not import as it stood."""

    code: str
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that names no debt, with reason code, column and value."""

    line: int
    code: str
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileConsent:
    """Permission of one channel (`email`, `sms`, `all`) as the file states it; `given_on` is the
    day on which the person gave it, None where the file names none."""

    channel: str
    granted: bool
    evidence: str
    given_on: dt.date | None = None


class NormalisedConsumer(NamedTuple):
    """Who owes. Phones are E.164; `date_of_birth` serves identity checks alone.

    A tuple, as is the row: there is one for every row of a file, and tuples are made, compared
    and kept several times faster.
    """

    name: str = ""
    given: str = ""
    family: str = ""
    suffix: str = ""
    company: bool = False
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    extensions: tuple[tuple[str, str], ...] = ()
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    date_of_birth: dt.date | None = None
    language: str = ""
    time_zone: str = ""
    consents: tuple[FileConsent, ...] = ()
    at_work: tuple[str, ...] = ()  # contact points that the file names as those of a workplace

    @property
    def reachable(self) -> bool:
        """True where there is an e-mail address or a phone number."""
        return bool(self.emails or self.phones)


class NormalisedRow(NamedTuple):
    """One row's values, before rows are joined to debts. Amounts are minor units of `currency`."""

    line: int
    digest: bytes
    reference: str
    invoice: str
    consumer_reference: str
    consumer: NormalisedConsumer
    status: str
    status_code: str
    balance: int | None
    original: int | None
    paid: int | None
    currency: str
    issued_on: dt.date | None
    due_on: dt.date | None
    paid_on: dt.date | None
    last_payment_on: dt.date | None
    last_payment: int | None
    disputed: bool
    notes: str
    extras: tuple[tuple[str, str], ...]
    problems: tuple[RowProblem, ...]
    holds: tuple[str, ...] = ()  # codes of what forbids to write, from any of its cells


class FileEntry(NamedTuple):
    """One movement of a debt; all entries of an account sum to its balance.

    `kind` is invoice, line, payment, credit or opening; `source` names the rows it came from.
    """

    kind: str
    minor: int
    on: dt.date | None
    source: str


@dataclass(frozen=True, slots=True)
class NormalisedAccount:
    """One debt, ready to be written. `holds` say why nothing may happen yet."""

    reference: str
    invoice: str
    status: str
    balance: Money
    issued_on: dt.date | None
    due_on: dt.date | None
    paid_on: dt.date | None
    identity: str
    matched_by: str
    consumer: NormalisedConsumer
    disputed: bool = False
    notes: str = ""
    extras: tuple[tuple[str, str], ...] = ()
    entries: tuple[FileEntry, ...] = ()
    holds: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    last_payment: Money | None = None
    maybe: str = ""  # the identity of a consumer who is probably the same person

    def __reduce__(self) -> tuple[Any, ...]:
        return _account, (self.balance.minor, self.balance.currency, *_ACCOUNT(self))


def _account(minor: int, currency: str, *rest: Any) -> NormalisedAccount:
    values = [*rest[:3], Money(minor, currency), *rest[3:]]
    return NormalisedAccount(*values)


_ACCOUNT = attrgetter(*(name for name in NormalisedAccount.__slots__ if name != "balance"))


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """The one outcome of one row. `account` is a key into the assembled accounts, if any."""

    line: int
    outcome: str
    code: str = ""
    column: str = ""
    value: str = ""
    account: str = ""
    problems: tuple[RowProblem, ...] = field(default=())

    def __reduce__(self) -> tuple[Any, ...]:
        return RowOutcome, _OUTCOME(self)


_OUTCOME = attrgetter(*RowOutcome.__slots__)
