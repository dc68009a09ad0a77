"""Six weeks at a dentist's: who is written to, when, and that it ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunlin.cli.template import said
from dunlin.domain.accounts.account import Status
from dunlin.domain.messages.diversity import diversity
from dunlin.domain.money import Money
from tests.scenarios.story import Town, pack

TUESDAY = date(2027, 2, 2)
LATE = TUESDAY - timedelta(days=30)


@pytest.mark.parametrize(
    ("minor", "days", "taken"),
    [
        (10_000, 30, False),
        (10_001, 30, True),
        (10_001, 29, False),
        (10_000, 29, False),
        (50_000, 31, True),
    ],
)
def test_over_a_hundred_dollars_and_thirty_days_late_and_nothing_else(
    minor: int, days: int, taken: bool
) -> None:
    town = Town(pack("dental"), today=TUESDAY)
    owed = town.owes(
        town.lives_here(), "D-1", 0, balance=Money(minor, "USD"),
        due_on=TUESDAY - timedelta(days=days),
    )  # fmt: skip
    assert town.begin(owed) == ["started" if taken else "no ladder takes it"]
    assert len(town.pass_days(2)) == taken


def test_reminder_offer_and_final_notice_come_two_weeks_apart_and_then_nothing() -> None:
    town = Town(pack("dental"), today=TUESDAY)
    owed = town.owes(town.lives_here(), "D-1", 240, due_on=LATE)
    town.begin(owed)
    messages = town.pass_days(42)
    assert [(m.on, m.rung, m.template) for m in messages] == [
        (TUESDAY, "Reminder", "reminder.gentle"),
        (TUESDAY + timedelta(weeks=2), "Arrangement offer", "arrangement_offer.neutral"),
        (TUESDAY + timedelta(weeks=4), "Final notice", "final_notice.neutral"),
    ]
    assert town.account(owed).status is Status.EXHAUSTED
    assert town.pass_days(60) == []


def test_who_pays_after_the_first_message_hears_no_second() -> None:
    town = Town(pack("dental"), today=TUESDAY)
    owed = town.owes(town.lives_here(), "D-1", 240, due_on=LATE)
    town.begin(owed)
    assert len(town.pass_days(10)) == 1
    town.changes(owed, balance=Money(0, "USD"))
    assert town.pass_days(40) == []
    assert town.account(owed).status is Status.SETTLED


def test_the_report_of_variants_counts_what_was_sent() -> None:
    town = Town(pack("dental"), today=TUESDAY)
    owed = [
        town.owes(town.lives_here(name), f"D-{name}", 240, due_on=LATE) for name in ("ada", "bob")
    ]
    town.begin(*owed)
    assert len(town.pass_days(20)) == 4
    [segment] = diversity(said(town.creditor, town.book))
    assert (segment.segment, segment.messages, segment.variants, segment.repeated) == (
        "six_weeks",
        4,
        2,
        0,
    )
