"""`profile`: one streaming pass that says all there is to know of a file before its rows are read.

The head of the file decides delimiter, header and mapping; every row then votes on encoding, date
order and money style and on where ranges may be cut.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from dunlin.domain.intake import fields, statuses
from dunlin.domain.intake.amounts import (
    COMMA,
    CURRENCIES,
    DOT,
    EITHER,
    MIXED,
    evidence,
    is_blank,
    parse_amount,
)
from dunlin.domain.intake.contact_points import fast_phone
from dunlin.domain.intake.dates import OrderVote, Reading, fold, read_date, to_date
from dunlin.domain.intake.guard import REASON_COLUMN, unguarded
from dunlin.domain.intake.mapping import (
    column_keys,
    content_of,
    kinds_of,
    looks_like_header,
    map_columns,
)  # fmt: skip
from dunlin.domain.intake.places import DOLLARS, EURO_COUNTRIES, country_code, state_code
from dunlin.domain.intake.records import (
    COLUMN_CAP,
    ByteStream,
    Chunk,
    Decoder,
    Refused,
    Rows,
    chunks,
    lines_of,
)  # fmt: skip
from dunlin.domain.intake.sidecar import Sidecar
from dunlin.domain.intake.types import (
    CONTACTS,
    OTHER,
    PAYABLE,
    PAYABLES,
    PAYMENTS,
    RECEIVABLES,
    ColumnMap,
    Decision,
    FileProfile,
    Range,
    Refusal,
)  # fmt: skip

HEAD = 1 << 18
_DELIMITERS = (",", ";", "\t", "|")
_HEADER_WITHIN = 60
_SAMPLE_ROWS = 500
_HEAD_ROWS = 2_000
_VOTES = 5_000
_PHONE_VOTES = 500

TOTAL_WORD = re.compile(
    r"^(?:grand\s*)?(?:sub\s*-?\s*)?(?:totals?|totales|totaux|total\s+general|sum|summen?|"
    r"gesamt(?:summe)?|"
    r"zwischensumme|endsumme|suma|somme|gesamtbetrag|report total|balance total)\b[\s:.]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What is known before the file is read. `encoding` is that of a file already transcoded."""

    encoding: str = ""
    delimiter: str = ""
    currency: str = "USD"
    country: str = "US"
    sidecar: Sidecar = field(default_factory=Sidecar)
    range_bytes: int = 8 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """One file to read: its name, how to open its table, and what is known of it before."""

    name: str
    open: Callable[[], BinaryIO]
    hints: Hints


def profile(stream: ByteStream, hints: Hints | None = None) -> FileProfile:
    """The profile of a table in UTF-8, Windows-1252 or Latin-1; refusals come as a value."""
    hints = hints or Hints()
    try:
        return _Pass(stream, hints).run()
    except Refused as no:
        return refused(no.code, no.detail, hints)


def refused(code: str, detail: str, hints: Hints | None = None) -> FileProfile:
    """The profile of a file that cannot be imported, with the reason."""
    return FileProfile(
        kind=OTHER,
        kind_why=detail,
        encoding=(hints.encoding if hints else "") or "utf-8",
        delimiter=(hints.delimiter if hints else "") or ",",
        header_row=None,
        headers=(),
        mapping=(),
        refusal=Refusal(code=code, detail=detail),
    )


@dataclass(slots=True)
class _Head:
    """The first records of a file, parsed under the delimiter found."""

    delimiter: str
    lines: list[int]
    rows: list[list[str]]
    header: int | None
    width: int
    declared: bool = False
    journal_year: int | None = None


