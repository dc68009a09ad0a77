"""The one file in a zip archive. Nothing is ever written under a name that an archive gives."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO, cast

from dunlin.domain.imports.foreign import LOCKED, junk, office_kind
from dunlin.domain.imports.records import FileRefused
from dunlin.domain.plain_text import shortened

_CHUNK = 1 << 18
_ENCRYPTED = 0x1
_MOST_NAMED = 5
_A_NAME = 60
_LIST_CAP = 4 << 20
"""Bytes of an archive's list of its files, each of which takes ten times as many in memory."""


def is_workbook(opened: Callable[[], BinaryIO]) -> bool:
    """True for an .xlsx workbook, False for an archive. Raises `FileRefused` for what is locked,
    damaged, or a document."""
    with opened() as source, _archive(source) as archive:
        parts = archive.infolist()
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise FileRefused("password", LOCKED)
        names = frozenset(part.filename for part in parts)
    no = office_kind(names)
    if no is not None:
        raise no
    return "xl/workbook.xml" in names


def only_member(opened: Callable[[], BinaryIO]) -> Iterator[bytes]:
    """The one file of an archive in pieces, whatever macOS put beside it. Raises `FileRefused`
    where it holds none or several, and for a name that climbs out of its folder."""
    with opened() as source, _archive(source) as archive:
        part = _only(archive.infolist())
        try:
            with archive.open(part) as member:
                while piece := member.read(_CHUNK):
                    yield piece
        except (zipfile.BadZipFile, EOFError, OSError, zlib.error) as broken:
            raise FileRefused("broken_archive", "the zip file is damaged") from broken
        except (NotImplementedError, RuntimeError) as other:
            raise FileRefused(
                "broken_archive", "the zip file is packed in a way that is not known: pack it anew"
            ) from other


def _archive(source: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(cast(IO[bytes], _Wary(source)))
    except (zipfile.BadZipFile, OSError, ValueError) as broken:
        raise FileRefused("broken_archive", "the zip file is damaged or cut short") from broken


class _Wary:
    """The bytes of an archive, of which none takes more than `_LIST_CAP` at once but the list of
    its files: one that is longer is refused before it is read."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.seek, self.tell, self.seekable = source.seek, source.tell, source.seekable

    def read(self, size: int = -1, /) -> bytes:
        if size > _LIST_CAP:
            raise FileRefused("several_files", "the archive holds too many files to look through")
        return self._source.read(size)


def _only(parts: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    files = [p for p in parts if not p.is_dir() and not junk(p.filename)]
    for part in files:
        _refuse_climbing(part)
    if not files:
        raise FileRefused("empty_file", "the archive holds no file")
    if len(files) > 1:
        names = ", ".join(shortened(p.filename, _A_NAME) for p in files[:_MOST_NAMED])
        more = f" and {len(files) - _MOST_NAMED} more" if len(files) > _MOST_NAMED else ""
        raise FileRefused(
            "several_files",
            f"the archive holds {len(files)} files ({names}{more}): drop each by itself",
        )
    return files[0]


def _refuse_climbing(part: zipfile.ZipInfo) -> None:
    name = part.orig_filename.replace("\\", "/")
    link = stat.S_ISLNK(part.external_attr >> 16)
    drive = len(name) > 1 and name[1] == ":"
    if link or drive or name.startswith("/") or ".." in name.split("/") or "\0" in name:
        raise FileRefused(
            "unsafe_archive", "the archive names a place outside itself: it is not opened"
        )
