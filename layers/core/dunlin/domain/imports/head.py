"""The head of a file: delimiter, header, and the first rows that everything else is read by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import parse_amount
from dunlin.domain.imports.content import content_of, kinds_of
from dunlin.domain.imports.foreign import refuse_foreign
from dunlin.domain.imports.foreign_shapes import CHANGE_FIELDS, TELL, TOLD
from dunlin.domain.imports.guard import REASON_COLUMN, unguarded
from dunlin.domain.imports.mapping import looks_like_header
from dunlin.domain.imports.records import (  # fmt: skip
    COLUMN_CAP,
    Decoder,
    FileRefused,
    Rows,
    lines_of,
)

_DELIMITERS = (",", ";", "\t", "|")
_HEADER_WITHIN = 60
_SAMPLE_ROWS = 500
_HEAD_ROWS = 2_000
TOTAL_WORD = re.compile(
    r"^(?:(?:grand|report|page|overall|balance|customer|client)\s+)?(?:(?:sub|sous)\s*-?\s*)?"
    r"(?:totals?|totales|totais|totaux|sum|sums|summen?|gesamt(?:summe|betrag)?|zwischensumme|"
    r"teilsumme|endsumme|seitensumme|suma|sumas|somme|soma)\b[\s:.]*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Head:
    """The first records of a file, parsed under the delimiter found."""

    delimiter: str
    lines: list[int]
    rows: list[list[str]]
    header: int | None
    width: int
    declared: bool = False
    journal_year: int | None = None


def refuse_binary(body: bytes) -> None:
    if not body.strip():
        raise FileRefused("empty_file", "the file is empty")
    refuse_foreign(body)
    if b"\0" in body:
        raise FileRefused("binary_file", "the file holds NUL bytes: it is no text table")
    odd = sum(body.count(bytes((b,))) for b in range(32) if b not in (9, 10, 12, 13, 26, 27))
    if odd > max(4, len(body) // 200):
        raise FileRefused("binary_file", "the file holds control characters: it is no text table")
    lead = body[:200].lstrip()
    if lead[:1] in (b"{", b"[") and re.match(rb"[\[{]\s*[\[{\"]", lead):
        if all(f'"{name}"'.encode() in body for name in CHANGE_FIELDS):
            raise FileRefused(TOLD, TELL)
        raise FileRefused("not_a_table", "the file is JSON, not a table")
    if lead[:1] == b"<" and re.match(rb"<(?:!doctype|\?xml|html)", lead, re.IGNORECASE):
        raise FileRefused("not_a_table", "the file is HTML or XML, not a table")


def read_table(body: bytes, fixed: str, *, whole: bool) -> Head:
    """Delimiter, header and first rows. The last record of a cut head is left out."""
    declared = re.match(rb"sep=(.)\r?\n?|sep=(.)\r", body, re.IGNORECASE)
    delimiters = (fixed,) if fixed else _DELIMITERS
    if declared:
        delimiters = ((declared[1] or declared[2]).decode("latin-1"),)
    best: tuple[float, list[int], list[list[str]], str] | None = None
    no: FileRefused | None = None
    for delimiter in delimiters:
        try:
            lines, rows = _parse_head(body, delimiter, whole=whole)
        except FileRefused as refusal:
            no = no or refusal
            continue
        if declared:
            lines, rows = lines[1:], rows[1:]
        score = _consistency(rows)
        if best is None or score > best[0] + 1e-9:
            best = (score, lines, rows, delimiter)
    if best is None or (no is not None and _modal_width(best[2]) < 2):
        raise no or FileRefused("not_a_table", "no delimiter gives a table")
    _, lines, rows, delimiter = best
    if not any(any(c.strip() for c in row) for row in rows):
        raise FileRefused("empty_file", "the file holds no values")
    header = find_header(rows)
    width = len(rows[header]) if header is not None else _modal_width(rows)
    head = Head(delimiter, lines, rows, header, width, bool(declared))
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


_WIDE = 6


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """The index of the header record, None where the table has none."""
    width = _modal_width(rows)
    best, best_score = None, 0.0
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        filled = [c.strip() for c in row if c.strip()]
        if not filled or (len(filled) < 2 and width > 1):
            continue
        score = looks_like_header(row)
        if score < 0.3 and len(filled) == width == len(row) > 1:
            # A full row that is no header is data, and no header stands below data.
            break
        cover = len(filled) / max(width, 1)
        if cover < 0.34 and len(filled) < 4:
            continue
        score *= 0.5 + 0.5 * min(1.0, cover)
        if score > best_score + 0.05:
            best, best_score = index, score
        if best_score > 0.9 and cover > 0.7:
            break  # a line of a few headings may stand above the one with all of them
    if best is not None and best_score >= 0.3:
        return None if _is_band(rows, best, width) else best
    return _header_by_contrast(rows, width)


def _is_band(rows: Sequence[Sequence[str]], at: int, width: int) -> bool:
    """`Customer;;Invoice;;;Amounts;;` right above rows that fill all columns: words over bands of
    columns, whose own headings are not there."""
    filled = sum(bool(c.strip()) for c in rows[at])
    below = rows[at + 1] if at + 1 < len(rows) else ()
    return filled * 2 < width >= _WIDE and sum(bool(c.strip()) for c in below) >= width


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


def headers_of(table: Head) -> list[str]:
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
    filled = [r for r in body if any(c.strip() for c in r)]
    most = sum(len(r) == wide for r in filled) * 2 > len(filled)
    if most and len(filled) > 1 and any(c.strip() for r in filled for c in r[len(headers) : wide]):
        if _is_shifted(headers, [r for r in filled if len(r) == wide]):
            raise FileRefused(
                "shifted_rows",
                "nearly every row has more cells than there are headings: a delimiter stands in a"
                " name without quotes; export the file again with quotes",
            )
        headers += [""] * (wide - len(headers))
    if len(headers) > COLUMN_CAP:
        raise FileRefused("too_many_columns", f"{len(headers)} columns; the limit is {COLUMN_CAP}")
    return headers


def _is_shifted(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the cells fit the headings better where one of them is taken for two."""
    kinds = [_kind_of(fields.STRONG.get(fields.key_of(h), ())) for h in headers]
    more = len(rows[0]) - len(headers)

    def fitting(at: int) -> int:
        return sum(
            kind in kinds_of(row[i + more * (i > at)].strip())
            for row in rows
            for i, kind in enumerate(kinds)
            if kind
        )

    as_they_stand = fitting(len(headers))
    return any(fitting(at) > as_they_stand for at in range(len(headers)))


