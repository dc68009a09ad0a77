"""What is a credit: brackets, minuses, marks behind or before a figure, marks in a column."""

from __future__ import annotations

import pytest

from dunlin.domain.imports.amounts import parse_amount
from tests.imports.reading import read, rows_by


@pytest.mark.parametrize(
    "text",
    [
        "(45.00) CR", "-45.00 CR", "45.00-CR", "45.00 CR-", "(45.00 CR)", "45.00 (CR)", "CR 45.00",
        "(CR) 45.00", "Cr. (45.00)", "-45.00 Credit", "$45.00 CR", "45.00 USD CR", "(-45.00)",
        "-45,00 H", "45,00- Haben", "(45,00) Haben", "45,00 avoir", "-45,00 Haber", "<45.00>",
        "[45.00]", "‑45.00", "－45.00", "-45.00 DR", "(45.00) Dr.", "-45,00 S", "45,00- Soll",
    ],
)  # fmt: skip
def test_marks_of_a_credit_say_it_together_and_never_cancel(text: str) -> None:
    amount = parse_amount(text)
    assert amount is not None
    assert amount.minor("USD") == -4500


@pytest.mark.parametrize("text", ["45.00 DR", "Dr. 45.00", "45,00 Soll", "45,00 S", "45.00 (DR)"])
def test_a_mark_of_a_debit_is_a_debt(text: str) -> None:
    amount = parse_amount(text)
    assert amount is not None
    assert amount.minor("USD") == 4500


@pytest.mark.parametrize("text", ["45.00 CR DR", "CR 45.00 DR", "CR1001", "H12", "C-100", "(45.00"])
def test_what_bears_both_marks_or_is_a_number_is_no_amount(text: str) -> None:
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    ("header", "debit", "credit"),
    [
        ("Dr/Cr", "DR", "CR"), ("D/C", "D", "C"), ("S/H", "S", "H"), ("+/-", "+", "-"),
        ("Sign", "", "Cr."), ("CR", "", "CR"), ("", "Debit", "Credit"), ("Debe/Haber", "D", "H"),
        ("Vorzeichen", "Soll", "Haben"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("figure", ["45.00", "-45.00", "(45.00)", "45.00-"])
def test_a_column_that_marks_credits_makes_them_credits(
    header: str, debit: str, credit: str, figure: str
) -> None:
    table = (
        f"Invoice,Customer,Email,Due Date,Balance,{header}\n"
        f"1001,Ada Abbott,ada@example.com,2026-01-15,300.25,{debit}\n"
        f"1002,Ben Barker,ben@example.com,2026-01-25,{figure},{credit}\n"
    )
    rows = rows_by(read(table))
    assert (rows[2]["account"]["status"], rows[2]["account"]["balance_minor"]) == ("open", 30025)
    assert (rows[3]["account"]["status"], rows[3]["account"]["balance_minor"]) == ("credit", -4500)


def test_a_lone_figure_below_zero_is_asked_about() -> None:
    text = "Customer,Email,Invoice,Due Date,Balance\nAda,ada@example.com,1,2026-03-04,-289.00\n"
    assert [d["id"] for d in read(text)["decisions_needed"]] == ["sign:Balance"]
    owed = read(text, answers={"sign:Balance": "owed_below_zero"})
    assert rows_by(owed)[2]["account"]["balance_minor"] == 28900
