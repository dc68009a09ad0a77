"""How figures are given: in cents, in thousands, below zero; by names, titles, rows or a person."""

from __future__ import annotations

import pytest

from tests.imports.reading import read
from tests.imports.test_owed_column import ADA, BEN, HEAD, asked, owed, table


@pytest.mark.parametrize(
    "name",
    [
        "amount_due_cents", "balance_in_cents", "Balance (cents)", "balanceInCents", "Balance ¢",
        "amount_remaining_minor", "outstanding_minor_units", "Offener Betrag in Cent",
        "saldo_centavos", "Saldo (céntimos)", "Solde en centimes", "Balance in pence",
        "balance_subunits", "BALANCE CENTS",
    ],
)  # fmt: skip
def test_a_name_that_says_cents_makes_cents(name: str) -> None:
    got = read(table(name, "45000", "9050"), currency="USD")
    assert not got["decisions_needed"]
    assert owed(got) == [(45000, "USD"), (9050, "USD")]
    floats = read(table(name, "45000.0", "9050.0"), currency="USD")
    assert owed(floats) == [(45000, "USD"), (9050, "USD")]


@pytest.mark.parametrize("name", ["Recent balance", "Cost center balance", "Balance", "Saldo"])
def test_other_names_make_whole_units(name: str) -> None:
    assert owed(read(table(name, "450", "91"), currency="USD")) == [(45000, "USD"), (9100, "USD")]


def test_cents_with_decimals_are_asked_about() -> None:
    text = table("balance_cents", "450.50", "90.00")
    assert asked(read(text, currency="USD")) == {"cents:balance_cents": ["cents", "whole"]}
    whole = read(text, currency="USD", answers={"cents:balance_cents": "whole"})
    assert owed(whole) == [(45050, "USD"), (9000, "USD")]
    cents = read(text, currency="USD", answers={"cents:balance_cents": "cents"})
    assert [row.get("code") for row in cents["rows"]] == ["bad_amount", None]
    assert owed(cents) == [(90, "USD")]


def test_whole_numbers_beside_small_currency_codes_are_asked_about() -> None:
    text = table("amount_due,currency", "45000,usd", "9050,usd")
    assert asked(read(text)) == {"cents": ["cents", "whole"]}
    assert owed(read(text, answers={"cents": "cents"})) == [(45000, "USD"), (9050, "USD")]
    assert owed(read(text, answers={"cents": "whole"})) == [(4500000, "USD"), (905000, "USD")]
    assert not read(table("amount_due,currency", "450.00,usd", "90.50,usd"))["decisions_needed"]
    assert not read(table("amount_due,currency", "450,USD", "90,USD"))["decisions_needed"]


@pytest.mark.parametrize(
    "name",
    ["Balance ($000)", "Balance in thousands", "Saldo (miles)", "Solde en milliers", "Balance k$",
     "Offener Betrag in Tsd.", "Balance '000"],
)  # fmt: skip
def test_thousands_are_asked_about(name: str) -> None:
    text = table(name, "1.5", "20")
    assert asked(read(text, currency="USD")) == {f"thousands:{name}": ["thousands", "as_written"]}
    for answer, sums in (("thousands", (150000, 2000000)), ("as_written", (150, 2000))):
        got = read(text, currency="USD", answers={f"thousands:{name}": answer})
        assert [minor for minor, _ in owed(got)] == list(sums)


@pytest.mark.parametrize(
    ("title", "question"),
    [("Open items, amounts in thousands of USD", "thousands"), ("Report (in $000s)", "thousands"),
     ("All figures in millions", "millions")],
)  # fmt: skip
def test_a_title_that_says_thousands_is_asked_about(title: str, question: str) -> None:
    text = f"{title},,,,\n" + table("Balance", "1.5", "20")
    assert list(asked(read(text, currency="USD"))) == [f"{question}:Balance"]


def test_a_title_that_names_a_firm_says_nothing_of_units() -> None:
    text = "Million Homes in Springfield,,,,\n" + table("Balance", "1.50", "20.00")
    assert owed(read(text, currency="USD")) == [(150, "USD"), (2000, "USD")]


@pytest.mark.parametrize(
    ("ada", "ben"),
    [("-120.00", "-80.00"), ("(120.00)", "(80.00)"), ("120.00-", "80.00-"), ("$-120", "-$80")],
)
def test_a_file_wholly_below_zero_is_asked_about(ada: str, ben: str) -> None:
    text = table("Ledger Balance", ada, ben)
    assert asked(read(text)) == {"sign:Ledger Balance": ["owed_below_zero", "credits"]}
    debts = read(text, answers={"sign:Ledger Balance": "owed_below_zero"})
    assert [minor for minor, _ in owed(debts)] == [12000, 8000]
    assert owed(read(text, answers={"sign:Ledger Balance": "credits"})) == []


@pytest.mark.parametrize("ben", ["80.00", "$80.00", "80,00", "+80"])
def test_a_credit_among_debts_is_no_question(ben: str) -> None:
    assert asked(read(table("Balance", "-120.00", ben), currency="USD")) == {}


def test_credits_that_a_column_marks_are_no_question() -> None:
    text = f"{HEAD},Balance,Dr/Cr\n{ADA},-120.00,CR\n{BEN},-80.00,CR\n"
    assert asked(read(text)) == {}
