"""A dropped file as a table in bytes: packed, UTF-16 and xlsx files become UTF-8 first.

Every cap is checked while reading, so a bomb costs no more memory than a good file.
"""

from __future__ import annotations

import codecs
import io
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, cast

from dunlin.adapters.imports.archive import is_workbook, only_member
from dunlin.adapters.imports.workbook import SHEET, Sheets, sheet_lines, sheets_of
from dunlin.domain.imports.foreign import refuse_foreign, refuse_old_office
from dunlin.domain.imports.opened import Dropped, Hints
from dunlin.domain.imports.records import FileRefused
from dunlin.domain.imports.sidecar import Sidecar

_CHUNK = 1 << 18
_MEMORY = 8 << 20
BYTES_CAP = 16 << 30
"""A file larger than this, packed or not, is refused."""
RATIO_CAP = 200
RATIO_FROM = 64 << 20
"""Packing better than `RATIO_CAP` after `RATIO_FROM` bytes is a bomb, not a table."""

_OLE_CAP = 64 << 20
_GZIP, _ZIP, _OLE = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

_NO_SHEETS = Sheets()


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
    sheets: Sheets = _NO_SHEETS


def opened_file(name: str, source: Callable[[], BinaryIO], sidecar: Sidecar) -> Dropped:
    """A dropped file as its stages read it; `source` opens its bytes anew each time.

    Raises `FileRefused` for what is no table.
    """
    table = as_table(source, sheet=sidecar.answers.get(SHEET, ""))
    return Dropped(
        name=name,
        open=table.open,
        hints=Hints(
            encoding=table.encoding,
            delimiter=table.delimiter,
            sidecar=sidecar,
            asks=table.sheets.asks,
            notes=table.sheets.notes,
        ),
        reopened=partial(opened_file, name, source) if len(table.sheets.debts) > 1 else None,
    )


def as_table(opened: Callable[[], BinaryIO], *, sheet: str = "", packed: bool = False) -> Table:
    """The table in a file; `opened` opens it anew each time. Of a workbook the sheet that is
    named, else the one that is a table of debts; `packed` says that it came out of an archive.

    Raises `FileRefused` for what is no table, for an archive of several files, and for a bomb.
    """
    with opened() as source:
        lead = source.read(4096)
    if lead.startswith((_GZIP, _ZIP)) and packed:
        if lead.startswith(_GZIP) or not is_workbook(opened):
            raise FileRefused("packed_twice", "an archive inside an archive")
    elif lead.startswith(_GZIP):
        return _unpacked(opened)
    if lead.startswith(_ZIP):
        if not is_workbook(opened):
            return _from_archive(opened, sheet)
        sheets = sheets_of(opened, sheet)
        lines = _converted(sheet_lines(opened, sheets.read), "utf-8", delimiter=",")
        return replace(lines, sheets=sheets)
    if lead.startswith(_OLE):
        with opened() as source:
            refuse_old_office(source.read(_OLE_CAP))
    refuse_foreign(lead)
    wide = wide_encoding(lead)
    if wide:
        return _converted(_transcoded(_plain(opened), wide), wide)
    return Table(open=opened)


def _from_archive(opened: Callable[[], BinaryIO], sheet: str) -> Table:
    """The table in the one file of a zip archive, which may be a workbook."""
    with opened() as source:
        source.seek(0, io.SEEK_END)
        packed = source.tell()
    member = _converted(_bounded(only_member(opened), packed), "")
    inner = as_table(member.open, sheet=sheet, packed=True)
    return inner if inner.converted else member


def _bounded(pieces: Iterator[bytes], packed: int) -> Iterator[bytes]:
    unpacked = 0
    for piece in pieces:
        unpacked += len(piece)
        _refuse_bomb(packed, unpacked)
        yield piece


def _unpacked(opened: Callable[[], BinaryIO]) -> Table:
    pieces = _gunzipped(opened)
    first = next(pieces, b"")
    if first.startswith((_GZIP, _ZIP)):
        raise FileRefused("packed_twice", "an archive inside an archive")
    refuse_foreign(first[:4096])
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

    def tell(self) -> int:
        return self._kept.file.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """Leaves the file open for the next reader."""

    def __enter__(self) -> _Rewound:
        return self

    def __exit__(self, *_: object) -> None:
        return None
