"""The sheet of an .xlsx workbook that is a table of debts, as lines of UTF-8 CSV.

A sheet row becomes exactly one line, so line numbers stay the sheet's row numbers.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from dunlin.domain.imports.opened import Hints
from dunlin.domain.imports.profile import read_profile
from dunlin.domain.imports.records import COLUMN_CAP, FileRefused
from dunlin.domain.imports.types import RECEIVABLES, ImportQuestion

if TYPE_CHECKING:
    from openpyxl import Workbook

SHEET = "sheet"
"""The id of the question which sheet of a workbook is meant."""

_PART_CAP = 1 << 30
_STRINGS_CAP = 48 << 20
_RATIO_CAP = 250
_RATIO_FROM = 16 << 20
_BLANK_ROWS_CAP = 2_000
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets of a workbook that hold tables: the one that is read, and those of debts.

    `asks` is the question where several hold debts and nobody said which; `notes` name the
    sheets that were left out.
    """

    read: str = ""
    debts: tuple[str, ...] = ()
    asks: tuple[ImportQuestion, ...] = ()
    notes: tuple[str, ...] = ()


def sheets_of(opened: Callable[[], BinaryIO], wanted: str) -> Sheets:
    """Which sheet of a workbook is read: the `wanted` one, else the one that is a table of debts,
    else the first with a table. Hidden sheets count where no other holds a table.

    Raises `FileRefused` for a bomb, and where no sheet holds a table.
    """
    with opened() as source:
        _refuse_unsafe(source)
        source.seek(0)
        with _workbook(source) as book:
            seen = [s for s in book.worksheets if s.sheet_state == "visible"]
            tables = _tables(seen) or _tables(s for s in book.worksheets if s not in seen)
    if not tables:
        raise FileRefused("no_rows", "no sheet of the workbook holds a table")
    debts = tuple(name for name, lines in tables.items() if len(tables) == 1 or _of_debts(lines))
    reads = wanted if wanted in debts else next(iter(debts or tables))
    asks: tuple[ImportQuestion, ...] = ()
    if len(debts) > 1 and wanted not in debts:
        why = f"{len(debts)} sheets of the workbook are tables of debts: which one is it?"
        asks = (ImportQuestion(kind=SHEET, column=None, choices=debts, why=why),)
    others = ", ".join(f'"{name}"' for name in tables if name != reads)
    notes = (f'Of the workbook the sheet "{reads}" was read, not {others}.',) if others else ()
    return Sheets(reads, debts, asks, notes)


def sheet_lines(opened: Callable[[], BinaryIO], name: str) -> Iterator[bytes]:
    """CSV lines of one sheet of a workbook that `sheets_of` looked at."""
    with opened() as source, _workbook(source) as book:
        sheet = book[name]
        sheet.reset_dimensions()
        yield from _sheet(sheet.iter_rows(values_only=True))


def _refuse_unsafe(source: BinaryIO) -> None:
    with zipfile.ZipFile(source) as archive:
        parts = archive.infolist()
    whole = sum(p.file_size for p in parts)
    packed = sum(p.compress_size for p in parts) or 1
    if whole > _PART_CAP or (whole > _RATIO_FROM and whole > packed * _RATIO_CAP):
        raise FileRefused("zip_bomb", "the workbook unpacks to far more than a table holds")
    strings = sum(p.file_size for p in parts if p.filename.endswith("sharedStrings.xml"))
    if strings > _STRINGS_CAP:
        raise FileRefused("too_large", "the workbook is too large: save the sheet as CSV")


@contextmanager
def _workbook(source: BinaryIO) -> Iterator[Workbook]:
    # Only file conversion reads workbooks: nothing else waits for the library.
    import openpyxl

    try:
        book = openpyxl.load_workbook(source, read_only=True, data_only=True)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, TypeError) as broken:
        raise FileRefused("broken_archive", "the workbook is damaged") from broken
    try:
        yield book
    finally:
        book.close()


def _tables(sheets: Iterable[Any]) -> dict[str, bytes]:
    """The first lines of every sheet that holds a table, by its name."""
    tables = {}
    for sheet in sheets:
        if not hasattr(sheet, "reset_dimensions"):  # a sheet of one chart
            continue
        sheet.reset_dimensions()
        rows = list(sheet.iter_rows(max_row=_LOOKED_AT, values_only=True))
        if _has_table(rows):
            tables[sheet.title] = b"".join(_sheet(iter(rows)))
    return tables


def _of_debts(lines: bytes) -> bool:
    profile = read_profile(io.BytesIO(lines), Hints(delimiter=","))
    return profile.kind == RECEIVABLES and profile.refusal is None


def _has_table(rows: Sequence[tuple[object, ...]]) -> bool:
    return sum(sum(v is not None for v in row) > 1 for row in rows) >= 2


def _sheet(rows: Iterator[tuple[object, ...]]) -> Iterator[bytes]:
    blank = 0
    for row in rows:
        cells = [_text(v) for v in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            # A sheet may claim a million empty rows below the table.
            blank += 1
            if blank > _BLANK_ROWS_CAP:
                return
            continue
        if len(cells) > COLUMN_CAP:
            raise FileRefused(
                "too_many_columns", f"{len(cells)} columns; the limit is {COLUMN_CAP}"
            )
        if blank:
            yield b"\n" * blank
            blank = 0
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(cells)
        yield out.getvalue().encode("utf-8", "replace")


def _text(value: object) -> str:
    """A cell as an export would write it; figures that are whole lose their `.0`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return repr(round(value, 6))
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return " ".join(str(value).replace("\0", "").split())