class _HashingStream:
    """Counts and hashes what is read."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.sha = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        self.sha.update(data)
        self.size += len(data)
        return data


class _Pass:
    """One pass over one file."""

    def __init__(self, stream: ByteStream, hints: Hints) -> None:
        self.hints = hints
        self.stream = _HashingStream(stream)

    def run(self) -> FileProfile:
        head = self._read_head()
        bom = head.startswith(b"\xef\xbb\xbf")
        start = 3 if bom else 0
        self.decoder = Decoder(bom=bom)
        body = head[start:]
        _refuse_binary(body)
        table = _read_table(body, self.hints.delimiter, whole=len(head) < HEAD)
        self.table = table
        headers = _headers(table)
        samples = _samples(table, len(headers))
        fixed = self.hints.sidecar.mapping
        mapped = map_columns(headers, samples, fixed)
        columns = mapped.columns
        if table.journal_year is not None:
            columns = tuple(_journal_date(c) for c in columns)
        kind, why = kind_of(headers, columns, samples)
        self.columns = columns
        scan = _Scan(self, headers, samples, kind)
        scan.over(chunks(self.stream, head=body, offset=start))
        if scan.records == 0:
            raise Refused("no_rows", "the file has a header but no rows below it")
        decisions = [*mapped.decisions, *scan.decisions(), *_not_there(headers, fixed)]
        shared, row_ids = _references(self.columns, samples)
        made = FileProfile(
            kind=kind,
            kind_why=why,
            encoding=self.hints.encoding or self.decoder.encoding(),
            delimiter=table.delimiter,
            header_row=None if table.header is None else table.lines[table.header],
            headers=tuple(headers),
            mapping=self.columns,
            date_orders=scan.date_orders,
            decimals=scan.decimals,
            currency=scan.currency,
            country=scan.country,
            records=scan.records,
            lines=scan.last,
            size=self.stream.size,
            sha256=self.stream.sha.hexdigest(),
            header_fingerprint=fingerprint(headers),
            ranges=tuple(scan.ranges),
            last_line=scan.last_full,
            grouped=scan.grouped,
            sums_lines=scan.sums_lines,
            minor_units=scan.minor_units,
            shared_reference=shared,
            row_ids=row_ids,
            open_dates=tuple(c.index for c in scan.open_columns),
            journal_year=table.journal_year,
            as_of=scan.as_of,
            file_total=tuple(sorted(scan.totals.items())),
            complete=self.hints.sidecar.complete,
            debt_kind=self.hints.sidecar.debt_kind,
            industry=self.hints.sidecar.industry,
        )
        return self._judged(made, decisions, samples)

    def _read_head(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while size < HEAD:
            data = self.stream.read(HEAD - size)
            if not data:
                break
            parts.append(data)
            size += len(data)
        return b"".join(parts)

    def _judged(
        self, made: FileProfile, decisions: list[Decision], samples: Sequence[Sequence[str]]
    ) -> FileProfile:
        """Adds what must be asked or refused because something needed is not in the file."""
        have = {c.field for c in made.mapping}
        if made.kind == RECEIVABLES:
            if not have & BALANCE_FIELDS:
                choice = _money_columns(made, samples)
                if choice:
                    decisions.append(
                        Decision(
                            kind="mapping", column=choice[0], choices=("balance", fields.IGNORE),
                            why="no column is named as a balance; which one is owed?",
                        )
                    )  # fmt: skip
                else:
                    refusal = Refusal(
                        code="no_balance_column",
                        detail="no column looks like a balance or an amount",
                    )
                    return replace(made, refusal=refusal, decisions=tuple(decisions))
            if not have & CONSUMER_FIELDS and not made.grouped and made.journal_year is None:
                refusal = Refusal(
                    code="no_contact_column",
                    detail="no column names the person or firm that owes, or how to reach them",
                )
                return replace(made, refusal=refusal, decisions=tuple(decisions))
        return replace(made, decisions=tuple(decisions))


BALANCE_FIELDS = frozenset(("balance", "amount", "debit", "line_amount", "bucket"))
CONSUMER_FIELDS = frozenset(
    [
        "consumer_reference",
        "consumer_name",
        "first_name",
        "last_name",
        "company",
        "email",
        "phone",
        "street",
        "account_reference",
    ]
)


def _not_there(headers: Sequence[str], fixed: Mapping[str, str]) -> list[Decision]:
    """What a sidecar says of columns that the file does not have."""
    have = {fields.key_of(h) for h in headers} | set(column_keys(headers))
    return [
        Decision(
            kind="mapping",
            column=name,
            choices=tuple(h for h in headers if h)[:20],
            why="the mapping file names this column, and the file has none of that name",
            blocking=False,
        )
        for name in fixed
        if name not in have and (fields.key_of(name) or name) not in have
    ]


def _journal_date(column: ColumnMap) -> ColumnMap:
    """DATEV journals write the day and month of a posting; the year is in the first line."""
    if column.key != "Belegdatum" or column.field != fields.IGNORE or column.score == 1.0:
        return column
    return replace(column, field="issue_date", score=0.9, why="day and month of a posting")


def fingerprint(headers: Sequence[str]) -> str:
    """The same for files with the same columns: what a remembered sidecar is kept under."""
    joined = "\x1f".join(fields.key_of(h) for h in headers if h != REASON_COLUMN)
    return hashlib.sha256(joined.encode()).hexdigest()


def _money_columns(made: FileProfile, samples: Sequence[Sequence[str]]) -> list[str]:
    free = [
        (c.key, content_of(samples[c.index]))
        for c in made.mapping
        if c.field == fields.IGNORE and c.index < len(samples)
    ]
    marked = [key for key, content in free if content.share("marked") > 0.6]
    return marked or [key for key, content in free if content.share("money") > 0.9]


def _refuse_binary(body: bytes) -> None:
    if not body.strip():
        raise Refused("empty_file", "the file is empty")
    if b"\0" in body:
        raise Refused("binary_file", "the file holds NUL bytes: it is no text table")
    odd = sum(body.count(bytes((b,))) for b in range(32) if b not in (9, 10, 12, 13, 26, 27))
    if odd > max(4, len(body) // 200):
        raise Refused("binary_file", "the file holds control characters: it is no text table")
    starts = (b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
    if body.startswith(starts):
        raise Refused("binary_file", "the file is a document or a picture, not a table")
    lead = body[:200].lstrip()
    if lead[:1] in (b"{", b"[") and re.match(rb"[\[{]\s*[\[{\"]", lead):
        raise Refused("not_a_table", "the file is JSON, not a table")
    if lead[:1] == b"<" and re.match(rb"<(?:!doctype|\?xml|html)", lead, re.IGNORECASE):
        raise Refused("not_a_table", "the file is HTML or XML, not a table")


def _read_table(body: bytes, fixed: str, *, whole: bool) -> _Head:
    """Delimiter, header and first rows. The last record of a cut head is left out."""
    declared = re.match(rb"sep=(.)\r?\n?|sep=(.)\r", body, re.IGNORECASE)
    delimiters = (fixed,) if fixed else _DELIMITERS
    if declared:
        delimiters = ((declared[1] or declared[2]).decode("latin-1"),)
    best: tuple[float, list[int], list[list[str]], str] | None = None
    no: Refused | None = None
    for delimiter in delimiters:
        try:
            lines, rows = _parse_head(body, delimiter, whole=whole)
        except Refused as refusal:
            no = no or refusal
            continue
        if declared:
            lines, rows = lines[1:], rows[1:]
        score = _consistency(rows)
        if best is None or score > best[0] + 1e-9:
            best = (score, lines, rows, delimiter)
    if best is None or (no is not None and _modal_width(best[2]) < 2):
        raise no or Refused("not_a_table", "no delimiter gives a table")
    _, lines, rows, delimiter = best
    if not any(any(c.strip() for c in row) for row in rows):
        raise Refused("empty_file", "the file holds no values")
    header = find_header(rows)
    width = len(rows[header]) if header is not None else _modal_width(rows)
    head = _Head(delimiter, lines, rows, header, width, bool(declared))
    first = rows[0]
    if first and first[0].strip('"').startswith(("EXTF", "DTVF")) and len(first) > 12:
        year = re.fullmatch(r"(\d{4})\d{4}", first[12].strip())
        if len(first) > 3 and "buchungsstapel" in first[3].lower():
            head.journal_year = int(year[1]) if year else 0
    return head


def _parse_head(body: bytes, delimiter: str, *, whole: bool) -> tuple[list[int], list[list[str]]]:
    """Lines and cells of the head's records. The last record of a cut head is left out."""
    if not whole:
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1] or body
    text = Decoder(bom=False).text(body)
    lines: list[int] = []
    rows: list[list[str]] = []
    for line, cells in Rows(delimiter).read(lines_of(text)):
        if len(rows) >= _HEAD_ROWS:
            break
        lines.append(line)
        rows.append(cells)
    if not whole and len(rows) > 1 and len(rows) < _HEAD_ROWS:
        lines.pop()
        rows.pop()
    return lines, rows


