"""Bytes to records, in bounded memory: chunks of whole lines, caps with a reason, the encoding.

The `csv` module follows the quotes; it is fed physical lines, so its line count says on which
line each record starts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from dunlin.domain.imports.guard import unwrapped

CHUNK = 1 << 18
LINE_CAP = 131_072
"""Bytes of one physical line and characters of one value: the field limit of the `csv` module."""
COLUMN_CAP = 1_000


class ByteStream(Protocol):
    """What a file, a response body or a decompressor offers."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, empty at the end."""
        ...


class FileRefused(Exception):
    """The whole file cannot be imported; `code` says why, `detail` says where.

    Reading raises it from deep inside; `profile` and the service turn it into a value.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole physical lines; `offset` and `line` (1-based) say where the first one starts."""

    offset: int
    line: int
    data: bytes


def chunks(
    stream: ByteStream, *, head: bytes = b"", offset: int = 0, line: int = 1
) -> Iterator[Chunk]:
    """`head` and then `stream` in chunks that end with a line.

    Raises `FileRefused` for a line over `LINE_CAP` and for NUL bytes, before either is held whole.
    """
    carry = head
    more = True
    while more:
        data = stream.read(CHUNK)
        more = bool(data)
        carry += data
        if b"\0" in data:
            raise FileRefused("binary_file", f"NUL bytes after line {line}: this is no text table")
        if more:
            # A CR at the very end may be half of a CRLF, so it does not end the chunk.
            cut = max(carry.rfind(b"\n"), carry.rfind(b"\r", 0, -1)) + 1
            if len(carry) - cut > LINE_CAP:
                raise FileRefused("line_too_long", f"a line after line {line} never ends")
        else:
            cut = len(carry)
        if not cut:
            continue
        whole, carry = carry[:cut], carry[cut:]
        yield Chunk(offset, line, whole)
        offset += cut
        line += line_breaks(whole)


def line_breaks(data: bytes) -> int:
    """Physical line breaks: LF, CRLF or a lone CR."""
    breaks = data.count(b"\n")
    if b"\r" in data:
        breaks += data.count(b"\r") - data.count(b"\r\n")
    return breaks


def lines_of(text: str) -> Iterator[str]:
    """Physical lines with their ends. Unlike `str.splitlines`, only LF, CRLF and CR end a line."""
    return io.StringIO(unwrapped(text), newline="")


class Rows:
    """Records of physical lines; `next_line` is the line on which the next record starts."""

    __slots__ = ("_delimiter", "next_line")

    def __init__(self, delimiter: str, line: int = 1) -> None:
        self._delimiter = delimiter
        self.next_line = line

    def read(self, lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
        """(line on which the record starts, cells) of each record.

        Raises `FileRefused` for a quote never closed and for more than `COLUMN_CAP` columns.
        """
        first = self.next_line
        reader = csv.reader(lines, delimiter=self._delimiter)
        try:
            for cells in reader:
                if len(cells) > COLUMN_CAP:
                    raise FileRefused(
                        "too_many_columns", f"{len(cells)} columns; the limit is {COLUMN_CAP}"
                    )
                yield self.next_line, cells
                self.next_line = first + reader.line_num
        except csv.Error as error:
            raise FileRefused(
                "value_too_long",
                f"the value that starts near line {self.next_line} never ends: "
                "a quote is not closed",
            ) from error


class Decoder:
    """Decides the encoding over a whole file while it streams by."""

    __slots__ = ("_bad", "_good", "_odd", "bom")

    def __init__(self, *, bom: bool) -> None:
        self.bom = bom
        self._good = self._bad = 0
        self._odd = False

    def text(self, data: bytes) -> str:
        """`data` (whole lines) as text, counting what it says about the encoding."""
        if data.isascii():
            return data.decode("ascii")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return self._by_line(data)
        self._good += sum(not part.isascii() for part in data.splitlines())
        return text

    def _by_line(self, data: bytes) -> str:
        out = []
        for part in data.splitlines(keepends=True):
            if part.isascii():
                out.append(part.decode("ascii"))
                continue
            try:
                out.append(part.decode("utf-8"))
                self._good += 1
            except UnicodeDecodeError:
                self._bad += 1
                self._odd = self._odd or any(b in part for b in _NOT_CP1252)
                out.append(part.decode("cp1252", "replace"))
        return "".join(out)

    def encoding(self) -> str:
        """Python's codec name. A few broken lines in much UTF-8 do not make it Windows-1252."""
        if self.bom:
            return "utf-8-sig"
        if not self._bad or self._good > 20 * self._bad:
            return "utf-8"
        return "latin-1" if self._odd else "cp1252"


_NOT_CP1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
