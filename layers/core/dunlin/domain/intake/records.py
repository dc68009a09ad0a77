"""Bytes to records, in bounded memory: physical lines, quoted line breaks, caps with a reason.

A record's quotes are followed exactly as the `csv` module follows them, so one record is one row.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

CHUNK = 1 << 18
RECORD_CAP = 131_072
"""Bytes of one record, quoted line breaks included; the field limit of the `csv` module."""
COLUMN_CAP = 1_000


class ByteStream(Protocol):
    """What a file, a response body or a decompressor offers."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, empty at the end."""
        ...


class Refused(Exception):
    """The whole file cannot be imported; `code` says why, `detail` says where.

    Raised inside this package alone: its entry points turn it into a value.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Record:
    """`line` is the physical line (1-based) and `offset` the byte on which the record starts."""

    line: int
    offset: int
    data: bytes


class Splitter:
    """Follows quotes over physical lines; one per file or byte range."""

    __slots__ = ("_field", "_open", "_stray")

    def __init__(self, delimiter: str) -> None:
        d = re.escape(delimiter.encode())
        quoted = rb'"[^"]*(?:""[^"]*)*"[^' + d + rb"]*"
        bare = rb'[^"' + d + rb"][^" + d + rb"]*"
        self._field = re.compile(rb"(?>(?:(?>" + quoted + rb"|" + bare + rb"|)" + d + rb")*)")
        self._open = re.compile(rb'"[^"]*(?:""[^"]*)*+(?!")\Z')
        self._stray = re.compile(rb'"(?<=[^' + d + rb'"]")(?=[^' + d + rb'"\r\n])')

    def ends_open(self, line: bytes, *, inside: bool) -> bool:
        """True where a quoted field is still open at the end of `line`."""
        quotes = line.count(b'"')
        if not quotes:
            return inside
        if not inside and not quotes % 2 and not self._stray.search(line):
            return False
        text = b'"' + line if inside else line
        done = self._field.match(text)
        rest = text[done.end() if done else 0 :]
        return bool(self._open.match(rest))


def records(
    stream: ByteStream, delimiter: str, *, head: bytes = b"", line: int = 1, offset: int = 0
) -> Iterator[Record]:
    """The records of `head` and then of `stream`; `line` and `offset` say where `head` begins.

    Raises `Refused` for a record over `RECORD_CAP` (one endless line, a quote never closed) and
    for NUL bytes.
    """
    splitter = Splitter(delimiter)
    carry, more = head, True
    start_line, start_offset = line, offset
    pending: list[bytes] = []
    size = 0
    while more or carry:
        if more:
            chunk = stream.read(CHUNK)
            more = bool(chunk)
            carry += chunk
        if b"\0" in carry:
            raise Refused("nul_bytes", f"NUL bytes after line {line}: not a text file")
        lines = carry.splitlines(keepends=True)
        if more:
            # The last line may go on in the next chunk, and a CR may be half of a CRLF.
            carry = lines.pop() if lines else b""
            if len(carry) > RECORD_CAP:
                raise Refused(
                    "line_too_long", f"line {line + len(lines)} has over {RECORD_CAP} bytes"
                )
        else:
            carry = b""
        for text in lines:
            if pending:
                pending.append(text)
                size += len(text)
                line += 1
                if size > RECORD_CAP:
                    raise Refused(
                        "quote_not_closed", f"the quote opened on line {start_line} is never closed"
                    )
                if splitter.ends_open(text, inside=True):
                    continue
                whole = b"".join(pending)
                pending.clear()
            else:
                start_line, start_offset = line, offset
                line += 1
                if b'"' in text and splitter.ends_open(text, inside=False):
                    pending.append(text)
                    size = len(text)
                    if size > RECORD_CAP:
                        raise Refused("line_too_long", f"line {start_line} is too long")
                    continue
                if len(text) > RECORD_CAP:
                    raise Refused("line_too_long", f"line {start_line} has over {RECORD_CAP} bytes")
                whole = text
            offset = start_offset + len(whole)
            yield Record(start_line, start_offset, whole)
    if pending:
        yield Record(start_line, start_offset, b"".join(pending))


def cells_of(text: str, delimiter: str) -> list[str]:
    """One record's cells, as the `csv` module reads them."""
    row = next(csv.reader((text,), delimiter=delimiter), [])
    if len(row) > COLUMN_CAP:
        raise Refused("too_many_columns", f"{len(row)} columns; the limit is {COLUMN_CAP}")
    return row


def rows_of(
    stream: Iterator[Record], delimiter: str, encoding: str, *, errors: str = "replace"
) -> Iterator[tuple[Record, list[str]]]:
    """Records with their cells. One reader serves all records, for a reader each costs more."""
    current: Record | None = None

    def texts() -> Iterator[str]:
        nonlocal current
        for current in stream:
            yield current.data.decode(encoding, errors)

    reader = csv.reader(texts(), delimiter=delimiter)
    for row in reader:
        if len(row) > COLUMN_CAP:
            raise Refused("too_many_columns", f"{len(row)} columns; the limit is {COLUMN_CAP}")
        if current is not None:
            yield current, row


class Decoder:
    """Decides the encoding over a whole file while it streams by."""

    __slots__ = ("_bad", "_c1", "_good", "_odd", "bom")

    def __init__(self, *, bom: bool) -> None:
        self.bom = bom
        self._good = self._bad = self._odd = self._c1 = 0

    def text(self, data: bytes) -> str:
        """`data` as text, counting what it says about the encoding."""
        if data.isascii():
            return data.decode("ascii")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            self._bad += 1
            self._odd += any(b in data for b in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))
            return data.decode("cp1252", "replace")
        self._good += 1
        return text

    def encoding(self) -> str:
        """Python's codec name. A few broken bytes in much UTF-8 do not make it Windows-1252."""
        if self.bom:
            return "utf-8-sig"
        if not self._bad or self._good > 20 * self._bad:
            return "utf-8"
        return "latin-1" if self._odd else "cp1252"
