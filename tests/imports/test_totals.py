"""Totals of a file against its rows: what they may leave out, count once or take off."""

from __future__ import annotations

import pytest

from tests.imports.reading import read
from tests.imports.test_layout import ADA, ADAS_SECOND, AGED, ALL, BEN, LIST, asked, owed


def test_totals_of_a_ledger_are_held_beside_what_moved() -> None:
    result = read(
        "Customer,Email,Date,Num,Debit,Credit,Balance\n"
        "Ada Abbott,ada@example.com,2026-01-13,1,170.00,,170.00\n"
        "Ada Abbott,ada@example.com,2026-01-23,,,20.00,150.00\n"
        "Total Ada Abbott,,,,170.00,20.00,150.00\n"
        "Ben Barker,ben@example.com,2026-01-13,2,75.00,,75.00\n"
        "Total Ben Barker,,,,75.00,,75.00\nTOTAL,,,,245.00,20.00,225.00\n"
    )
    assert (owed(result), asked(result)) == (ALL, [])


def test_a_row_that_stands_twice_counts_once_in_the_total() -> None:
    result = read(LIST + ADA + ADA + ADAS_SECOND + BEN + "Total,,,,225.00\n")
    assert (owed(result), asked(result)) == (ALL, [])


@pytest.mark.parametrize(
    "rows",
    [
        "Ada Abbott,ada@example.com,5,Invoice,Paid,2026-03-04,10.00\n",
        "Ada Abbott,ada@example.com,5,Invoice,Void,2026-03-04,10.00\n",
        "Cora Castillo,cora@example.com,5,Invoice,Paid,2026-03-04,10.00\n",
    ],
)
def test_a_total_may_hold_the_open_debts_alone(rows: str) -> None:
    result = read(
        "Customer,Email,Invoice,Type,Status,Due Date,Amount\n"
        "Ada Abbott,ada@example.com,1,Invoice,Open,2026-03-04,150.00\n" + rows
        + "Ben Barker,ben@example.com,3,Invoice,Open,2026-03-04,75.00\nTotal,,,,,,225.00\n"
    )  # fmt: skip
    assert (owed(result), asked(result)) == (ALL, [])


def test_a_total_takes_off_credits_that_stand_without_a_sign() -> None:
    result = read(
        "Customer,Email,Invoice,Type,Due Date,Balance\n"
        "Ada Abbott,ada@example.com,1,Invoice,2026-03-04,180.00\n"
        "Ada Abbott,ada@example.com,2,Credit Memo,2026-03-04,30.00\n"
        "Ben Barker,ben@example.com,3,Invoice,2026-03-04,75.00\nTotal,,,,,225.00\n"
    )
    assert (owed(result), asked(result)) == (ALL, [])


def test_more_names_that_look_like_totals_than_can_be_weighed_are_asked_about() -> None:
    rows = "".join(f"Total Shop {n},0.00,{n}.00,0.00,{n}.50\n" for n in range(1, 400))
    assert asked(read(AGED + "Ben Barker,0.00,90.50,0.00,90.50\n" + rows)) == ["totals"]


@pytest.mark.parametrize(
    ("title", "questions"),
    [
        ("Total outstanding,,,,500.00", ["totals"]), ("Total open: $500.00,,,,", ["totals"]),
        ("Total outstanding,,,,225.00", []), ("Gesamt:,,,,225.00", []),
        ("Total outstanding: $225.00,,,,", []), ("Total customers,2,,,", []),
        ("Total 90+ days,,,,10.00", []), ("Report of 2026,,,,", []),
    ],
)  # fmt: skip
def test_a_total_above_the_headings_is_held_beside_the_rows(
    title: str, questions: list[str]
) -> None:
    result = read(f"{title}\n" + LIST + ADA + ADAS_SECOND + BEN)
    assert asked(result) == questions
    assert questions or owed(result) == ALL