def _modal_width(rows: Sequence[Sequence[str]]) -> int:
    widths = Counter(len(r) for r in rows if any(c.strip() for c in r))
    return max(widths, key=lambda w: (widths[w], w)) if widths else 0


def _consistency(rows: Sequence[Sequence[str]]) -> float:
    """How much like a table the rows are: how many share a width, and how wide that is."""
    filled = [r for r in rows if any(c.strip() for c in r)]
    if not filled:
        return 0.0
    widths = Counter(len(r) for r in filled)
    best = 0.0
    for width, count in widths.items():
        if width > 1:
            near = sum(n for w, n in widths.items() if abs(w - width) <= 1 and w > 1)
            share = 0.9 * count / len(filled) + 0.1 * near / len(filled)
            best = max(best, share * (1 - 1 / (width + 1)))
    header = max((looks_like_header(r) for r in filled[:_HEADER_WITHIN] if len(r) > 1), default=0.0)
    return best + 0.35 * header


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """The index of the header record, None where the table has none."""
    width = _modal_width(rows)
    best, best_score = None, 0.0
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        filled = [c.strip() for c in row if c.strip()]
        if not filled or (len(filled) < 2 and width > 1):
            continue
        score = looks_like_header(row)
        if score < 0.3 and len(filled) == width == len(row):
            # A full row that is no header is data, and no header stands below data.
            break
        cover = len(filled) / max(width, 1)
        if cover < 0.34 and len(filled) < 4:
            continue
        score *= 0.5 + 0.5 * min(1.0, cover)
        if score > best_score + 0.05:
            best, best_score = index, score
        if best_score > 0.9:
            break
    if best is not None and best_score >= 0.3:
        return best
    return _header_by_contrast(rows, width)


