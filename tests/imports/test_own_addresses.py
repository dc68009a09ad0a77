"""The creditor's own addresses are nobody's: those its messages come from, and those that stand
under most names of a file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dunlin.adapters.imports.contact_checks import CHECKS
from dunlin.domain.imports.own_addresses import own_addresses
from dunlin.service.imports.read_file import read_files
from tests.imports.reading import TODAY, dropped, read

HEADER = "Invoice,Customer,Email,Phone,Balance,Due date\n"


@pytest.mark.parametrize(
    ("address", "own"),
    [("billing@harbor.test-clinic.com", True), ("BILLING@HARBOR.TEST-CLINIC.COM", True),
     ("desk@harbor.test-clinic.com", True), ("desk@old.harbor.test-clinic.com", True),
     ("desk@test-clinic.com", False), ("ada@otherharbor.test-clinic.com", False),
     ("office@gmail.com", True), ("ada@gmail.com", False), ("ada@example.com", False)],
)  # fmt: skip
def test_whose_an_address_is(address: str, own: bool) -> None:
    ours = own_addresses(
        ("Billing@harbor.test-clinic.com", "office@gmail.com", "reply@example.com", ""), ("",)
    )
    assert ours.have_email(address) is own


def test_what_messages_come_from_reaches_no_debtor() -> None:
    content = (
        HEADER
        + "1,Ada Abbott,billing@harbor.example.com,212-555-0100,10.00,2026-03-04\n"
        + "2,Ben Barker,billing@harbor.example.com;ben@example.com,,20.00,2026-03-04\n"
    )
    file = dropped(content.encode())
    own = own_addresses(("billing@harbor.example.com",), ("+12125550100",))
    (result,) = read_files(
        [replace(file, hints=replace(file.hints, own=own))], checks=CHECKS, today=TODAY
    )
    assert result.assembly is not None
    first, second = result.assembly.accounts.values()
    assert (first.consumer.emails, first.consumer.phones) == ((), ())
    assert first.holds == ("no_contact",)
    assert (second.consumer.emails, second.holds) == (("ben@example.com",), ())
    codes = [[(p.code, p.column) for p in o.problems] for o in result.assembly.outcomes]
    assert codes == [[("own_address", "Email"), ("own_address", "Phone")],
                     [("own_address", "Email")]]  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [["Alpha Foods LLC", "Beta Tools Inc", "Gamma Paper Co.", "Delta Signs LLC", "Zeta Marine LLC"],
     ["Ada Abbott", "Ben Barker", "Cora Castillo", "Dan Dalton", "Elle Foster"],
     ["Ada Abbott", "Beta Tools Inc", "Cora Castillo", "Delta Signs LLC", "Elle Foster"]],
)  # fmt: skip
def test_an_address_under_most_names_is_the_creditors(names: list[str]) -> None:
    rows = [f"{n},{name},desk@example.com,,10.00,2026-03-04" for n, name in enumerate(names)]
    rows += ["8,Vera Walsh,vera@example.com,,10.00,2026-03-04"]
    document = read(HEADER + "\n".join(rows))
    people = [r["account"]["consumer"] for r in document["rows"]]
    assert [p["emails"] for p in people] == [[]] * 5 + [["vera@example.com"]]
    assert all(r["account"]["held"] == "shared_contact" for r in document["rows"][:5])
    assert document["decisions_needed"] == []


def test_the_offices_number_on_each_row_makes_no_doubt_of_people() -> None:
    names = ["Ada Abbott", "Ben Barker", "Cora Castillo", "Dan Dalton"]
    rows = [
        f"{n},{name},{name[:3].lower()}@example.com,212-555-0100,10.00,2026-03-04"
        for n, name in enumerate(names)
    ]
    accounts = [r["account"] for r in read(HEADER + "\n".join(rows))["rows"]]
    assert [(a["consumer"]["phones"], a["held"]) for a in accounts] == [([], None)] * 4


def test_an_accountant_of_some_firms_is_reached() -> None:
    firms = ["Alpha Foods LLC", "Beta Tools Inc", "Gamma Paper Co.", "Delta Signs LLC"]
    rows = [f"{n},{name},books@example.com,,10.00,2026-03-04" for n, name in enumerate(firms)]
    others = ["Ada Abbott", "Ben Barker", "Cora Castillo", "Dan Dalton", "Elle Foster"]
    rows += [
        f"{n},{name},{name[:3].lower()}@example.com,,10.00,2026-03-04"
        for n, name in enumerate(others, 10)
    ]
    emails = [r["account"]["consumer"]["emails"] for r in read(HEADER + "\n".join(rows))["rows"]]
    assert emails[:4] == [["books@example.com"]] * 4
