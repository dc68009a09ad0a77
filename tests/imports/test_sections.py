"""Files of more than one part: sections under headings, and a column for each month."""

from __future__ import annotations

import pytest

from tests.imports.reading import read, result_of
from tests.imports.test_layout import ADA, ADAS_SECOND, ALL, BEN, LIST, asked, owed


@pytest.mark.parametrize(
    "heading",
    ["Paid invoices", "PAID", "Bezahlte Rechnungen", "Facturas pagadas", "Factures payées",
     "Faturas pagas", "Void", "Drafts", "Written off", "Disputed"],
)  # fmt: skip
def test_what_stands_under_a_heading_that_says_paid_is_asked_about(heading: str) -> None:
    text = LIST + "Open invoices,,,,\n" + ADA + ADAS_SECOND + f"{heading},,,,\n" + BEN
    assert asked(read(text)) == ["section"]
    assert owed(read(text, answers={"section": "above"})) == {"Ada Abbott": 15000}
    stopped = result_of(text, answers={"section": "stop"})
    assert stopped.profile.refusal is not None
    assert stopped.profile.refusal.code == "section"


def test_a_heading_that_says_paid_above_all_rows_is_asked_about() -> None:
    text = LIST + "Paid,,,,\n" + ADA + ADAS_SECOND + BEN
    assert asked(read(text)) == ["section"]
    assert owed(read(text, answers={"section": "debts"})) == ALL


@pytest.mark.parametrize("heading", ["Open invoices", "Unpaid", "Past due", "Paid Parking LLC"])
def test_another_heading_over_rows_says_nothing_of_them(heading: str) -> None:
    text = LIST + ADA + f"{heading},,,,\n" + ADAS_SECOND + BEN
    assert "section" not in asked(read(text))


def test_a_total_for_the_months_is_owed() -> None:
    text = "Tenant,Email,Jan,Feb,Balance\nAda Abbott,ada@example.com,120.00,80.00,200.00\n"
    assert owed(read(text)) == {"Ada Abbott": 20000}


def test_both_parts_of_a_file_may_be_debts() -> None:
    text = LIST + ADA + "Paid,,,,\n" + ADAS_SECOND + BEN
    assert "both" in read(text)["decisions_needed"][0]["choices"]
    assert owed(read(text, answers={"section": "both"})) == ALL
