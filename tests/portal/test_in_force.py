"""What stands on an account is said on its first page, and what the person said they take back."""

from __future__ import annotations

import re
from datetime import timedelta

from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.money import Money
from dunlin.ports.accounts import Answer
from tests.portal.harness import NOW, Browser, PortalHarness


def test_a_promise_is_said_with_its_day_and_taken_back_at_once(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    browser.fill("/promise", day="1", month="12", year="2026")
    page = browser.get("/account")
    assert "You told us that you will pay. We send no reminders until December" in page.text
    form = {name: page.field(name) for name in ("nonce", "what", "version")}
    assert form["what"] == "promise"
    assert "It no longer stands" in browser.post("/take-back", form).text
    after = harness.book.accounts[account.account_id]
    assert (after.hold, after.due_at) == (None, NOW)
    assert harness.waker.woken[-1] == account.account_id
    assert "take-back" not in browser.get("/account").body
    # The same button on another tab takes nothing back that came after.
    browser.fill("/snooze", long="week")
    again = browser.post("/take-back", form)
    assert (again.status, "That no longer stands" in again.text) == (409, True)
    assert harness.book.accounts[account.account_id].hold is Hold.SNOOZED


def test_after_the_last_letter_nothing_follows_a_promise_that_was_taken_back(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person(), status=Status.EXHAUSTED)
    browser.sign_in(account)
    browser.fill("/promise", day="1", month="12", year="2026")
    page = browser.get("/account")
    browser.post("/take-back", {n: page.field(n) for n in ("nonce", "what", "version")})
    after = harness.book.accounts[account.account_id]
    assert (after.hold, after.due_at, after.waits_for_staff) == (None, None, False)


def test_a_dispute_that_is_taken_back_stands_until_staff_have_decided(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    browser.fill("/dispute", reason="not_mine")
    page = browser.get("/account")
    form = {name: page.field(name) for name in ("nonce", "what", "version")}
    for _ in range(2):  # a double click
        assert "a person ends it" in browser.post("/take-back", form).text
    after = harness.book.accounts[account.account_id]
    assert after.hold is Hold.DISPUTE
    assert after.hold_reason == "Disputes what is owed, Takes back what they said before"
    replies = [reply.text for reply in harness.book.replies.values()]
    assert replies.count("Takes back: dispute.") == 1


def test_an_answer_stands_on_the_first_page_and_can_be_read_though_messages_are_stopped(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    browser.fill("/question", text="What is this for?")
    assert "We have your question of November 21, 2026" in browser.get("/account").text
    browser.post("/stop", {"nonce": browser.get("/account").field("nonce")})
    assert "You asked us to stop. We send you no messages." in browser.get("/account").text
    answer = Answer(
        answer_id="ans_1",
        account_id=account.account_id,
        at=NOW + timedelta(hours=2),
        by="ana",
        channel="",
        text="It is the pump of May.",
    )
    harness.book.answers[answer.answer_id] = answer
    assert "We answered you on November 21, 2026" in browser.get("/account").text
    assert "It is the pump of May." in browser.get("/messages").text


def test_all_debts_are_listed_with_what_is_asked_in_all(
    harness: PortalHarness, browser: Browser
) -> None:
    person = harness.person()
    own = harness.debt(person, owed=10_000)
    harness.debt(person, owed=20_000, contested_minor=5_000)
    harness.debt(person, owed=40_000, hold=Hold.DISPUTE)
    harness.debt(person, owed=80_000, hold=Hold.PAYMENT_PENDING, hold_reason="pi_1")
    harness.debt(person, owed=160_000, status=Status.CLOSED)
    harness.debt(person, owed=320_000, status=Status.IMPORTED)
    settled = harness.debt(person, owed=1, balance=Money(0, "USD"), status=Status.SETTLED)
    harness.debt(person, owed=7_000, balance=Money(7_000, "CAD"))
    harness.debt(harness.person(), owed=640_000)
    browser.sign_in(own)
    page = browser.get("/accounts")
    sums = re.findall(r'class="amount mid">([^<]*)<', page.body)
    assert sums == ["$250.00", "CA$70.00"]
    assert "You dispute $50.00 of it." in page.text
    for sentence in ("In dispute: we do not ask for it.", "A payment is on its way.", "Paid."):
        assert page.text.count(sentence) == 1
    assert settled.reference in page.text
    assert not any(amount in page.text for amount in ("$1,600.00", "$3,200.00", "$6,400.00"))


def test_who_owes_nothing_is_asked_for_nothing(harness: PortalHarness, browser: Browser) -> None:
    settled = harness.debt(
        harness.person(), balance=Money(0, "USD"), status=Status.SETTLED, owed=100
    )
    browser.sign_in(settled)
    assert "We ask you for nothing at present." in browser.get("/accounts").text
