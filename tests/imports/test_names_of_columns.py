"""Names of people and firms under the headings of many languages and programs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imports.reading import read, result_of


def consumers_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [a["consumer"] for a in accounts_of(document)]


def accounts_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [r["account"] for r in document["rows"] if r["outcome"] == "created"]


def names_of(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(a["consumer"]["name"], a["debt_kind"]) for a in accounts_of(document)]


def file_of(headings: str, *rows: str) -> str:
    lines = [f"{row},{200 + n}.50,USD,2026-06-0{n + 1}" for n, row in enumerate(rows)]
    return "\n".join([f"{headings},Balance,Currency,Due Date", *lines])


@pytest.mark.parametrize(
    ("first", "last"),
    [("First Name", "Last Name"), ("Vorname", "Name"), ("Vorname", "Nachname"), ("Prénom", "Nom"),
     ("Nombre", "Apellidos"), ("Nombre(s)", "Apellido paterno"), ("Nome", "Sobrenome"),
     ("Nome", "Apelido"), ("Nome próprio", "Apelido"), ("Primeiro nome", "Último nome")],
)  # fmt: skip
def test_a_given_and_a_family_name_make_one(first: str, last: str) -> None:
    document = read(
        file_of(
            f"{first},{last},E-mail",
            "Inês,Moura,ines@example.com",
            ",Moura Comércio Ltda,moura@example.com",
        )
    )
    assert names_of(document) == [
        ("Inês Moura", "consumer"), ("Moura Comércio Ltda", "business"),
    ]  # fmt: skip


@pytest.mark.parametrize("second", ["Apellido materno", "Segundo apellido", "Apellido 2"])
def test_a_second_family_name_is_no_other_persons(second: str) -> None:
    document = read(
        file_of(f"Nombres,Primer apellido,{second},Correo", "Ana,Ruiz,Soto,ana@example.com")
    )
    assert consumers_of(document)[0]["name"] == "Ana Ruiz Soto"


@pytest.mark.parametrize(
    "heading",
    ["Nom et prénom", "Nom / Raison sociale", "Razão Social do Cliente", "Nome do devedor",
     "Razón social del cliente", "Denominación", "Schuldner", "Debtor's Name", "Sold To",
     "Client / Company", "Kunde / Firma", "Last Name, First Name", "Contratante"],
)  # fmt: skip
def test_a_whole_name_under_many_headings(heading: str) -> None:
    document = read(file_of(f'"{heading}",Email', "Ana Ruiz,ana@example.com"))
    assert consumers_of(document)[0]["name"] == "Ana Ruiz"


@pytest.mark.parametrize("contact", ["Contact Name", "Contact", "Attn", "Ansprechpartner"])
@pytest.mark.parametrize("name", ["Name", "Customer", "Company", "Company Name", "Account"])
@pytest.mark.parametrize("turned", [False, True])
def test_the_firm_owes_and_not_its_contact(contact: str, name: str, turned: bool) -> None:
    rows = [("Uma Walsh", "Abbott Foods Inc"), ("Mona Turner", "Castillo Plumbing Co."),
            ("Finn Hobbs", "Vance Supply LLC")]  # fmt: skip
    headings, *cells = [",".join([b, a] if turned else [a, b]) for a, b in [(contact, name), *rows]]
    emails = ("uma@example.com", "mona@example.com", "finn@example.com")
    document = read(
        file_of(f"{headings},Email", *(f"{c},{e}" for c, e in zip(cells, emails, strict=True)))
    )
    assert names_of(document) == [(firm, "business") for _, firm in rows]


def test_a_persons_number_among_fillers_is_no_name() -> None:
    document = read(
        file_of(
            "Resident,Name,Email",
            "C5842,Sam Jensen,sam@example.com",
            "Cash Customer,Paul Dalton,paul@example.com",
            "Cash Customer,Cora Barker,cora@example.com",
        )
    )
    assert [c["name"] for c in consumers_of(document)] == [
        "Sam Jensen", "Paul Dalton", "Cora Barker",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("headings", "cells"),
    [("First Name,Last Name,Child", "Ada,Abbott,Tim Abbott"),
     ("Child,First Name,Last Name", "Tim Abbott,Ada,Abbott"),
     ("Name,Student", "Ada Abbott,Tim Abbott"), ("Vorname,Name,Kind", "Ada,Abbott,Tim Abbott")],
)  # fmt: skip
def test_whose_name_stands_unmarked_beside_a_childs_pays(headings: str, cells: str) -> None:
    (account,) = (
        r["account"] for r in read(file_of(f"{headings},Email", f"{cells},ada@example.com"))["rows"]
    )
    assert account["consumer"]["name"] == "Ada Abbott"
    assert account["consumer"]["emails"] == ["ada@example.com"]
    assert account["extras"]["for"] == "Tim Abbott"


@pytest.mark.parametrize("heading", ["N.º da fatura", "Nro. Factura", "Rech.-Nr.", "NF-e"])
def test_an_invoices_number_with_and_without_what_joins(heading: str) -> None:
    document = read(file_of(f"Cliente,{heading},Email", "Ana Ruiz,77335,ana@example.com"))
    assert "77335" in (
        document["rows"][0]["account"]["invoice"], document["rows"][0]["account"]["reference"],
    )  # fmt: skip


def test_a_made_up_address_is_told_under_its_own_column() -> None:
    result = result_of(
        file_of(
            "Customer,Email,Email 2,Phone,Mobile",
            "Ana Ruiz,noemail@example.com,ana@example.com,000-000-0000,212-555-0101",
        )
    )
    assert result.assembly is not None
    (account,) = result.assembly.accounts.values()
    (outcome,) = result.assembly.outcomes
    assert account.consumer.emails == ("ana@example.com",)
    assert account.consumer.phones == ("+12125550101",)
    assert [(p.code, p.column) for p in outcome.problems] == [
        ("placeholder", "Email"), ("placeholder", "Phone"),
    ]  # fmt: skip


@pytest.mark.parametrize("heading", ["bill", "Statement", "INVOICE"])
def test_a_bill_is_numbered_where_its_column_says_no_more(heading: str) -> None:
    document = read(
        f"{heading},client,client_email,due_date,billed,paid,balance\n"
        "55470,Ada Abbott,ada@example.com,04/10/2026,99.00,0.00,99.00\n"
        "55472,Ben Barker,ben@example.com,08/31/2026,17.00,2.00,15.00\n"
    )
    assert [row["account"]["reference"] for row in document["rows"]] == ["55470", "55472"]