def _header_by_contrast(rows: Sequence[Sequence[str]], width: int) -> int | None:
    """A header in words we do not know: text above columns of numbers and dates."""
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        if len(row) != width:
            continue
        filled = [c.strip() for c in row if c.strip()]
        if len(filled) < max(1, width * 0.6):
            return None
        if len(set(filled)) < len(filled) * 0.6:
            return None
        if any(kinds_of(c) & {"money", "date", "email", "opaque"} for c in filled):
            return None
        below = rows[index + 1 : index + 40]
        typed = ("money", "date", "number_date", "email", "phone", "opaque")
        for column in range(width):
            content = content_of([r[column] for r in below if len(r) > column])
            if content.filled >= 1 and max(content.share(k) for k in typed) > 0.7:
                return index
        return index if all(re.fullmatch(r"[\w .#/-]{1,40}", c) for c in filled) else None
    return None


def _headers(table: _Head) -> list[str]:
    if table.header is None:
        return [""] * table.width
    headers = [
        re.sub(r"\s+", " ", c.replace("\ufeff", "")).strip() for c in table.rows[table.header]
    ]
    while headers and not headers[-1]:
        headers.pop()
    if REASON_COLUMN in headers:
        headers = [unguarded(h) for h in headers]
    body = table.rows[table.header + 1 : table.header + 50]
    wide = _modal_width(body)
    if wide > len(headers) and any(
        r[len(headers) :] and any(c.strip() for c in r[len(headers) : wide]) for r in body
    ):
        headers += [""] * (wide - len(headers))
    if len(headers) > COLUMN_CAP:
        raise Refused("too_many_columns", f"{len(headers)} columns; the limit is {COLUMN_CAP}")
    return headers


def _samples(table: _Head, width: int) -> list[list[str]]:
    first = 0 if table.header is None else table.header + 1
    columns: list[list[str]] = [[] for _ in range(width)]
    header = None if table.header is None else table.rows[table.header]
    for row in table.rows[first : first + _SAMPLE_ROWS]:
        if row == header or (row and TOTAL_WORD.match(_first_filled(row))):
            continue
        for index in range(min(len(row), width)):
            columns[index].append(row[index])
    return columns


def _first_filled(row: Sequence[str]) -> str:
    return next((c.strip() for c in row if c.strip()), "")


_BANK = frozenset(
    [
        "valuedate",
        "buchungstag",
        "bookingdate",
        "wertstellung",
        "valuta",
        "valutadatum",
        "runningbalance",
        "fechavalor",
        "datevaleur",
        "dateofvalue",
    ]
)


def kind_of(
    headers: Sequence[str], columns: Sequence[ColumnMap], samples: Sequence[Sequence[str]]
) -> tuple[str, str]:
    """Kind of a file and why, in one sentence."""
    have = {c.field: c.index for c in columns if c.score >= 0.5}
    sure = {c.field for c in columns if c.score >= 0.7}
    keys = {fields.key_of(h) for h in headers}
    money = have.keys() & BALANCE_FIELDS
    types = _types(have, samples)
    debtish = have.keys() & {"due_date", "invoice_number", "bucket", "days_overdue", "balance"}
    if "vendor" in have and "consumer_name" not in have and "consumer_reference" not in have:
        return (
            PAYABLES,
            "The columns name vendors and bills: this is what the creditor itself owes.",
        )
    if types and types <= {PAYABLE}:
        return PAYABLES, "Every row is a bill that the creditor itself owes."
    if keys & _BANK and not sure & {"due_date", "invoice_number", "balance"}:
        return OTHER, "This looks like a bank statement, which holds no debts."
    paying = sum(c.field in ("payment_method", "payment_date") for c in columns)
    paying += any(k.startswith("card") for k in keys)
    strong_debt = have.keys() & {"due_date", "bucket", "days_overdue", "balance"}
    if money and paying >= 2 and not strong_debt:
        return PAYMENTS, "The columns describe payments received, not what is still owed."
    if types and types <= {statuses.PAYMENT} and not strong_debt:
        return PAYMENTS, "Every row is a payment received."
    if money and "payment_date" in have and not strong_debt and "issue_date" not in have:
        return PAYMENTS, "The columns describe payments received, not what is still owed."
    people = have.keys() & {
        "consumer_name", "first_name", "last_name", "company", "email", "phone", "street", "zip",
    }  # fmt: skip
    told = {c.field for c in columns if c.score >= 0.6}
    if people & told and _no_debt(have, samples, money):
        return CONTACTS, "This is a list of contacts: names and contact points, but no debts."
    owed = money & sure or debtish - {"invoice_number"}
    if money and (debtish or (people and owed) or (owed and "consumer_reference" in have)):
        return RECEIVABLES, "The rows name debts: who owes, how much and since when."
    if not money and sure & {"due_date", "days_overdue"} and have.keys() & CONSUMER_FIELDS:
        return RECEIVABLES, "The rows name who owes and since when, but not how much."
    return OTHER, "No column names a debt, a person who owes or a payment."


