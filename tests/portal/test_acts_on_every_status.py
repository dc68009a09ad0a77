"""What a person does on the portal is kept and seen, whatever stands on their account."""

from __future__ import annotations

import pytest

from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.service.staff import queue
from tests.portal.harness import Browser, PortalHarness

OFF_THE_LADDER = (Status.EXHAUSTED, Status.FAILED)


@pytest.fixture
def harness() -> PortalHarness:
    return PortalHarness()


@pytest.fixture
def browser(harness: PortalHarness) -> Browser:
    return Browser(harness)


def kinds(harness: PortalHarness) -> list[str]:
    """The kinds of what waits for staff."""
    items = queue.listing(
        creditor="harbor", book=harness.book, creditors=harness.creditors, now=harness.clock.now()
    )
    return [item.kind for item in items]


def signed_in(harness: PortalHarness, browser: Browser, status: Status) -> Account:
    account = harness.debt(harness.person(), status=status)
    browser.sign_in(account)
    return account


def test_a_plan_asked_for_after_the_last_letter_is_in_the_queue(
    harness: PortalHarness, browser: Browser
) -> None:
    account = signed_in(harness, browser, Status.EXHAUSTED)
    terms = {"offer": "own", "by": "amount", "often": "monthly", "amount": "24.99"}
    day = {"day": "28", "month": "11", "year": "2026"}
    page = browser.post(
        "/plan",
        terms | day | {"step": "check", "nonce": browser.get("/account").field("nonce")},
    )
    hidden = {n: page.field(n) for n in ("schedule", "nonce")}
    answer = browser.post("/plan", terms | day | {"step": "agree", "pays": "self"} | hidden)
    assert "We have your request" in answer.text
    assert harness.book.accounts[account.account_id].escalated == "arrangement_request"
    assert kinds(harness) == ["arrangement_request"]


@pytest.mark.parametrize("status", OFF_THE_LADDER)
def test_a_dispute_of_all_after_the_last_letter_is_one_and_is_not_asked_for(
    harness: PortalHarness, browser: Browser, status: Status
) -> None:
    account = signed_in(harness, browser, status)
    done = browser.fill("/dispute", reason="not_mine")
    assert "this part" not in done.text
    assert harness.book.accounts[account.account_id].hold is Hold.DISPUTE
    assert len(kinds(harness)) == 1
    shown = browser.get("/account")
    assert "Pay $" not in shown.text


@pytest.mark.parametrize("status", OFF_THE_LADDER)
def test_a_promise_after_the_last_letter_holds(
    harness: PortalHarness, browser: Browser, status: Status
) -> None:
    account = signed_in(harness, browser, status)
    done = browser.fill("/promise", day="1", month="12", year="2026")
    assert done.status == 200
    held = harness.book.accounts[account.account_id]
    assert (held.hold, held.status) == (Hold.PROMISE, status)
    assert held.due_at is not None
