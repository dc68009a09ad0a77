"""The first sheet with a table of a workbook, by its own row numbers."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl

from tests.imports.reading import read, rows_by


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for number, cells in enumerate(sheets):
        sheet = book.create_sheet(f"s{number}")
        for row in cells:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


TABLE: list[list[object]] = [
    ["Open invoices", None, None, None, None],
    [],
    ["Invoice", "Customer", "Email", "Due Date", "Balance"],
    [1001, "Ann Lee", "ann@example.com", dt.datetime(2026, 3, 4), 1234.5],  # noqa: DTZ001
    [1002, "Bo\nCy", "bo@example.com", dt.date(2026, 3, 5), 20],
    [],
    [1003, "Al Fox", "al@example.com", dt.date(2026, 3, 6), 0.1 + 0.2],
]


def test_a_workbook_reads_by_its_row_numbers() -> None:
    result = read(workbook([["notes only"]], TABLE))
    assert (result["header_row"], result["delimiter"], result["encoding"]) == (3, ",", "utf-8")
    by_line = rows_by(result)
    assert sorted(by_line) == [4, 5, 7]
    first = by_line[4]["account"]
    assert (first["invoice"], first["balance_minor"], first["due_on"]) == (
        "1001", 123450, "2026-03-04",
    )  # fmt: skip
    assert by_line[5]["account"]["consumer"]["name"] == "Bo Cy"
    assert by_line[7]["account"]["balance_minor"] == 30


def test_a_workbook_without_a_table_is_refused() -> None:
    assert read(workbook([["a note"]]))["refused"]["code"] == "no_rows"