def _types(have: dict[str, int], samples: Sequence[Sequence[str]]) -> set[str]:
    index = have.get("document_type")
    if index is None:
        return set()
    words = {v.strip() for v in samples[index] if v.strip()}
    found = {statuses.type_of(w) for w in list(words)[:40]}
    return set() if None in found else {t for t in found if t}


def _no_debt(have: dict[str, int], samples: Sequence[Sequence[str]], money: set[str]) -> bool:
    if have.keys() & {"due_date", "invoice_number", "bucket", "days_overdue", "line_amount"}:
        return False
    for name in money:
        for value in samples[have[name]]:
            amount = None if is_blank(value) else parse_amount(value.strip())
            if amount is not None and amount.unscaled:
                return False
    contactish = have.keys() & {"email", "phone", "street", "zip", "first_name", "last_name",
                                "company"}  # fmt: skip
    return bool(contactish or not money)


_DECISIVE = frozenset(("due_date", "issue_date", "date_of_service", "date_of_birth"))
"""Dates that a file waits for; of the others an ambiguous one is left out."""


LINE_FIELDS = frozenset(
    "description quantity line_amount date_of_service debit credit side document_type".split()
)
"""Fields that tell a row as a line or a movement of a debt, not as the debt itself."""


def _references(
    columns: Sequence[ColumnMap], samples: Sequence[Sequence[str]]
) -> tuple[bool, bool]:
    """(one reference stands over several invoices, one invoice over several references).

    The first is a customer's account, the second numbers rows; either way the invoice is the debt.
    """
    at = {c.field: c.index for c in columns}
    debt = at.get("invoice_number", at.get("claim"))
    if "account_reference" not in at or debt is None:
        return False, False
    pairs = zip(samples[at["account_reference"]], samples[debt], strict=False)
    kept = {(a.strip(), i.strip()) for a, i in pairs if a.strip() and i.strip()}
    references, invoices = len({a for a, _ in kept}), len({i for _, i in kept})
    lines = at.keys() & LINE_FIELDS
    return references < invoices, references > invoices and bool(lines)


