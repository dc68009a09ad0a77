"""Every route of the portal, as API Gateway calls it, over ports in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.consumer import Channel, Flag
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.errors import DomainError, Unavailable
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import CheckoutState, MethodKind, PaymentState, PaymentStatus
from dunlin.domain.tokens import ALPHABET, token_hash
from dunlin.service.portal import identity
from dunlin.service.staff.queue import lifted
from tests.portal.harness import NOW, ROOT, STRATEGY, Answer, Browser, PortalHarness, load_app

RIGHT = {"month": "4", "day": "27", "year": "1985"}
WRONG = {"month": "4", "day": "28", "year": "1985"}
DEBT_WORDS = re.compile(r"(?i)\b(debt|owed?|deuda|debe|deber|balance|payment|pago)\b|\$")


@pytest.fixture
def harness() -> PortalHarness:
    return PortalHarness()


@pytest.fixture
def browser(harness: PortalHarness) -> Browser:
    return Browser(harness)


def snapshot(harness: PortalHarness) -> tuple[Any, ...]:
    """Everything a request could change, but for notes on the touch."""
    return (
        dict(harness.book.accounts),
        dict(harness.book.consumers),
        dict(harness.book.replies),
        dict(harness.sessions.links),
        dict(harness.sessions.sessions),
        dict(harness.sessions.attempts),
        dict(harness.sessions.payments),
        dict(harness.processor.checkouts),
        list(harness.waker.notices),
        list(harness.waker.woken),
    )


# Arriving


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    "strategy",
    [
        STRATEGY,
        {**STRATEGY, "industry": "medical"},
        {**STRATEGY, "industry": "healthcare"},
        {**STRATEGY, "debt_role": "third"},
        {**STRATEGY, "brand": {**STRATEGY["brand"], "name": "Lakeside Dental Recovery"}},
    ],
)
def test_before_identity_nothing_tells_of_a_debt_an_amount_or_a_kind_of_creditor(
    lang: str, strategy: dict[str, Any]
) -> None:
    harness = PortalHarness(strategy=strategy)
    browser = Browser(harness, accepts=lang)
    for person in (
        harness.person(),
        harness.person(date_of_birth=None),
        harness.person(date_of_birth=None, zip=None),
    ):
        account = harness.debt(person)
        token = harness.link(account)
        for answer in (
            browser.get(f"/m/{token}"),
            browser.post(f"/m/{token}", {**WRONG, "zip": "00000", "code": "000000"}),
            browser.get(f"/u/{token}"),
        ):
            assert answer.status in (200, 403)
            assert not DEBT_WORDS.search(answer.text)
            assert "482" not in answer.body
            assert account.reference not in answer.body
            assert person.name not in answer.body
            assert "Dental" not in answer.body
            if strategy is not STRATEGY:
                assert strategy["brand"]["name"] not in answer.body
            assert "<script" not in answer.body


def test_a_link_can_be_fetched_any_number_of_times_and_changes_nothing(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    token = harness.link(account)
    before = snapshot(harness)
    pages = {browser.get(f"/m/{token}").body for _ in range(5)}
    browser.get(f"/u/{token}")
    assert len(pages) == 1
    assert snapshot(harness) == before
    assert [s.kind for s in harness.signals] == [SignalKind.CLICK]


def test_unknown_cut_changed_and_expired_links_give_one_friendly_page(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    token = harness.link(account)
    changed = [
        token[:i] + ALPHABET[(ALPHABET.index(c) + 1) % 62] + token[i + 1 :]
        for i, c in enumerate(token)
    ]
    expired = harness.link(account, days=0)
    answers = [
        browser.get(f"/m/{name}") for name in (*changed, token[:-1], token + "a", "x", expired)
    ]
    answers += [browser.post(f"/m/{name}", RIGHT) for name in (*changed, expired)]
    shown = {re.sub(r"/m/[^?\"]*", "/m/", a.body) for a in answers}
    assert len(shown) == 1
    assert {a.status for a in answers} == {404}
    assert "Harbor" not in shown.pop()
    assert harness.sessions.sessions == {}


def test_the_way_in_by_date_of_birth(harness: PortalHarness, browser: Browser) -> None:
    account = harness.debt(harness.person())
    token = harness.link(account)
    answer = browser.post(f"/m/{token}", {"month": "04", "day": " 27 ", "year": "1985"})
    assert (answer.status, answer.header("location")) == (303, "/live/account")
    (cookie,) = answer.cookies
    for part in ("__Host-dunlin=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
        assert part in cookie
    secret = browser.jar["__Host-dunlin"]
    assert secret not in repr(harness.sessions.sessions)
    assert token_hash(secret) in harness.sessions.sessions
    assert harness.sessions.attempts == {}
    assert SignalKind.PORTAL_VISIT in {s.kind for s in harness.signals}
    assert "$482.50" in browser.get("/account").text


def test_the_way_in_by_zip(harness: PortalHarness, browser: Browser) -> None:
    account = harness.debt(harness.person(date_of_birth=None))
    token = harness.link(account)
    assert browser.post(f"/m/{token}", {"zip": "62702"}).status == 403
    assert browser.post(f"/m/{token}", {"zip": "62701"}).status == 303


def test_a_company_is_never_asked_for_a_birthday(harness: PortalHarness, browser: Browser) -> None:
    account = harness.debt(harness.person(company=True))
    assert 'name="zip"' in browser.get(f"/m/{harness.link(account)}").body


def test_the_way_in_by_code(harness: PortalHarness, browser: Browser) -> None:
    person = harness.person(date_of_birth=None, zip=None)
    account = harness.debt(person)
    token = harness.link(account, channel="sms")
    hashed = token_hash(token)
    answer = browser.post(f"/m/{token}/code")
    assert answer.header("location") == f"/live/m/{token}?sent=1"
    assert "A code is on its way" in browser.get(f"/m/{token}?sent=1").text
    ((told, kind, cause),) = harness.waker.notices
    assert (told, kind, cause.split(".")[0]) == (account.account_id, "code", hashed)

    harness.sessions.put_code(hashed, token_hash("123456"), NOW + timedelta(minutes=10))
    assert browser.post(f"/m/{token}", {"code": "654321"}).status == 403
    assert browser.post(f"/m/{token}", {"code": "123 456"}).status == 303
    # Used once, and never again.
    assert browser.post(f"/m/{token}", {"code": "123456"}).status == 403


def test_a_code_dies_after_ten_minutes(harness: PortalHarness, browser: Browser) -> None:
    account = harness.debt(harness.person(date_of_birth=None, zip=None))
    token = harness.link(account)
    harness.sessions.put_code(token_hash(token), token_hash("123456"), NOW + timedelta(minutes=10))
    harness.wall.at = NOW + timedelta(minutes=10)
    assert browser.post(f"/m/{token}", {"code": "123456"}).status == 403


def test_codes_are_sent_five_times_a_day_and_look_the_same_after(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person(date_of_birth=None, zip=None))
    token = harness.link(account)
    answers = {browser.post(f"/m/{token}/code").header("location") for _ in range(9)}
    assert len(answers) == 1
    assert len(harness.waker.notices) == 5
    harness.wall.at = NOW + timedelta(days=1, seconds=1)
    browser.post(f"/m/{token}/code")
    assert len(harness.waker.notices) == 6


def test_five_wrong_answers_lock_for_a_day_and_read_like_any_wrong_answer(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    token, other = harness.link(account), harness.link(account)
    wrong = [browser.post(f"/m/{token}", WRONG) for _ in range(5)]
    locked = [browser.post(f"/m/{token}", RIGHT), browser.post(f"/m/{token}", WRONG)]
    assert {a.status for a in wrong + locked} == {403}
    assert len({a.body for a in wrong + locked}) == 1
    assert browser.post(f"/m/{other}", RIGHT).status == 403, "another link of the same person"
    harness.wall.at = NOW + timedelta(hours=23, minutes=59)
    assert browser.post(f"/m/{token}", RIGHT).status == 403
    harness.wall.at = NOW + timedelta(days=1, seconds=1)
    assert browser.post(f"/m/{token}", RIGHT).status == 303


def test_wrong_and_locked_answers_take_the_same_road(harness: PortalHarness) -> None:
    """The same calls in the same order, so that time tells nothing."""
    account = harness.debt(harness.person())
    token = harness.link(account)
    roads: list[tuple[str, ...]] = []
    for answer in (*[WRONG] * 5, RIGHT, WRONG):
        taken: list[str] = []

        def noting(name: str, call: Any, taken: list[str] = taken) -> Any:
            def noted(*args: Any, **kwargs: Any) -> Any:
                taken.append(name)
                return call(*args, **kwargs)

            return noted

        names = ("link", "count_attempt", "clear_attempts", "put_session", "code", "put_code")
        with ExitStack() as stack:
            for name in names:
                call = noting(name, getattr(harness.sessions, name))
                stack.enter_context(patch.object(harness.sessions, name, call))
            facts = noting("facts", harness.book.facts)
            stack.enter_context(patch.object(harness.book, "facts", facts))
            identity.identify(harness.portal, token, answer, now=NOW, wall=NOW, language="en")
        roads.append(tuple(taken))
    assert set(roads) == {("link", "facts", "count_attempt")}


def test_the_fifth_answer_may_still_be_right(harness: PortalHarness, browser: Browser) -> None:
    token = harness.link(harness.debt(harness.person()))
    for _ in range(4):
        browser.post(f"/m/{token}", WRONG)
    assert browser.post(f"/m/{token}", RIGHT).status == 303


def test_parallel_guesses_share_no_try(harness: PortalHarness) -> None:
    account = harness.debt(harness.person())
    token = harness.link(account)
    calls = [
        lambda: identity.identify(harness.portal, token, WRONG, now=NOW, wall=NOW, language="en")
        for _ in range(40)
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda call: call(), calls))
    assert harness.sessions.attempts[account.consumer_id][0] == 40
    result = identity.identify(harness.portal, token, RIGHT, now=NOW, wall=NOW, language="en")
    assert getattr(result, "status", 0) == 403


@pytest.mark.parametrize(
    "form",
    [{}, {"month": "13", "day": "1", "year": "1985"}, {"month": "4", "day": "27", "year": "85"}],
)
def test_what_is_no_date_costs_no_try_and_is_said(
    harness: PortalHarness, browser: Browser, form: dict[str, str]
) -> None:
    token = harness.link(harness.debt(harness.person()))
    answer = browser.post(f"/m/{token}", form)
    assert answer.status == 422
    assert "Enter your date of birth as month, day and four-digit year" in answer.text
    assert answer.body.count("<title>Error: ") == 1
    assert harness.sessions.attempts == {}


def test_not_me_closes_the_channel_without_asking_who_is_there(
    harness: PortalHarness, browser: Browser
) -> None:
    person = harness.person()
    token = harness.link(harness.debt(person))
    answer = browser.post(f"/m/{token}/not-me")
    assert "We stop writing to you" in answer.text
    consent = harness.book.consumers[person.consumer_id].consent(Channel.EMAIL)
    assert not consent.open
    assert harness.sessions.sessions == {}


# Inside


def test_the_account_shows_balance_itemisation_and_history(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    text = browser.sign_in(account).text
    for part in (
        "You owe $482.50 As of November 21, 2026",
        "As of August 15, 2026, you owed: $517.50",
        "Between August 15, 2026 and today:",
        "You were charged this amount in interest: + $0.00",
        "You were charged this amount in fees: + $15.00",
        "You paid or were credited this amount toward the debt: − $50.00",
        "Total amount of the debt now: $482.50",
        "Payment −$50.00 October 20, 2026",
    ):
        assert part in text


def test_spanish_by_browser_by_choice_and_by_the_persons_own_language(
    harness: PortalHarness,
) -> None:
    person = harness.person(language="es")
    account = harness.debt(person)
    token = harness.link(account)
    assert 'lang="es"' in Browser(harness, accepts="es-MX,en;q=0.5").get(f"/m/{token}").body
    assert 'lang="es"' in Browser(harness, accepts="fr").get(f"/m/{token}").body
    english = Browser(harness, accepts="en")
    page = english.get(f"/m/{token}")
    assert f'href="/live/m/{token}?lang=es" lang="es" hreflang="es"' in page.body
    assert 'lang="es"' in english.get(f"/m/{token}?lang=es").body
    text = english.sign_in(account).text
    assert "Hasta el 15 de agosto de 2026, usted debía: $517.50" in text
    assert "Pagó y se le abonó esta cantidad a la deuda: − $50.00" in text


@pytest.mark.parametrize(
    ("change", "said", "payable"),
    [
        ({"balance": Money(0, "USD"), "status": Status.SETTLED}, "Nothing left to pay", False),
        ({"balance": Money(-2_500, "USD"), "hold": Hold.REVIEW}, "send $25.00 back", False),
        ({"hold": Hold.PAYMENT_PENDING}, "Your bank payment is on its way", False),
        ({"status": Status.CLOSED}, "no longer with us", False),
        ({"hold": Hold.DISPUTE}, "We have your dispute", True),
    ],
)
def test_each_standing_is_said_and_never_a_negative_amount_owed(
    harness: PortalHarness, browser: Browser, change: dict[str, Any], said: str, payable: bool
) -> None:
    account = harness.debt(harness.person())
    harness.book.accounts[account.account_id] = replace(account, **change)
    answer = browser.sign_in(account)
    assert said in answer.text
    assert ("/live/pay" in answer.body) is payable
    assert "−$25.00" not in answer.text


def test_a_contested_part_is_shown_and_not_asked_for(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person(), contested_minor=10_000)
    page = browser.sign_in(account)
    assert "We are checking $100.00 of this" in page.text
    assert "Pay the rest: $382.50" in page.text
    form = {"nonce": page.field("nonce"), "choice": "part", "amount": page.field("amount")}
    assert browser.post("/pay", form).status == 303
    assert harness.processor.opened[-1]["amount"] == Money(38_250, "USD")


def test_third_parties_say_what_they_are_and_whose_debt_it_is() -> None:
    harness = PortalHarness(strategy={**STRATEGY, "debt_role": "third"})
    account = harness.debt(harness.person(), extras={"original_creditor": "Pine <b>Bank</b>"})
    answer = Browser(harness).sign_in(account)
    assert "Harbor Supply is a debt collector." in answer.text
    assert "Pine &lt;b&gt;Bank&lt;/b&gt;" in answer.body


HOSTILE = "<script>alert(1)</script>\"'>{{7*7}}\r\nSet-Cookie: a=b"


def test_hostile_text_from_a_file_is_only_text(harness: PortalHarness, browser: Browser) -> None:
    person = harness.person(name=HOSTILE)
    account = harness.debt(person, reference=HOSTILE, extras={"original_creditor": HOSTILE})
    answer = browser.sign_in(account)
    assert "<script" not in answer.body
    assert "49" not in answer.text
    assert "Set-Cookie: a=b" not in str(answer.headers)


# Paying


def test_paying_in_full_goes_to_the_processors_own_page(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    page = browser.sign_in(account)
    first = browser.post("/pay", {"nonce": page.field("nonce")})
    again = browser.post("/pay", {"nonce": page.field("nonce")})
    assert first.status == 303
    assert first.header("location").startswith("https://checkout.example.com/c/pay/")
    assert again.header("location") == first.header("location")
    (asked,) = harness.processor.opened
    assert asked["amount"] == Money(48_250, "USD")
    assert asked["account_id"] == account.account_id
    assert asked["success_url"] == "https://pay.example.com/live/return"
    policy = first.header("content-security-policy")
    assert "form-action 'self' https://checkout.example.com;" in policy


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("25", 2_500), ("$1,0.00", None), ("25.5", 2_550), ("$120.00", 12_000), ("12,50", 1_250),
     (" 482.50 ", 48_250), ("1", 100)],
)  # fmt: skip
def test_another_amount_is_read_as_people_write_it(
    harness: PortalHarness, browser: Browser, typed: str, minor: int | None
) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    form = {"nonce": page.field("nonce"), "choice": "part", "amount": typed}
    answer = browser.post("/pay", form)
    if minor is None:
        assert answer.status == 422
    else:
        assert answer.status == 303
        assert harness.processor.opened[0]["amount"] == Money(minor, "USD")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the amount"),
        ("0", "The smallest amount you can pay is $1.00"),
        ("-5", "Enter an amount in numbers"),
        ("482.51", "The most you can pay is $482.50"),
        ("99999999999999999999", "The most you can pay is $482.50"),
        ("1.234", "no more than two digits"),
        ("abc", "Enter an amount in numbers"),
        ("1e3", "Enter an amount in numbers"),
        ("٢٥", "Enter an amount in numbers"),
        ("<b>25</b>", "Enter an amount in numbers"),
    ],
)
def test_a_wrong_amount_is_said_by_the_field_and_kept(
    harness: PortalHarness, browser: Browser, typed: str, said: str
) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    form = {"nonce": page.field("nonce"), "choice": "part", "amount": typed}
    answer = browser.post("/pay", form)
    assert answer.status == 422
    assert answer.text.count(said) == 2, "in the summary and at the field"
    assert 'href="#amount"' in answer.body
    assert harness.processor.opened == []
    assert "<b>25" not in answer.body


def test_the_processor_away_is_said_and_charges_nothing(
    harness: PortalHarness, browser: Browser
) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    with patch.object(
        harness.processor, "open_checkout", side_effect=Unavailable("stripe", "down")
    ):
        answer = browser.post("/pay", {"nonce": page.field("nonce")})
    assert answer.status == 503
    assert "Nothing was charged" in answer.text


def test_an_amount_the_processor_cannot_take_is_said(
    harness: PortalHarness, browser: Browser
) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    with patch.object(harness.processor, "open_checkout", side_effect=DomainError("too small")):
        answer = browser.post("/pay", {"nonce": page.field("nonce")})
    assert answer.status == 422
    assert "This amount cannot be paid here" in answer.text


def paid(account_id: str, state: PaymentState = PaymentState.SUCCEEDED) -> PaymentStatus:
    done = state is PaymentState.SUCCEEDED
    return PaymentStatus(
        id="pi_1",
        state=state,
        amount=Money(48_250, "USD"),
        received=Money(48_250 if done else 0, "USD"),
        refunded=Money(0, "USD"),
        account_id=account_id,
        attempt_id="",
        creditor="harbor",
        method=MethodKind.CARD,
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (PaymentState.SUCCEEDED, "Your payment went through."),
        (PaymentState.PENDING, "Your payment is processing"),
        (PaymentState.FAILED, "The payment did not go through"),
    ],
)
def test_the_return_page_says_what_the_processor_says_and_changes_nothing(
    harness: PortalHarness, browser: Browser, state: PaymentState, said: str
) -> None:
    account = harness.debt(harness.person())
    page = browser.sign_in(account)
    browser.post("/pay", {"nonce": page.field("nonce")})
    attempt = harness.sessions.payments[account.consumer_id][-1].attempt_id
    harness.processor.pay(attempt, paid(account.account_id, state))
    before = snapshot(harness)
    answer = browser.get("/return")
    assert said in answer.text
    assert browser.get("/return").body == answer.body, "bookmarked or reloaded"
    assert snapshot(harness) == before
    again = browser.post("/pay", {"nonce": page.field("nonce")})
    assert again.status == (303 if state is PaymentState.FAILED else 409)


def test_leaving_the_checkout_says_that_nothing_was_charged(
    harness: PortalHarness, browser: Browser
) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    browser.post("/pay", {"nonce": page.field("nonce")})
    assert "Nothing was charged" in browser.get("/return").text
    assert {c.state for c in harness.processor.checkouts.values()} == {CheckoutState.OPEN}


def test_a_receipt_can_be_kept_and_only_ones_own(harness: PortalHarness, browser: Browser) -> None:
    mine, theirs = harness.debt(harness.person()), harness.debt(harness.person(name="Bo Reed"))
    number = re.search(r"/receipt/([0-9A-F-]+)", browser.sign_in(mine).body)
    foreign = re.search(r"/receipt/([0-9A-F-]+)", Browser(harness).sign_in(theirs).body)
    assert number is not None
    assert foreign is not None
    assert "$50.00" in browser.get(f"/receipt/{number[1]}").text
    assert browser.get(f"/receipt/{foreign[1]}").status == 404


# Saying


def test_a_dispute_in_the_forms_words_stops_collection_and_keeps_what_was_written(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    form_page = browser.get("/dispute")
    for words in ("This is not my debt.", "The amount is wrong.", "Other"):
        assert words in form_page.text
    form = {
        "nonce": form_page.field("nonce"),
        "form_id": form_page.field("form_id"),
        "reason": "amount_wrong",
        "text": "I paid half <in cash>",
        "original": "yes",
    }
    first, again = browser.post("/dispute", form), browser.post("/dispute", form)
    assert "We have your dispute" in first.text
    assert "Your case number" in first.text
    assert first.body.replace(form["form_id"], "") == again.body.replace(form["form_id"], "")
    held = harness.book.accounts[account.account_id]
    assert held.hold is Hold.DISPUTE
    (reply,) = harness.book.replies.values()
    assert reply.text == "I paid half <in cash>"
    assert reply.labels == ("dispute", "amount_wrong", "original_creditor")
    assert harness.waker.woken
    assert harness.waker.notices == []  # after a dispute nothing more is sent, not even a note


def test_a_dispute_without_a_reason_or_with_too_much_text_keeps_the_answers(
    harness: PortalHarness, browser: Browser
) -> None:
    browser.sign_in(harness.debt(harness.person()))
    nonce = browser.get("/dispute").field("nonce")
    answer = browser.post("/dispute", {"nonce": nonce, "text": "kept <words>"})
    assert answer.status == 422
    assert "Choose what is wrong" in answer.text
    assert "kept &lt;words&gt;" in answer.body
    assert 'href="#reason"' in answer.body
    other = browser.post("/dispute", {"nonce": nonce, "reason": "other"})
    assert "Tell us a little about it" in other.text
    assert 'value="other" checked' in other.body
    long = browser.post("/dispute", {"nonce": nonce, "reason": "other", "text": "a" * 2_001})
    assert "Shorten your text" in long.text
    assert harness.book.replies == {}


@pytest.mark.parametrize(
    ("changes", "amount", "contested", "hold"),
    [
        ({}, "$100.50", 10_050, None),
        ({"contested_minor": 20_000}, "100.50", 20_000, None),
        ({}, "482,50", 0, Hold.DISPUTE),
        ({}, "", 0, Hold.DISPUTE),
        ({"hold": Hold.DISPUTE, "hold_reason": "All"}, "1", 0, Hold.DISPUTE),
        ({"hold": Hold.ARRANGEMENT}, "1", 0, Hold.DISPUTE),
        ({"hold": Hold.PAYMENT_PENDING}, "1", 100, Hold.PAYMENT_PENDING),
    ],
)
def test_only_the_part_that_is_disputed_is_not_asked_for(
    *,
    harness: PortalHarness,
    browser: Browser,
    changes: Any,
    amount: str,
    contested: int,
    hold: Hold | None,
) -> None:
    account = harness.debt(harness.person(), **changes)
    browser.sign_in(account)
    done = browser.fill("/dispute", reason="amount_wrong", amount=amount)
    held = harness.book.accounts[account.account_id]
    assert (held.contested_minor, held.hold) == (contested, hold)
    assert ("do not ask you for this part" in done.text) == (hold is not Hold.DISPUTE)
    assert held.case is not None
    assert (held.case.kind, held.waits_for_staff) == ("dispute", True)
    if amount:
        (reply,) = harness.book.replies.values()
        assert ("of $482.50" in reply.text) == (contested > 0 or bool(changes))
    if contested and hold is None:
        shown = browser.get("/account").text
        assert f"We are checking ${contested / 100:.2f} of this" in shown
        assert f"Pay the rest: ${(48_250 - contested) / 100:.2f}" in shown
        freed = replace(held, **lifted(held, due=NOW))
        assert (freed.contested_minor, freed.waits_for_staff) == (0, False)


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0", "at least one cent"), ("500", "more than you owe"), ("-1", "in numbers"),
     ("1.005", "no more than two digits")],
)  # fmt: skip
def test_a_part_that_cannot_be_is_said_by_its_field(
    harness: PortalHarness, browser: Browser, amount: str, said: str
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    answer = browser.fill("/dispute", reason="other", text="Kept", amount=amount)
    assert (answer.status, said in answer.text) == (422, True)
    assert 'href="#amount"' in answer.body
    assert f'value="{amount}"' in answer.body
    assert harness.book.accounts[account.account_id] == account


@pytest.mark.parametrize("kind", ["question", "hardship"])
def test_a_question_and_hardship_reach_staff(
    harness: PortalHarness, browser: Browser, kind: str
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    page = browser.get(f"/{kind}")
    form = {"nonce": page.field("nonce"), "form_id": page.field("form_id"), "text": "Hello"}
    assert "We have your message" in browser.post(f"/{kind}", form).text
    assert [r.text for r in harness.book.replies.values()] == ["Hello"]
    assert harness.book.accounts[account.account_id].hold is Hold.REVIEW
    assert browser.post(f"/{kind}", {**form, "text": " "}).status == 422


def day(ahead: int) -> dict[str, str]:
    on = (NOW + timedelta(days=ahead)).date()
    return {"day": str(on.day), "month": str(on.month), "year": str(on.year)}


def test_two_promises_hold_by_themselves_and_the_third_waits_for_a_person(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    for ahead, ends in ((10, 12), (14, 16)):
        page = browser.get("/promise")
        form = {"nonce": page.field("nonce"), "form_id": page.field("form_id"), **day(ahead)}
        assert "We noted your day" in browser.post("/promise", form).text
        held = harness.book.accounts[account.account_id]
        assert held.hold is Hold.PROMISE
        # The day itself, a day of grace, in the middle of the US.
        assert held.due_at == NOW.replace(hour=6) + timedelta(days=ends)
    page = browser.get("/promise")
    form = {"nonce": page.field("nonce"), "form_id": page.field("form_id"), **day(20)}
    assert "a person reads this first" in browser.post("/promise", form).text
    assert harness.book.accounts[account.account_id].hold is Hold.REVIEW
    assert [r.text for r in harness.book.replies.values()][:1] == [
        "Promises to pay $482.50 by 2026-12-01."
    ]
    assert harness.waker.woken


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Enter a day, month and year"),
        ({"day": "30", "month": "2", "year": "2027"}, "Enter a real date"),
        (day(-1), "Enter a day that is not in the past"),
        (day(31), "Enter an earlier day"),
    ],
)
def test_a_promise_for_a_wrong_day_is_said_and_kept(
    harness: PortalHarness, browser: Browser, typed: dict[str, str], said: str
) -> None:
    browser.sign_in(harness.debt(harness.person()))
    nonce = browser.get("/promise").field("nonce")
    answer = browser.post("/promise", {"nonce": nonce, **typed})
    assert answer.status == 422
    assert said in answer.text
    assert 'href="#date"' in answer.body
    for value in typed.values():
        assert f'value="{value}"' in answer.body
    assert harness.book.replies == {}


def test_a_lawyer_named_binds_the_gate(harness: PortalHarness, browser: Browser) -> None:
    person = harness.person()
    browser.sign_in(harness.debt(person))
    assert "Choose who it is" in browser.fill("/represented", text="Jo Law").text
    assert browser.fill("/represented", text="Jo Law", who="lawyer").status == 200
    assert "attorney" in harness.book.consumers[person.consumer_id].flags


def test_whom_else_we_may_speak_to_is_for_staff(harness: PortalHarness, browser: Browser) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    assert browser.fill("/represented", text="My sister Bea", who="other").status == 200
    held = harness.book.accounts[account.account_id]
    assert (held.hold, held.waits_for_staff) == (Hold.REVIEW, True)
    assert "we may speak to" in held.hold_reason
    assert harness.book.consumers[account.consumer_id].flags == {}


@pytest.mark.parametrize(("hours", "shown"), [(1, True), (-1, False)])
def test_a_collector_says_by_when_one_can_dispute_while_one_can(hours: int, shown: bool) -> None:
    harness = PortalHarness(strategy=STRATEGY | {"debt_role": "third"})
    end = NOW + timedelta(hours=hours)
    flag = Flag(at=NOW, by="staff:ana", detail={"period_end": end.isoformat()})
    account = harness.debt(harness.person(flags={"validation": flag}, tz_known="America/Chicago"))
    text = Browser(harness).sign_in(account).text
    assert ("Call or write to us by November 21, 2026 to dispute" in text) == shown
    assert "cfpb.gov/debt-collection" in text


def test_a_person_takes_their_own_data_along_and_nobody_elses(
    harness: PortalHarness, browser: Browser
) -> None:
    person = harness.person(name='Ada "Q" Finch')
    account = harness.debt(person, hold=Hold.REVIEW, hold_reason="staff note")
    harness.debt(harness.person(name="Bo Reed"))
    browser.sign_in(account)
    assert "Save it all as a file" in browser.get("/data").text
    answer = browser.get("/data/file")
    assert answer.header("content-disposition").startswith("attachment; filename=")
    assert answer.header("cache-control") == "no-store"
    document = json.loads(answer.body)
    assert document["you"]["name"] == 'Ada "Q" Finch'
    assert document["account"]["balance"] == "$482.50"
    assert len(document["ledger"]) == 3
    assert "Bo Reed" not in answer.body
    assert "staff note" not in answer.body
    assert "1985" not in answer.body


def test_stop_all_contact_closes_every_channel(harness: PortalHarness, browser: Browser) -> None:
    person = harness.person()
    account = harness.debt(person)
    browser.sign_in(account)
    page = browser.get("/stop")
    assert harness.book.consumers[person.consumer_id].consent(Channel.EMAIL).open
    answer = browser.post("/stop", {"nonce": page.field("nonce")})
    assert "All messages stop" in answer.text
    after = harness.book.consumers[person.consumer_id]
    assert not any(after.consent(channel).open for channel in Channel)


# Unsubscribing without a cookie


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_one_click_from_a_mail_program_stops_even_by_an_old_link(
    harness: PortalHarness, content_type: str
) -> None:
    person = harness.person()
    token = harness.link(harness.debt(person), days=0)
    answer = harness.call(
        "POST",
        f"/u/{token}",
        body="List-Unsubscribe=One-Click",
        headers={"Content-Type": content_type},
    )
    assert answer.status == 200
    assert not harness.book.consumers[person.consumer_id].consent(Channel.EMAIL).open


def test_fetching_the_unsubscribe_link_only_asks(harness: PortalHarness, browser: Browser) -> None:
    person = harness.person()
    token = harness.link(harness.debt(person))
    answer = browser.get(f"/u/{token}")
    assert 'method="post"' in answer.body
    assert harness.book.consumers[person.consumer_id].consent(Channel.EMAIL).open
    assert browser.get("/u/" + "a" * 22).status == 404


# Security


def inner_routes() -> list[tuple[str, str]]:
    app = load_app().app
    public = ("/", "/m/{token}", "/m/{token}/code", "/m/{token}/not-me", "/u/{token}", "/site.css")
    return [
        (method, route.replace("{reference}", "AAAA-BBBB-CCCC"))
        for route, methods in app.routes.items()
        if route not in public
        for method in methods
    ]


@pytest.mark.parametrize(("method", "route"), inner_routes())
@pytest.mark.parametrize("cookie", ["", "a" * 22, "../../etc", "x; y"])
def test_nothing_inside_without_a_session(
    harness: PortalHarness, method: str, route: str, cookie: str
) -> None:
    harness.debt(harness.person())
    before = snapshot(harness)
    answer = harness.call(
        method,
        route,
        body="reason=other&text=lost+words" if method == "POST" else None,
        headers={
            "Cookie": f"__Host-dunlin={cookie}",
            "Content-Type": "application/x-www-form-urlencoded" if method == "POST" else "",
        } if method == "POST" else {"Cookie": f"__Host-dunlin={cookie}"},
    )  # fmt: skip
    assert answer.status == 403
    assert "You are signed out" in answer.text
    assert ("lost words" in answer.body) is (method == "POST")
    assert snapshot(harness) == before


@pytest.mark.parametrize(("method", "route"), [(m, r) for m, r in inner_routes() if m == "POST"])
@pytest.mark.parametrize("nonce", ["", "wrong", "a" * 22, "é"])
def test_every_post_inside_needs_its_own_sessions_nonce(
    harness: PortalHarness, method: str, route: str, nonce: str
) -> None:
    browser, other = Browser(harness), Browser(harness)
    browser.sign_in(harness.debt(harness.person()))
    theirs = other.sign_in(harness.debt(harness.person())).field("nonce")
    before = snapshot(harness)
    form = {"reason": "other", "text": "x", "form_id": "1"}
    for given in (nonce, theirs):
        answer = browser.post(route, {**form, "nonce": given})
        assert answer.status == 403
        assert "nothing was done" in answer.text
    assert snapshot(harness) == before


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_refused(
    harness: PortalHarness, browser: Browser, site: str
) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    form = {"nonce": page.field("nonce")}
    assert browser.post("/pay", form, Sec_Fetch_Site=site).status == 403
    assert harness.processor.opened == []


def test_a_session_ends_after_thirty_idle_minutes_and_lives_while_it_is_used(
    harness: PortalHarness, browser: Browser
) -> None:
    browser.sign_in(harness.debt(harness.person()))
    for minutes in (20, 40, 60):
        harness.wall.at = NOW + timedelta(minutes=minutes)
        assert browser.get("/account").status == 200
    harness.wall.at += timedelta(minutes=30)
    answer = browser.get("/account")
    assert answer.status == 403
    assert "$" not in answer.text
    assert any("Max-Age=0" in cookie for cookie in answer.cookies)


def test_signing_out_ends_the_session_itself(harness: PortalHarness, browser: Browser) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    kept = dict(browser.jar)
    answer = browser.post("/signout", {"nonce": page.field("nonce")})
    assert "Thank you for your visit" in answer.text
    browser.jar = kept
    assert browser.get("/account").status == 403


def test_a_session_reaches_its_own_account_whatever_the_request_says(
    harness: PortalHarness,
) -> None:
    mine, theirs = Browser(harness), harness.debt(harness.person(name="Bo Reed"))
    page = mine.sign_in(harness.debt(harness.person()))
    form = {
        "nonce": page.field("nonce"),
        "account_id": theirs.account_id,
        "account": theirs.account_id,
        "consumer_id": theirs.consumer_id,
    }
    assert "Bo Reed" not in mine.get(f"/account?account_id={theirs.account_id}").text
    mine.post("/pay", form)
    assert theirs.consumer_id not in harness.sessions.payments


@pytest.mark.parametrize("path", ["/", "/m/x", "/u/x", "/account", "/site.css"])
def test_every_answer_carries_its_headers(
    harness: PortalHarness, browser: Browser, path: str
) -> None:
    answer = browser.get(path)
    assert answer.header("x-content-type-options") == "nosniff"
    if path == "/site.css":
        assert answer.header("content-type").startswith("text/css")
        return
    policy = answer.header("content-security-policy")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("cache-control") == "no-store"
    assert "noindex" in answer.header("x-robots-tag")


def test_an_error_of_ours_is_a_page_without_a_trace_and_a_log_without_the_token(
    harness: PortalHarness, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    token = harness.link(harness.debt(harness.person()))
    with patch.object(harness.sessions, "link", side_effect=RuntimeError("secret detail")):
        answer = browser.get(f"/m/{token}")
    said = repr([record.__dict__ for record in caplog.records])
    assert "/m/{token}" in said, "the route"
    assert token not in said
    assert "secret" not in said
    assert answer.status == 503
    assert "Something went wrong on our side" in answer.text
    assert "secret" not in answer.body


def test_large_and_broken_bodies_are_harmless(harness: PortalHarness, browser: Browser) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    for body in (
        b"nonce=" + page.field("nonce").encode() + b"&x=" + b"a" * 30_000,
        b"&".join(b"f%d=1" % n for n in range(100)),
        b"\xff\xfe\x00=%zz&&&==",
    ):
        answer = harness.call(
            "POST",
            "/dispute",
            body=body,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": f"__Host-dunlin={browser.jar['__Host-dunlin']}",
            },
        )
        assert answer.status == 403


def weights(harness: PortalHarness) -> Iterator[tuple[str, Answer]]:
    """Every page of a person with a long history and a long plan."""
    browser = Browser(harness)
    token = harness.link(harness.debt(harness.person()))
    yield "identity", browser.get(f"/m/{token}")
    account = harness.debt(harness.person(), industry="healthcare")
    lines = harness.book.ledgers[account.account_id]
    some = next(iter(lines.values()))
    for number in range(300):
        lines[f"ent_{number:032x}"] = replace(some, entry_id=f"ent_{number:032x}", kind="payment")
    browser.sign_in(account)
    for route, methods in sorted(load_app().app.routes.items()):
        if "GET" in methods and "{" not in route and route not in ("/", "/site.css", "/data/file"):
            yield route, browser.get(route)
    nonce = browser.get("/account").field("nonce")
    own = {"step": "check", "offer": "own", "by": "count", "count": "156", "often": "weekly"}
    yield "check", browser.post("/plan", own | day(7) | {"nonce": nonce})


def test_every_page_with_its_stylesheet_weighs_under_30_kb(harness: PortalHarness) -> None:
    css = len(harness.call("GET", "/site.css?a=1f5f4a").body.encode())
    seen = 0
    for name, answer in weights(harness):
        assert answer.status == 200, name
        assert len(answer.body.encode()) + css < 30_000, (name, len(answer.body.encode()), css)
        seen += 1
    assert seen > 20


def test_a_long_statement_is_read_page_by_page_to_the_balance(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    lines = harness.book.ledgers[account.account_id]
    some = next(iter(lines.values()))
    for number in range(100):
        lines[f"ent_{number:032x}"] = replace(
            some, entry_id=f"ent_{number:032x}", amount=replace(some.amount, minor=-1)
        )
    browser.sign_in(account)
    assert "Page 2" in browser.get("/statement").text
    assert "then owed: $481.50" in browser.get("/statement?page=2").text
    assert browser.get("/statement?page=99").text == browser.get("/statement?page=2").text
    assert browser.get("/statement?page=²").status == 200


def test_the_template_has_exactly_the_routes_of_the_app() -> None:
    class Loader(yaml.SafeLoader):
        """Reads the short forms of intrinsic functions as plain values."""

    def intrinsic(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node)
        assert isinstance(node, yaml.MappingNode)
        return loader.construct_mapping(node)

    Loader.add_multi_constructor("!", intrinsic)
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader)
    api = template["Resources"]["PortalApi"]["Properties"]
    assert api["TracingEnabled"] is False, "a trace keeps the path and its token"
    paths = api["DefinitionBody"]["paths"]
    deployed = {
        (path, method.upper())
        for path, methods in paths.items()
        for method in methods
        if method != "parameters" and not path.startswith("/webhooks/")
    }
    app = load_app().app
    assert deployed == {(path, m) for path, methods in app.routes.items() for m in methods}
