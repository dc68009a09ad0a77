"""A file that is known, one that is older than another, and one of another creditor."""

from __future__ import annotations

from datetime import date

import pytest

from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.imports.dated import FileDays, days_of
from tests.imports.place import BO, CREDITOR, CY, DI, HEADER, Office, table
from tests.support import builders

TODAY = date(2026, 11, 23)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("open-2026-11-01.csv", "2026-11-01", "2026-11-01"),
        ("open_20261101.csv", "2026-11-01", "2026-11-01"),
        ("Aging 11-15-2026.csv", "2026-11-15", "2026-11-15"),
        ("Aging 15.11.2026.xlsx", "2026-11-15", "2026-11-15"),
        ("Aging 10-11-2026.csv", "2026-10-11", "2026-11-10"),
        ("AR November 2026.csv", "2026-11-01", "2026-11-30"),
        ("ar-oct-2026.csv", "2026-10-01", "2026-10-31"),
        ("ar Oct 3, 2026.csv", "2026-10-03", "2026-10-03"),
        ("aging 2026-10.csv", "2026-10-01", "2026-10-31"),
    ],
)
def test_a_name_tells_of_which_day_a_file_is(name: str, first: str, last: str) -> None:
    days = FileDays(date.fromisoformat(first), date.fromisoformat(last))
    assert days_of(f"drop/acme/{name}", None, TODAY) == days
    stated = date(2026, 9, 9)
    assert days_of(name, stated, TODAY) == FileDays(stated, stated)


@pytest.mark.parametrize(
    "name",
    ["open.csv", "open-3.csv", "export 12345678.csv", "20269999.csv", "due 2027-03-01.csv",
     "marchand 12.csv", "unit 2026.csv", "99-99-2026.csv"],
)  # fmt: skip
def test_other_names_tell_no_day(name: str) -> None:
    assert days_of(name, None, TODAY) is None


def test_an_older_file_that_comes_late_undoes_nothing(office: Office) -> None:
    old = BO.replace("bo@", "bo.old@").replace("120.00", "400.00")
    office.drop("open-2026-10-01.csv", table([CY]))
    office.drop("open-2026-11-01.csv", table([BO, CY.replace("80.50", "0.00")]))
    before = dict(office.book.accounts)
    report = office.drop("open-2026-09-01.csv", table([old, CY, DI]))
    assert report["codes"] == {"older_file": 3}
    assert {a: office.book.accounts[a] for a in before} == before
    assert office.account("K-2").status is Status.SETTLED
    person = office.book.consumers[office.account("K-1").consumer_id]
    assert person.emails == ("bo@example.com",)
    # What it alone names may be paid long since: nothing is sent before a person has looked.
    assert (office.account("K-3").hold, office.account("K-3").hold_reason) == (
        Hold.REVIEW,
        "An older file names it, and the newer one does not.",
    )
    # The newest is still the newest, and a week without news writes nothing.
    writes = office.book.writes
    later = office.drop("open-2026-11-08.csv", table([BO]))
    assert (later["missing"]["accounts"], later["outcomes"]) == (0, {"unchanged": 1})
    assert office.book.writes == writes


def test_an_older_file_of_another_source_undoes_nothing_either(office: Office) -> None:
    office.drop("open 2026-11-01.csv", table([BO]))
    report = office.drop("aging sept 2026.csv", table([BO.replace("120.00", "500.00")]))
    assert report["codes"] == {"older_file": 1}
    assert office.account("K-1").balance.minor == 12_000


def test_an_older_file_may_still_take_permission_away(office: Office) -> None:
    header = f"{HEADER},Opted out"
    office.drop("open-2026-11-01.csv", table([f"{BO},No"], header))
    report = office.drop("open-2026-10-01.csv", table([f"{BO},Yes"], header))
    assert report["permission_withdrawn"] == 1
    person = office.book.consumers[office.account("K-1").consumer_id]
    assert not person.consent(Channel.EMAIL).open


def test_an_older_complete_file_closes_nothing(office: Office) -> None:
    office.drop("open-2026-11-01.csv", table([BO, CY]))
    office.box.files[f"drop/{CREDITOR}/open-2026-10-01.mapping.yaml"] = b"complete: true\n"
    office.drop("open-2026-10-01.csv", table([DI]))
    assert office.account("K-1").status is Status.IMPORTED


