"""What a person does on the portal is kept and seen, whatever stands on their account."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest

from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import Channel, Consumer
from dunlin.domain.accounts.reasons import CHEQUE
from dunlin.service.staff import queue
from tests.portal.acts import ACTS, HELD, PLAIN, Act, Standing, Visitor, heading, set_up
from tests.portal.harness import ROOT, Browser, PortalHarness, load_app

pytestmark = pytest.mark.slow

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


PAGES = ROOT / "layers/core/dunlin/views/portal"
LANGUAGES = ("en", "es")


@cache
def sentences(language: str) -> dict[str, str]:
    sentences: dict[str, str] = json.loads((PAGES / f"strings/{language}.json").read_text("utf-8"))
    return sentences


def first_words(language: str, key: str) -> str:
    """A sentence of the portal up to its first figure."""
    return sentences(language)[key].split("{", 1)[0].strip()


def test_every_form_of_the_portal_is_an_act_here() -> None:
    routes = load_app().app.routes
    posts = {path for path, methods in routes.items() if "POST" in methods}
    assert {act.route for act in ACTS} == posts
    steps = {
        step
        for page in PAGES.glob("templates/*.j2")
        for step in re.findall(r'name="step" value="(\w+)"', page.read_text("utf-8"))
    }
    assert {act.step for act in ACTS if act.step} == steps


CASES = [
    *((act, at, language) for act in ACTS for at in PLAIN for language in LANGUAGES),
    *((act, at, "en") for act in ACTS for at in HELD),
]


@pytest.mark.parametrize(("act", "at", "language"), CASES, ids=str)
def test_an_act_is_kept_seen_and_answered_truly(act: Act, at: Standing, language: str) -> None:
    harness = PortalHarness()
    browser = Browser(harness, accepts=f"{language}-US,{language};q=0.9")
    account = set_up(harness, at, language=language)
    browser.sign_in(account)
    before, person = harness.book.accounts[account.account_id], account.consumer_id
    visitor = Visitor(
        keep=lambda touch: harness.book.touches.update({(touch.account_id, touch.key): touch}),
        browser=browser,
        account=account,
        token=harness.link(account),
        sibling=harness.debt(harness.book.consumers[person], status=Status.SETTLED).reference,
        language=language,
        hold=at.hold,
    )
    told_before, started = len(harness.waker.notices), dict(harness.waker.started)
    version = harness.book.consumers[person].version

    answer = act.do(visitor)

    expected = act.leaves(at)
    after = harness.book.accounts[account.account_id]
    assert answer.status == expected.status, heading(answer)
    # What is kept, with its entry on a chain.
    kept = act.kept and expected.status == 200 and not expected.free
    assert bool(harness.book.replies) is kept
    steps = after.version - before.version, harness.book.consumers[person].version - version
    assert any(steps) is expected.written
    chains = [f"account#{account.account_id}", f"consumer#{person}"]
    assert all(
        len(harness.book.chains.get(name, ())) >= count
        for name, count in zip(chains, steps, strict=True)
    )
    # What stands: never another status, never back on a ladder, nobody contacted by surprise.
    if expected.free:
        assert after.hold is None
    elif act.name not in ENDS_PLAN:
        assert after.hold is (expected.hold or before.hold)
    assert (after.status, after.on_ladder) == (before.status, before.on_ladder)
    assert harness.waker.started == started
    new = {kind for _, kind, _ in harness.waker.notices[told_before:]}
    assert new <= {"arrangement_confirmation", "new_link"}
    # Who sees it.
    wanted = at.kind if expected.kind is None else expected.kind
    assert kinds(harness) == ([wanted] if wanted else [])
    # What the person reads.
    if expected.page:
        key = expected.page if "." in expected.page else f"{expected.page}.title"
        assert first_words(language, key) in answer.text
    if act.name not in LEAVES_THE_ACCOUNT:
        account_page_is_true(browser, after, language)
        what_is_in_force_is_said(
            browser, after, harness.book.consumers[after.consumer_id], language
        )


ENDS_PLAN = ("end the plan", "refuse an offer")
LEAVES_THE_ACCOUNT = ("another account", "sign out")


def account_page_is_true(browser: Browser, account: Account, language: str) -> None:
    """The page of an account says where it stands, and asks for money only where it is owed."""
    shown = browser.get("/account").text
    asks = f"{first_words(language, 'pay.full')} $" in shown
    owes = first_words(language, "account.balance") in shown
    disputed = account.hold is Hold.DISPUTE and account.owes
    contested = account.contested_minor > 0
    if account.status is Status.CLOSED:
        standing = "closed"
    elif account.balance.minor <= 0:
        standing = "credit" if account.balance.minor else "settled"
    elif account.hold is Hold.PAYMENT_PENDING:
        standing = "pending"
    else:
        standing = "disputed" if disputed else ""
    if standing:
        assert first_words(language, f"account.{standing}_text") in shown
        assert not asks
        assert not owes
        return
    if account.arranged:
        assert first_words(language, "account.plan_on") in shown
        return
    assert asks
    assert owes
    if contested:
        assert first_words(language, "account.contested") in shown


# What a hold, or the message that waits, is called on the first page.
HOLDS = {
    Hold.DISPUTE: "dispute", Hold.PROMISE: "promise", Hold.SNOOZED: "quiet",
    Hold.INSURER: "insurer",
}  # fmt: skip


def what_is_in_force_is_said(
    browser: Browser, account: Account, person: Consumer, language: str
) -> None:
    """The first page says what stands by the record, all of it and nothing else."""
    expected = set()
    if account.owes and account.hold in HOLDS:
        expected.add("cheque" if account.hold_reason == CHEQUE else HOLDS[account.hold])
    if account.owes and account.paused and account.hold is not Hold.DISPUTE:
        expected.add("paused")
    if account.owes and account.contested_minor:
        expected.add("dispute_part")
    if account.case is not None and account.case.asked_at is not None:
        disputed = {"dispute", "dispute_part"} & expected
        if account.case.kind != "dispute" or not disputed:
            expected.add(account.case.kind)
    elif account.owes and account.hold is Hold.REVIEW:
        expected.add("review")
    expected |= {"attorney"} & set(person.flags)
    if not person.consent(Channel.EMAIL).open and "email_optout" in person.flags:
        expected.add("stopped")
    page = browser.get("/account")
    lines = re.findall(r'id="force-\d+">(.*?)</span>', page.body, re.DOTALL)
    meanwhile = sentences(language)["force.quiet_meanwhile"]
    lines_said = {line.removesuffix(meanwhile).strip() for line in lines}
    kinds = {key for key in sentences(language) if key.startswith("force.")}
    shown = {
        kind.removeprefix("force.")
        for kind in kinds
        if any(pattern(sentences(language)[kind]).fullmatch(line) for line in lines_said)
    }
    assert shown == expected
    assert len(lines) == len(expected)
    own = set(re.findall(r'name="what" value="(\w+)"', page.body))
    assert own <= expected - {"review", "paused", "wrong_party", "stopped", "attorney"}
    # Nothing is promised of reminders where a plan's go on.
    if account.hold is Hold.ARRANGEMENT:
        assert not any(line.endswith(meanwhile) for line in lines)


def pattern(sentence: str) -> re.Pattern[str]:
    """A sentence of the portal with anything in the place of its figures."""
    return re.compile(r"\S.*?".join(re.escape(s) for s in re.split(r"\{\w+\}", sentence)))
