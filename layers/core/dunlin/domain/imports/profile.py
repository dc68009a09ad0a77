"""`profile`: one streaming pass that says all there is to know of a file before its rows are read.

The head of the file decides delimiter, header and mapping; every row then votes on encoding, date
order and money style and on where ranges may be cut.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from dunlin.domain.imports import fields
from dunlin.domain.imports.answers import settled
from dunlin.domain.imports.contact_filling import as_contacts
from dunlin.domain.imports.content import content_of
from dunlin.domain.imports.file_kind import BALANCE_FIELDS, CONSUMER_FIELDS, kind_of, references_of
from dunlin.domain.imports.foreign_shapes import refuse_foreign_shape
from dunlin.domain.imports.guard import REASON_COLUMN
from dunlin.domain.imports.head import (
    headers_of,
    read_table,
    refuse_binary,
    row_width_of,
    samples_of,
)
from dunlin.domain.imports.headings import names_over_numbers
from dunlin.domain.imports.industry import is_billed_to_insurer
from dunlin.domain.imports.mapping import column_keys, map_columns
from dunlin.domain.imports.missing_columns import (
    NONE,
    OWED,
    ask_due,
    ask_owed,
    ask_who,
    unsure_owed,
    which_is_owed,
)
from dunlin.domain.imports.opened import Hints, refused
from dunlin.domain.imports.payment_signs import CAME_BACK
from dunlin.domain.imports.payment_signs import QUESTION as SIGN
from dunlin.domain.imports.records import ByteStream, Decoder, FileRefused, chunks  # fmt: skip
from dunlin.domain.imports.row_payment import with_figure
from dunlin.domain.imports.scan import Scan
from dunlin.domain.imports.sidecar import Sidecar
from dunlin.domain.imports.status_codes import codes_in, unanswered
from dunlin.domain.imports.types import (  # fmt: skip
    CONTACTS,
    OTHER,
    PAYMENTS,
    RECEIVABLES,
    ColumnMap,
    FileProfile,
    ImportQuestion,
    Refusal,
)

HEAD = 1 << 18


def read_profile(stream: ByteStream, hints: Hints | None = None) -> FileProfile:
    """The profile of a table in UTF-8, Windows-1252 or Latin-1; refusals come as a value."""
    hints = hints or Hints()
    try:
        return _Pass(stream, hints).run()
    except FileRefused as no:
        return refused(no.code, no.detail, hints)


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
        self.given = hints.sidecar
        self.hints = replace(hints, sidecar=settled(hints.sidecar))
        self.stream = _HashingStream(stream)

    def run(self) -> FileProfile:
        head = self._read_head()
        bom = head.startswith(b"\xef\xbb\xbf")
        start = 3 if bom else 0
        self.decoder = Decoder(bom=bom)
        body = head[start:]
        refuse_binary(body)
        table = read_table(body, self.hints.delimiter, whole=len(head) < HEAD)
        headers = headers_of(table)
        refuse_unknown_columns(headers, self.given)
        refuse_foreign_shape(headers, table.rows[0 if table.header is None else table.header + 1 :])
        samples = samples_of(table, len(headers))
        fixed = self.hints.sidecar.mapping
        mapped = map_columns(headers, samples, fixed)
        columns = mapped.columns
        if table.journal_year is not None:
            columns = tuple(_journal_date(c) for c in columns)
        below = 0 if table.header is None else table.header + 1
        names_at, columns = names_over_numbers(columns, table.rows[below:])
        kind, why = kind_of(headers, columns, samples)
        answers = self.hints.sidecar.answers
        if kind == CONTACTS:
            columns = as_contacts(columns)
        elif kind == PAYMENTS:
            columns = with_figure(columns)
        owed = ask_owed(columns, headers, samples, answers) if kind == CONTACTS else None
        if owed is not None:
            kind, why = RECEIVABLES, "The rows name people beside money."
        scan = Scan(
            table,
            columns,
            headers=headers,
            samples=samples,
            contents=mapped.contents,
            kind=kind,
            decoder=self.decoder,
            hints=self.hints,
            names_at=names_at,
            journal=mapped.legs < 0 and table.journal_year is None,
        )
        scan.over(chunks(self.stream, head=body, offset=start))
        if scan.records == 0:
            raise FileRefused("no_rows", "the file has a header but no rows below it")
        scan.layout.refuse_stopped()
        sign = scan.payments.question()
        signs = [sign] if sign is not None and SIGN not in answers else []
        mapping_asks = unanswered(mapped.decisions, answers)
        decisions = _of_use(kind, [*mapping_asks, *scan.decisions(), *signs])
        shared, row_ids = references_of(columns, samples)
        profile = FileProfile(
            kind=kind,
            kind_why=why,
            encoding=self.hints.encoding or self.decoder.encoding(),
            delimiter=table.delimiter,
            header_row=None if table.header is None else table.lines[table.header],
            headers=tuple(headers),
            mapping=unsure_owed(scan.columns, answers) if kind == RECEIVABLES else scan.columns,
            date_orders=scan.days.orders,
            decimals=scan.decimals,
            currency=scan.currency,
            one_currency=scan.money.alone,
            own=self.hints.own,
            odd_currencies=scan.money.odd,
            country=scan.country,
            home_state=self.hints.sidecar.state,
            records=scan.records,
            lines=scan.last,
            size=self.stream.size,
            sha256=self.stream.sha.hexdigest(),
            header_fingerprint=fingerprint(headers),
            ranges=tuple(scan.ranges),
            last_line=scan.last_full,
            grouped=scan.shape.heading_at >= len(headers),
            shape=scan.shape,
            sums_lines=scan.repeats.share,
            charges=scan.repeats.charge,
            units=scan.units,
            negated=scan.style.negated(self.hints.sidecar.answers),
            tax=scan.settled.tax,
            laws=scan.laws,
            shared_reference=shared,
            row_ids=row_ids,
            row_width=row_width_of(table, len(headers)),
            legs=mapped.legs,
            payments=scan.payments.above,
            signed_payments=scan.payments.signed and answers.get(SIGN) != CAME_BACK,
            billed_to_insurer=is_billed_to_insurer(headers, {c.field for c in scan.columns}),
            cut_columns=scan.long_numbers.cut(),
            open_dates=scan.days.open,
            turned_dates=scan.days.turned,
            journal_year=table.journal_year,
            as_of=scan.days.as_of,
            file_total=tuple(sorted(scan.totals.items())),
            complete=self.hints.sidecar.complete,
            debt_kind=self.hints.sidecar.debt_kind,
            industry=self.hints.sidecar.industry,
            written_off=self.hints.sidecar.written_off,
            status_codes=codes_in(answers),
            notes=(*self.hints.notes, *_placeless(kind, scan, self.hints.sidecar)),
        )
        if owed is not None and not BALANCE_FIELDS & {c.field for c in scan.columns}:
            return replace(profile, decisions=(owed,))
        judged = self._judged(profile, decisions, samples)
        # What decides which table is read, and how, is asked alone: all else hangs on it.
        return replace(judged, decisions=self.hints.asks) if self.hints.asks else judged

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
        self,
        profile: FileProfile,
        decisions: list[ImportQuestion],
        samples: Sequence[Sequence[str]],
    ) -> FileProfile:
        """Adds what must be asked or refused because something needed is not in the file."""
        have = {c.field for c in profile.mapping}
        if profile.kind == RECEIVABLES:
            if self.hints.sidecar.answers.get(OWED) == NONE:
                return replace(profile, kind=OTHER, kind_why=_NOTHING_OWED)
            asked = any(d.kind == "balance" for d in decisions)
            if not have & BALANCE_FIELDS and not asked:
                choices = _money_columns(profile, samples)
                if choices:
                    decisions.append(which_is_owed(choices))
                else:
                    refusal = Refusal(
                        code="no_balance_column",
                        detail="no column looks like a balance or an amount",
                    )
                    return replace(profile, refusal=refusal, decisions=tuple(decisions))
            since = ask_due(profile.mapping, samples)
            if since is not None:
                decisions.append(since)
            alone = not profile.grouped and profile.journal_year is None
            who = ask_who(profile.mapping, samples) if alone else None
            if who is not None:
                return replace(profile, decisions=(*decisions, who))
            if not have & CONSUMER_FIELDS and alone:
                refusal = Refusal(
                    code="no_contact_column",
                    detail="no column names the person or firm that owes, or how to reach them",
                )
                return replace(profile, refusal=refusal, decisions=tuple(decisions))
        return replace(profile, decisions=tuple(decisions))


def refuse_unknown_columns(headers: Sequence[str], sidecar: Sidecar) -> None:
    """Raises `FileRefused` where a mapping file names a column that the file does not have."""
    keys = column_keys(headers)
    have = {fields.key_of(h) for h in headers} | set(keys) | {f"#{n + 1}" for n in range(len(keys))}
    for name in sidecar.mapping:
        if name not in have and (fields.key_of(name) or name) not in have:
            line = sidecar.lines.get(("mapping", name))
            where = f"line {line} of the mapping file" if line else "the mapping file"
            columns = ", ".join(keys[:20])
            raise FileRefused(
                "bad_mapping_file", f'{where} names the column "{name}"; the file has {columns}'
            )


def _of_use(kind: str, questions: list[ImportQuestion]) -> list[ImportQuestion]:
    """The questions whose answers would change what is imported: where a file holds no debts there
    are none, and in a list of contacts money is of no matter."""
    if kind == OTHER:
        return []
    if kind == CONTACTS:
        return [q for q in questions if q.kind not in _OF_MONEY]
    return questions


_OF_MONEY = frozenset(("currency", "thousands", "millions", "cents", "sign", "balance"))


_NOTHING_OWED = "A person said that nothing in this file is owed."
_PLACES = frozenset({"state", "zip", "town", "street"})
_PLACELESS = (
    "No column says in which state or ZIP code the customers live, and nothing is sent to a person "
    "of whom neither is known: add a column, drop a list of customers with their addresses, or "
    "write `state: IL` in the mapping file where all live in one."
)


def _placeless(kind: str, scan: Scan, sidecar: Sidecar) -> tuple[str, ...]:
    """A note where a file of debts in the United States tells of nobody where they live."""
    if kind != RECEIVABLES or sidecar.state or scan.country != "US":
        return ()
    return () if _PLACES & {c.field for c in scan.columns} else (_PLACELESS,)


def _journal_date(column: ColumnMap) -> ColumnMap:
    """DATEV journals write the day and month of a posting; the year is in the first line."""
    if column.key != "Belegdatum" or column.field != fields.IGNORE or column.score == 1.0:
        return column
    return replace(column, field="issue_date", score=0.9, why="day and month of a posting")


def fingerprint(headers: Sequence[str]) -> str:
    """The same for files with the same columns: what a remembered sidecar is kept under."""
    joined = "\x1f".join(fields.key_of(h) for h in headers if h != REASON_COLUMN)
    return hashlib.sha256(joined.encode()).hexdigest()


def _money_columns(profile: FileProfile, samples: Sequence[Sequence[str]]) -> list[str]:
    free = [
        (c.key, content_of(samples[c.index]))
        for c in profile.mapping
        if c.field in (fields.IGNORE, "claim_amount") and c.index < len(samples)
    ]
    marked = [key for key, content in free if content.share("marked") > 0.6]
    return marked or [key for key, content in free if content.share("money") > 0.9]
