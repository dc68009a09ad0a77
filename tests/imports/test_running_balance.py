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
