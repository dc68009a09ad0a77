"""A balance that ran on from row to row before somebody sorted the rows."""

from __future__ import annotations

import pytest

from tests.imports.reading import read
from tests.imports.test_layout import ALL, asked, owed

ADDED_UP = "Customer,Email,Amount,Due Date,Balance\n"
ADAS_FIRST_ROW = "Ada Abbott,ada@example.com,100.00,2026-06-23,100.00\n"


@pytest.mark.parametrize(
    ("bens", "adas_last"),
    [
        (("75.00,2026-03-02,175.00",), "50.00,2026-05-01,225.00"),
        (("30.00,2026-03-02,130.00", "45.00,2026-03-08,175.00"), "50.00,2026-05-01,225.00"),
        (("45.00,2026-03-02,145.00", "30.00,2026-03-08,225.00"), "50.00,2026-05-01,195.00"),
    ],
)
def test_a_balance_that_ran_on_before_the_rows_were_sorted_is_owed_once(
    bens: tuple[str, ...], adas_last: str
) -> None:
    text = (
        ADDED_UP + ADAS_FIRST_ROW + f"Ada Abbott,ada@example.com,{adas_last}\n"
        "Subtotal Ada Abbott,,150.00,,\n,,,,\n"
        + "".join(f"Ben Barker,ben@example.com,{row}\n" for row in bens)
        + "Subtotal Ben Barker,,75.00,,\n"
    )
    result = read(text)
    assert (owed(result), asked(result)) == (ALL, [])


def test_balances_above_their_amounts_that_lead_nowhere_are_each_invoices_own() -> None:
    result = read(
        ADDED_UP + "Ada Abbott,ada@example.com,140.00,2026-06-23,150.00\n"
        "Ben Barker,ben@example.com,70.00,2026-03-02,75.00\n"
    )
    assert owed(result) == ALL


@pytest.mark.parametrize("heading", ["Write-off Date", "Void Date", "Paid (Y/N)"])
def test_a_row_that_is_not_owed_moves_no_running_balance(heading: str) -> None:
    mark = "Y" if heading.startswith("Paid") else "2026-08-26"
    rows = [("1", "4807.48", "", "4807.48"), ("2", "1168.00", "", "5975.48"),
            ("3", "2322.70", mark, "5975.48"), ("4", "1426.98", "", "7402.46"),
            ("5", "998.00", "", "8400.46")]  # fmt: skip
    people = ("Cora", "Olive", "Boris", "Dora", "Cora")
    text = f"Customer,Email,Invoice,Due Date,Amount,{heading},Balance\n"
    for who, (number, amount, cell, balance) in zip(people, rows, strict=True):
        text += f"{who},{who.lower()}@example.com,{number},2026-08-04,{amount},{cell},{balance}\n"
    accounts = [r["account"] for r in read(text)["rows"] if r["outcome"] == "created"]
    assert {a["reference"]: a["balance_minor"] for a in accounts} == {
        "1": 480748, "2": 116800, "4": 142698, "5": 99800,
    }  # fmt: skip


def test_rows_without_number_and_day_move_a_running_balance() -> None:
    result = read(
        ADDED_UP + "Ada Abbott,ada@example.com,100.00,2026-06-23,100.00\n"
        "Cora Castillo,cora@example.com,40.50,,140.50\n"
        "Ben Barker,ben@example.com,75.00,2026-03-02,215.50\n"
        "Dora Dalton,dora@example.com,10.00,,225.50\n"
    )
    accounts = [row["account"] for row in result["rows"] if row["outcome"] == "created"]
    assert [a["balance_minor"] for a in accounts] == [10000, 4050, 7500, 1000]
