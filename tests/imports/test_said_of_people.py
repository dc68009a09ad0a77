"""What a file says of a person that forbids to write is the person's and not the row's: it holds
what they owe by earlier files, and what later files bring."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dunlin.domain.accounts.account import Hold, Status
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from tests.imports.place import HEADER, Office, table
from tests.imports.reading import read_together

NOTED = f"{HEADER},Notes"
FIRST = "I-1,C-1,Bo Sample,bo@example.com,212-555-0111,10.00,2026-05-01,"
SECOND = "I-2,C-1,Bo Sample,bo@example.com,212-555-0111,20.00,2026-05-02,"
OTHER = "I-3,C-2,Cy Roe,cy@example.com,212-555-0112,30.00,2026-05-03,"


@pytest.fixture
def office() -> Office:
    return Office()


def hold_of(office: Office, reference: str) -> tuple[Hold | None, str]:
    account = office.account(reference)
    return account.hold, account.hold_reason


def act(office: Office, reference: str, *, hold: Hold | None, reason: str = "") -> None:
    account = office.account(reference)
    after = replace(account, hold=hold, hold_reason=reason, status=Status.ACTIVE)
    entry = entry_of(account, now=office.now, what="Changed", data={})
    office.book.apply(Change(account=next_version(after, entry), audit=[entry]))


DIED = (Hold.REVIEW, "The file says that the person has died.")


def test_a_death_holds_the_debts_that_the_file_does_not_name(office: Office) -> None:
    office.drop("old.csv", table([FIRST, OTHER], NOTED))
    act(office, "I-1", hold=None)
    office.drop("new.csv", table([SECOND + "deceased 5/3"], NOTED))
    assert hold_of(office, "I-1") == hold_of(office, "I-2") == DIED
    assert hold_of(office, "I-3") == (None, "")
    assert office.account("I-1").account_id in office.waker.woken


def test_a_row_that_is_paid_says_it_all_the_same(office: Office) -> None:
    office.drop("old.csv", table([FIRST], NOTED))
    office.drop("new.csv", table([SECOND.replace("20.00", "0.00") + "has an attorney"], NOTED))
    assert hold_of(office, "I-1")[0] is Hold.REVIEW


def test_a_debt_that_comes_later_is_held_by_what_nobody_has_looked_at(office: Office) -> None:
    office.drop("old.csv", table([FIRST + "filed bankruptcy"], NOTED))
    office.drop("new.csv", table([SECOND], NOTED))
    assert hold_of(office, "I-2") == (Hold.REVIEW, "The file names a bankruptcy.")


def test_what_a_person_let_go_on_holds_no_later_debt_and_is_no_news(office: Office) -> None:
    office.drop("old.csv", table([FIRST + "deceased spouse, per wife deceased"], NOTED))
    assert hold_of(office, "I-1")[0] is Hold.REVIEW
    act(office, "I-1", hold=None)
    office.drop("new.csv", table([SECOND], NOTED))
    assert hold_of(office, "I-2") == (None, "")
    office.drop("third.csv", table([SECOND + "deceased"], NOTED))
    assert hold_of(office, "I-1") == (None, "")


def test_what_is_said_of_the_debt_alone_holds_no_other(office: Office) -> None:
    office.drop("old.csv", table([FIRST], NOTED))
    office.drop("new.csv", table([SECOND + "sent to collection agency"], NOTED))
    assert hold_of(office, "I-2")[0] is Hold.REVIEW
    assert hold_of(office, "I-1") == (None, "")


def test_whoever_answers_a_dispute_reads_that_the_person_died(office: Office) -> None:
    office.drop("old.csv", table([FIRST], NOTED))
    act(office, "I-1", hold=Hold.DISPUTE, reason="Says it was paid")
    office.drop("new.csv", table([SECOND + "deceased"], NOTED))
    assert hold_of(office, "I-1") == (Hold.DISPUTE, f"Says it was paid, {DIED[1]}")


def test_the_same_file_again_writes_nothing(office: Office) -> None:
    office.drop("old.csv", table([FIRST], NOTED))
    office.drop("new.csv", table([SECOND + "deceased"], NOTED))
    before = office.book.writes
    office.drop("new.csv", table([SECOND + "deceased"], NOTED))
    assert office.book.writes == before


CONTACTS = "Customer No,Customer,Email,Phone,Deceased,Remarks"
GONE = "C-1,Bo Sample,bo@example.com,212-555-0111,Yes,"
LEFT_ALONE = "C-2,Cy Roe,cy@example.com,212-555-0112,No,do not contact"


def test_a_contacts_file_says_it_of_the_debts_on_record(office: Office) -> None:
    office.drop("open.csv", table([FIRST, OTHER], NOTED))
    act(office, "I-1", hold=None)
    office.drop("contacts.csv", table([GONE, LEFT_ALONE], CONTACTS))
    assert hold_of(office, "I-1") == DIED
    assert hold_of(office, "I-3") == (Hold.REVIEW, "The file says not to contact this person.")
    act(office, "I-1", hold=None)
    office.drop("contacts.csv", table([GONE, LEFT_ALONE, "C-9,Di Poe,,,,"], CONTACTS))
    assert hold_of(office, "I-1") == (None, "")


def test_a_contacts_file_says_it_of_debts_that_are_read_beside_it() -> None:
    debts, _ = read_together(table([FIRST, OTHER], NOTED), table([GONE, LEFT_ALONE], CONTACTS))
    held = {row["account"]["reference"]: row["account"]["held"] for row in debts["rows"]}
    assert held == {"I-1": "deceased", "I-3": "do_not_contact"}


def test_a_contacts_file_that_came_first_says_it_of_the_debts_that_follow(office: Office) -> None:
    office.drop("contacts.csv", table([GONE, LEFT_ALONE], CONTACTS))
    office.drop("open.csv", table([FIRST, OTHER], NOTED))
    assert hold_of(office, "I-1") == DIED
