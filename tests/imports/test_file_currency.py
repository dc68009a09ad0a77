"""In what currency a file is: what it names, else the creditor's; what looks otherwise asks."""

from __future__ import annotations

import pytest

from dunlin.domain.imports.file_currency import language_of
from tests.imports.reading import read
from tests.imports.test_owed_column import asked, owed, table

ES = "NIT;Cliente;Correo;Factura;Fecha Vencimiento;Saldo"
FR = "No client;Nom;Courriel;No facture;Échéance;Solde"
DE = "Kunde;Name;E-Mail;Rechnung;Fällig am;Offener Betrag"
EN = "Account;Customer;Email;Invoice;Due Date;Balance"


def file_of(head: str, ada: str, ben: str, days: tuple[str, str] = ("10/07", "22/07")) -> str:
    """Two debts under a head, their figures as written, days before months."""
    return (
        f"{head}\n17;Ada Abbott;ada@example.com;21;{days[0]}/2026;{ada}\n"
        f"18;Ben Barker;ben@example.com;24;{days[1]}/2026;{ben}\n"
    )


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (file_of(ES, "$ 1.120.000,00", "$ 90.500,00"), "COP"),
        (file_of(ES.replace("NIT", "CUIT"), "$ 1.120.000,00", "$ 90.500,00"), "ARS"),
        (file_of(ES.replace("NIT", "RUT"), "$ 1.120.000", "$ 90.500"), "CLP"),
        (file_of(ES.replace("NIT", "RFC"), "$1,120.00", "$90.50"), "MXN"),
        (file_of(FR, "1 120,00 $", "90,50 $"), "CAD"),
        (file_of(FR, "1,120.00 $", "$90.50"), "CAD"),
        (file_of(EN, "1 120,00 $", "90,50 $"), "CAD"),
        (file_of("Cliente;Nome;E-mail;Fatura;Vencimento;Valor", "$ 1.120,00", "$ 90,50"), "BRL"),
    ],
)
@pytest.mark.parametrize("creditor", ["", "USD"])
def test_a_dollar_sign_of_elsewhere_is_asked_about(text: str, first: str, creditor: str) -> None:
    got = read(text, creditors_currency=creditor)
    if creditor and first == "MXN":
        assert owed(got) == [(112000, "USD"), (9050, "USD")]  # the creditor said dollars
        return
    assert got["state"] == "waiting"
    assert asked(got)["currency"][0] == first
    assert "USD" in asked(got)["currency"]
    for answer in (first, "USD"):
        document = read(text, creditors_currency=creditor, answers={"currency": answer})
        assert {code for _, code in owed(document)} == {answer}
    assert {code for _, code in owed(read(text, currency=first))} == {first}


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        (file_of(ES, "$ 1.120.000,00", "$ 90.500,00"), "COP"),
        (file_of(ES, "$1,120.00", "$90.50"), "MXN"), (file_of(FR, "1 120,00 $", "90,50 $"), "CAD"),
        (file_of(FR, "1 120,00", "90,50"), "EUR"), (file_of(DE, "1.120,00", "90,50"), "CHF"),
        (file_of(EN, "1,120.00", "90.50"), "GBP"), (file_of(EN, "$1,120.00", "$90.50"), "AUD"),
        (file_of(EN, "1.120,00", "90,50"), "EUR"),
    ],
)  # fmt: skip
def test_what_fits_the_creditors_currency_is_in_it(text: str, currency: str) -> None:
    got = read(text, creditors_currency=currency)
    assert not got["decisions_needed"]
    assert {code for _, code in owed(got)} == {currency}


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        (file_of(DE, "1.120,00", "90,50"), "EUR"), (file_of(DE, "1120.00", "90.50"), "EUR"),
        (file_of(FR, "1 120,00", "90,50"), "EUR"), (file_of(ES, "1.120,00", "90,50"), "COP"),
        (file_of(EN, "1.120,00", "90,50"), "EUR"), (file_of(EN, "1120", "90"), "GBP"),
        (file_of(EN, "1 200,50 kr", "90,50 kr"), "SEK"), (file_of(EN, "¥1200", "¥90"), "JPY"),
    ],
)  # fmt: skip
def test_a_file_written_as_elsewhere_that_names_no_currency_is_asked_about(
    text: str, likely: str
) -> None:
    got = read(text)
    assert got["state"] == "waiting"
    assert asked(got)["currency"][0] == likely
    document = read(text, answers={"currency": likely})
    assert {code for _, code in owed(document)} == {likely}


@pytest.mark.parametrize("figures", [("£1,120.00", "£90.50"), ("GBP 1120.00", "90.50 GBP")])
def test_marks_of_another_currency_than_the_creditors_are_asked_about(
    figures: tuple[str, str],
) -> None:
    text = table("Balance", *(f'"{figure}"' for figure in figures))
    assert owed(read(text)) == [(112000, "GBP"), (9050, "GBP")]  # nobody said otherwise
    got = read(text, creditors_currency="USD")
    assert asked(got) == {"currency": ["GBP", "USD"]}
    for answer in ("GBP", "USD"):
        document = read(text, creditors_currency="USD", answers={"currency": answer})
        assert owed(document) == [(112000, answer), (9050, answer)]


