"""A dropped file as a table in bytes: compressed, UTF-16 and xlsx files become UTF-8 first.

Every cap is checked while reading, so a bomb costs no more memory than a good file.
"""

from __future__ import annotations

import codecs
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from dunlin.adapters.imports.workbook import sheet_lines
from dunlin.domain.imports.records import FileRefused

_CHUNK = 1 << 18
_MEMORY = 8 << 20
BYTES_CAP = 16 << 30
"""A file larger than this, packed or not, is refused."""
RATIO_CAP = 200
RATIO_FROM = 64 << 20
"""Packing better than `RATIO_CAP` after `RATIO_FROM` bytes is a bomb, not a table."""

_GZIP, _ZIP, _OLE = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Table:
    """Bytes of a table, to be opened as often as wanted.

    `encoding` is that of the file as dropped where it was converted, else empty; `delimiter` is
    set where the conversion wrote it.
    """

    open: Callable[[], BinaryIO]
    encoding: str = ""
    delimiter: str = ""
    converted: bool = False


def as_table(opened: Callable[[], BinaryIO]) -> Table:
    """The table in a file; `opened` opens it anew each time.

    Raises `FileRefused` for an archive, a bomb, or a workbook without a table.
    """
    with opened() as source:
        lead = source.read(4096)
    if lead.startswith(_GZIP):
        return _unpacked(opened)
    if lead.startswith(_ZIP):
        return _converted(sheet_lines(opened), "utf-8", delimiter=",")
    if lead.startswith(_OLE):
        raise FileRefused("old_workbook", "an .xls file: save it as .xlsx or CSV and drop that")
    wide = wide_encoding(lead)
    if wide:
        return _converted(_transcoded(_plain(opened), wide), wide)
    return Table(open=opened)


def _unpacked(opened: Callable[[], BinaryIO]) -> Table:
    pieces = _gunzipped(opened)
    first = next(pieces, b"")
    if first.startswith((_GZIP, _ZIP)):
        raise FileRefused("packed_twice", "an archive inside an archive")
    wide = wide_encoding(first[:4096])
    rest = _chain(first, pieces)
    if wide:
        return _converted(_transcoded(rest, wide), wide)
    return _converted(rest, "")


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _plain(opened: Callable[[], BinaryIO]) -> Iterator[bytes]:
    with opened() as source:
        while data := source.read(_CHUNK):
            yield data


def _gunzipped(opened: Callable[[], BinaryIO]) -> Iterator[bytes]:
    """The contents of a gzip file, members one after another, in pieces of at most a chunk."""
    packed = unpacked = 0
    inside = False
    with opened() as source:
        inflate = zlib.decompressobj(31)
        data = source.read(_CHUNK)
        packed += len(data)
        while data:
            try:
                piece = inflate.decompress(data, _CHUNK)
            except zlib.error as broken:
                raise FileRefused(
                    "broken_archive", f"the gzip file is damaged: {broken}"
                ) from broken
            inside = not inflate.eof
            unpacked += len(piece)
            _refuse_bomb(packed, unpacked)
            if piece:
                yield piece
            data = inflate.unconsumed_tail
            if inflate.eof:
                data = inflate.unused_data.lstrip(b"\0")
                inflate = zlib.decompressobj(31)
            if not data:
                data = source.read(_CHUNK)
                packed += len(data)
        if inside or not unpacked:
            raise FileRefused("broken_archive", "the gzip file is cut short")


def _refuse_bomb(packed: int, unpacked: int) -> None:
    if unpacked > BYTES_CAP:
        raise FileRefused("too_large", f"the file unpacks to over {BYTES_CAP} bytes")
    if unpacked > RATIO_FROM and unpacked > packed * RATIO_CAP:
        raise FileRefused(
            "zip_bomb", f"the file unpacks to over {RATIO_CAP} times its size: not a real table"
        )


def wide_encoding(lead: bytes) -> str:
    """`utf-16-le` or `utf-16-be` where the first bytes are UTF-16 (with or without a mark)."""
    if lead.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if lead.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if lead.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    if len(lead) < 8 or not lead.count(0):
        return ""
    even, odd = lead[0::2], lead[1::2]
    if odd.count(0) > 0.6 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.6 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be"
    return ""


def _transcoded(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for number, piece in enumerate(pieces):
        text = decoder.decode(piece)
        if not number:
            text = text.removeprefix("\ufeff")
        yield text.encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _converted(pieces: Iterator[bytes], encoding: str, delimiter: str = "") -> Table:
    """Keeps converted bytes in a temporary file, small ones in memory."""
    kept = _Kept()
    for piece in pieces:
        kept.write(piece)
    return Table(
        open=lambda: cast(BinaryIO, _Rewound(kept)),
        encoding=encoding,
        delimiter=delimiter,
        converted=True,
    )


class _Kept:
    """A temporary file that is closed, and so deleted, when its last reader is gone."""

    def __init__(self) -> None:
        # Closed below: it lives as long as the table, not as a block.
        self.file = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115
        self.write = self.file.write

    def __del__(self) -> None:
        self.file.close()


class _Rewound:
    """A fresh reader over a temporary file that outlives it."""

    def __init__(self, kept: _Kept) -> None:
        self._kept = kept
        self.seek(0)

    def read(self, size: int = -1, /) -> bytes:
        return self._kept.file.read(size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._kept.file.seek(offset, whence)
        return self._kept.file.tell()

    def close(self) -> None:
        """Leaves the file open for the next reader."""

    def __enter__(self) -> _Rewound:
        return self

    def __exit__(self, *_: object) -> None:
        return None
