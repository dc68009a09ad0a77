"""The whole import in one process: profile, rows, debts. Nothing is written.

The cloud runs the same stages as functions over byte ranges; a dry run runs them here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from dunlin.domain.imports.assemble import Assembler, Assembly, ByLine
from dunlin.domain.imports.contact_points import Checks
from dunlin.domain.imports.data_rows import read_range
from dunlin.domain.imports.listed import listed
from dunlin.domain.imports.matching import SpillStore
from dunlin.domain.imports.normalise import Normaliser
from dunlin.domain.imports.opened import Dropped, refused
from dunlin.domain.imports.profile import read_profile
from dunlin.domain.imports.records import FileRefused
from dunlin.domain.imports.types import (
    CONTACTS,
    OTHER,
    PAYABLES,
    RECEIVABLES,
    REJECTED,
    FileProfile,
    NormalisedRow,
    Rejected,
    Row,
    RowOutcome,
)  # fmt: skip
from dunlin.service.imports.asking import Reading, heard, weighed

LARGE = 50_000
"""Rows above which a file is joined in a store that spills to disk."""
_LOOKED_THROUGH = 2_000
"""Rows among which those are found that show what a question means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What an import of one file would do. `assembly` is None where no row was read, `file` is
    the file as it was read, None where it could not be."""

    name: str
    profile: FileProfile
    assembly: Assembly | None
    file: Dropped | None = None


def read_files(
    files: Sequence[Dropped],
    *,
    checks: Checks,
    today: dt.date,
    large: Callable[[], SpillStore] = SpillStore,
) -> list[FileResult]:
    """The results of all files, in order. Contacts fill the accounts of the other files.

    `large` makes the store for files over `LARGE` rows.
    """
    files, profiles = _listened_to(files, checks=checks, today=today)
    contacts = [
        (file, profile)
        for file, profile in zip(files, profiles, strict=True)
        if profile.kind == CONTACTS and profile.refusal is None and not profile.waits
    ]
    results = []
    for file, profile in zip(files, profiles, strict=True):
        assembly = None
        if profile.refusal is None and not profile.waits:
            spill = large() if profile.records > LARGE else SpillStore()
            try:
                assembly = _assembled(
                    file, profile, checks=checks, today=today, contacts=contacts, spill=spill
                )
            except FileRefused as no:
                no_file = refused(no.code, no.detail, file.hints)
                results.append(FileResult(name=file.name, profile=no_file, assembly=None))
                continue
        results.append(FileResult(name=file.name, profile=profile, assembly=assembly, file=file))
    return results


def _listened_to(
    files: Sequence[Dropped], *, checks: Checks, today: dt.date
) -> tuple[list[Dropped], list[FileProfile]]:
    """The files under the answers that stand, with profiles whose questions say what each answer
    would do."""

    def assembled(file: Dropped, profile: FileProfile) -> Assembly:
        return _assembled(
            file, profile, checks=checks, today=today, contacts=(), spill=SpillStore()
        )

    reading = Reading(profiled=_profiled, rows=_first_rows, assembled=assembled)
    pairs = [heard(file, _profiled) for file in files]
    return [file for file, _ in pairs], [weighed(f, p, reading) for f, p in pairs]


def _first_rows(file: Dropped, profile: FileProfile) -> list[Row]:
    try:
        return list(islice(rows(file, profile), _LOOKED_THROUGH))
    except FileRefused:
        return []


def _profiled(file: Dropped) -> FileProfile:
    try:
        with file.open() as stream:
            return read_profile(stream, file.hints)
    except FileRefused as no:
        return refused(no.code, no.detail, file.hints)


def rows(file: Dropped, profile: FileProfile) -> Iterator[Row]:
    """All data rows of a profiled file, range by range."""
    for part in profile.ranges:
        with file.open() as stream:
            stream.seek(part.start)
            yield from read_range(stream, profile, part)


def values(
    file: Dropped, profile: FileProfile, checks: Checks
) -> Iterator[NormalisedRow | Rejected]:
    """All rows of a profiled file as values."""
    normaliser = Normaliser(profile, checks)
    for row in rows(file, profile):
        yield normaliser.normalise(row)


def _assembled(
    file: Dropped,
    profile: FileProfile,
    *,
    checks: Checks,
    today: dt.date,
    contacts: Sequence[tuple[Dropped, FileProfile]],
    spill: SpillStore,
) -> Assembly:
    if profile.kind in (RECEIVABLES, PAYABLES):
        book = Assembler(profile, today, spill)
        for row in values(file, profile, checks):
            book.add(row)
        for other, profiled in contacts:
            book.fill(profiled, values(other, profiled, checks))
        return book.finish()
    if profile.kind == OTHER:
        by_line = spill.by_number()
        for plain in rows(file, profile):
            line = plain.line
            by_line[line] = RowOutcome(line=line, outcome=REJECTED, code="not_a_debt")
        return Assembly({}, ByLine(by_line), [])
    return listed(profile, values(file, profile, checks), spill)