@pytest.mark.parametrize("columns", ["Balance,Currency", "Balance (EUR)", "EUR Balance"])
def test_a_named_currency_other_than_the_creditors_is_asked_about(columns: str) -> None:
    more = ",EUR" if "Currency" in columns else ""
    text = table(columns, f"1120.00{more}", f"90.50{more}")
    assert owed(read(text)) == [(112000, "EUR"), (9050, "EUR")]
    assert asked(read(text, creditors_currency="USD")) == {"currency": ["EUR", "USD"]}
    for answer in ("EUR", "USD"):
        document = read(text, creditors_currency="USD", answers={"currency": answer})
        assert owed(document) == [(112000, answer), (9050, answer)]
    assert not read(text, creditors_currency="EUR")["decisions_needed"]


def test_where_people_live_decides_no_currency() -> None:
    head = "Invoice,Customer,Email,Due Date,Balance,Country"
    mixed = f"{head}\n1,Ada Abbott,a@example.com,2026-07-10,$10.00,US\n"
    mixed += "2,Ben Barker,b@example.com,2026-07-10,$20.00,CA\n"
    assert owed(read(mixed)) == [(1000, "USD"), (2000, "USD")]
    abroad = f"{head}\n2,Ben Barker,b@example.com,2026-07-10,$20.00,CA\n"
    assert asked(read(abroad)) == {"currency": ["CAD", "USD"]}
    assert owed(read(abroad, creditors_currency="USD")) == [(2000, "USD")]
    two = abroad + "3,Cora Castillo,c@example.com,2026-07-10,20.00,AU\n"
    assert {code for _, code in owed(read(two))} == {"USD"}


@pytest.mark.parametrize(
    ("column", "usual", "odd"),
    [("Balance,Currency", "10.00,USD", "10.00,CAD"), ("Balance", "$10.00", "€10.00"),
     ("Balance,Curr", "10.00,eur", "10.00,USD")],
)  # fmt: skip
def test_a_debt_alone_in_its_currency_is_held(column: str, usual: str, odd: str) -> None:
    lines = [f"{n},Ada Abbott,a{n}@example.com,2026-07-10,{usual}" for n in range(4)]
    lines.append(f"9,Ben Barker,b@example.com,2026-07-10,{odd}")
    creditor = "EUR" if "eur" in usual else "USD"
    text = "\n".join([f"Invoice,Customer,Email,Due Date,{column}", *lines]) + "\n"
    got = read(text, creditors_currency=creditor)
    assert [row["account"]["held"] for row in got["rows"]] == [None] * 4 + ["odd_currency"]
    totals = {code: sums["rows"] for code, sums in got["totals"].items()}
    assert sorted(totals.values()) == [1, 4]


def test_a_dollar_among_euros_is_no_amount() -> None:
    lines = "".join(f"{n},Ada,a{n}@example.com,2026-07-10,€10.00\n" for n in range(4))
    text = (
        f"Invoice,Customer,Email,Due Date,Balance\n{lines}9,Ben,b@example.com,2026-07-10,$10.00\n"
    )
    got = read(text, creditors_currency="EUR")
    assert [row.get("code") for row in got["rows"]] == [None] * 4 + ["mixed_currency"]


@pytest.mark.parametrize(
    ("mark", "currency"),
    [
        ("$ CA", "CAD"),
        ("$ US", "USD"),
        ("MX$", "MXN"),
        ("RD$", "DOP"),
        ("S/", "PEN"),
        ("zł", "PLN"),
    ],
)
def test_marks_that_name_one_currency_are_taken(mark: str, currency: str) -> None:
    figure = f"120.00 {mark}" if mark.startswith("$") else f"{mark}120.00"
    assert owed(read(table("Balance", figure, figure))) == [(12000, currency)] * 2


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        (EN, "en"), (ES, "es"), (FR, "fr"), (DE, "de"),
        ("Client Name;Client Email;Client Phone;Balance;Due Date", "en"),
        ("Fatura;Nome;E-mail;Vencimento;Valor", "pt"),
        ("Loan;Name;Email;Vencimiento;Balance", "en"),
    ],
)  # fmt: skip
def test_the_language_of_a_header(headers: str, language: str) -> None:
    assert language_of(headers.split(";")) == language


def test_a_heading_and_marks_of_two_currencies_are_asked_about() -> None:
    text = (
        "Invoice,Client,Email,Due Date,Balance (USD)\n1,Ina,ina@example.com,2026-09-01,€100.00\n"
        "2,Zed,zed@example.com,2026-09-02,€200.00\n"
    )
    assert [d["id"] for d in read(text)["decisions_needed"]] == ["currency"]
    for answer in ("USD", "EUR"):
        rows = read(text, answers={"currency": answer})["rows"]
        assert {row["account"]["currency"] for row in rows} == {answer}


def test_a_dot_for_the_thousands_is_not_as_dollars_are_written() -> None:
    text = (
        "Invoice,Client,Email,Due Date,Balance\n1,Ina,ina@example.com,2026-09-01,1.250\n"
        "2,Zed,zed@example.com,2026-09-02,2.400\n"
    )
    assert [d["id"] for d in read(text)["decisions_needed"]] == ["currency"]
