"""Whether a debt is too old to sue upon: states, kinds, days, and what staff know better."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.known_facts import LAST_PAYMENT
from dunlin.domain.rulebook import ContactFacts, decide
from dunlin.domain.rulebook.limitations import time_barred
from dunlin.domain.rulebook.zones import ZoneTables
from dunlin.service.contact.gate import contact_facts
from dunlin.service.staff.facts import set_fact
from tests.support.builders import NOON, account, consumer, store

BOOK = load_rulebook()
TABLE = BOOK.tables["limitations"]
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("industry", "states", "since", "barred"),
    [
        ("generic", {"CA"}, date(2024, 11, 24), False),
        ("generic", {"CA"}, date(2024, 11, 23), True),
        ("lender", {"CA"}, date(2024, 11, 23), False),
        ("lender", {"CA"}, date(2022, 11, 23), True),
        ("medical", {"NY"}, date(2023, 11, 23), True),
        ("generic", {"MI"}, date(2022, 11, 23), True),  # it may be for goods: four years
        ("generic", {"WI"}, date(2020, 11, 24), False),  # six there for goods too
        ("generic", {"WI"}, date(2020, 11, 23), True),
        ("medical", {"MI"}, date(2020, 11, 24), False),  # services are no goods
        ("medical", {"MI"}, date(2020, 11, 23), True),
        ("legal", {"RI"}, date(2016, 11, 24), False),
        ("medical", {"AR"}, date(2024, 11, 23), True),  # two years of its own
        ("legal", {"AR"}, date(2024, 11, 23), False),
        ("medical", {"FL"}, date(2023, 11, 23), True),
        ("trucking", {"WI"}, date(2025, 5, 24), False),  # eighteen months, by federal law
        ("trucking", {"WI"}, date(2025, 5, 23), True),
        ("property_management", {"WI"}, date(2020, 11, 24), False),
        ("property_management", {"WI"}, date(2020, 11, 23), True),
        ("generic", {"WI", "NY"}, date(2023, 11, 23), True),  # of two states the shorter
        ("generic", {"WI"}, None, True),
        ("generic", {"GU"}, TODAY, True),  # no period is known there
        ("generic", set(), date(2001, 1, 1), False),  # no state: another rule fails closed
        ("lender", {"MS"}, date(2024, 2, 29), False),
    ],
)
def test_the_shortest_period_from_the_due_day(
    industry: str, states: set[str], since: date | None, barred: bool
) -> None:
    assert time_barred(TABLE, industry, states, since, TODAY) is barred


def test_the_period_of_a_leap_day_ends_with_february() -> None:
    assert time_barred(TABLE, "lender", {"MS"}, date(2024, 2, 29), date(2027, 2, 28))
    assert not time_barred(TABLE, "lender", {"MS"}, date(2024, 2, 29), date(2027, 2, 27))
    assert time_barred(TABLE, "trucking", {"WI"}, date(2024, 8, 31), date(2026, 2, 28))


def test_a_book_that_names_no_services_caps_them_as_goods() -> None:
    of_before = {"written": ["lender"], "goods": 4, "states": {"WI": {"written": 6, "other": 6}}}
    assert time_barred(of_before, "medical", {"WI"}, date(2022, 11, 23), TODAY)
    assert not time_barred(of_before, "trucking", {"WI"}, date(2022, 11, 24), TODAY)


def test_every_state_has_its_years() -> None:
    states = {s for z in ("20001", "99501") for s in BOOK.zones.states(None, z)}
    assert states <= TABLE["states"].keys()
    assert len(TABLE["states"]) == 51
    for row in TABLE["states"].values():
        assert 0 < row["other"] <= row["written"] <= 15
    assert isinstance(BOOK.zones, ZoneTables)


def verdict_of(book: MemoryBook, account_id: str) -> str:
    facts = contact_facts(
        book.facts(account_id), channel=Channel.EMAIL, template="reminder", purpose="", now=NOON
    )
    return next(r.result for r in decide(BOOK, facts, NOON).results if r.id == "ST-TIMEBARRED")


@pytest.mark.parametrize(
    ("due", "issued", "paid", "result"),
    [
        (date(2019, 1, 1), None, "", "block"),
        (date(2026, 1, 1), None, "", "pass"),
        (None, date(2026, 1, 1), "", "pass"),
        (None, date(2019, 1, 1), "", "block"),
        (None, None, "", "block"),
        (None, None, "2026-01-01", "pass"),
        (None, None, "2019-01-01", "block"),
        (date(2026, 1, 1), None, "2019-01-01", "block"),  # it was owed before it was billed anew
        (
            date(2019, 1, 1),
            None,
            "2026-01-01",
            "block",
        ),  # that a payment begins it anew is counsel's
    ],
)
def test_an_old_debt_waits_for_a_person_until_staff_say_that_it_is_not(
    due: date | None, issued: date | None, paid: str, result: str
) -> None:
    extras = {LAST_PAYMENT: paid} if paid else {}
    inv = replace(account(), due_on=due, issued_on=issued, extras=extras, paid_at=NOON)
    book = MemoryBook()
    store(book, book.creditors, inv, person=consumer(state="CA", zip="90012"))
    assert verdict_of(book, inv.account_id) == result
    set_fact(
        inv.account_id, "time_barred", "no", by="ana", evidence="memo-3", book=book,
        waker=MemoryWaker(), now=NOON,
    )  # fmt: skip
    assert verdict_of(book, inv.account_id) == "pass"


def test_a_case_that_says_nothing_of_a_day_is_not_reckoned() -> None:
    facts = ContactFacts(
        channel="email", debt_role="first", state="CA", zip="90012", profile="baseline"
    )
    now = datetime(2026, 11, 23, 20, tzinfo=UTC)
    result = {r.id: r.result for r in decide(BOOK, facts, now).results}
    assert result["ST-TIMEBARRED"] == "pass"
    old = replace(facts, flags={"owed_since": "2019-01-01"})
    result = {r.id: r.result for r in decide(BOOK, old, now).results}
    assert result["ST-TIMEBARRED"] == "block"
