"""Where a person lives, as newer files tell it: taken, kept from being taken, and waited for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Hold
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.reasons import UNPLACED_PERSON
from dunlin.service.accounts.writing import write
from dunlin.service.staff.facts import set_fact
from tests.imports.place import Office, table

HEADER = "Invoice,Customer No,Customer,Email,State,Zip,Balance,Due date"
BO = "K-1,C-1,Bo Sample,bo@example.com,{},{},120.00,2026-09-01"
STOPPED = f"email: {UNPLACED_PERSON}, so no state's law can be asked. (PLAT-FAILCLOSED)"


@pytest.fixture
def office() -> Office:
    return Office()


def drop(office: Office, state: str, zip5: str, *more: str) -> list[dict[str, str]]:
    office.drop("open.csv", table([BO.format(state, zip5), *more], HEADER))
    return office.report("open.report.csv")


def person(office: Office) -> Consumer:
    standing = office.book.consumer(office.account("K-1").consumer_id)
    assert standing is not None
    return standing


def place(office: Office) -> tuple[str | None, str | None]:
    return person(office).state, person(office).zip


def say(office: Office, name: str, value: str) -> None:
    set_fact(
        office.account("K-1").account_id,
        name,
        value,
        by="desk-1",
        evidence="call-1",
        book=office.book,
        waker=office.waker,
        now=office.now,
    )


def stop(office: Office, reference: str) -> None:
    """The ladder of an account stopped because nobody knows where its person lives."""
    account = office.account(reference)
    running = lifecycle.activate(
        account, strategy_version=1, ladder="standard", cohort="r1", shadow=False, at=office.now
    )
    stopped = lifecycle.stop(replace(running, ladder_run=1), STOPPED)
    write(office.book, account, stopped, what="AccountHeld", data={}, now=office.now)


def test_a_newer_file_tells_of_a_move(office: Office) -> None:
    drop(office, "IL", "62701")
    assert all(row["code"] != "place_kept" for row in drop(office, "NV", "89501"))
    assert place(office) == ("NV", "89501")


def test_what_staff_wrote_down_stands_and_the_row_is_told_so(office: Office) -> None:
    drop(office, "IL", "62701")
    say(office, "zip", "60601")
    (row,) = drop(office, "NV", "89501")
    assert (row["code"], place(office)) == ("place_kept", ("IL", "60601"))
    say(office, "state", "unknown")
    drop(office, "NV", "89501")
    assert place(office) == ("NV", "89501")


def test_a_file_that_brings_the_address_lets_every_debt_of_the_person_go(office: Office) -> None:
    other = "K-2,C-1,Bo Sample,bo@example.com,,,80.50,2026-09-02"
    drop(office, "", "", other)
    for reference in ("K-1", "K-2"):
        stop(office, reference)
    drop(office, "", "", other)
    assert office.account("K-1").hold is Hold.REVIEW
    office.waker.woken.clear()
    office.drop("one.csv", table([BO.format("IL", "62701")], HEADER))
    for reference in ("K-1", "K-2"):
        account = office.account(reference)
        assert (account.hold, account.due_at) == (None, office.now), reference
        assert account.account_id in office.waker.woken


def test_staff_who_say_the_state_let_it_go_too_and_what_else_holds_it_holds(office: Office) -> None:
    drop(office, "", "", "K-2,C-1,Bo Sample,bo@example.com,,,80.50,2026-09-02")
    for reference in ("K-1", "K-2"):
        stop(office, reference)
    second = office.account("K-2")
    asked = lifecycle.review(second, "Asks a question")
    write(office.book, second, asked, what="AccountHeld", data={}, now=office.now)
    say(office, "state", "IL")
    assert office.account("K-1").hold is None
    assert office.account("K-2").hold is Hold.REVIEW
