"""Where a person is by the newest word on it, and how long the person's own word counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Case, Hold, Status
from dunlin.domain.accounts.reasons import UNPLACED_PERSON, waits_for_place
from dunlin.domain.accounts.whereabouts import (
    BY_STAFF,
    ZONE_WORD_COUNTS,
    Address,
    say_zone,
    take_address,
    zone_by,
)
from tests.support.builders import NOON, account, consumer

PLACELESS = f"{UNPLACED_PERSON}, so no state's law can be asked."
OWN = f"email: {PLACELESS} (PLAT-FAILCLOSED)"


@pytest.mark.parametrize(("days", "by"), [(0, "person"), (364, "person"), (365, "file")])
def test_a_clock_that_a_person_said_counts_for_a_year(days: int, by: str) -> None:
    eastern = say_zone(consumer(), "America/New_York", NOON - timedelta(days=days))
    assert zone_by(eastern, NOON) == by
    assert timedelta(days=365) == ZONE_WORD_COUNTS


def test_a_word_of_unknown_age_stands_beside_the_address() -> None:
    assert zone_by(consumer(tz_known="America/New_York", tz_by="person"), NOON) == "file"
    assert zone_by(consumer(tz_known="America/New_York"), NOON) == "file"


def test_a_move_makes_the_word_about_the_clock_an_old_one() -> None:
    central = say_zone(consumer(), "America/Chicago", NOON)
    moved = take_address(central, Address(street="1 Elm", city="Reno", state="NV", zip="89501"))
    assert (moved.street, moved.state, moved.zip) == ("1 Elm", "NV", "89501")
    assert zone_by(moved, NOON) == "file"
    again = take_address(central, Address(state="IL", zip="62701", street="2 Oak"))
    assert zone_by(again, NOON) == "person"


def test_of_a_move_only_the_new_address_is_left() -> None:
    moved = take_address(consumer(street="1 Elm"), Address(state="NV"))
    assert (moved.street, moved.state, moved.zip) == ("", "NV", None)


def test_a_file_fills_what_is_not_known_and_never_replaces_the_word_of_staff() -> None:
    unknown = consumer(state=None, zip=None)
    assert take_address(unknown, Address(zip="89501")).zip == "89501"
    placed = consumer(placed_by=BY_STAFF)
    assert take_address(placed, Address(state="NV", zip="89501")) == placed
    older = take_address(consumer(), Address(state="NV", zip="89501"), newest=False)
    assert (older.state, older.zip) == ("IL", "62701")


@pytest.mark.parametrize(
    ("reason", "waits"),
    [
        (OWN, True),
        (f"{OWN} sms: No consent to texts is on file. (US-TCPA-CONSENT)", True),
        ("email: The consumer has died. (US-DECEASED)", False),
        (f"Names a lawyer, {OWN}", False),
        (f"{OWN}, Asks a question", False),
        ("", False),
    ],
)
def test_only_a_ladders_own_refusals_wait_for_an_address(reason: str, waits: bool) -> None:
    assert waits_for_place(reason) is waits


def test_what_stopped_for_want_of_an_address_looks_again_and_nothing_else_does() -> None:
    running = account(status=Status.ACTIVE, activated_at=NOON, ladder_run=1, due_at=NOON)
    stopped = lifecycle.stop(running, OWN)
    free = lifecycle.placed(stopped, NOON)
    assert (free.hold, free.due_at) == (None, NOON)
    asked = replace(stopped, case=Case(since=NOON, kind="question", asked_at=NOON))
    for other in (
        asked,
        lifecycle.review(stopped, "Asks a question"),
        replace(stopped, hold=Hold.DISPUTE),
        replace(stopped, status=Status.EXHAUSTED),
    ):
        assert lifecycle.placed(other, NOON) == other


def test_the_rulebook_still_says_it_in_these_words() -> None:
    from dunlin.adapters.files.rulebook_files import load_rulebook

    book = load_rulebook()
    rule = next(d for d in book.documents if d["id"] == "PLAT-FAILCLOSED")
    assert PLACELESS in [spec["because"] for spec in rule["constraint"]]
