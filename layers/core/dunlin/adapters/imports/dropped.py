"""A file of the drop bucket, opened for the import's stages, with its sidecar if there is one.

A file is fetched in pieces: a small one into memory, a larger one to a temporary file, one over
the limit not at all.
"""

from __future__ import annotations

import errno
import io
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from dunlin.adapters.imports.contact_checks import email, phone
from dunlin.adapters.imports.opening import opened_file
from dunlin.adapters.imports.sidecar_file import read_sidecar, with_answers
from dunlin.adapters.imports.spill_store import FileSpillStore
from dunlin.domain.errors import DomainError
from dunlin.domain.imports import mapping_file, sidecar
from dunlin.domain.imports.contact_points import Checks
from dunlin.domain.imports.file_names import bare_name, mapping_name
from dunlin.domain.imports.matching import SpillStore
from dunlin.domain.imports.opened import Dropped, refused
from dunlin.domain.imports.records import FileRefused
from dunlin.domain.imports.sidecar import Sidecar, SidecarErrors
from dunlin.domain.imports.types import FileProfile
from dunlin.ports.imports import DropBox

CHECKS = Checks(phone=phone, email=email)
_PIECE = 8 << 20
LARGEST = 512 << 20
"""Bytes of a dropped file; a larger one is refused, so that every stage fits its function."""


class DroppedFiles:
    """`Intake` over the drop bucket."""

    checks = CHECKS

    def __init__(self, drop_box: DropBox, *, largest: int = LARGEST) -> None:
        self._drop_box = drop_box
        self._largest = largest

    def open(self, key: str, version: str | None) -> Dropped | FileProfile:
        """The file as a table, or the profile that refuses it."""
        content = self._mapping_or_nothing(mapping_name(key))
        given = read_sidecar(content) if content else Sidecar()
        if isinstance(given, SidecarErrors):
            return refused("bad_mapping_file", "; ".join(given.errors))
        try:
            opened = opened_file(key.rsplit("/", 1)[-1], self._fetched(key, version), given)
            unread = () if content else self._unread(key)
            return replace(
                opened, hints=replace(opened.hints, notes=(*opened.hints.notes, *unread))
            )
        except FileRefused as no:
            return refused(no.code, no.detail)
        except OSError as full:
            if full.errno != errno.ENOSPC:
                raise
            return refused("too_large", "the file unpacks to more than there is room for: split it")

    def spill_store(self) -> SpillStore:
        return FileSpillStore()

    def answer(self, key: str, answers: Mapping[str, str]) -> Mapping[str, str]:
        place = mapping_name(key)
        there = self._mapping_or_nothing(place)
        answered = with_answers(there, answers)
        if mapping_file.untouched(there.decode("utf-8-sig")):
            answered = mapping_file.signed(answered.decode()).encode()
        self._drop_box.write(place, answered, "text/plain; charset=utf-8")
        after = read_sidecar(answered)
        return after.answers if isinstance(after, Sidecar) else {}

    def _unread(self, key: str) -> Iterator[str]:
        """A sentence on a person's mapping file that lies beside a file as if that were a .csv:
        `open.mapping.yaml` beside `open.xlsx`."""
        place = mapping_name(f"{bare_name(key)}.csv")
        if place == mapping_name(key) or not self._mapping_or_nothing(place):
            return
        if not self._drop_box.ours(place, ""):
            given, wanted = (name.rpartition("/")[2] for name in (place, mapping_name(key)))
            yield f"{given} was not read for this file: name it {wanted}."

    def _mapping_or_nothing(self, key: str) -> bytes:
        """The mapping file, one that is too large no further than shows that it is."""
        try:
            return self._drop_box.read(key, end=sidecar.LARGEST + 1)
        except DomainError:
            return b""

    def _fetched(self, key: str, version: str | None) -> Callable[[], BinaryIO]:
        """Opens the content anew each time. Raises `FileRefused` where the file is too large."""
        pieces = self._pieces(key, version)
        first = next(pieces)
        if len(first) < _PIECE:
            return lambda: io.BytesIO(first)
        kept = tempfile.NamedTemporaryFile(prefix="dunlin-")  # noqa: SIM115
        for piece in chain([first], pieces):
            kept.write(piece)
        kept.flush()

        def opened() -> BinaryIO:
            return Path(kept.name).open("rb")

        weakref.finalize(opened, kept.close)  # deleted with who could still open it
        return opened

    def _pieces(self, key: str, version: str | None) -> Iterator[bytes]:
        at = 0
        while True:
            piece = self._drop_box.read(key, version=version, start=at, end=at + _PIECE)
            at += len(piece)
            if at > self._largest:
                megabytes = self._largest >> 20
                raise FileRefused("too_large", f"the file is over {megabytes} MB: split it")
            yield piece
            if len(piece) < _PIECE:
                return
