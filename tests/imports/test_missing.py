"""A complete file that lacks a great part: nothing is closed before a person has said."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.ports.accounts import Change
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.imports import missing
from tests.imports.place import CREDITOR, Office, table
from tests.support import builders

ORDER = StaffCommand(by="desk-1", why="checked")
ROWS = [
    f"K-{n},C-{n},Person {chr(65 + n // 26)}{chr(97 + n % 26)} Sample,p{n}@example.com,,"
    f"{n + 10}.00,2026-09-01"
    for n in range(200)
]


@pytest.fixture
def office() -> Office:
    office = Office()
    office.drop("open.csv", table(ROWS))
    office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = b"version: 1\ncomplete: true\n"
    return office


def act(office: Office, reference: str, **changes: Any) -> Account:
    account = office.account(reference)
    entry = entry_of(account, now=office.now, what="Changed", data={})
    after = next_version(replace(account, **changes), entry)
    ledger = builders.adjusted(account, after.balance, office.now)
    office.book.apply(Change(account=after, ledger=ledger, audit=[entry]))
    return office.account(reference)


def settle(office: Office, *, gone: bool, at_once: int = 2_000) -> missing.SettledMissing:
    (asked,) = missing.open_questions(CREDITOR, drop_box=office.box)
    return missing.settle(
        asked,
        ORDER,
        gone=gone,
        book=office.book,
        waker=office.waker,
        drop_box=office.box,
        now=office.now,
        at_once=at_once,
    )


def statuses(office: Office) -> Counter[str]:
    return Counter(account.status.value for account in office.book.accounts.values())


def test_a_cut_short_file_closes_nothing_and_what_it_lacks_rests(office: Office) -> None:
    running = act(office, "K-50", status=Status.ACTIVE, ladder_run=1, due_at=office.now)
    report = office.drop("open.csv", table(ROWS[:3]))
    assert report["missing"] | {"references": []} == {
        "accounts": 197,
        "closed": 0,
        "resting": 197,
        "references": [],
    }
    assert statuses(office) == {"imported": 199, "active": 1}
    assert office.account("K-50").hold is Hold.PAUSED
    assert office.account("K-2").hold is None
    assert office.waker.woken == [running.account_id]
    # The same cut file once more, and another one: nothing is closed by saying it twice.
    office.drop("open.csv", table(ROWS[:3]))
    again = office.drop("open.csv", table(ROWS[:2]))
    assert again["missing"]["closed"] == 1
    assert statuses(office)["closed"] == 1


def test_the_whole_file_next_day_brings_all_back_as_it_was(office: Office) -> None:
    rest = {"hold": Hold.PROMISE, "hold_reason": "Promises to pay",
            "due_at": office.now + timedelta(days=6)}  # fmt: skip
    before = [
        act(office, "K-50", status=Status.ACTIVE, ladder="standard", ladder_run=1, rung=2,
            sent=("Reminder", "Second"), due_at=office.now + timedelta(days=3)),
        act(office, "K-51", status=Status.ACTIVE, ladder_run=1, arranged=True,
            arrangement_id="arr_1", hold=Hold.ARRANGEMENT, hold_reason="Pays in instalments."),
        act(office, "K-52", status=Status.ACTIVE, ladder_run=1, **rest),
        act(office, "K-53", hold=Hold.DISPUTE, hold_reason="Said so."),
    ]  # fmt: skip
    office.drop("open.csv", table(ROWS[:3]))
    office.drop("open.csv", table(ROWS))
    assert statuses(office) == {"imported": 197, "active": 3}
    for account in before:
        after = office.account(account.reference)
        kept: dict[str, Any] = {"next_action": None, "override": None, "extras": {}, "version": 0,
                "audit_head": "", "case": None}  # fmt: skip
        assert replace(after, **kept) == replace(account, **kept)
        assert not after.paused
        assert not {"missing_rests", "missing_was"} & after.extras.keys()


def test_a_person_says_that_they_are_gone(office: Office) -> None:
    office.drop("open.csv", table(ROWS[:3]))
    done = settle(office, gone=True)
    assert done == missing.SettledMissing(done=197, left=0)
    assert statuses(office) == {"imported": 3, "closed": 197}
    assert missing.open_questions(CREDITOR, drop_box=office.box) == []
    # Should they have been wrong, the next whole file has them as they were.
    office.drop("open.csv", table(ROWS))
    assert statuses(office) == {"imported": 200}
    assert not any(a.paused for a in office.book.accounts.values())


def test_a_person_says_that_they_stay_and_the_next_cut_file_closes_none(office: Office) -> None:
    act(office, "K-50", status=Status.ACTIVE, ladder_run=1, due_at=office.now)
    office.drop("open.csv", table(ROWS[:3]))
    assert settle(office, gone=False).done == 197
    assert office.account("K-50").hold is None
    assert not any(a.paused for a in office.book.accounts.values())
    office.drop("open.csv", table(ROWS[:3]))
    assert statuses(office) == {"imported": 199, "active": 1}
    office.drop("open.csv", table(ROWS))
    report = office.drop("open.csv", table(ROWS[:195]))
    assert report["missing"]["closed"] == 5


def test_more_than_one_call_may_be_needed(office: Office) -> None:
    office.drop("open.csv", table(ROWS[:3]))
    assert settle(office, gone=True, at_once=100) == missing.SettledMissing(done=100, left=97)
    assert settle(office, gone=True, at_once=100) == missing.SettledMissing(done=97, left=0)
    assert statuses(office)["closed"] == 197


@pytest.mark.parametrize(
    ("known", "lacks", "rests"),
    [(200, 20, False), (200, 21, True), (60, 10, False), (60, 11, True), (12, 12, True)],
)
def test_the_bound_is_both_a_part_and_a_number(known: int, lacks: int, *, rests: bool) -> None:
    office = Office()
    office.drop("open.csv", table(ROWS[:known]))
    office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = b"version: 1\ncomplete: true\n"
    row = "K-900,C-900,Somebody Else,else@example.com,,5.00,2026-09-01"
    report = office.drop("open.csv", table([*ROWS[: known - lacks], row]))
    assert report["missing"]["resting" if rests else "closed"] == lacks


def test_what_left_within_the_bound_month_by_month_never_adds_up_to_a_question(
    office: Office,
) -> None:
    for left in (185, 170, 155):
        report = office.drop("open.csv", table(ROWS[:left]))
        assert report["missing"]["resting"] == 0
    assert statuses(office)["closed"] == 45


def test_what_staff_paused_before_stays_paused(office: Office) -> None:
    from dunlin.service.staff import pauses

    account = office.account("K-60")
    pauses.pause(account.account_id, ORDER, book=office.book, now=office.now)
    office.drop("open.csv", table(ROWS[:3]))
    office.drop("open.csv", table(ROWS))
    assert office.account("K-60").paused
    assert not office.account("K-61").paused
