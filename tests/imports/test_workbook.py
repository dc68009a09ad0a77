"""The first sheet with a table of a workbook, by its own row numbers."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl

from tests.imports.reading import read, result_of, rows_by


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


DEBTS: list[list[object]] = [
    ["Invoice", "Customer", "Email", "Due Date", "Balance"],
    [1, "Ann Lee", "ann@example.com", dt.date(2026, 3, 14), 10],
    [2, "Bo Cy", "bo@example.com", dt.date(2026, 3, 15), 20],
]
SUPPLIERS: list[list[object]] = [
    ["Vendor", "Bill No", "Bill Date", "Open Balance"],
    ["Paper Mill", "B-1", dt.date(2026, 3, 4), 900],
    ["Ink Works", "B-2", dt.date(2026, 3, 4), 800],
]


def test_the_sheet_of_debts_is_read_wherever_it_stands() -> None:
    result = result_of(workbook(SUPPLIERS, DEBTS))
    assert result.assembly is not None
    assert len(result.assembly.accounts) == 2
    assert result.profile.notes[0] == 'Of the workbook the sheet "s1" was read, not "s0".'


def test_of_two_sheets_of_debts_a_person_says_which() -> None:
    newer = [DEBTS[0], [7, "Cy Dee", "cy@example.com", dt.date(2026, 4, 14), 99]]
    content = workbook(SUPPLIERS, DEBTS, newer)
    document = read(content)
    assert document["state"] == "waiting"
    (asked,) = document["decisions_needed"]
    assert (asked["id"], asked["choices"]) == ("sheet", ["s1", "s2", "all_sheets"])
    assert asked["meanings"][0].startswith("2 debts, $30.00")
    assert asked["meanings"][1].startswith("1 debt, $99.00")
    answered = read(content, answers={"sheet": "s2"})
    assert answered["state"] == "done"
    assert answered["totals"]["USD"]["balance_minor"] == 9900
    together = read(content, answers={"sheet": "all_sheets"})
    assert (together["state"], together["outcomes"]["created"]) == ("done", 3)
    assert together["totals"]["USD"]["balance_minor"] == 12900
    notes = result_of(content, answers={"sheet": "s0"}).profile.notes
    assert any('"s0" is no answer' in note for note in notes)


def test_sheets_of_two_layouts_are_not_read_as_one() -> None:
    other: list[list[object]] = [
        ["Customer", "Balance", "Due Date", "Invoice"],
        ["Cy", 9, dt.date(2026, 4, 1), 7],
    ]
    (asked,) = read(workbook(DEBTS, other))["decisions_needed"]
    assert asked["choices"] == ["s0", "s1"]


def test_a_hidden_sheet_is_read_only_where_no_other_holds_a_table() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(DEBTS, DEBTS)))
    book.worksheets[0].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue())["decisions_needed"] == []
    book.worksheets[1].delete_rows(1, 9)
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue())["outcomes"]["created"] == 2
