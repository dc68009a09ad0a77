"""Somebody on the phone names what they have at hand: the account is found, or all that fit."""

from __future__ import annotations

import pytest

from dunlin.domain.accounts.account import Account
from dunlin.service.staff.finding import find_accounts
from dunlin.service.staff.overview import look_up
from tests.imports.place import BO, CREDITOR, Office, table
from tests.staff.builders import ChainLog
from tests.staff.test_widgets import ARN, WIDGETS, event

PATIENTS = """Patient ID,Patient,Email,Phone,Balance,Due date
1001,Ada Finch,ada@example.com,(217) 555-0121,80.00,2026-08-14
1001,Ada Finch,ada@example.com,(217) 555-0121,45.00,2026-09-20
1002,Cy Moss,cy@example.com,(217) 555-0122,12.50,2026-08-30
"""
BOTH = """Account Number,Invoice Number,Customer No,Customer,Email,Balance,Due date
A-7,INV-70,C-7,Di Sample,di@example.com,300.00,2026-09-01
A-7,INV-71,C-7,Di Sample,di@example.com,120.00,2026-10-01
"""


@pytest.fixture
def office() -> Office:
    office = Office()
    office.drop("patients.csv", PATIENTS)
    office.drop("invoices.csv", BOTH)
    return office


def found_by(office: Office, wanted: str, creditor: str = CREDITOR) -> list[str]:
    meant = find_accounts(
        wanted, creditor=creditor, book=office.book, creditors=office.book.creditors
    )
    return [account.reference + account.invoice for account in meant]


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("1001 2026-08-14", ["1001 2026-08-14"]),
        ("  1001   2026-08-14 ", ["1001 2026-08-14"]),
        ("1002", ["1002 2026-08-30"]),
        ("1001", ["1001 2026-08-14", "1001 2026-09-20"]),
        ("INV-71", ["A-7INV-71"]),
        ("inv-71", ["A-7INV-71"]),
        ("A-7/INV-70", ["A-7INV-70"]),
        ("A-7", ["A-7INV-70", "A-7INV-71"]),
        ("C-7", ["A-7INV-70", "A-7INV-71"]),
        ("CY@example.com", ["1002 2026-08-30"]),
        ("(217) 555-0122", ["1002 2026-08-30"]),
        ("+12175550122", ["1002 2026-08-30"]),
        ("1003", []),
        ("", []),
        ("Ada", []),
    ],
)
def test_an_account_is_found_by_what_its_creditor_calls_it(
    office: Office, wanted: str, meant: list[str]
) -> None:
    assert found_by(office, wanted) == meant
    assert found_by(office, wanted, creditor="") == meant
    assert found_by(office, wanted, creditor="somebody-else") == []


def test_an_account_is_found_by_its_id_at_its_own_creditor_alone(office: Office) -> None:
    account: Account = office.account("1002 2026-08-30")
    assert found_by(office, account.account_id, creditor="") == ["1002 2026-08-30"]
    assert found_by(office, account.account_id, creditor="somebody-else") == []


def test_the_widget_lists_what_may_be_meant_and_shows_what_is(office: Office) -> None:
    def shown(wanted: str) -> str:
        meant = look_up(
            wanted,
            creditor=CREDITOR,
            book=office.book,
            log=ChainLog(office.book),
            creditors=office.book.creditors,
            now=office.now,
        )
        widget = WIDGETS.account(WIDGETS.read(event(account_id=wanted), ARN), meant)
        assert isinstance(widget, str)
        return widget

    several = shown("1001")
    for reference in ("1001 2026-08-14", "1001 2026-09-20"):
        account = office.account(reference)
        assert f">{reference}</button>" in several
        assert account.account_id in several
    assert "<h2>1001 2026-08-14</h2>" in shown("1001 2026-08-14")
    assert "No account goes by this." in shown("1003")


def test_a_number_that_names_an_account_and_a_person_lists_both(office: Office) -> None:
    office.drop("open.csv", table([BO.replace("K-1", "1002")]))
    assert found_by(office, "1002") == ["10021002", "1002 2026-08-30"]
