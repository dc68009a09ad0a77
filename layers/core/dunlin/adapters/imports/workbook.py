"""The first sheet of an .xlsx workbook that holds a table, as lines of UTF-8 CSV.

A sheet row becomes exactly one line, so line numbers stay the sheet's row numbers.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

from dunlin.domain.imports.records import COLUMN_CAP, FileRefused

_PART_CAP = 1 << 30
_STRINGS_CAP = 48 << 20
_RATIO_CAP = 250
_RATIO_FROM = 16 << 20
_BLANK_ROWS_CAP = 2_000


def sheet_lines(opened: Callable[[], BinaryIO]) -> Iterator[bytes]:
    """CSV lines of the first sheet with a table. Raises `FileRefused` for a bomb or no workbook."""
    with opened() as source:
        _refuse_unsafe(source)
        source.seek(0)
        yield from _lines(source)


def _refuse_unsafe(source: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as broken:
        raise FileRefused("broken_archive", "the workbook is damaged") from broken
    names = {p.filename for p in parts}
    if "xl/workbook.xml" not in names:
        raise FileRefused("not_a_workbook", "a zip archive: unpack it and drop the table itself")
    whole = sum(p.file_size for p in parts)
    packed = sum(p.compress_size for p in parts) or 1
    if whole > _PART_CAP or (whole > _RATIO_FROM and whole > packed * _RATIO_CAP):
        raise FileRefused("zip_bomb", "the workbook unpacks to far more than a table holds")
    strings = sum(p.file_size for p in parts if p.filename.endswith("sharedStrings.xml"))
    if strings > _STRINGS_CAP:
        raise FileRefused("too_large", "the workbook is too large: save the sheet as CSV")


def _lines(source: BinaryIO) -> Iterator[bytes]:
    # Only file conversion reads workbooks, and only its function carries the library.
    import openpyxl

    try:
        book = openpyxl.load_workbook(source, read_only=True, data_only=True)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, TypeError) as broken:
        raise FileRefused("broken_archive", "the workbook is damaged") from broken
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            if _has_table(sheet.iter_rows(max_row=200, values_only=True)):
                yield from _sheet(sheet.iter_rows(values_only=True))
                return
    finally:
        book.close()
    raise FileRefused("no_rows", "no sheet of the workbook holds a table")


def _has_table(rows: Iterator[tuple[object, ...]]) -> bool:
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
