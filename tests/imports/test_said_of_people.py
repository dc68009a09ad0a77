"""What a file says of a person that forbids to write is the person's and not the row's: it holds
what they owe by earlier files, and what later files bring."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dunlin.domain.accounts.account import Hold, Status
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from tests.imports.place import HEADER, Office, table
from tests.imports.reading import read, read_together

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


def _held(text: str) -> list[str | None]:
    return [row["account"]["held"] for row in read(text)["rows"]]


def test_an_agency_that_every_row_names_is_asked_about_once() -> None:
    text = (
        "Invoice,Customer,Email,Agency,Due Date,Balance\n"
        "1,Ada Abbott,ada@example.com,Northside Staffing,2026-03-01,10.00\n"
        "2,Ben Barker,ben@example.com,Lakeside Staffing,2026-03-01,20.00\n"
    )
    assert [d["id"] for d in read(text)["decisions_needed"]] == ["mapping:Agency"]
    for answer, held in (("ignore", None), ("agency", "agency")):
        rows = read(text, answers={"mapping:Agency": answer})["rows"]
        assert [row["account"]["held"] for row in rows] == [held, held]


@pytest.mark.parametrize("heading", ["Responsible", "Bill To", "Payer"])
def test_a_debt_that_an_insurer_has_waits_for_it(heading: str) -> None:
    text = (
        f"Account,Patient,Phone,{heading},Balance,Due Date\n"
        "1,Ina Rowe,(212) 555-0101,Self,100.00,2026-09-01\n"
        "2,Zed Orr,(212) 555-0102,Medicare,200.00,2026-09-01\n"
        "3,Lu Crane,(212) 555-0103,Acme Mutual Insurance,300.00,2026-09-01\n"
    )
    assert _held(text) == [None, "insurance_pending", "insurance_pending"]


def test_the_age_of_a_patient_is_years() -> None:
    text = (
        "Chart,Patient,Age,Email,Balance,Due Date\n"
        "1,A Abel,7,a@example.com,10.00,2026-09-01\n2,B Bell,41,b@example.com,11.00,2026-09-01\n"
    )
    assert _held(text) == ["minor", None]


@pytest.mark.parametrize(
    ("name", "held"),
    [("A Abel - PAID", "on_hold"), ("C Cole (duplicate)", "on_hold"),
     ("zzDO NOT USE B Bell", "do_not_contact"), ("Test Patient", "on_hold"),
     ("Jazz Izzo", None), ("Paige Oldman", None)],
)  # fmt: skip
def test_words_beside_a_name_hold_the_debt(name: str, held: str | None) -> None:
    text = "Account,Name,Email,Balance,Due Date\n" + f"1,{name},a@example.com,10.00,2026-09-01\n"
    assert _held(text) == [held]


@pytest.mark.parametrize(
    ("note", "held"),
    [("paid cash", "payment_shown"), ("waive balance per owner", "payment_shown"),
     ("paid by card at desk", "payment_shown"), ("will pay friday", None), ("not paid", None)],
)  # fmt: skip
def test_a_note_that_begins_with_a_payment_holds_the_debt(note: str, held: str | None) -> None:
    text = "Invoice,Customer,Email,Balance,Due Date,Memo\n"
    assert _held(text + f"1,A Abel,a@example.com,10.00,2026-09-01,{note}\n") == [held]


def test_a_bill_paid_in_part_without_what_is_left_waits() -> None:
    text = (
        "Rechnung;Kunde;E-Mail;Fällig;Betrag €;Zahlstatus\n"
        "1;A Abel;a@example.com;13.09.2026;10,00;offen\n"
        "2;C Cole;c@example.com;13.09.2026;12,00;teilw. bezahlt\n"
    )
    assert _held(text) == [None, "payment_shown"]


def test_a_standing_of_the_patient_that_forbids_holds() -> None:
    text = (
        "Account,Name,Email,Balance,Due Date,Patient Status\n"
        "1,A Abel,a@example.com,10.00,2026-09-01,Active\n"
        "2,C Cole,c@example.com,12.00,2026-09-01,Deceased\n"
    )
    assert _held(text) == [None, "deceased"]


@pytest.mark.parametrize(
    ("name", "held"),
    [("Karl Weiss †", "deceased"), ("The Late Gus Hall", "deceased"), ("VOID - Cy Lake", "on_hold"),
     ("[HOLD] Bo Reed", "on_hold"), ("Fay Void", None), ("Coll, Bob", None)],
)  # fmt: skip
def test_a_mark_set_off_before_or_behind_a_name_holds(name: str, held: str | None) -> None:
    text = "Account,Name,Email,Balance,Due Date\n"
    assert _held(text + f'1,"{name}",a@example.com,10.00,2026-09-01\n') == [held]


@pytest.mark.parametrize(
    ("note", "held"),
    [("pagado en efectivo", "payment_shown"), ("bar bezahlt am 12.9.", "payment_shown"),
     ("Kulanz - ausbuchen", "payment_shown"), ("no ha pagado", None),
     ("noch nicht bezahlt", None)],
)  # fmt: skip
def test_a_note_of_a_payment_is_heard_in_other_languages(note: str, held: str | None) -> None:
    text = "Invoice,Customer,Email,Balance,Due Date,Memo\n"
    assert _held(text + f"1,A Abel,a@example.com,10.00,2026-09-01,{note}\n") == [held]