def test_a_file_without_a_day_is_the_newest(office: Office) -> None:
    office.drop("open-2026-11-01.csv", table([BO]))
    office.drop("open.csv", table([BO.replace("120.00", "70.00")]))
    assert office.account("K-1").balance.minor == 7_000


def test_the_same_file_under_another_name_is_known(office: Office) -> None:
    """Also after a payments file, and after a newer file: it brings no news."""
    office.drop("open.csv", table([BO, CY]))
    office.drop(
        "payments.csv",
        "Invoice number,Payment date,Amount,Payment method,Payment ID\n"
        "K-1,2026-11-24,50.00,check,P-1\n",
    )
    assert office.account("K-1").balance.minor == 7_000
    before = office.book.writes
    report = office.drop("what Bo sent me.csv", table([BO, CY]))
    assert (report["known_as"], report["codes"]) == ("open.csv", {"known_file": 2})
    assert office.book.writes == before
    office.drop("open.csv", table([BO.replace("120.00", "20.00"), CY]))
    balance = office.account("K-1").balance
    office.drop("open (1).csv", table([BO, CY]))
    assert office.account("K-1").balance == balance
    # Under its own name it is what the creditor says now.
    assert office.drop("open.csv", table([BO, CY]))["known_as"] == ""


def test_a_copy_of_a_week_without_news_is_known(office: Office) -> None:
    """Two weeks gave the same bytes; a copy of the second is no third week."""
    office.drop("open-2026-11-01.csv", table([BO, CY]))
    assert office.drop("open-2026-11-08.csv", table([BO, CY]))["known_as"] == ""
    office.drop(
        "payments.csv",
        "Invoice number,Payment date,Amount,Payment method,Payment ID\n"
        "K-1,2026-11-24,50.00,check,P-1\n",
    )
    assert office.account("K-1").balance.minor == 7_000
    report = office.drop("copy of open-2026-11-08.csv", table([BO, CY]))
    assert (report["known_as"], report["codes"]) == ("open-2026-11-08.csv", {"known_file": 2})
    assert office.account("K-1").balance.minor == 7_000
    assert office.drop("open-2026-11-15.csv", table([BO, CY]))["known_as"] == ""


def people(first: int, number: int) -> list[str]:
    return [
        f"K-{n},C-{n},Person {chr(65 + n // 26)}{chr(97 + n % 26)} Sample,p{n}@example.com,,"
        f"{n + 10}.00,2026-09-01"
        for n in range(first, first + number)
    ]


def test_a_file_of_another_creditors_people_asks_before_anything_is_written(
    office: Office,
) -> None:
    other = "harbor-clinic"
    office.book.creditors.put_strategy(other, builders.strategy_document(), office.now)
    office.drop("open.csv", table(people(0, 20)))
    theirs = table(people(100, 20))
    office.drop("open.csv", theirs, creditor=other)
    known = len(office.book.accounts)
    # Next month the two files are swapped: new invoices, the same people.
    swapped = theirs.replace("K-", "L-")
    report = office.drop("open.csv", swapped)
    assert report["state"] == "waiting"
    (question,) = report["decisions_needed"]
    assert question["id"] == "other_creditor"
    assert other in question["why"]
    assert len(office.book.accounts) == known
    sidecar = f"drop/{CREDITOR}/open.mapping.yaml"
    office.box.files[sidecar] = b"answers:\n  other_creditor: leave\n"
    assert office.drop("open.csv", swapped)["state"] == "rejected"
    assert len(office.book.accounts) == known
    office.box.files[sidecar] = b"answers:\n  other_creditor: import\n"
    assert office.drop("open.csv", swapped)["outcomes"] == {"created": 20}


def test_two_creditors_with_customers_in_common_are_not_asked_about(office: Office) -> None:
    other = "harbor-clinic"
    office.book.creditors.put_strategy(other, builders.strategy_document(), office.now)
    office.drop("open.csv", table(people(0, 20)), creditor=other)
    assert office.drop("open.csv", table(people(15, 20)))["outcomes"] == {"created": 20}
    assert office.drop("more.csv", table(people(15, 20)))["state"] == "done"
    # Numbers that both creditors count from one are no people in common.
    strangers = [row.replace("@", ".other@").replace("Sample", "Else") for row in people(0, 20)]
    assert office.drop("third.csv", table(strangers))["state"] == "done"
