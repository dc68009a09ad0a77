"""The whole import in one process: profile, rows, debts. Nothing is written.

The cloud runs the same stages as functions over byte ranges; a dry run runs them here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dunlin.domain.imports.assemble import Assembler, Assembly, ByLine, told_of
from dunlin.domain.imports.matching import SpillStore
from dunlin.domain.imports.normalise import Checks, Normaliser, read_range
from dunlin.domain.imports.opened import Dropped, refused
from dunlin.domain.imports.profile import profile
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

LARGE = 50_000
"""Rows above which a file is joined on shelves that spill to disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What an import of one file would do. `assembly` is None where no row was read."""

    name: str
    profile: FileProfile
    assembly: Assembly | None


def read_files(
    files: Sequence[Dropped],
    *,
    checks: Checks,
    today: dt.date,
    large: Callable[[], SpillStore] = SpillStore,
) -> list[FileResult]:
    """The results of all files, in order. Contacts fill the accounts of the other files.

    `large` makes the shelves for files over `LARGE` rows.
    """
    profiles = [_profiled(file) for file in files]
    contacts = [
        (file, made)
        for file, made in zip(files, profiles, strict=True)
        if made.kind == CONTACTS and made.refusal is None and not made.waits
    ]
    results = []
    for file, made in zip(files, profiles, strict=True):
        assembly = None
        if made.refusal is None and not made.waits:
            shelves = large() if made.records > LARGE else SpillStore()
            try:
                assembly = _assembled(
                    file, made, checks=checks, today=today, contacts=contacts, shelves=shelves
                )
            except FileRefused as no:
                no_file = refused(no.code, no.detail, file.hints)
                results.append(FileResult(name=file.name, profile=no_file, assembly=None))
                continue
        results.append(FileResult(name=file.name, profile=made, assembly=assembly))
    return results


def _profiled(file: Dropped) -> FileProfile:
    try:
        with file.open() as stream:
            return profile(stream, file.hints)
    except FileRefused as no:
        return refused(no.code, no.detail, file.hints)


def rows(file: Dropped, made: FileProfile) -> Iterator[Row]:
    """All data rows of a profiled file, range by range."""
    for part in made.ranges:
        with file.open() as stream:
            stream.seek(part.start)
            yield from read_range(stream, made, part)


def values(file: Dropped, made: FileProfile, checks: Checks) -> Iterator[NormalisedRow | Rejected]:
    """All rows of a profiled file as values."""
    normaliser = Normaliser(made, checks)
    for row in rows(file, made):
        yield normaliser.normalise(row)


def _assembled(
    file: Dropped,
    made: FileProfile,
    *,
    checks: Checks,
    today: dt.date,
    contacts: Sequence[tuple[Dropped, FileProfile]],
    shelves: SpillStore,
) -> Assembly:
    if made.kind in (RECEIVABLES, PAYABLES):
        book = Assembler(made, today, shelves)
        for row in values(file, made, checks):
            book.add(row)
        for other, profiled in contacts:
            book.fill(values(other, profiled, checks))
        return book.finish()
    if made.kind == OTHER:
        by_line = shelves.by_number()
        for plain in rows(file, made):
            line = plain.line
            by_line[line] = RowOutcome(line=line, outcome=REJECTED, code="not_a_debt")
        return Assembly({}, ByLine(by_line), [])
    return told_of(made, values(file, made, checks), shelves)
