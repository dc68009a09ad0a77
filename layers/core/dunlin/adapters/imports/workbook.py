"""The sheet of an .xlsx workbook that is a table of debts, as lines of UTF-8 CSV.

A sheet row becomes exactly one line, so line numbers stay the sheet's row numbers.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.etree.ElementTree import ParseError

from dunlin.domain.imports.opened import Hints
from dunlin.domain.imports.profile import read_profile
from dunlin.domain.imports.records import COLUMN_CAP, FileRefused
from dunlin.domain.imports.types import RECEIVABLES, ImportQuestion

if TYPE_CHECKING:
    from openpyxl import Workbook

SHEET = "sheet"
"""The id of the question which sheet of a workbook is meant."""
ALL = "all_sheets"
"""The answer that all of its sheets of debts are read, one below the other."""

_PART_CAP = 1 << 30
_AT_ONCE_CAP = 48 << 20
_PIECEMEAL = ("xl/worksheets/", "xl/media/", "xl/drawings/", "xl/charts/", "xl/pivotCache/",
              "xl/externalLinks/")  # fmt: skip
"""Parts of a workbook that are read in pieces or not at all; all others are in memory at once."""
_DAMAGED = (ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, OSError,
            ParseError, RecursionError, TypeError, ValueError, zipfile.BadZipFile,
            zlib.error)  # fmt: skip
"""What the library raises over a workbook that is not as the standard has it."""
_RATIO_CAP = 250
_RATIO_FROM = 16 << 20
_BLANK_ROWS_CAP = 2_000
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets of a workbook that hold tables: those that are read, and those of debts.

    `asks` is the question where several hold debts and nobody said which; `notes` name the
    sheets that were left out.
    """

    read: tuple[str, ...] = ()
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
    layouts = {name: _layout(lines) for name, lines in tables.items()} if len(tables) > 1 else {}
    debts = tuple(name for name in tables if len(tables) == 1 or layouts[name])
    alike = len(debts) > 1 and len({layouts[name] for name in debts}) == 1
    choices = (*debts, ALL) if alike else debts
    reads = (wanted,) if wanted in debts else debts if wanted in choices else ()
    asks: tuple[ImportQuestion, ...] = ()
    if len(debts) > 1 and not reads:
        why = f"{len(debts)} sheets of the workbook are tables of debts: which one is it?"
        asks = (ImportQuestion(kind=SHEET, column=None, choices=choices, why=why),)
    reads = reads or (next(iter(debts or tables)),)
    others = ", ".join(f'"{name}"' for name in tables if name not in reads)
    named = " and ".join(f'"{name}"' for name in reads)
    notes = (f"Of the workbook the sheet {named} was read, not {others}.",) if others else ()
    return Sheets(reads, debts, asks, notes)


def sheet_lines(opened: Callable[[], BinaryIO], names: Sequence[str]) -> Iterator[bytes]:
    """CSV lines of some sheets of a workbook that `sheets_of` looked at, one below the other: the
    headings of a later one are headings again, and its rows count on."""
    with opened() as source, _workbook(source) as book:
        for name in names:
            yield from _sheet(_rows(book[name]))


def _refuse_unsafe(source: BinaryIO) -> None:
    with zipfile.ZipFile(source) as archive:
        parts = archive.infolist()
    whole = sum(p.file_size for p in parts)
    packed = sum(p.compress_size for p in parts) or 1
    if whole > _PART_CAP or (whole > _RATIO_FROM and whole > packed * _RATIO_CAP):
        raise FileRefused("zip_bomb", "the workbook unpacks to far more than a table holds")
    _refuse_large(sum(p.file_size for p in parts if not p.filename.startswith(_PIECEMEAL)))


def _refuse_large(at_once: int) -> None:
    if at_once > _AT_ONCE_CAP:
        raise FileRefused("too_large", "the workbook is too large: save the sheet as CSV")


@contextmanager
def _workbook(source: BinaryIO) -> Iterator[Workbook]:
    # Only file conversion reads workbooks: nothing else waits for the library.
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.xml.constants import SHARED_STRINGS

    try:
        reader = ExcelReader(source, read_only=True, data_only=True, keep_links=False)
        reader.read_manifest()
        # The manifest may name any part as the one of strings.
        strings = reader.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if strings is not None:
            _refuse_large(reader.archive.getinfo(strings.PartName[1:]).file_size)
        reader.read()
    except _DAMAGED as broken:
        raise _damaged() from broken
    try:
        yield reader.wb
    finally:
        reader.wb.close()


def _rows(sheet: Any, most: int | None = None) -> Iterator[tuple[object, ...]]:
    sheet.reset_dimensions()
    try:
        yield from sheet.iter_rows(max_row=most, values_only=True)
    except _DAMAGED as broken:
        raise _damaged() from broken


def _damaged() -> FileRefused:
    return FileRefused("broken_archive", "the workbook is damaged: open it, and save it anew")


def _tables(sheets: Iterable[Any]) -> dict[str, bytes]:
    """The first lines of every sheet that holds a table, by its name."""
    tables = {}
    for sheet in sheets:
        if not hasattr(sheet, "reset_dimensions"):  # a sheet of one chart
            continue
        rows = list(_rows(sheet, _LOOKED_AT))
        if _has_table(rows):
            tables[sheet.title] = b"".join(_sheet(iter(rows)))
    return tables


def _layout(lines: bytes) -> str:
    """The fingerprint of a table of debts, "" of any other."""
    profile = read_profile(io.BytesIO(lines), Hints(delimiter=","))
    of_debts = profile.kind == RECEIVABLES and profile.refusal is None
    return profile.header_fingerprint if of_debts else ""


def _has_table(rows: Sequence[tuple[object, ...]]) -> bool:
    return sum(sum(v is not None for v in row) > 1 for row in rows) >= 2


def _sheet(rows: Iterator[tuple[object, ...]]) -> Iterator[bytes]:
    blank = 0
    for row in rows:
        # A row that is coloured to its end is 16,384 cells wide.
        last = next((n for n in range(len(row), 0, -1) if row[n - 1] is not None), 0)
        cells = [_text(v) for v in row[:last]]
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
