"""An insurer has not answered: silence, then the patient's own share and nothing more."""

from __future__ import annotations

from datetime import date

from dunlin.domain.accounts.account import Hold
from dunlin.domain.money import Money
from tests.scenarios.story import Town, pack

TUESDAY = date(2027, 2, 2)
WAITING = {"insurance": "pending"}
PENDING = {"extras": WAITING, "hold": Hold.INSURER, "hold_reason": "The insurer has not answered."}


def test_an_account_that_waits_for_an_insurer_is_not_started_at_all() -> None:
    town = Town(pack("healthcare"), today=TUESDAY)
    owed = town.owes(town.lives_here(), "P-1", 900, **PENDING)
    assert town.begin(owed) == ["held: insurer"]
    assert town.pass_days(90) == []


def test_the_insurer_pays_its_part_and_only_the_share_that_is_left_is_asked_for() -> None:
    town = Town(pack("healthcare"), today=TUESDAY)
    owed = town.owes(town.lives_here(), "P-1", 900)
    town.begin(owed)
    [asked] = town.pass_days(5)
    assert asked.template == "reminder.gentle"

    # The patient says on the page that an insurer should pay; nobody writes while that is open.
    town.changes(owed, hold=Hold.INSURER, hold_reason="Says that the insurer should pay")
    assert town.pass_days(60) == []

    # It paid 780 of the 900. A newer file says so: the rest is told, not demanded.
    town.changes(
        owed,
        hold=None,
        hold_reason="",
        extras={"insurance": "settled"},
        balance=Money(12_000, "USD"),
    )
    first, *later = town.pass_days(80)
    assert (first.rung, first.template) == ("Your share", "insurance_update.gentle")
    assert [m.rung for m in later] == ["About your share", "At your pace", "Last word"]
    for message in (first, *later):
        for word in ("insur", "patient", "$", "debt", "900", "120"):
            assert word not in message.text.lower()
    assert town.account(owed).balance == Money(12_000, "USD")


def test_the_share_may_turn_out_to_be_nothing() -> None:
    town = Town(pack("healthcare"), today=TUESDAY)
    owed = town.owes(town.lives_here(), "P-1", 900)
    town.begin(owed)
    town.pass_days(5)
    town.changes(owed, hold=Hold.INSURER, hold_reason="Says that the insurer should pay")
    town.changes(
        owed, hold=None, hold_reason="", extras={"insurance": "settled"}, balance=Money(0, "USD")
    )
    assert town.pass_days(90) == []
