"""Paying in parts, from the offers to the last change of mind, as a person does it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.arrangements.arrangement import Arrangement, ArrangementState
from dunlin.domain.arrangements.autopay_words import AUTOPAY_CONSENT, autopay_consent
from dunlin.domain.errors import Unavailable
from dunlin.domain.payments.payments import MethodKind, SavedMethod
from dunlin.service import arrangements
from tests.portal.harness import NOW, STRATEGY, Answer, Browser, PortalHarness

LIMITS = {
    "lowest_instalment_minor": 2_500,
    "longest_months": 12,
    "down_payment_percent": 0,
    "frequencies": ["weekly", "monthly"],
    "first_within_days": 30,
}
OWN = {"step": "check", "offer": "own", "by": "amount", "often": "monthly"}
VISA = SavedMethod(customer_ref="cus_1", method_ref="pm_1", kind=MethodKind.CARD, label="Visa 4242")


@pytest.fixture
def harness() -> PortalHarness:
    return PortalHarness(strategy=STRATEGY | {"arrangement": LIMITS})


@pytest.fixture
def browser(harness: PortalHarness) -> Browser:
    return Browser(harness)


def on(day: date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


IN_A_WEEK = on(NOW.date() + timedelta(days=7))


def step(browser: Browser, **form: str) -> Answer:
    nonce = browser.get("/account").field("nonce")
    return browser.post("/plan", {"nonce": nonce} | form)


def hidden(page: Answer) -> dict[str, str]:
    """The hidden fields of the form that agrees."""
    form = page.body[page.body.index('value="agree"') - 60 :]
    return dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', form))


def agree(browser: Browser, page: Answer, pays: str = "self") -> Answer:
    return browser.post(
        "/plan", hidden(page) | {"nonce": browser.get("/account").field("nonce"), "pays": pays}
    )


def standing(harness: PortalHarness, account: Account) -> Arrangement:
    arrangement = harness.book.arrangement(account.account_id)
    assert arrangement is not None
    return arrangement


def arranged(harness: PortalHarness, browser: Browser, pays: str = "self") -> Account:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    page = step(browser, **OWN, amount="120.00", **IN_A_WEEK)
    assert agree(browser, page, pays).status in (200, 303)
    return account


def test_two_to_four_offers_and_every_date_before_anything_is_agreed(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    offered = browser.get("/plan")
    numbers = re.findall(r'name="offer" value="(\d)"', offered.body)
    assert 2 <= len(numbers) <= 4
    assert not re.search(r'name="offer" value="\d" checked', offered.body), "nothing is pre-ticked"
    for number in numbers:
        page = step(browser, step="check", offer=number)
        amounts = re.findall(r"</b><span>\$([\d,.]+)</span>", page.body)
        assert sum(int(a.replace(".", "").replace(",", "")) for a in amounts) == 48_250
        assert "as soon as you agree" in page.text
    assert harness.book.arrangement(account.account_id) is None
    assert harness.book.accounts[account.account_id] == account


def test_a_plan_inside_the_limits_starts_at_once_and_is_asked_for_by_its_parts(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    page = step(browser, **OWN, amount="$120.00", **IN_A_WEEK)
    assert page.text.count("$120.00") >= 4
    assert "November 28, 2026" in page.text
    answer = agree(browser, page)
    assert "Your plan is in place" in answer.text
    held = harness.book.accounts[account.account_id]
    assert held.hold is Hold.ARRANGEMENT
    arrangement = standing(harness, account)
    assert (arrangement.in_force, arrangement.autopay) == (True, None)
    assert ("arrangement_confirmation", arrangement.arrangement_id) in [
        (n[1], n[2]) for n in harness.waker.notices
    ]
    shown = browser.get("/account")
    assert "Next payment" in shown.text
    assert "Pay $120.00" in shown.text
    assert "Pay it all off: $482.50" in shown.text
    form = {"nonce": shown.field("nonce"), "choice": "instalment"}
    assert browser.post("/pay", form | {"amount_due": "1"}).status == 409
    assert browser.post("/pay", form | {"amount_due": "12000"}).status == 303
    assert harness.processor.opened[-1]["amount"] == replace(account.balance, minor=12_000)


def test_a_plan_beyond_the_limits_waits_for_a_person_and_says_so(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    page = step(browser, **OWN, amount="24.99", **IN_A_WEEK)
    assert "A person looks at this plan first" in page.text
    assert "We have your request" in agree(browser, page).text
    assert standing(harness, account).state is ArrangementState.REQUESTED
    assert harness.book.accounts[account.account_id].waits_for_staff
    assert "We are looking at the plan you asked for" in browser.get("/account").text
    assert "will answer you" in browser.get("/plan").text
    step(browser, step="cancel")
    assert harness.book.arrangement(account.account_id) is None


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"amount": ""}, "Enter the amount"),
        ({"amount": "1.005"}, "no more than two digits"),
        ({"amount": "-5"}, "Enter an amount in numbers"),
        ({"amount": "0"}, "The smallest amount"),
        ({"amount": "999"}, "less than what you owe"),
        ({"amount": "482.50"}, "That is one payment"),
        ({"by": "count", "count": "0"}, "Enter how many payments"),
        ({"by": "count", "count": "½"}, "Enter how many payments"),
        ({"by": "count", "count": "157"}, "too many payments"),
        ({"by": "count", "count": "99999"}, "Enter how many payments"),
        ({"often": "daily"}, "Choose how often"),
        (on(NOW.date() - timedelta(days=1)), "not in the past"),
        (on(NOW.date() + timedelta(days=400)), "Enter an earlier day"),
        ({"day": "31", "month": "2"}, "Enter a real date"),
        ({"offer": "7"}, "Choose one of the plans"),
        ({"offer": "²"}, "Choose one of the plans"),
    ],
)
def test_terms_that_cannot_be_are_said_by_the_field_and_kept(
    harness: PortalHarness, browser: Browser, changed: dict[str, str], sentence: str
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    answer = step(browser, **OWN | {"amount": "120"} | IN_A_WEEK | changed)
    assert (answer.status, sentence in answer.text) == (422, True), answer.text
    assert harness.book.accounts[account.account_id] == account


def test_nobody_agrees_to_a_schedule_they_have_not_seen(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    page = step(browser, **OWN, amount="120", **IN_A_WEEK)
    balance = replace(account.balance, minor=30_000)
    harness.book.accounts[account.account_id] = replace(account, balance=balance)
    answer = agree(browser, page)
    assert (answer.status, "The dates have moved" in answer.text) == (409, True)
    assert harness.book.arrangement(account.account_id) is None
    assert agree(browser, answer, "").status == 422, "how to pay must be chosen"
    assert agree(browser, answer).status == 200
    assert standing(harness, account).terms.total == balance


def test_a_double_click_makes_one_plan(harness: PortalHarness, browser: Browser) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    page = step(browser, **OWN, amount="120", **IN_A_WEEK)
    agree(browser, page)
    agree(browser, page)
    assert len(harness.book.arrangements(account.account_id)) == 1


# Automatic payment


def test_autopay_is_agreed_to_in_words_saved_at_the_processor_and_changed_and_stopped(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    page = step(browser, **OWN, amount="120", **IN_A_WEEK)
    words = autopay_consent("Harbor Supply", "+1 217 555 0100")["en"]
    assert words in page.text
    answer = agree(browser, page, "autopay")
    assert answer.status == 303
    assert answer.header("location").startswith("https://checkout.example.com/c/pay/cs_")
    arrangement = standing(harness, account)
    assert arrangement.autopay is not None
    agreed = arrangements.consent_of(words, version=AUTOPAY_CONSENT, language="en", at=NOW)
    assert arrangement.autopay.consent == agreed
    assert "Off. You pay each part yourself" in browser.get("/plan").text, "nothing saved yet"
    harness.processor.save(arrangement.autopay.setup_id, VISA)
    assert "has Visa 4242 for you" in browser.get("/plan/returned").text
    assert standing(harness, account) == arrangement, "to look changes nothing"
    assert "Saved. We use Visa 4242" in step(browser, step="take_up").text
    assert "Saved. We use Visa 4242" in browser.get("/plan/returned").text
    taken = standing(harness, account)
    assert "Saved" in step(browser, step="take_up").text
    assert standing(harness, account) == taken, "twice is as once"
    shown = browser.get("/account").text
    assert "We take $120.00 from Visa 4242 on November 28, 2026" in shown
    assert "Pay $120.00" not in shown, "nobody on autopay is told to pay"
    assert words in browser.get("/plan?method=1").text
    harness.clock.at = NOW + timedelta(hours=1)
    assert step(browser, step="save_method", language="en").status == 303
    second = standing(harness, account).autopay
    assert second is not None
    harness.processor.save(second.setup_id, replace(VISA, method_ref="pm_2", label="Visa 1881"))
    assert "Visa 1881" in step(browser, step="take_up").text
    assert harness.processor.forgotten == ["pm_1"]
    assert "Automatic payment is off" in step(browser, step="stop_autopay").text
    after = standing(harness, account)
    assert (after.in_force, after.autopays) == (True, False)


def test_the_processor_away_leaves_the_plan_in_place(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    page = step(browser, **OWN, amount="120", **IN_A_WEEK)

    class Away:
        def create_setup(self, **_: Any) -> None:
            raise Unavailable("stripe", "timeout")

        def saved_method(self, _session_id: str) -> None:
            raise Unavailable("stripe", "timeout")

    answering = harness.processor
    harness.processor = Away()
    answer = agree(browser, page, "autopay")
    assert (answer.status, "Your plan is in place" in answer.text) == (503, True)
    assert standing(harness, account).in_force
    harness.processor = answering
    assert step(browser, step="save_method", language="es").status == 303
    harness.processor = Away()
    for answer in (browser.get("/plan/returned"), step(browser, step="take_up")):
        assert (answer.status, "does not answer right now" in answer.text) == (503, True)


# Changes of mind


def test_other_terms_replace_the_plan_and_it_can_be_ended(
    harness: PortalHarness, browser: Browser
) -> None:
    account = arranged(harness, browser)
    first = standing(harness, account)
    assert "Plans you can start today" in browser.get("/plan?new=1").text
    page = step(browser, **OWN | {"by": "count"}, count="6", **IN_A_WEEK)
    agree(browser, page)
    second = standing(harness, account)
    assert second.replaces == first.arrangement_id
    assert "Your plan has ended" in step(browser, step="cancel").text
    assert harness.book.arrangement(account.account_id) is None
    assert harness.book.accounts[account.account_id].hold is None
    assert "Your plan has ended" in step(browser, step="cancel").text, "a second click"


@pytest.mark.parametrize("answer", ["accept", "refuse"])
def test_a_counter_offer_is_taken_or_not(
    harness: PortalHarness, browser: Browser, answer: str
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    agree(browser, step(browser, **OWN, amount="24.99", **IN_A_WEEK))
    strategy = arrangements.in_force("harbor", harness.creditors, NOW.date())
    terms = arrangements.offers(account, strategy, today=NOW.date())[0]
    arrangements.counter(
        account.account_id, terms, by="ana", book=harness.book, waker=harness.waker, now=NOW
    )
    assert "We have another plan for you" in browser.get("/account").text
    page = browser.get("/plan")
    assert "You can take it until December 5, 2026" in page.text
    text = step(browser, step=answer).text
    arrangement = harness.book.arrangement(account.account_id)
    if answer == "accept":
        assert "Your plan is in place" in text
        assert arrangement is not None
        assert (arrangement.in_force, arrangement.terms) == (True, terms)
        assert "no longer stands" in step(browser, step="accept").text
    else:
        assert "Your plan has ended" in text
        assert arrangement is None


def test_a_plan_of_another_person_cannot_be_touched(
    harness: PortalHarness, browser: Browser
) -> None:
    theirs = arranged(harness, Browser(harness))
    mine = harness.debt(harness.person())
    browser.sign_in(mine)
    named = {"account_id": theirs.account_id, "arrangement_id": theirs.arrangement_id}
    before = standing(harness, theirs)
    for word in ("accept", "save_method", "stop_autopay", "cancel", "refuse", "pay", ""):
        step(browser, step=word, **named)
    assert browser.get("/plan?method=1").status == 404
    browser.get(f"/plan/returned?account_id={theirs.account_id}")
    assert standing(harness, theirs) == before


def test_a_disputed_account_or_one_with_nothing_owed_offers_no_plan_it_cannot_keep(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    settled = replace(account, balance=replace(account.balance, minor=0))
    harness.book.accounts[account.account_id] = settled
    assert "nothing to split" in browser.get("/plan").text
    assert step(browser, **OWN, amount="10", **IN_A_WEEK).status == 422
    assert harness.book.accounts[account.account_id] == settled


@pytest.mark.parametrize(
    ("paused", "sentence"),
    [
        ("expired_card", "The card has expired"),
        ("lost_or_stolen", "gave no reason"),
        ("X-1", "gave no reason"),
    ],
)
def test_a_refused_method_is_said_in_words_with_what_to_do(
    harness: PortalHarness, browser: Browser, paused: str, sentence: str
) -> None:
    account = arranged(harness, browser, "autopay")
    arrangement = standing(harness, account)
    assert arrangement.autopay is not None
    refused = replace(arrangement.autopay, method_ref="pm_1", label="Visa 4242", paused=paused)
    harness.book.arranged[arrangement.arrangement_id] = replace(arrangement, autopay=refused)
    text = browser.get("/plan").text
    assert sentence in text
    assert "Save another card or account" in text
    assert "Pay $120.00" in browser.get("/account").text, "asked for again once it failed"


def test_what_was_typed_into_a_plan_comes_back_too(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    page = browser.sign_in(account)
    harness.wall.at += timedelta(minutes=45)
    browser.post("/plan", {"nonce": page.field("nonce"), **OWN, "amount": "61.50", **IN_A_WEEK})
    token = harness.link(account)
    answer = browser.post(f"/m/{token}", {"month": "4", "day": "27", "year": "1985"})
    assert answer.header("location") == "/live/plan"
    assert 'value="61.50"' in browser.get("/plan").body
