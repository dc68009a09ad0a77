"""The files written beside the dropped one: safe to open, complete, and readable again."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunlin.domain.imports import report
from dunlin.domain.imports.assemble import HOLD_CODES
from dunlin.domain.imports.guard import csv_text, guarded, unguarded
from dunlin.domain.imports.records import FileRefused
from dunlin.domain.imports.types import REJECTED
from dunlin.service.imports.read_file import rows
from tests.imports.reading import TODAY, dropped, read, result_of

HEADER = "Invoice,Customer,Email,Phone,Due Date,Balance\n"
MESSY = (
    HEADER
    + "1,Ann Lee,ann@example.com,,2026-03-04,10.00\n"
    + "2,=HYPERLINK(1),nobody,555-0100,2026-03-04,20.00\n"
    + "3,@SUM(A1),bo@example.com,,2026-03-04,+cmd\n"
    + "4,Paid Up,p@example.com,,2026-03-04,0.00\n"
    + "5,'quoted,q@example.com,,2026-03-04,\n"
    + "Total,,,,,30.00\n"
)


@given(st.text(max_size=12))
def test_the_guard_comes_off_again(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|'x'!A1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_a_formula_is_guarded(cell: str) -> None:
    assert guarded(cell).startswith("'")


@pytest.mark.parametrize("cell", ["-45.10", "+1 212", "1,234.50-", "", "plain", "O'Neil"])
def test_figures_and_words_stay(cell: str) -> None:
    assert guarded(cell) == cell


@given(st.lists(st.lists(st.text(max_size=6), min_size=2, max_size=2), max_size=4))
def test_csv_text_is_safe_and_whole(table: list[list[str]]) -> None:
    text = csv_text(("a", "b"), table)
    back = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [[unguarded(c) for c in row] for row in back] == table


def report_of(table: str) -> list[list[str]]:
    result = result_of(table)
    assembly = result.assembly
    text = "".join(
        report.report_csv(
            result.profile,
            assembly.outcomes if assembly else (),
            assembly.accounts if assembly else {},
        )
    )
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_report_lists_what_did_not_import_as_it_stood() -> None:
    header, *lines = report_of(MESSY)
    assert header == ["row", "outcome", "field", "value", "code", "what_to_do"]
    listed = [(line[0], line[1], line[4]) for line in lines]
    assert listed == [
        ("3", "created", "missing_contact"), ("3", "created", "bad_email"),
        ("3", "created", "bad_phone"), ("4", "rejected", "bad_amount"),
        ("6", "rejected", "missing_balance"),
    ]  # fmt: skip
    assert all(line[5] for line in lines)
    assert [line[3] for line in lines if line[4] == "bad_amount"] == ["'+cmd"]


def test_a_refused_file_has_one_line_that_says_why() -> None:
    _, line = report_of("Invoice,Customer,Email,Due Date\n1,Ann,a@example.com,2026-03-04\n")
    assert line[1:5] == ["rejected", "", "", "no_balance_column"]


def rejected_of(table: str) -> str:
    file = dropped(table.encode())
    result = result_of(table)
    assert result.assembly is not None
    reasons = {o.line: o.code for o in result.assembly.outcomes if o.outcome == REJECTED}
    lines = [(r.cells, reasons[r.line]) for r in rows(file, result.profile) if r.line in reasons]
    return "".join(report.rejected_csv(result.profile.headers, lines))


def test_rejected_rows_come_back_mended() -> None:
    text = rejected_of(MESSY)
    assert text.splitlines()[0].endswith(",dunlin_reason")
    mended = text.replace("'+cmd", "30.00").replace("2026-03-04,,", "2026-03-04,5.00,")
    result = read(mended)
    assert result["outcomes"] == {
        "created": 2, "updated": 0, "unchanged": 0, "rejected": 0, "duplicate": 0,
    }  # fmt: skip
    assert "dunlin_reason" in result["mapping"]
    assert result["mapping"]["dunlin_reason"]["field"] == "ignore"
    assert [r["account"]["consumer"]["name"] for r in result["rows"]] == ["@SUM(A1)", "'quoted"]


def test_the_summary_reconciles_with_the_total_of_the_file() -> None:
    result = result_of(MESSY)
    summary = report.summary("open.csv", result.profile, result.assembly, TODAY)
    assert summary["totals"] == {"USD": {"rows": 2, "balance_minor": 3000}}
    assert summary["reconciliation"] == {
        "USD": {"owed_minor": 3000, "file_total_minor": 3000, "difference_minor": 0}
    }
    assert summary["buckets"] == {"over-90": 2}
    assert summary["outcomes"] == {"created": 2, "rejected": 2, "unchanged": 1}
    assert json.dumps(summary)
    assert "1 of 2 accounts" in str(summary["next_step"])


def test_every_code_has_advice() -> None:
    assert report.advice("no such code")
    for code in HOLD_CODES.values():
        assert code in report.ADVICE


def test_a_refusal_names_its_code() -> None:
    assert str(FileRefused("empty_file", "nothing")) == "empty_file: nothing"


def test_a_probable_duplicate_is_flagged_and_created() -> None:
    table = HEADER + "".join(
        f"{n},Ann Lee,ann@example.com,,2026-03-0{day},{owed}\n"
        for n, day, owed in ((1, 4, "10.00"), (2, 4, "10.00"), (3, 5, "10.00"), (4, 4, "11.00"))
    )
    assert read(table)["outcomes"]["created"] == 4
    _, line = report_of(table)
    assert line[:5] == ["3", "created", "", "1", "probable_duplicate"]


def test_a_file_none_of_whose_rows_could_be_read_is_not_said_to_owe_nothing() -> None:
    result = result_of(
        "Customer,Email,Invoice Number,Due Date,Balance\n"
        "Ada Abbott,ada@example.com,4.50021E+11,2026-10-01,31.63\n"
        "Ben Barker,ben@example.com,4.50021E+11,2026-10-01,43.47\n"
    )
    summary = report.summary("open.csv", result.profile, result.assembly, TODAY)
    assert str(summary["next_step"]).startswith("2 rows were not imported")
