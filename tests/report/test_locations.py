"""Twelve sites with eight hundred units: their sums are the creditor's."""

from __future__ import annotations

import random
from collections import Counter

from dunlin.domain.account import Status
from dunlin.domain.locations import rolled_up
from tests.report.members import day, member


def test_the_sums_of_twelve_sites_and_eight_hundred_units_agree() -> None:
    dice = random.Random(151)
    members, owed, paid = [], Counter[str](), Counter[str]()
    for number in range(800):
        site = f"Site {number % 12:02}"
        settled = dice.random() < 0.2
        debt, part = dice.randrange(10_000, 90_000), dice.randrange(0, 10_000)
        left = 0 if settled else debt - part
        owed[site] += left
        paid[site] += debt if settled else part
        members.append(
            member(
                f"INV-{number}",
                owed=left,
                charged=-60,
                paid=[(4, debt if settled else part), (40, 77)],
                extras={"property": site, "unit": f"{number}"},
                status=Status.SETTLED if settled else Status.ACTIVE,
            )
        )
    sites = rolled_up(members, day(0), day(30))
    assert [s.name for s in sites] == [f"Site {n:02}" for n in range(12)]
    assert sum(s.accounts for s in sites) == sum(s.units for s in sites) == 800
    assert {s.name: s.owed["USD"] for s in sites} == owed
    assert {s.name: s.recovered["USD"] for s in sites} == paid
    assert sum(s.owing for s in sites) == sum(m.account.balance.minor > 0 for m in members)


def test_an_account_without_a_site_is_in_one_of_its_own() -> None:
    sites = rolled_up([member("a"), member("b", extras={"property": " North "})], day(0), day(9))
    assert [(s.name, s.accounts, s.units) for s in sites] == [("", 1, 0), ("North", 1, 0)]