def _kind_of(meanings: Sequence[str]) -> str:
    """What the cells of a column look like by its heading, "" where that says nothing."""
    for field in meanings:
        if field in fields.MONEY or field in fields.DATES or field == "email":
            return "money" if field in fields.MONEY else "email" if field == "email" else "date"
    return ""


def row_width_of(table: Head, width: int) -> int:
    """How many cells nearly every row has where a program wrote delimiters behind the last of
    `width` columns, 0 where it did not."""
    body = [row for row in table.rows if any(c.strip() for c in row)]
    widths = Counter(map(len, body))
    wide = max(widths, key=lambda w: (widths[w], w), default=0)
    behind = wide > width and widths[wide] >= 0.9 * len(body)
    return wide if behind and not any(c.strip() for r in body for c in r[width:wide]) else 0


def samples_of(table: Head, width: int) -> list[list[str]]:
    first = 0 if table.header is None else table.header + 1
    columns: list[list[str]] = [[] for _ in range(width)]
    header = None if table.header is None else table.rows[table.header]
    for row in table.rows[first : first + _SAMPLE_ROWS]:
        if row == header or (TOTAL_WORD.match(first_filled(row)) and _says_little(row)):
            continue
        for index in range(min(len(row), width)):
            columns[index].append(row[index])
    return columns


def _says_little(row: Sequence[str]) -> bool:
    """True for a row of one word and figures."""
    words = (c for c in row if c.strip() and parse_amount(c.strip()) is None)
    return sum(1 for _ in words) <= 1


def first_filled(row: Sequence[str]) -> str:
    return next((c.strip() for c in row if c.strip()), "")