class _Scan:
    """What every row votes on."""

    def __init__(
        self, owner: _Pass, headers: list[str], samples: list[list[str]], kind: str
    ) -> None:
        self.owner = owner
        self.table = owner.table
        self.kind = kind
        self.headers = headers
        self.keys = column_keys(headers)
        self.by_field: dict[str, int] = {}
        for column in owner.columns:
            self.by_field.setdefault(column.field, column.index)
        self.date_columns = [c for c in owner.columns if c.field in fields.DATES]
        self.money_columns = [c for c in owner.columns if c.field in fields.MONEY]
        self.votes = {c.index: OrderVote() for c in self.date_columns}
        self.marks: dict[int, Counter[str]] = {c.index: Counter() for c in self.money_columns}
        self.signs: Counter[str] = Counter()
        self.currencies: Counter[str] = Counter()
        self.countries: Counter[str] = Counter()
        self.states = 0
        self.phones = self.phones_home = 0
        self.currency_guessed = self.country_open = False
        self.records = self.last = 0
        self.last_full: int | None = None
        self.ranges: list[Range] = []
        self.grouped = False
        self.groups = 0
        self.totals: dict[str, int] = {}
        self.as_of: dt.date | None = None
        self.titles = OrderVote()
        self._as_of_text = ""
        self._readings: dict[str, Reading | None] = {}
        self._repeat = self._differ = 0
        self._previous: tuple[str, str] = ("", "")
        self._integers = True
        self._sums: Counter[int] = Counter()
        self._samples = samples
        self.money_indexes = {c.index for c in self.money_columns}
        self._range: tuple[int, int] | None = None
        self._rows = Rows(self.table.delimiter)
        self._range_group = self._group = ""
        self._grouping = False
        self._end = self._row_line = 0
        self._silent_currency = False

    def over(self, stream: Iterator[Chunk]) -> None:
        """Runs through all records."""
        table = self.table
        header_line = 0 if table.header is None else table.lines[table.header]
        before = header_line or (table.lines[0] - 1 if table.lines else 0)
        header = None if table.header is None else table.rows[table.header]
        self._grouping = self._group_column()
        self._group = self._range_group = ""
        width = len(self.headers)
        for line, cells in self._rows.read(self._lines(stream)):
            self._row_line = line
            if line <= before:
                self._title(cells)
                continue
            if not (len(cells) > 2 and cells[0] and cells[1]):
                filled = [i for i, c in enumerate(cells) if c and not c.isspace()]
                if not filled:
                    continue
                if len(filled) == 1 and width > 2:
                    self._alone(cells[filled[0]].strip(), filled[0])
                    continue
            if cells == header:
                continue
            if is_total_row(cells, self.money_indexes):
                self._file_total(cells)
                continue
            self.last_full = line
            self.records += 1
            self._row(cells)
        self.last = self._row_line
        if self._range is not None and self._end > self._range[0]:
            start, first = self._range
            self.ranges.append(
                Range(start=start, end=self._end, line=first, group=self._range_group)
            )
        self.grouped = bool(self._grouping and self.groups)
        self._conclude()

    def _lines(self, stream: Iterator[Chunk]) -> Iterator[str]:
        """Feeds the reader, and cuts ranges where a chunk starts between two records."""
        decode = self.owner.decoder.text
        most = self.owner.hints.range_bytes
        for chunk in stream:
            if self._range is None:
                self._range = (chunk.offset, chunk.line)
            elif chunk.offset - self._range[0] >= most and self._rows.next_line == chunk.line:
                start, first = self._range
                self.ranges.append(
                    Range(start=start, end=chunk.offset, line=first, group=self._range_group)
                )
                self._range, self._range_group = (chunk.offset, chunk.line), self._group
            self._end = chunk.offset + len(chunk.data)
            yield from lines_of(decode(chunk.data))

    def _alone(self, text: str, at: int) -> None:
        """A row with one value: a heading over the rows that follow, or a note."""
        if self._grouping and at <= 1 and not TOTAL_WORD.match(text):
            self._group = text[:200]
            self.groups += 1

    def _group_column(self) -> bool:
        """True where rows may stand under headings that name the consumer."""
        return not self.by_field.keys() & {
            "consumer_name", "last_name", "company", "consumer_reference", "email",
        }  # fmt: skip

    def _title(self, cells: list[str]) -> None:
        text = " ".join(c for c in cells if c.strip())
        found = re.search(
            r"(?:as (?:of|at):?|stand(?: vom)?:?|al|au|stichtag:?)\s+(.{6,30})$",
            text.strip(),
            re.IGNORECASE,
        )
        if found and self.as_of is None:
            self._as_of_text = found[1].strip()
            self.as_of = to_date(self._as_of_text)
        for word in re.findall(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b", text):
            reading = read_date(word)
            if reading is not None:
                self.titles.add(reading)

    def _file_total(self, cells: list[str]) -> None:
        index = self.by_field.get("balance", self.by_field.get("amount"))
        if index is not None and index < len(cells) and _first_filled(cells):
            self.totals["last"] = 0
            self._total_text = cells[index]

    def _row(self, cells: list[str]) -> None:
        size = len(cells)
        for index, vote in self.votes.items():
            if index < size and cells[index]:
                self._date(cells[index], vote)
        for index, marks in self.marks.items():
            if index < size:
                text = cells[index]
                if text:
                    mark = text[-3:-2]
                    if (mark == "." or mark == ",") and text[-2:].isdigit():  # noqa: PLR1714
                        marks[mark] += 1
                        self._integers = False
                        if self.records > _VOTES:
                            continue
                    self._money(text, marks, mark)
        if self.records <= _VOTES:
            for name in ("currency", "country", "state"):
                index = self.by_field.get(name, -1)
                if 0 <= index < size and cells[index]:
                    self._place(name, cells[index].strip())
        phone = self.by_field.get("phone", -1)
        if 0 <= phone < size and cells[phone] and self.phones < _PHONE_VOTES:
            text = cells[phone].strip()
            if not text.startswith(("+", "00")) and sum(c.isdigit() for c in text) >= 7:
                self.phones += 1
                self.phones_home += fast_phone(text, "US") is not None
        self._repeats(cells, size)

    def _date(self, text: str, vote: OrderVote) -> None:
        seen = self._readings
        if len(text) > 64:
            reading = read_date(text.strip())
        elif text in seen:
            reading = seen[text]
        else:
            reading = read_date(text.strip())
            if len(seen) > _VOTES:
                seen.clear()
            seen[text] = reading
        if reading is not None:
            vote.add(reading)

    def _money(self, text: str, marks: Counter[str], mark: str) -> None:
        if text.isdigit():
            return
        self._integers = False
        if mark not in (DOT, COMMA):
            found = evidence(text)
            if found:
                marks[found] += 1
        if self.records > _VOTES:
            return
        if not text.isascii() or "$" in text or text[:1].isalpha() or text[-1:].isalpha():
            amount = parse_amount(text.strip())
            if amount is not None and amount.hint:
                self.signs[amount.hint] += 1

    def _place(self, name: str, text: str) -> None:
        if name == "currency":
            self.currencies[text[:9].upper()] += 1
        elif name == "country":
            code = country_code(text)
            if code:
                self.countries[code] += 1
        elif state_code(text):
            self.states += 1

    def _repeats(self, cells: list[str], size: int) -> None:
        """Whether rows of one invoice repeat its total or share it."""
        index = self.by_field.get("invoice_number", self.by_field.get("account_reference", -1))
        money = self.by_field.get("balance", self.by_field.get("amount", -1))
        if not (0 <= index < size and 0 <= money < size):
            return
        key, value = cells[index], cells[money]
        if key and key == self._previous[0]:
            if value == self._previous[1]:
                self._repeat += 1
            else:
                self._differ += 1
        self._previous = (key, value)

    def _conclude(self) -> None:
        said = self.owner.hints.sidecar
        self.sums_lines = self._differ > self._repeat
        self._decimals()
        self.country = said.country or self._country()
        self.country_open = (
            not said.country
            and not self.countries
            and self.country == "US"
            and self.phones >= 2
            and self.phones_home < self.phones * 0.3
        )
        self._orders(said.date_order)
        self.currency = said.currency or self._currency()
        abroad = any(v.dmy and not v.mdy for v in self.votes.values())
        self.currency_guessed = (
            not said.currency and self._silent_currency and abroad and not self.comma_file
        )
        self.minor_units = self._in_minor_units()
        self._file_totals()

    def _file_totals(self) -> None:
        text = getattr(self, "_total_text", "")
        self.totals.clear()
        index = self.by_field.get("balance", self.by_field.get("amount", -1))
        amount = parse_amount(text.strip(), dict(self.decimals).get(index, "")) if text else None
        if amount is not None:
            minor = amount.minor(self.currency)
            if minor is not None:
                self.totals[self.currency] = minor

    def _country(self) -> str:
        if self.countries:
            return self.countries.most_common(1)[0][0]
        if self.states:
            return "US"
        coins = {c for c in (*self.currencies, *self.signs) if c in CURRENCIES}
        if len(coins) == 1 and not self.signs.get("$"):
            home = _HOMES.get(next(iter(coins)))
            if home:
                return home
        if coins == {"MXN"}:
            return "MX"
        return self._country_by_words() or self.owner.hints.country

    def _country_by_words(self) -> str:
        """German headers mean Germany where nothing else speaks. Spanish and French are spoken in
        many countries: they mean Spain and France where the money is written in euros or with a
        decimal comma."""
        german = sum(fold(h) in _GERMAN or any(w in fold(h) for w in _GERMAN_PARTS)
                     for h in self.headers)  # fmt: skip
        if german >= max(2, len(self.headers) * 0.15):
            return "DE"
        euros = self.currencies.get("EUR", 0) + self.signs.get("EUR", 0)
        if not euros and not self.comma_file:
            return ""
        for country, words in _ROMANCE.items():
            spoken = sum(any(w in fold(h) for w in words) for h in self.headers)
            if spoken >= max(2, len(self.headers) * 0.3):
                return country
        return ""

    def _orders(self, said: str) -> None:
        found: dict[int, str | None] = {}
        for column in self.date_columns:
            vote = self.votes[column.index]
            found[column.index] = vote.order() if vote.dates else ""
        decided = {o for i, o in found.items() if o and self.votes[i].open + self.votes[i].mdy
                   + self.votes[i].dmy}  # fmt: skip
        title = self.titles.order()
        if self.as_of is None and self._as_of_text:
            known = title or (next(iter(decided)) if len(decided) == 1 else "")
            self.as_of = to_date(self._as_of_text, known)
        if title and not decided:
            # The program that wrote the title wrote the columns in the same order.
            decided = {title}
        self.open_columns: list[ColumnMap] = []
        orders: list[tuple[int, str]] = []
        for column in self.date_columns:
            order = found[column.index]
            vote = self.votes[column.index]
            mixed = vote.dmy and vote.mdy
            if said and (order in (None, "") or mixed):
                order = said
            elif order is None and not mixed and len(decided) == 1:
                order = next(iter(decided))
            if order is None:
                self.open_columns.append(column)
                order = ""
            orders.append((column.index, order))
        self.date_orders = tuple(orders)

    def _decimals(self) -> None:
        whole: Counter[str] = Counter()
        for marks in self.marks.values():
            whole.update(marks)
        known = {m for m in (DOT, COMMA) if whole[m]}
        out = []
        for column in self.money_columns:
            marks = self.marks[column.index]
            own = {m for m in (DOT, COMMA) if marks[m]}
            use = own or known
            mark = next(iter(use)) if len(use) == 1 else EITHER
            out.append((column.index, MIXED if len(own) == 2 else mark))
        self.decimals = tuple(out)
        self.comma_file = known == {COMMA}

    def _currency(self) -> str:
        named = [c for c in self.currencies if c in CURRENCIES]
        if named:
            return max(named, key=lambda c: self.currencies[c])
        for header in self.headers:
            for word in re.findall(r"\b[A-Z]{3}\b|[€£]", header):
                code = {"€": "EUR", "£": "GBP"}.get(word, word)
                if code in CURRENCIES:
                    return str(code)
        signs = [s for s in self.signs if s in CURRENCIES]
        if signs and not self.signs.get("$"):
            return max(signs, key=lambda s: self.signs[s])
        if self.signs.get("$"):
            return DOLLARS.get(self.country, "USD")
        if self.country in EURO_COUNTRIES:
            return "EUR"
        home = {"GB": "GBP", "CH": "CHF", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "MX": "MXN"}
        if self.countries and self.country in home:
            return home[self.country]
        if self.comma_file and self.country == "US" and not self.states:
            return "EUR" if not self.currencies else self.owner.hints.currency
        self._silent_currency = True
        return self.owner.hints.currency

    def _in_minor_units(self) -> bool:
        """Stripe's API speaks cents: its ids, lower-case currencies and whole numbers tell."""
        if not self._integers or not self.currencies:
            return False
        low = self.by_field.get("currency")
        ids = self.by_field.get("account_reference")
        if low is None or ids is None:
            return False
        lower = all(v.strip().islower() for v in self._samples[low] if v.strip())
        made = [v for v in self._samples[ids] if v.strip()]
        stripe = sum(bool(re.match(r"(?:in|ch|py|pi|txn|inv)_", v)) for v in made)
        return lower and bool(made) and stripe > len(made) * 0.8

    def decisions(self) -> list[Decision]:
        """What only a person can say."""
        out = []
        for column in self.open_columns:
            vote = self.votes[column.index]
            why = "some dates can only be day first and some only month first" if vote.dmy else (
                "every date of the column reads both day first and month first"
            )  # fmt: skip
            out.append(
                Decision(
                    kind="date_order",
                    column=column.key,
                    choices=("mdy", "dmy"),
                    why=why,
                    blocking=column.field in _DECISIVE,
                )
            )
        if self.currency_guessed:
            out.append(
                Decision(
                    kind="currency",
                    column=None,
                    choices=(self.currency, "GBP", "EUR", "CAD", "AUD"),
                    why=f"nothing in the file names a currency; {self.currency} was taken",
                    blocking=False,
                )
            )
        if self.country_open:
            out.append(
                Decision(
                    kind="country",
                    column=self.keys[self.by_field["phone"]],
                    choices=("US", "GB", "DE", "FR", "ES", "MX"),
                    why=f"most phone numbers are none of {self.country}: whose are they?",
                    blocking=False,
                )
            )
        if self.kind != RECEIVABLES:
            return [replace(d, blocking=False) for d in out]
        return out


_HOMES = {
    "GBP": "GB", "CHF": "CH", "CAD": "CA", "AUD": "AU", "NZD": "NZ", "MXN": "MX", "INR": "IN",
    "SEK": "SE", "NOK": "NO", "DKK": "DK", "PLN": "PL", "BRL": "BR", "ZAR": "ZA",
}  # fmt: skip
"""The country of a currency that one country alone uses much."""
_GERMAN = frozenset(
    [
        "konto",
        "betrag",
        "kunde",
        "name",
        "ort",
        "plz",
        "strasse",
        "waehrung",
        "wahrung",
        "saldo",
        "soll",
        "haben",
    ]
)
_ROMANCE = {
    "ES": ("factura", "cliente", "fecha", "vencimiento", "importe", "saldo", "correo", "moneda"),
    "FR": ("facture", "echeance", "montant", "courriel", "devise", "reste", "client", "statut"),
}
_GERMAN_PARTS = ("rechnung", "fallig", "faellig", "betrag", "kunde", "beleg", "straße", "strasse",
                 "telefon", "postleit", "debitor", "währung", "offen", "datum",
                 "schlussel")  # fmt: skip


def is_total_row(cells: Sequence[str], money: set[int]) -> bool:
    """A sum under the rows: a total word and figures, and nothing that names a debt."""
    for at, cell in enumerate(cells):
        if not cell or at in money or cell.isspace():
            continue
        text = cell.strip()
        found = TOTAL_WORD.match(text)
        if not found:
            return False
        others = [
            c
            for i, c in enumerate(cells)
            if i != at and i not in money and c.strip() and parse_amount(c.strip()) is None
        ]
        return not others or (len(others) == 1 and found.end() == len(text))
    return False
