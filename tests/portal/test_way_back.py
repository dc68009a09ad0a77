"""The way back in: an old link, the front page, and what staff hear of a person locked out."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from dunlin.adapters.lasting import lasting
from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.portal.form import read_contact_point
from dunlin.domain.tokens import address_hash, token_hash
from dunlin.service.portal.way_back import LINKS_A_DAY, SHORTEST
from dunlin.service.staff import queue
from tests.portal.answers import RIGHT, WRONG, snapshot
from tests.portal.harness import NOW, Browser, PortalHarness


def sent(harness: PortalHarness) -> list[tuple[str, str]]:
    """The account and what names the contact point of each link that goes out."""
    notices = harness.waker.notices
    return [(a, cause.split(".")[0]) for a, kind, cause in notices if kind == "new_link"]


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.EXHAUSTED, Status.SETTLED])
def test_an_old_link_offers_another_to_where_it_went(
    harness: PortalHarness, browser: Browser, status: Status
) -> None:
    account = harness.debt(harness.person(), status=status)
    token = harness.link(account, days=0)
    before = snapshot(harness)
    for answer in (browser.get(f"/m/{token}"), browser.post(f"/m/{token}", RIGHT)):
        assert answer.status == 410
        assert "This link is too old to open" in answer.text
        assert "tel:+12175550100" in answer.body
        assert "48" not in answer.text
    assert snapshot(harness) == before
    assert not harness.sessions.sessions
    answer = browser.post(f"/m/{token}/new")
    assert "a new link is on its way" in answer.text
    assert sent(harness) == [(account.account_id, token_hash(token))]


def test_an_old_link_of_a_debt_that_is_somebody_elses_now_offers_nothing(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    token = harness.link(account, days=0)
    other = harness.person()
    harness.book.accounts[account.account_id] = harness.debt(other, account_id=account.account_id)
    assert browser.get(f"/m/{token}").status == 404
    browser.post(f"/m/{token}/new")
    assert sent(harness) == []


@pytest.mark.parametrize("typed", ["ADA1@example.com ", "(217) 555-0123", "+1 217 555 0123"])
def test_a_link_is_asked_for_by_address_or_number_and_nobody_learns_who_is_known(
    harness: PortalHarness, browser: Browser, typed: str
) -> None:
    person = harness.person()
    paid = harness.debt(person, status=Status.SETTLED)
    owed = harness.debt(person)
    known, unknown = (
        browser.post("/", {"contact": contact}) for contact in (typed, "nobody@example.com")
    )
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert harness.lasted == [SHORTEST, SHORTEST]
    point = read_contact_point(typed)
    assert point is not None
    assert sent(harness) == [(owed.account_id, address_hash(point))]
    assert paid.account_id not in {account for account, _ in sent(harness)}


def test_nobody_is_sent_a_link_about_what_they_were_never_written_to_about(
    harness: PortalHarness, browser: Browser
) -> None:
    person = harness.person()
    harness.debt(person, status=Status.IMPORTED)
    harness.debt(person, status=Status.CLOSED)
    browser.post("/", {"contact": person.emails[0]})
    assert sent(harness) == []


def test_a_contact_point_gets_three_links_a_day_and_one_visitor_asks_twenty_times(
    harness: PortalHarness, browser: Browser
) -> None:
    people = [harness.person() for _ in range(30)]
    for person in people:
        harness.debt(person)
    shown = set()
    for second in range(6):
        harness.wall.at = NOW + timedelta(seconds=second)
        shown.add(browser.post("/", {"contact": people[0].emails[0]}).body)
    assert len(sent(harness)) == LINKS_A_DAY
    for number in range(1_000):
        person = people[number % 29 + 1]
        shown.add(browser.post("/", {"contact": person.emails[0]}, visitor="203.0.113.9").body)
    assert len(sent(harness)) == LINKS_A_DAY + 20
    assert len(shown) == 1


@pytest.mark.parametrize("typed", ["", "ada", "@", "12345", "a@b", "x" * 200, "<script>@x"])
def test_what_is_no_address_is_said_and_looked_up_nowhere(
    harness: PortalHarness, browser: Browser, typed: str
) -> None:
    answer = browser.post("/", {"contact": typed})
    assert answer.status == 422
    assert "Enter an e-mail address or a phone number" in answer.text
    assert "<script>@x" not in answer.body
    assert harness.lasted == []


def test_staff_hear_once_that_somebody_is_locked_out_and_nothing_is_held(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    token = harness.link(account)
    for answer in (*[WRONG] * 4, WRONG, WRONG, RIGHT):
        browser.post(f"/m/{token}", answer)
    assert [s.kind for s in harness.signals].count(SignalKind.LOCKED_OUT) == 1
    (item,) = queue.listing(
        creditor="harbor", book=harness.book, creditors=harness.creditors, now=NOW
    )
    assert item.kind == "locked_out"
    after = harness.book.accounts[account.account_id]
    assert (after.hold, after.status, after.timed) == (None, account.status, account.timed)
    assert "tel:+12175550100" in browser.post(f"/m/{token}", WRONG).body


def test_a_block_lasts_as_long_as_it_should_whatever_happens_in_it() -> None:
    began = time.monotonic()
    with pytest.raises(KeyError), lasting(timedelta(milliseconds=60)):
        raise KeyError
    assert time.monotonic() - began >= 0.06
