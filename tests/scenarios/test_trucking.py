"""Goods arrived damaged: the contested part is set aside; what of the rest, the strategy says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dunlin.domain.accounts.account import Hold
from dunlin.domain.contact.cadence import claimable_minor
from tests.scenarios.story import Town, pack

TUESDAY = date(2027, 2, 2)
DUE = {"issued_on": date(2027, 1, 4), "due_on": date(2027, 2, 1)}
SHIPPER: dict[str, Any] = {"name": "Example Mills Ltd", "given_name": "", "company": True}


def test_the_part_that_is_not_contested_goes_on() -> None:
    town = Town(pack("trucking"), today=TUESDAY)
    load = town.owes(town.lives_here(**SHIPPER), "LOAD-88", 4000, **DUE)
    town.begin(load)
    [first] = town.pass_days(3)
    assert first.template == "reminder.neutral"
    assert "open item" in first.text  # to a company, as one writes to a company

    town.changes(load, contested_minor=150_000)  # 1,500 of the 4,000: damaged pallets
    claimed = town.pass_days(45)
    assert [m.rung for m in claimed] == ["Part set aside", "The rest", "Last word"]
    assert "We do not ask for it" in claimed[0].text or "we do not ask for it" in claimed[0].text
    assert claimable_minor(town.account(load)) == 250_000


def test_where_the_strategy_says_so_the_rest_waits_for_the_claim() -> None:
    town = Town(pack("trucking", contested_rest="wait"), today=TUESDAY)
    load = town.owes(town.lives_here(**SHIPPER), "LOAD-88", 4000, **DUE)
    town.begin(load)
    assert len(town.pass_days(3)) == 1
    town.changes(load, contested_minor=150_000)
    assert town.pass_days(30) == []
    held = town.account(load)
    assert (held.hold, held.hold_reason) == (
        Hold.REVIEW,
        "A part is contested, and the rest waits for it.",
    )
    # The claim is settled, a person lets the account go on.
    town.changes(load, contested_minor=0, hold=None, hold_reason="", due_at=town.now)
    assert [m.rung for m in town.pass_days(30)] == ["Payables", "Instalments", "Last word"]


@pytest.mark.parametrize("policy", ["proceed", "wait"])
def test_nothing_is_asked_where_all_of_it_is_contested(policy: str) -> None:
    town = Town(pack("trucking", contested_rest=policy), today=TUESDAY)
    load = town.owes(town.lives_here(**SHIPPER), "LOAD-88", 4000, contested_minor=400_000, **DUE)
    town.begin(load)
    assert town.pass_days(60) == []
    assert town.account(load).hold is Hold.REVIEW
