"""Which of several columns of money is what is owed: the sums between them tell, or a person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imports.reading import read, result_of


def owed(document: dict[str, Any]) -> list[tuple[int, str]]:
    """The balances that a file would make, in the order of its rows."""
    accounts = [row["account"] for row in document["rows"] if row["account"]]
    return [(a["balance_minor"], a["currency"]) for a in accounts if a["status"] == "open"]


def asked(document: dict[str, Any]) -> dict[str, list[str]]:
    """The choices of each question by its id."""
    return {q["id"]: q["choices"] for q in document["decisions_needed"]}


HEAD = "Invoice,Customer,Email,Due Date"
ADA, BEN = "1,Ada Abbott,ada@example.com,2026-10-01", "2,Ben Barker,ben@example.com,2026-10-21"


def table(columns: str, ada: str, ben: str) -> str:
    """A file of two debts with these columns of money."""
    return f"{HEAD},{columns}\n{ADA},{ada}\n{BEN},{ben}\n"


@pytest.mark.parametrize(
    ("columns", "ada", "ben", "balances"),
    [
        ("Amount Due,Amount Paid,Balance Owed", "1450.00,1000.00,450.00", "1200.00,200.00,1000.00",
         (45000, 100000)),
        ("Amount Paid,Remaining,Amount Due", "1000.00,450.00,1450.00", "0.00,1200.00,1200.00",
         (45000, 120000)),
        ("Total Due,Payments,Adjustments,Balance", "500.00,100.00,50.00,350.00",
         "90.00,0.00,0.00,90.00", (35000, 9000)),
        ("Past Due Amount,Late Fees,Total Amount Due", "1013.96,50.00,1063.96",
         "400.00,25.00,425.00", (106396, 42500)),
        ("Principal Balance,Interest,Fees,Total Balance", "400.00,10.00,5.00,415.00",
         "200.00,5.00,0.00,205.00", (41500, 20500)),
        ("Balance,Late Fee,Total", "400.00,32.00,432.00", "200.00,16.00,216.00", (43200, 21600)),
        ("Rent Balance,Prepaid,Net Balance", "400.00,-50.00,350.00", "200.00,0.00,200.00",
         (35000, 20000)),
        ("Open Balance,Unapplied Credits,Net Due", "400.00,50.00,350.00", "200.00,0.00,200.00",
         (35000, 20000)),
        ("Amount Due,Outstanding", "400.00,400.00", "200.00,200.00", (40000, 20000)),
        ("Net,VAT,Gross", "850.00,195.50,1045.50", "500.00,40.00,540.00", (104550, 54000)),
        ("Subtotal,Tax,Total,Paid,Balance", "100.00,8.00,108.00,50.00,58.00",
         "50.00,4.00,54.00,0.00,54.00", (5800, 5400)),
        ("Net Amount,VAT,Gross,Balance", "100.00,20.00,120.00,100.00", "50.00,10.00,60.00,50.00",
         (12000, 6000)),
        ("Amount,VAT", "119.00,19.00", "59.50,9.50", (11900, 5950)),
        ("Base imponible,IVA,Importe total", "100.00,21.00,121.00", "50.00,10.50,60.50",
         (12100, 6050)),
        ("Balance,Paid", "450.00,1000.00", "1200.00,0.00", (45000, 120000)),
        ("Total,Amount Due,Amount Paid", "1450.00,1450.00,1000.00", "1200.00,1200.00,0.00",
         (45000, 120000)),
    ],
)  # fmt: skip
def test_sums_over_all_rows_tell_what_is_owed(
    columns: str, ada: str, ben: str, balances: tuple[int, int]
) -> None:
    got = read(table(columns, ada, ben), currency="USD")
    assert not got["decisions_needed"]
    assert owed(got) == [(minor, "USD") for minor in balances]


def test_the_same_sums_are_seen_in_german_and_in_french() -> None:
    german = read(
        "Rechnung;Kunde;E-Mail;Fällig am;Fälliger Betrag;Gezahlt;Restbetrag\n"
        "R1;Ada Abbott;ada@example.com;01.10.2026;1.450,00;1.000,00;450,00\n"
        "R2;Ben Barker;ben@example.com;21.10.2026;1.200,00;0,00;1.200,00\n",
        currency="EUR",
    )
    assert owed(german) == [(45000, "EUR"), (120000, "EUR")]
    french = read(
        "Facture;Client;Courriel;Échéance;Montant HT;TVA;Montant TTC\n"
        "11;Ada Abbott;ada@example.com;01/10/2026;100,00;20,00;120,00\n"
        "12;Ben Barker;ben@example.com;21/10/2026;50,00;10,00;60,00\n",
        currency="EUR",
    )
    assert owed(french) == [(12000, "EUR"), (6000, "EUR")]


@pytest.mark.parametrize(
    ("columns", "ada", "ben", "answers"),
    [
        ("Total Due,Past Due", "400.00,300.00", "200.00,200.00",
         {"Total Due": (40000, 20000), "Past Due": (30000, 20000)}),
        ("Statement Balance,Minimum Payment Due", "400.00,25.00", "200.00,30.00",
         {"Statement Balance": (40000, 20000), "Minimum Payment Due": (2500, 3000)}),
        ("Past Due,Current Due,Total Due", "400.00,100.00,500.00", "200.00,50.00,250.00",
         {"Total Due": (50000, 25000), "Past Due": (40000, 20000)}),
        ("Saldo vencido,Saldo total", "400.00,900.00", "200.00,210.00",
         {"Saldo vencido": (40000, 20000), "Saldo total": (90000, 21000)}),
        ("Amount Due,Amount Paid,Balance Owed", "1450.00,1000.00,450.00", "1200.00,0.00,900.00",
         {"Balance Owed": (45000, 90000)}),
    ],
)  # fmt: skip
def test_where_no_sum_tells_a_person_is_asked_and_obeyed(
    columns: str, ada: str, ben: str, answers: dict[str, tuple[int, int]]
) -> None:
    text = table(columns, ada, ben)
    got = read(text, currency="USD")
    assert got["state"] == "waiting"
    assert set(answers) <= set(asked(got)["balance"])
    for answer, balances in answers.items():
        reading = read(text, currency="USD", answers={"balance": answer})
        assert [minor for minor, _ in owed(reading)] == list(balances)
        by_hand = read(text, currency="USD", mapping={answer: "balance"})
        assert [minor for minor, _ in owed(by_hand)] == list(balances)
    assert read(text, currency="USD", answers={"balance": "Nothing"})["state"] == "waiting"


def test_a_question_says_what_each_answer_would_make_of_the_debts() -> None:
    text = table("Total Due,Past Due", "400.00,300.00", "200.00,0.00")
    (question,) = result_of(text, currency="USD").profile.decisions
    assert question.meanings == (
        "2 debts, $600.00, due 1 October 2026 to 21 October 2026",
        "1 debt, $300.00, due 1 October 2026",
    )
    assert [line for line, _ in question.rows] == [2, 3]


@pytest.mark.parametrize("paid", ["Paid", "Paid in full", "Closed - Paid"])
def test_a_due_column_that_paid_rows_show_still_is_the_bill(paid: str) -> None:
    text = (
        f"{HEAD},Amount Due,Amount Paid,Status\n{ADA},1450.00,1000.00,Partial\n"
        f"{BEN},1200.00,0.00,Open\n3,Cora Castillo,cora@example.com,2026-10-01,80.00,80.00,{paid}\n"
    )
    assert owed(read(text, currency="USD")) == [(45000, "USD"), (120000, "USD")]


def test_a_due_column_that_is_nothing_where_all_is_paid_is_what_is_left() -> None:
    text = (
        f"{HEAD},Amount Due,Amount Paid,Status\n{ADA},450.00,1000.00,Partial\n"
        f"{BEN},0.00,1200.00,Paid\n"
    )
    assert owed(read(text, currency="USD")) == [(45000, "USD")]


@pytest.mark.parametrize("due", ["Amount Due", "Total Due", "Rent Due", "Importe adeudado"])
def test_a_due_column_beside_what_was_paid_is_asked_about(due: str) -> None:
    paid = "Importe pagado" if due.startswith("Importe") else "Amount Paid"
    text = table(f"{due},{paid}", "1450.00,1000.00", "1200.00,0.00")
    got = read(text, currency="USD")
    assert asked(got) == {f"paid:{due}": ["less_paid", "as_it_stands"]}
    for answer, first in (("less_paid", 45000), ("as_it_stands", 145000)):
        reading = read(text, currency="USD", answers={f"paid:{due}": answer})
        assert owed(reading) == [(first, "USD"), (120000, "USD")]
    nothing_paid = table(f"{due},{paid}", "1450.00,0.00", "1200.00,0.00")
    assert not read(nothing_paid, currency="USD")["decisions_needed"]


@pytest.mark.parametrize(
    ("columns", "ada", "ben", "net", "gross"),
    [
        ("net_amount,vat_rate", "850.00,23", "500.00,8", (85000, 50000), (104550, 54000)),
        ("Net Amount,VAT %", "850.00,23%", "500.00,8%", (85000, 50000), (104550, 54000)),
        ("Nettobetrag,MwSt-Satz", "10.03,0.19", "500.00,0.07", (1003, 50000), (1194, 53500)),
        ("Montant HT,TVA", "100.00,20.00", "50.00,10.00", (10000, 5000), (12000, 6000)),
        ("Subtotal,Sales Tax", "100.00,8.25", "50.00,4.13", (10000, 5000), (10825, 5413)),
        ("Amount,Sales Tax", "100.00,8.00", "50.00,4.00", (10000, 5000), (10800, 5400)),
    ],
)  # fmt: skip
def test_a_net_without_its_gross_is_asked_about(
    columns: str, ada: str, ben: str, net: tuple[int, int], gross: tuple[int, int]
) -> None:
    text = table(columns, ada, ben)
    name = columns.partition(",")[0]
    assert asked(read(text, currency="USD")) == {f"tax:{name}": ["added", "as_it_stands"]}
    for answer, balances in (("added", gross), ("as_it_stands", net)):
        reading = read(text, currency="USD", answers={f"tax:{name}": answer})
        assert [minor for minor, _ in owed(reading)] == list(balances)


def test_a_tax_that_cannot_be_read_rejects_its_row() -> None:
    text = table("Net Amount,VAT", "100.00,20.00", "50.00,10.00")
    text += "3,Cora Castillo,cora@example.com,2026-10-21,60.00,twelve\n"
    reading = read(text, currency="USD", answers={"tax:Net Amount": "added"})
    assert [(r["outcome"], r.get("code")) for r in reading["rows"]] == [
        ("created", None), ("created", None), ("rejected", "bad_amount"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "ada", "ben"),
    [
        ("Home Balance,Currency,Foreign Balance", "1080.00,EUR,1000.00", "500.00,USD,500.00"),
        ("Currency,Open Balance,Open Balance (USD)", "EUR,1000.00,1080.00", "USD,500.00,500.00"),
        ("Balance,Currency,Converted Balance", "1000.00,EUR,1080.00", "500.00,USD,500.00"),
        ("Balance (Base),Balance,Base Currency,Currency", "1080.00,1000.00,USD,EUR",
         "500.00,500.00,USD,USD"),
        ("Amount in local currency,Local Currency,Amount in doc. curr.,Document currency",
         "1080.00,USD,1000.00,EUR", "500.00,USD,500.00,USD"),
    ],
)  # fmt: skip
def test_of_the_creditors_money_and_the_debts_own_the_debts_own_is_owed(
    columns: str, ada: str, ben: str
) -> None:
    got = read(table(columns, ada, ben))
    assert not got["decisions_needed"]
    assert owed(got) == [(100000, "EUR"), (50000, "USD")]


def test_moneys_that_contradict_their_currency_are_asked_about() -> None:
    columns = "Home Balance,Currency,Foreign Balance"
    text = table(columns, "1080.00,USD,1000.00", "500.00,EUR,500.00")
    assert asked(read(text)) == {"balance": ["Home Balance", "Foreign Balance"]}
    home = read(text, answers={"balance": "Home Balance"})
    assert owed(home) == [(108000, "USD"), (50000, "USD")]
    foreign = read(text, answers={"balance": "Foreign Balance"})
    assert owed(foreign) == [(100000, "USD"), (50000, "EUR")]


@pytest.mark.parametrize("name", ["Home Balance", "Balance in USD", "Base balance due"])
def test_the_creditors_own_money_beside_other_currencies_is_asked_about(name: str) -> None:
    text = table(f"{name},Currency", "1080.00,EUR", "500.00,USD")
    assert asked(read(text)) == {f"currency:{name}": ["USD", "each_row"]}
    own = read(text, answers={f"currency:{name}": "USD"})
    assert owed(own) == [(108000, "USD"), (50000, "USD")]
    by_row = read(text, answers={f"currency:{name}": "each_row"})
    assert owed(by_row) == [(108000, "EUR"), (50000, "USD")]


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ("Total,Paid,Balance",
         ("400.00,100.00,300.00", "200.00,120.00,80.00", "900.00,850.00,500.00",
          "75.00,0.00,75.00")),
        ("Balance,Amount,Received,Credited",
         ("60.00,100.00,40.00,0.00", "45.00,50.00,0.00,5.00", "50.00,90.00,85.00,0.00",
          "75.00,75.00,0.00,0.00")),
        ("Restbetrag,Rechnungsbetrag,Gezahlt",
         ("300.00,400.00,100.00", "80.00,200.00,120.00", "5.00,900.00,850.00", "75.00,75.00,0.00")),
    ],
)  # fmt: skip
def test_a_row_that_breaks_the_sum_of_the_others_is_held(columns: str, rows: list[str]) -> None:
    people = [ADA, BEN, "3,Cora Castillo,cora@example.com,2026-10-01",
              "4,Dan Diaz,dan@example.com,2026-10-01"]  # fmt: skip
    lines = [f"{who},{money}" for who, money in zip(people, rows, strict=True)]
    got = read("\n".join([f"{HEAD},{columns}", *lines]) + "\n", currency="USD")
    assert not got["decisions_needed"]
    held = [row["account"]["held"] for row in got["rows"]]
    assert held == [None, None, "does_not_add_up", None]


def test_a_sum_that_its_names_say_and_most_rows_break_is_asked_about() -> None:
    text = table("Total,Paid,Balance", "400.00,100.00,250.00", "200.00,120.00,75.00")
    assert asked(read(text)) == {"row_sums": ["as_it_stands", "hold"]}
    for answer, held in (("as_it_stands", None), ("hold", "does_not_add_up")):
        document = read(text, answers={"row_sums": answer})
        assert [row["account"]["held"] for row in document["rows"]] == [held, held]


@pytest.mark.parametrize("credit", ["Unapplied Credits", "Prepayments", "Anticipos"])
def test_credits_beside_a_balance_are_asked_about(credit: str) -> None:
    text = table(f"Open Invoices,{credit}", "500.00,200.00", "80.00,0.00")
    assert asked(read(text)) == {"credits:Open Invoices": ["taken_off", "as_it_stands"]}
    off = read(text, answers={"credits:Open Invoices": "taken_off"})
    assert [minor for minor, _ in owed(off)] == [30000, 8000]
    whole = read(text, answers={"credits:Open Invoices": "as_it_stands"})
    assert [minor for minor, _ in owed(whole)] == [50000, 8000]


@pytest.mark.parametrize("other", ["Previous Balance", "Opening Balance", "Credit Limit Balance"])
def test_another_balance_is_not_the_one_owed(other: str) -> None:
    text = table(f"{other},New Charges,Payments,New Balance", "200.00,50.00,130.00,120.00",
                 "0.00,80.00,0.00,80.00")  # fmt: skip
    assert [minor for minor, _ in owed(read(text))] == [12000, 8000]


@pytest.mark.parametrize(
    ("columns", "figures", "alone"),
    [
        ("Principal,Interest,Costs", ("100.00,5.00,2.00", "200.00,0.00,0.00"), "Principal"),
        ("Rent Due,Late Fees,Utilities Due", ("80.00,20.00,7.00", "200.00,0.00,0.00"), "Rent Due"),
        ("Capital,Intereses", ("100.00,7.00", "200.00,0.00"), "Capital"),
    ],
)
def test_parts_without_their_sum_are_asked_about_and_may_be_added_up(
    columns: str, figures: tuple[str, str], alone: str
) -> None:
    text = table(columns, *figures)
    choices = asked(read(text, currency="USD"))["balance"]
    assert {alone, "together"} <= set(choices)
    together = read(text, currency="USD", answers={"balance": "together"})
    assert [minor for minor, _ in owed(together)] == [10700, 20000]
    part = read(text, currency="USD", answers={"balance": alone})
    assert [minor for minor, _ in owed(part)] == [
        int(float(f.partition(",")[0]) * 100) for f in figures
    ]


def test_a_principal_whose_total_stands_beside_it_asks_nothing() -> None:
    document = read(
        table("Principal,Interest,Total Due", "100.00,7.00,107.00", "200.00,0.00,200.00"),
        currency="USD",
    )
    assert [minor for minor, _ in owed(document)] == [10700, 20000]
