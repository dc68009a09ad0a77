"""Twelve sites with eight hundred units: their sums are the creditor's."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.reports.locations import rolled_up
from dunlin.domain.strategy.strategy import StrategyError
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.ports.accounts import Facts
from dunlin.views.messages.jinja_messages import JinjaMessages
from tests.reports.members import day, member
from tests.support import builders


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


NORTH = {"name": "Acme Clinic North", "phone": "+12175550177", "accent": "#7a1f4a"}


def site_facts(book: MemoryBook, site: str) -> Facts:
    held = builders.account(f"INV-{site}", extras={"property": site} if site else {})
    person = builders.consumer(f"p{site.lower()}")
    builders.store(
        book,
        book.creditors,
        replace(held, consumer_id=person.consumer_id),
        person=person,
        locations={"North": NORTH},
    )
    return book.facts(held.account_id)


def test_a_site_shows_itself_by_its_own_brand() -> None:
    book, texts = MemoryBook(), {}
    for site in ("North", "South", ""):
        facts = site_facts(book, site)
        texts[site] = JinjaMessages().render(
            "reminder.gentle",
            Channel.EMAIL,
            facts=facts,
            link="https://pay.example.com/m/a",
            stop_link="https://pay.example.com/u/a",
            fields={},
        )
        brand = facts.strategy.brand
        assert brand.email_from == "accounts@clinic.example.com"
        assert (brand.phone == NORTH["phone"]) is (site == "North")
    for site, rendered in texts.items():
        assert ("Acme Clinic North" in rendered.text) is (site == "North")
        assert ("#7a1f4a" in rendered.html) is (site == "North")
    assert texts["South"].sha256 == texts[""].sha256


@pytest.mark.parametrize(
    ("locations", "place"),
    [
        ({"North": {"sms_origination": "+12175550199"}}, "locations.North.sms_origination"),
        ({"North": {"accent": "#ffff00"}}, "locations.North.accent"),
        ({"North": "blue"}, "locations.North"),
    ],
)
def test_a_site_that_cannot_be_shown_is_refused_by_its_place(
    locations: dict[str, Any], place: str
) -> None:
    with pytest.raises(StrategyError) as refused:
        read_strategy(
            builders.strategy_document(locations=locations), creditor="acme-clinic", version=1
        )
    assert place in str(refused.value)
