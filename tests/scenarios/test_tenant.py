"""A tenant is late, moves out midway, and owes three things: what the messages make of it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from dunlin.domain.messages.tone import ceiling
from tests.scenarios.story import Message, Town, pack, strategy_of

BEFORE = date(2027, 2, 16)
RENT_DAY = date(2027, 3, 1)
LIVES_THERE = {"relationship": "current_tenant"}
MOVED_OUT = {"relationship": "former_tenant"}


def rungs(messages: list[Message]) -> list[str]:
    return [m.rung for m in messages]


def test_a_tenant_is_told_before_the_day_and_on_it_and_asked_only_after() -> None:
    town = Town(pack("property"), today=BEFORE)
    rent = town.owes(
        town.lives_here(), "RENT-7B", 900, issued_on=BEFORE, due_on=RENT_DAY, extras=LIVES_THERE
    )
    town.begin(rent)
    first, second, third = town.pass_days(21)
    assert (first.on, first.template) == (RENT_DAY - timedelta(days=5), "upcoming.gentle")
    assert (second.on, second.template) == (RENT_DAY, "upcoming.neutral")
    assert third.template == "reminder.gentle"
    assert third.on > RENT_DAY + timedelta(days=5)


def test_a_move_out_midway_changes_the_ladder_and_repeats_no_rung() -> None:
    town = Town(pack("property"), today=BEFORE)
    rent = town.owes(
        town.lives_here(), "RENT-7B", 900, issued_on=BEFORE, due_on=RENT_DAY, extras=LIVES_THERE
    )
    town.begin(rent)
    while_there = town.pass_days(33)
    assert rungs(while_there) == [
        "Before the day", "On the day", "Friendly reminder", "Follow-up",
    ]  # fmt: skip
    town.changes(rent, extras=MOVED_OUT)
    after = town.pass_days(60)
    assert rungs(after) == ["Closing statement", "Ways to pay", "Last word"]  # no second follow-up
    assert town.account(rent).ladder == "former_tenant"
    everything = rungs(while_there) + rungs(after)
    assert len(everything) == len(set(everything))
    assert town.pass_days(60) == []


def test_who_lives_there_is_written_to_more_mildly_and_more_slowly_than_who_left() -> None:
    strategy = strategy_of("property")
    stays, left = (strategy.ladder(name) for name in ("current_tenant", "former_tenant"))
    hardest = [max(ceiling(rung.tone) for rung in ladder) for ladder in (stays, left)]
    assert hardest[0] < hardest[1]

    def gaps(name: dict[str, str]) -> list[int]:
        town = Town(pack("property"), today=RENT_DAY + timedelta(days=1))
        owed = town.owes(
            town.lives_here(), "RENT-7B", 900, issued_on=BEFORE, due_on=RENT_DAY, extras=name
        )
        town.begin(owed)
        days = [m.on for m in town.pass_days(60)]
        return [(later - earlier).days for earlier, later in pairwise(days)]

    slow, quick = gaps(LIVES_THERE), gaps(MOVED_OUT)
    assert sum(slow) / len(slow) > sum(quick) / len(quick)


def test_rent_utility_and_move_out_charges_of_one_person_go_in_one_message() -> None:
    town = Town(pack("property"), today=date(2027, 3, 9))
    ada, bob = town.lives_here(), town.lives_here("bob", given_name="Bob")
    due = {"due_on": date(2027, 3, 1), "issued_on": date(2027, 2, 1), "extras": MOVED_OUT}
    charges = [town.owes(ada, f"UNIT-7B/{n}", 300, **due) for n in ("RENT", "UTIL", "MOVEOUT")]
    other = town.owes(bob, "UNIT-9C/RENT", 300, **due)
    town.begin(*charges, other)
    messages = town.pass_days(2)
    assert len(messages) == 2
    [hers] = [m for m in messages if m.account.startswith("UNIT-7B")]
    [his] = [m for m in messages if m.account.startswith("UNIT-9C")]
    assert "your 3 accounts" in hers.text
    for name in ("RENT", "UTIL", "MOVEOUT"):
        assert f"Account UNIT-7B/{name}, due March 1, 2027" in hers.text
    assert "$" not in hers.text
    assert "UNIT" not in his.text
    for charge in charges:  # each goes on to its next rung; none is written to on its own
        assert town.account(charge).sent == ("Closing statement",)
