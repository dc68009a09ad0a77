"""Headings in a language or a trade that nobody knows: what is owed, since when and who are asked
for, and a list of people that owe nothing stays one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imports.reading import read

PEOPLE = "Ada Abbott,ada@example.com,$10.00\nBen Barker,ben@example.com,$20.00\n"


def asked(document: dict[str, Any]) -> list[str]:
    return [d["id"] for d in document["decisions_needed"]]


@pytest.mark.parametrize("heading", ["Slate", "Tab", "Residuo dovuto", "Nog te voldoen"])
def test_people_beside_money_under_an_unknown_heading_are_asked_about(heading: str) -> None:
    text = f"Name,Email,{heading}\n{PEOPLE}"
    document = read(text)
    if document["state"] == "waiting":
        assert asked(document) == ["owed"]
        document = read(text, answers={"owed": heading})
    assert [row["account"]["balance_minor"] for row in document["rows"]] == [1000, 2000]


def test_where_none_is_owed_the_people_are_contacts() -> None:
    document = read(f"Name,Email,Slate\n{PEOPLE}", answers={"owed": "none"})
    assert (document["kind"], document["state"]) == ("contacts", "done")


@pytest.mark.parametrize(
    "heading", ["Lifetime value", "Total spent", "Annual revenue", "Credit limit", "Avg order"]
)
def test_what_customers_are_worth_is_nothing_owed(heading: str) -> None:
    assert read(f"Name,Email,{heading}\n{PEOPLE}")["kind"] == "contacts"


def test_every_column_of_money_is_a_choice() -> None:
    text = (
        "Invoice,Customer,Email,Due Date,Zork,Blip\n"
        "1,Ada,ada@example.com,2026-03-04,$12.00,$10.00\n"
    )
    (question,) = read(text)["decisions_needed"]
    assert question["choices"] == ["Zork", "Blip", "none"]
    assert ["1 debt" in meaning for meaning in question["meanings"]] == [True, True, False]
    rows = read(text, answers={"owed": "Blip"})["rows"]
    assert [row["account"]["balance_minor"] for row in rows] == [1000]


def test_the_only_days_of_a_list_of_debts_are_asked_about() -> None:
    text = (
        "Invoice,Customer,Email,Scadenza,Balance\n1,Ada Abbott,ada@example.com,2026-03-14,10.00\n"
        "2,Ben Barker,ben@example.com,2026-03-15,20.00\n"
    )
    assert asked(read(text)) == ["mapping:Scadenza"]
    rows = read(text, answers={"mapping:Scadenza": "due_date"})["rows"]
    assert [row["account"]["due_on"] for row in rows] == ["2026-03-14", "2026-03-15"]


def test_who_owes_is_asked_where_no_heading_says() -> None:
    text = (
        "Inv,Wer,Due Date,Balance\n1,Ada Abbott,2026-03-14,10.00\n2,Ben Barker,2026-03-15,20.00\n"
    )
    assert asked(read(text)) == ["mapping:Wer"]


def test_a_bilingual_heading_is_read_by_its_halves() -> None:
    document = read(
        "Invoice / Factura,Customer / Cliente,Email / Correo,Due / Vence,Balance / Saldo\n"
        "1,Ada Abbott,ada@example.com,2026-03-14,$10.00\n",
        answers={"currency": "USD"},
    )
    account = document["rows"][0]["account"]
    assert (account["reference"], account["due_on"], account["balance_minor"]) == (
        "1", "2026-03-14", 1000,
    )  # fmt: skip


@pytest.mark.parametrize(
    "headings",
    ["Estimate #,Customer,Email,Due Date,Amount", "Quote No,Customer,Email,Due Date,Quote Total",
     "Angebot,Kunde,E-Mail,Fällig,Betrag", "Presupuesto,Cliente,Correo,Vencimiento,Importe",
     "Devis,Client,Courriel,Échéance,Montant", "Orçamento,Cliente,E-mail,Vencimento,Valor",
     "Matter,Client,Email,Due Date,Trust Balance"],
)  # fmt: skip
def test_of_quotes_and_of_money_in_trust_it_is_asked_whether_they_are_owed(headings: str) -> None:
    text = f"{headings}\nE1,Ada Abbott,ada@example.com,2026-03-14,10.00\n"
    document = read(text, currency="USD", country="US", date_order="ymd")
    assert asked(document) == ["owed"]
    owed = headings.rpartition(",")[2]
    settings = {"currency": "USD", "country": "US", "date_order": "ymd"}
    (row,) = read(text, answers={"owed": owed}, **settings)["rows"]
    assert (row["account"]["balance_minor"], row["account"]["held"]) == (1000, None)
    nothing = read(text, answers={"owed": "none"}, **settings)
    assert (nothing["kind"], nothing["decisions_needed"]) == ("other", [])


def test_a_bill_that_names_its_quote_is_a_bill() -> None:
    document = read(
        "Invoice,Quote No,Customer,Email,Due Date,Amount\n"
        "1,Q1,Ada Abbott,ada@example.com,2026-03-14,10.00\n"
    )
    assert document["decisions_needed"] == []


def test_what_was_paid_of_the_column_that_a_person_picks_is_asked_about() -> None:
    text = (
        "Rechnung;Kunde;E-Mail;Fällig;Rate Betrag;Bezahlt\n"
        "1;Ada Abbott;ada@example.com;01.03.2026;50,00;20,00\n"
        "2;Ben Barker;ben@example.com;02.03.2026;40,00;0,00\n"
    )
    settings = {"currency": "EUR", "country": "DE", "date_order": "dmy"}
    picked = {"owed": "Rate Betrag"}
    assert asked(read(text, answers=picked, **settings)) == ["paid:Rate Betrag"]
    for answer, balances in (("less_paid", [3000, 4000]), ("as_it_stands", [5000, 4000])):
        rows = read(text, answers={**picked, "paid:Rate Betrag": answer}, **settings)["rows"]
        assert [row["account"]["balance_minor"] for row in rows] == balances
