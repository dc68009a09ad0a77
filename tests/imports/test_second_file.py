"""The second file: the same, a newer one, one that names fewer accounts, mended rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dunlin.domain.accounts.account import Case, Hold, Status
from dunlin.domain.money import Money
from dunlin.domain.staff.queue import kind_of
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.imports.job import job_to_start
from tests.imports.place import BO, CREDITOR, CY, DI, Office, table
from tests.support import builders


@pytest.fixture
def office() -> Office:
    return Office()


def act(office: Office, reference: str, **changes: Any) -> None:
    """Something that Dunlin itself did to an account."""
    account = office.account(reference)
    entry = entry_of(account, now=office.now, what="Changed", data={})
    after = next_version(replace(account, **changes), entry)
    ledger = builders.adjusted(account, after.balance, office.now)
    office.book.apply(Change(account=after, ledger=ledger, audit=[entry]))


def test_the_same_file_writes_nothing(office: Office) -> None:
    first = office.drop("open.csv", table([BO, CY, DI]))
    assert first["outcomes"] == {"created": 3}
    before = office.book.writes
    again = office.drop("open.csv", table([BO, CY, DI]))
    assert again["outcomes"] == {"unchanged": 3}
    assert office.book.writes == before


def test_the_same_file_after_a_payment_here_and_a_decision_changes_nothing(office: Office) -> None:
    content = table(
        [BO + ",yes"], "Invoice,Customer No,Customer,Email,Phone,Balance,Due date,Disputed"
    )
    office.drop("open.csv", content)
    assert office.account("K-1").hold is Hold.DISPUTE
    act(office, "K-1", hold=None, hold_reason="", balance=Money(2_000, "USD"))
    before = office.book.writes
    office.drop("open.csv", content)
    assert office.book.writes == before
    assert office.account("K-1").balance.minor == 2_000
    assert office.account("K-1").hold is None


def test_a_newer_file_moves_the_balance_and_wakes(office: Office) -> None:
    office.drop("open.csv", table([BO, CY]))
    act(office, "K-1", status=Status.ACTIVE)
    act(office, "K-2", status=Status.ACTIVE)
    report = office.drop("open.csv", table([BO.replace("120.00", "70.00"), CY]))
    assert report["outcomes"] == {"updated": 1, "unchanged": 1}
    account = office.account("K-1")
    assert account.balance.minor == 7_000 == office.ledger_sum(account)
    assert office.waker.woken == [account.account_id]


def test_a_newer_file_that_says_paid_settles(office: Office) -> None:
    header = "Invoice,Customer No,Customer,Email,Phone,Balance,Due date,Status"
    office.drop("open.csv", table([BO + ",Open", CY + ",Open"], header))
    office.drop("open.csv", table([BO + ",Paid", CY + ",Open"], header))
    assert office.account("K-1").status is Status.SETTLED
    assert office.account("K-1").balance.minor == 0
    assert office.account("K-2").status is Status.IMPORTED


def test_a_file_that_has_not_heard_of_a_payment_here_never_raises_the_balance(
    office: Office,
) -> None:
    office.drop("open.csv", table([BO]))
    act(office, "K-1", balance=Money(4_000, "USD"))
    office.drop("open.csv", table([BO.replace("120.00", "100.00")]))
    assert office.account("K-1").balance.minor == 4_000
    office.drop("open.csv", table([BO.replace("120.00", "110.00")]))
    assert office.account("K-1").balance.minor == 5_000


def test_an_absent_account_is_told_and_stays(office: Office) -> None:
    office.drop("open-2026-11-01.csv", table([BO, CY]))
    report = office.drop("open-2026-11-08.csv", table([BO]))
    assert report["missing"] == {"accounts": 1, "closed": 0, "resting": 0, "references": ["K-2"]}
    assert office.account("K-2").status is Status.IMPORTED
    lines = office.report("open-2026-11-08.report.csv")
    assert [(r["outcome"], r["value"]) for r in lines] == [("missing", "K-2")]
    later = office.drop("open-2026-11-15.csv", table([BO]))
    assert later["missing"]["references"] == ["K-2"]


def test_an_absent_account_is_closed_where_the_file_is_complete_and_returns(
    office: Office,
) -> None:
    office.drop("open.csv", table([BO, CY]))
    act(office, "K-2", status=Status.ACTIVE)
    sidecar = f"drop/{CREDITOR}/open.mapping.yaml"
    office.box.files[sidecar] = b"version: 1\ncomplete: true\n"
    report = office.drop("open.csv", table([BO]))
    assert report["missing"] == {"accounts": 1, "closed": 1, "resting": 0, "references": ["K-2"]}
    assert office.account("K-2").status is Status.CLOSED
    assert office.waker.woken == [office.account("K-2").account_id]
    office.drop("open.csv", table([BO, CY]))
    back = office.account("K-2")
    # Its ladder's execution has ended: it goes on as a new run at the same rung.
    assert (back.status, back.ladder_run, back.due_at) == (Status.ACTIVE, 1, office.now)


@pytest.mark.parametrize(
    ("hold", "after_return"),
    [
        (Hold.DISPUTE, (Hold.DISPUTE, "Said so.")),
        (Hold.REVIEW, (Hold.REVIEW, "Said so.")),
        (Hold.INSURER, (Hold.INSURER, "Said so.")),
        (Hold.PAYMENT_PENDING, (None, "")),
    ],
)
def test_an_account_that_is_closed_as_absent_waits_for_nobody_and_is_held_again_on_its_return(
    office: Office, hold: Hold, after_return: tuple[Hold | None, str]
) -> None:
    office.drop("open.csv", table([BO, CY]))
    act(office, "K-2", status=Status.ACTIVE, hold=hold, hold_reason="Said so.", escalated="reply")
    office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = b"version: 1\ncomplete: true\n"
    office.drop("open.csv", table([BO]))
    closed = office.account("K-2")
    assert (closed.status, closed.hold, closed.hold_reason) == (Status.CLOSED, None, "")
    assert (closed.escalated, closed.case, closed.due_at) == ("", None, None)
    assert list(office.book.waiting_for_staff(CREDITOR)) == []
    office.drop("open.csv", table([BO, CY]))
    back = office.account("K-2")
    assert (back.status, (back.hold, back.hold_reason)) == (Status.ACTIVE, after_return)


@pytest.mark.parametrize(
    ("hold", "after_return"), [(Hold.DISPUTE, Hold.DISPUTE), (Hold.INSURER, Hold.REVIEW)]
)
def test_what_a_person_said_on_a_closed_account_and_what_held_it_before_both_hold_its_return(
    office: Office, hold: Hold, after_return: Hold
) -> None:
    office.drop("open.csv", table([BO, CY]))
    act(office, "K-2", status=Status.ACTIVE, hold=hold, hold_reason="Said so.")
    office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = b"version: 1\ncomplete: true\n"
    office.drop("open.csv", table([BO]))
    act(office, "K-2", hold=Hold.REVIEW, hold_reason="Asks something")
    office.drop("open.csv", table([BO, CY]))
    back = office.account("K-2")
    assert (back.status, back.hold) == (Status.ACTIVE, after_return)
    assert set(back.hold_reason.split(", ")) == {"Said so.", "Asks something"}


def test_a_question_that_was_asked_outlives_an_account_that_a_file_closes(office: Office) -> None:
    office.drop("open.csv", table([BO, CY]))
    asked = Case(since=office.now, kind="question", asked_at=office.now)
    act(office, "K-2", hold=Hold.REVIEW, hold_reason="Asks a question", case=asked)
    office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = b"version: 1\ncomplete: true\n"
    office.drop("open.csv", table([BO]))
    closed = office.account("K-2")
    assert (closed.status, closed.hold) == (Status.CLOSED, None)
    assert kind_of(closed) == "question"


def test_a_file_that_says_paid_leaves_what_a_person_must_answer(office: Office) -> None:
    header = "Invoice,Customer No,Customer,Email,Phone,Balance,Due date,Status"
    office.drop("open.csv", table([BO + ",Open", CY + ",Open"], header))
    act(office, "K-1", hold=Hold.DISPUTE, hold_reason="Said so.", escalated="balance")
    act(office, "K-2", hold=Hold.SNOOZED, hold_reason="Asked for quiet", due_at=office.now)
    office.drop("open.csv", table([BO + ",Paid", CY + ",Paid"], header))
    bo, cy = office.account("K-1"), office.account("K-2")
    assert (bo.status, bo.hold, bo.hold_reason) == (Status.SETTLED, Hold.DISPUTE, "Said so.")
    assert (bo.escalated, bo.due_at) == ("", None)
    assert (cy.status, cy.hold, cy.hold_reason, cy.due_at) == (Status.SETTLED, None, "", None)


def test_another_source_with_the_same_header_misses_nothing(office: Office) -> None:
    office.drop("north.csv", table([BO]))
    report = office.drop("south.csv", table([CY]))
    assert report["missing"]["accounts"] == 0


@pytest.mark.parametrize("name", ["open.mended.csv", "open.rejected.csv", "what I fixed.csv"])
def test_mended_rows_come_back_alone(office: Office, name: str) -> None:
    broken = CY.replace("80.50", "not money").replace("Cy Sample", "=Cy Sample")
    report = office.drop("open.csv", table([BO, broken]))
    assert report["outcomes"] == {"created": 1, "rejected": 1}
    rejected = office.box.files[f"drop/{CREDITOR}/open.rejected.csv"].decode("utf-8-sig")
    assert "'=Cy Sample" in rejected
    mended = office.drop(name, rejected.replace("not money", "80.50"))
    assert mended["outcomes"] == {"created": 1}
    assert mended["missing"]["accounts"] == 0
    person = office.book.consumers[office.account("K-2").consumer_id]
    assert person.name == "=Cy Sample"


def test_rejected_rows_start_an_import_once_a_person_dropped_them(office: Office) -> None:
    office.drop("open.csv", table([BO, CY.replace("80.50", "not money")]))
    key = f"drop/{CREDITOR}/open.rejected.csv"
    assert job_to_start(key, "v8", office.box) is None
    office.put("open.rejected.csv", office.box.files[key])
    started = job_to_start(key, "v9", office.box)
    assert started is not None
    assert started.key == key
    for name in ("open.report.csv", "open.summary.json", "open.mapping.yaml"):
        assert job_to_start(f"drop/{CREDITOR}/{name}", "v9", office.box) is None


NO_NUMBER = "Invoice,Customer,Email,Phone,Balance,Due date"


def test_a_person_known_by_mail_gets_a_number_and_stays_one(office: Office) -> None:
    office.drop("old.csv", table(["K-5,Bo Sample,bo@example.com,,50.00,2026-08-01"], NO_NUMBER))
    office.drop("open.csv", table([BO]))
    office.drop("third.csv", table(["K-6,,,(217) 555-0111,60.00,2026-08-03"], NO_NUMBER))
    assert len({office.account(k).consumer_id for k in ("K-1", "K-5", "K-6")}) == 1
    (person,) = office.book.consumers.values()
    assert (person.name, person.phones) == ("Bo Sample", ("+12175550111",))


def test_one_address_under_two_names_waits_for_a_person(office: Office) -> None:
    office.drop("old.csv", table(["K-5,Flo Other,bo@example.com,,50.00,2026-08-01"], NO_NUMBER))
    office.drop("open.csv", table([BO]))
    first, second = office.account("K-5"), office.account("K-1")
    assert first.consumer_id != second.consumer_id == office.account("K-1").consumer_id
    assert (second.hold, second.extras["probable_match"]) == (Hold.REVIEW, first.consumer_id)
    assert kind_of(second) == "match"


def test_a_probable_match_within_a_file_is_told_in_its_summary(office: Office) -> None:
    report = office.drop("open.csv", table([BO, BO.replace("K-1,C-1", "K-7,C-7")]))
    assert [d["kind"] for d in report["decisions_needed"]] == ["match"]
    assert report["holds"] == {"probable_match": 1}
    first, second = office.account("K-1"), office.account("K-7")
    assert (first.hold, second.hold) == (None, Hold.REVIEW)
    assert second.extras["probable_match"] == first.consumer_id


def test_a_number_that_comes_back_under_another_person_is_a_debt_of_its_own(
    office: Office,
) -> None:
    """A unit with a new tenant: the one who moved out is asked for nothing of it."""
    header = "Lease ID,Tenant,Email,Balance,Due date"
    ada = "UNIT-7,Ada Finch,ada@example.com,300.00,2026-08-01"
    cy = "UNIT-7,Cy Moss,cy@example.com,45.00,2026-11-01"
    office.drop("rent.csv", table([ada], header))
    first = office.account("UNIT-7")
    act(office, "UNIT-7", status=Status.ACTIVE)
    report = office.drop("rent.csv", table([cy], header))
    assert report["codes"] == {"another_person": 1}
    before, after = sorted(office.book.accounts.values(), key=lambda a: -a.balance.minor)
    assert before.account_id == first.account_id
    assert (before.balance.minor, before.hold, before.consumer_id) == (
        30_000,
        Hold.REVIEW,
        first.consumer_id,
    )
    assert (after.balance.minor, after.hold, after.reference) == (4_500, None, "UNIT-7")
    holder = office.book.consumers[after.consumer_id]
    assert (holder.name, holder.emails) == ("Cy Moss", ("cy@example.com",))
    assert office.book.consumers[before.consumer_id].emails == ("ada@example.com",)
    writes = office.book.writes
    office.drop("rent.csv", table([cy], header))
    assert office.book.writes == writes
    office.drop("rent.csv", table([cy.replace("45.00", "20.00")], header))
    assert office.book.accounts[after.account_id].balance.minor == 2_000
    assert office.book.accounts[before.account_id].balance.minor == 30_000


def test_a_customer_number_that_comes_back_under_another_name_is_another_person(
    office: Office,
) -> None:
    header = "Unit,Customer No,Customer,Email,Balance,Due date"
    office.drop("a.csv", table(["7,U-7,Ada Finch,ada@example.com,300.00,2026-08-01"], header))
    for _ in range(2):
        office.drop("a.csv", table(["7,U-7,Cy Moss,cy@example.com,45.00,2026-11-01"], header))
    people = {p.name: p for p in office.book.consumers.values()}
    assert people.keys() == {"Ada Finch", "Cy Moss"}
    assert people["Ada Finch"].emails == ("ada@example.com",)
    owed = {a.consumer_id: a.balance.minor for a in office.book.accounts.values()}
    assert owed == {people["Ada Finch"].consumer_id: 30_000, people["Cy Moss"].consumer_id: 4_500}
    # What a contacts file says under the number is for whom it names.
    contacts = "Customer No,Customer,Email\nU-7,Dee Fox,dee@example.com\n"
    office.drop("contacts.csv", contacts)
    assert {p.emails for p in office.book.consumers.values()} == {
        ("ada@example.com",),
        ("cy@example.com",),
    }


@pytest.mark.parametrize(
    "row",
    [
        "UNIT-7,Ada Finch,new@example.com,300.00,2026-08-01",  # moved to another address
        "UNIT-7,Finch Ada M,new@example.com,300.00,2026-08-01",  # told more of the name
        "UNIT-7,Ada Marsh,ada@example.com,300.00,2026-08-01",  # another name, reached as before
        "UNIT-7,Ada Finch,,300.00,2026-08-01",
        "UNIT-7,,new@example.com,300.00,2026-08-01",
    ],
)
def test_a_person_who_is_told_otherwise_stays_the_same(office: Office, row: str) -> None:
    header = "Lease ID,Tenant,Email,Balance,Due date"
    office.drop("rent.csv", table(["UNIT-7,Ada Finch,ada@example.com,300.00,2026-08-01"], header))
    report = office.drop("rent.csv", table([row], header))
    assert "another_person" not in report["codes"]
    assert len(office.book.accounts) == 1


def test_what_is_owed_anew_begins_at_the_first_rung(office: Office) -> None:
    office.drop("rent.csv", table([BO]))
    act(office, "K-1", status=Status.ACTIVE, ladder="standard", ladder_run=1, rung=2,
        sent=("Reminder", "Second"), approved_triggers=("balance",))  # fmt: skip
    office.drop("rent.csv", table([BO.replace("120.00", "0.00")]))
    assert office.account("K-1").status is Status.SETTLED
    office.drop("rent.csv", table([BO.replace("120.00,2026-09-01", "95.00,2026-11-01")]))
    back = office.account("K-1")
    assert (back.status, back.balance.minor, str(back.due_on)) == (
        Status.IMPORTED,
        9_500,
        "2026-11-01",
    )
    assert (back.rung, back.occurrence, back.sent, back.cohort) == (0, 0, (), "")
    assert back.approved_triggers == ()


def test_an_invoices_number_of_a_contact_is_no_customers_number(office: Office) -> None:
    header = "Invoice,Customer No,Customer,Balance,Due date"
    office.drop("a.csv", table(["101,201,Ada Finch,300.00,2026-08-01"], header))
    office.drop("people.csv", "Customer No,Name,Email\n101,Ada Finch,zed@example.com\n")
    assert [p.emails for p in office.book.consumers.values()] == [()]


def test_of_two_contacts_of_one_name_neither_is_taken(office: Office) -> None:
    office.drop("a.csv", table(["101,Ada Finch,300.00,2026-08-01"], "Invoice,Customer,Balance,Due"))
    office.drop("people.csv", "Name,Email\nAda Finch,a1@example.com\nAda Finch,a2@example.com\n")
    assert [p.emails for p in office.book.consumers.values()] == [()]


def test_an_address_of_many_on_record_is_nobodys(office: Office) -> None:
    names = ["Ada Finch", "Bo Cole", "Cy Moss", "Dee Fox", "Ed May", "Flo Kim", "Gus Ray"]
    for number, name in enumerate(names):
        row = f"{number},C-{number},{name},desk@example.com,,30.00,2026-08-01"
        office.drop(f"{number}.csv", table([row]))
    last = office.account("6")
    assert office.book.consumers[last.consumer_id].emails == ()
    assert last.hold is Hold.NO_CONTACT_POINT


def test_a_file_in_another_currency_than_the_creditors_waits_until_answered() -> None:
    office = Office()
    strategy = builders.strategy_document() | {"currency": "USD"}
    office.book.creditors.put_strategy(CREDITOR, strategy, office.now)
    pounds = table([BO.replace("120.00", "£120.00")])
    assert office.drop("open.csv", pounds)["state"] == "waiting"
    assert not office.book.accounts
    office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = b"answers:\n  currency: GBP\n"
    assert office.drop("open.csv", pounds)["state"] == "done"
    assert office.account("K-1").balance.currency == "GBP"


def test_days_before_months_ask_for_the_currency_only_where_the_creditor_says_none() -> None:
    office = Office()
    british = table([BO.replace("2026-09-01", "25/09/2026")])
    assert office.drop("open.csv", british)["state"] == "waiting"
    strategy = builders.strategy_document() | {"currency": "GBP"}
    office.book.creditors.put_strategy(CREDITOR, strategy, office.now)
    assert office.drop("open.csv", british)["state"] == "done"
    assert (office.account("K-1").balance, str(office.account("K-1").due_on)) == (
        Money(12_000, "GBP"),
        "2026-09-25",
    )


@pytest.mark.parametrize("heading", ["ACCOUNT", "Account", "Konto", "Cuenta"])
def test_money_carried_to_the_next_month_of_an_account_is_asked_for_once(heading: str) -> None:
    office = Office()
    header = f"{heading},CUSTOMER NAME,EMAIL,BILL DATE,DUE DATE,PAST DUE AMT"
    for name, due, owed in (("m1.csv", "08/21/2026", "88.12"), ("m2.csv", "09/21/2026", "176.24")):
        rows = [
            f"00012345,INA ROWE,ina@example.com,08/01/2026,{due},{owed}",
            f"00012346,ZED ORR,zed@example.com,08/01/2026,{due},{owed}",
        ]
        summary = office.drop(name, table(rows, header))
    assert summary["outcomes"] == {"updated": 2}
    assert office.account("00012345").balance.minor == 17624
