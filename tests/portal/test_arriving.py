"""The portal's routes as API Gateway calls them, over ports in memory: the way in."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.tokens import ALPHABET, token_hash
from dunlin.service.portal import identity
from tests.portal.answers import RIGHT, WRONG, snapshot
from tests.portal.harness import NOW, STRATEGY, Browser, PortalHarness

DEBT_WORDS = re.compile(r"(?i)\b(debt|owed?|deuda|debe|deber|balance|payment|pago)\b|\$")


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
    assert harness.signals == []


def test_a_link_counts_as_followed_from_an_answer_on_that_can_be_read(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    token = harness.link(account)
    for machine in ({}, {"month": "", "day": "", "year": ""}, {"by": "code"}):
        browser.get(f"/m/{token}")
        assert browser.post(f"/m/{token}", machine).status == 422
    browser.post(f"/m/{token}/code", {})
    assert harness.signals == []
    assert browser.post(f"/m/{token}", {"month": "04", "day": "28", "year": "1985"}).status == 403
    assert [(s.kind, s.touch_id) for s in harness.signals] == [
        (SignalKind.CLICK, harness.signals[0].touch_id)
    ]
    assert browser.post(f"/m/{token}", {"month": "04", "day": "27", "year": "1985"}).status == 303
    kinds = {s.kind for s in harness.signals}
    assert kinds == {SignalKind.CLICK, SignalKind.PORTAL_VISIT}


def test_unknown_cut_and_changed_links_give_one_friendly_page(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    token = harness.link(account)
    changed = [
        token[:i] + ALPHABET[(ALPHABET.index(c) + 1) % 62] + token[i + 1 :]
        for i, c in enumerate(token)
    ]
    answers = [browser.get(f"/m/{name}") for name in (*changed, token[:-1], token + "a", "x")]
    answers += [browser.post(f"/m/{name}", RIGHT) for name in changed]
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


INVOICES = [
    ("INV-2002", "482.50", 303),  # what is open
    ("inv 2002", "$517.50", 303),  # what it was made out for, with the late fee
    ("INV-2003", "90", 303),  # another open one of theirs
    ("INV-2002", "90.00", 403),
    ("INV-9999", "482.50", 403),
    ("", "482.50", 422),
    ("INV-2002", "much", 422),
]


@pytest.mark.parametrize(("number", "amount", "status"), INVOICES)
def test_a_company_is_asked_for_an_invoice_and_never_for_a_birthday_or_a_home(
    harness: PortalHarness, browser: Browser, number: str, amount: str, status: int
) -> None:
    company = harness.person(company=True)
    token = harness.link(harness.debt(company, reference="INV-2002", invoice=""))
    harness.debt(company, reference="INV-2003", owed=9_000)
    page = browser.get(f"/m/{token}")
    assert 'name="invoice"' in page.body
    assert 'name="zip"' not in page.body
    assert 'name="year"' not in page.body
    answer = browser.post(f"/m/{token}", {"by": "invoice", "invoice": number, "amount": amount})
    assert answer.status == status
    assert "48" not in answer.text


def test_another_proof_is_offered_after_a_wrong_answer_and_shares_its_tries(
    harness: PortalHarness, browser: Browser
) -> None:
    token = harness.link(harness.debt(harness.person()))
    assert "?by=" not in browser.get(f"/m/{token}").body
    wrong = browser.post(f"/m/{token}", WRONG)
    assert f'href="/live/m/{token}?by=zip"' in wrong.body
    page = browser.get(f"/m/{token}?by=zip")
    assert page.field("by") == "zip"
    for _ in range(3):
        assert browser.post(f"/m/{token}", {"by": "zip", "zip": "00000"}).status == 403
    assert browser.post(f"/m/{token}", {"by": "zip", "zip": "62701"}).status == 303


@pytest.mark.parametrize(
    ("proofs", "asked", "others"),
    [
        (["birth"], "year", []),
        (["zip", "birth"], "zip", ["birth"]),
        (["birth", "code"], "year", ["code"]),
    ],
)
def test_the_creditor_says_which_proofs_are_taken(
    proofs: list[str], asked: str, others: list[str]
) -> None:
    harness = PortalHarness(strategy={**STRATEGY, "proofs": proofs})
    browser = Browser(harness)
    token = harness.link(harness.debt(harness.person()))
    assert f'name="{asked}"' in browser.get(f"/m/{token}").body
    first = proofs[0]
    wrong = browser.post(f"/m/{token}", {**WRONG, "zip": "00000", "by": first})
    assert re.findall(r"[?]by=(\w+)", wrong.body) == others
    # What the creditor does not take cannot be had by asking for it.
    for name in {"birth", "zip", "code"} - set(proofs):
        assert browser.get(f"/m/{token}?by={name}").field("by") == first
        right = {"birth": RIGHT, "zip": {"zip": "62701"}, "code": {"code": "123456"}}[name]
        assert browser.post(f"/m/{token}", {**right, "by": name}).status == 422


def test_the_way_in_by_code(harness: PortalHarness, browser: Browser) -> None:
    person = harness.person(date_of_birth=None, zip=None)
    account = harness.debt(person)
    token = harness.link(account, channel="sms")
    hashed = token_hash(token)
    answer = browser.post(f"/m/{token}/code")
    assert answer.header("location") == f"/live/m/{token}?sent=1"
    assert "A code is on its way" in browser.get(f"/m/{token}?sent=1").text
    ((account_id, kind, cause),) = harness.waker.notices
    assert (account_id, kind, cause.split(".")[0]) == (account.account_id, "code", hashed)

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
    # The fifth wrong answer is told to staff; nothing else differs, and that it was the fifth
    # stands on the page.
    assert set(roads) == {("link", "facts", "count_attempt", "facts"), roads[4]}
    assert roads[4][:4] == roads[0]
    assert roads.count(roads[4]) == 1


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
