"""Attacks on the portal: guesses, noise on every route, injection through every field."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunlin.adapters.randomness import new_token
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.tokens import token_hash
from dunlin.service.payments.payments import receipt_reference
from dunlin.service.portal import identity
from tests.portal.harness import NOW, STRATEGY, Browser, PortalHarness, load_app
from tests.portal.test_arranging import LIMITS, VISA, hidden
from tests.portal.test_words import message_to

MEANT = {200, 303, 403, 404, 405, 409, 415, 422}
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "\r\nSet-Cookie: evil=1",
            "{{7*7}}${7*7}",
            "' OR 1=1 --",
            "../../../etc/passwd",
            "\x00\ud7ff\u202e",
            "a" * 5_000,
            "%0d%0aLocation: //evil.example.org",
            "//evil.example.org",
        ]
    ),
)
NAMES = [
    "nonce", "form_id", "reason", "text", "original", "amount", "choice", "often", "day", "month",
    "year", "zip", "code", "account_id", "lang", "seen", "amount_due", "step",
    "offer", "by", "count",
    "schedule", "pays", "language", "hours", "days", "day1", "payday", "email", "sms", "first",
    "long", "how", "payer", "owes", "member", "street", "phone", "touch", "rating", "account",
    "about", "file", "new", "method", "want_bill",
]  # fmt: skip
# Words that lead into a use case, so that noise reaches further than its first check.
MEANINGFUL = st.sampled_from(
    [
        "yes", "own", "0", "1", "12", "2026", "part", "instalment", "check", "agree", "accept",
        "save_method", "stop_autopay", "cancel", "self", "autopay", "monthly", "amount", "120.00",
        "en", "es", "any", "morning", "week", "cheque", "elsewhere", "wrong", "other", "not_mine",
        "paid",
    ]
)  # fmt: skip
FIELDS = st.dictionaries(st.sampled_from(NAMES), st.one_of(HOSTILE, MEANINGFUL), max_size=10)
ROUTES = sorted(
    (route, method) for route, methods in load_app().app.routes.items() for method in methods
)


@pytest.mark.slow
def test_a_hundred_thousand_guessed_tokens_open_nothing() -> None:
    harness = PortalHarness()
    token = harness.link(harness.debt(harness.person()))
    shown = {identity.arrive(harness.portal, new_token(), now=NOW).name for _ in range(100_000)}
    assert shown == {"gone"}
    assert identity.arrive(harness.portal, token, now=NOW).name == "identity"


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    place=st.sampled_from(ROUTES),
    part=HOSTILE,
    query=FIELDS,
    form=FIELDS,
    inside=st.booleans(),
    honest=st.booleans(),
    header=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60),
)
def test_noise_on_every_route_is_answered_with_a_page_and_never_runs(
    *,
    place: tuple[str, str],
    part: str,
    query: dict[str, str],
    form: dict[str, str],
    inside: bool,
    honest: bool,
    header: str,
) -> None:
    route, method = place
    harness = PortalHarness(strategy=STRATEGY | {"arrangement": LIMITS, "industry": "healthcare"})
    account = harness.debt(harness.person(), industry="healthcare")
    stranger = harness.debt(harness.person(name="Stranger Danger"))
    message_to(harness, account)
    browser = Browser(harness, accepts=header)
    if inside:
        nonce = browser.sign_in(account).field("nonce")
        form = {**form, "nonce": nonce} if honest else form
    filled = quote(part.encode("utf-8", "replace"), safe="") or "x"
    path = route.replace("{token}", filled).replace("{reference}", filled)
    sent = urlencode({k: v.encode("utf-8", "replace") for k, v in query.items()})
    path = f"{path}?{sent}" if sent else path
    if method == "POST" and route == "/documents":
        answer = browser.upload(path, {**form, "about": "paid"}, part.encode("utf-8", "replace"))
    elif method == "POST":
        body = {k: v.encode("utf-8", "replace").decode() for k, v in form.items()}
        answer = browser.post(path, body)
    else:
        answer = browser.get(path)
    assert answer.status in MEANT, (answer.status, answer.body[:300])
    assert "<script" not in answer.body
    assert "Stranger Danger" not in answer.body
    if answer.status == 303:
        place_to_go = answer.header("location")
        assert place_to_go.startswith(("/live/", "https://checkout.example.com/"))
    assert "evil" not in str(answer.headers)
    assert stranger == harness.book.accounts[stranger.account_id]


def their_ids(
    harness: PortalHarness, account: Account, touch: Touch, plan: Arrangement
) -> list[str]:
    """Every name under which something of another person could be asked for."""
    person = harness.book.consumers[account.consumer_id]
    receipts = [receipt_reference(e) for e in harness.book.ledgers[account.account_id]]
    sessions = [s.session_hash for s in harness.sessions.sessions.values()]
    return [
        account.account_id, account.consumer_id, account.reference, touch.touch_id, touch.key,
        plan.arrangement_id, person.emails[0], *receipts, *sessions,
    ]  # fmt: skip


@pytest.mark.slow
def test_another_persons_ids_in_every_parameter_of_every_route_reach_nothing() -> None:
    harness = PortalHarness(strategy=STRATEGY | {"arrangement": LIMITS})
    theirs = Browser(harness)
    account = harness.debt(harness.person(name="Stranger Danger"), owed=777_77)
    touch = message_to(harness, account)
    theirs.sign_in(account)
    page = theirs.get("/account")
    form = {"step": "check", "offer": "0", "nonce": page.field("nonce")}
    agreed = hidden(theirs.post("/plan", form)) | {"nonce": page.field("nonce"), "pays": "self"}
    theirs.post("/plan", agreed)
    plan = harness.book.arrangement(account.account_id)
    assert plan is not None
    names = their_ids(harness, account, touch, plan)
    person = harness.book.consumers[account.consumer_id]
    before = (harness.book.accounts[account.account_id], person, plan)
    mine = Browser(harness)
    mine.sign_in(harness.debt(harness.person()))
    for route, method in ROUTES:
        if route in ("/signout", "/stop", "/accounts", "/channels", "/preferences"):
            continue  # these change the person who is signed in, whatever is sent
        for name in names:
            path = route.replace("{token}", name).replace("{reference}", name)
            sent = dict.fromkeys(NAMES, name)
            if method == "GET":
                answer = mine.get(f"{path}?{urlencode(sent)}")
            else:
                nonce = mine.get("/account").field("nonce")
                answer = mine.post(path, sent | {"nonce": nonce})
            assert "Stranger Danger" not in answer.body, (route, name)
            assert "777.77" not in answer.body, (route, name)
            assert answer.status < 500
    after = harness.book.arrangement(account.account_id)
    person = harness.book.consumers[account.consumer_id]
    assert (harness.book.accounts[account.account_id], person, after) == before
    assert all(r.account_id != account.account_id for r in harness.book.replies.values())


def test_no_get_changes_anything() -> None:
    """Every route, with a saved card that nobody has taken up, a counted form and a kept draft;
    only that a link was fetched is noted."""
    harness = PortalHarness(strategy=STRATEGY | {"arrangement": LIMITS, "industry": "healthcare"})
    account = harness.debt(harness.person(), industry="healthcare")
    token = harness.link(account)
    message_to(harness, account)
    browser = Browser(harness)
    nonce = browser.sign_in(account).field("nonce")
    page = browser.post("/plan", {"nonce": nonce, "step": "check", "offer": "0"})
    browser.post("/plan", hidden(page) | {"nonce": nonce, "pays": "autopay"})
    plan = harness.book.arrangement(account.account_id)
    assert plan is not None
    assert plan.autopay is not None
    harness.processor.save(plan.autopay.setup_id, VISA)
    harness.wall.at += timedelta(minutes=45)
    browser.post("/dispute", {"nonce": nonce, "reason": "other", "text": "kept"})
    browser.sign_in(account)
    browser.get(f"/m/{token}")
    assert harness.sessions.drafts

    def everything() -> str:
        kept = (harness.book, harness.sessions, harness.processor, harness.waker, harness.evidence)
        return repr([{k: v for k, v in vars(row).items() if k != "_lock"} for row in kept])

    before = everything()
    for route, method in ROUTES:
        if method == "GET":
            for name in (token, receipt_reference(next(iter(harness.book.ledgers)))):
                path = route.replace("{token}", name).replace("{reference}", name)
                sent = dict.fromkeys(NAMES, "yes") | {"nonce": nonce, "step": "take_up"}
                assert browser.get(f"{path}?{urlencode(sent)}").status in MEANT
                assert browser.get(path).status in MEANT
                assert everything() == before, path


def test_a_nonce_is_good_in_its_own_session_alone_and_a_replay_adds_nothing() -> None:
    harness = PortalHarness()
    account = harness.debt(harness.person())
    browser = Browser(harness)
    browser.sign_in(account)
    page = browser.get("/dispute")
    keys = {n: page.field(n) for n in ("nonce", "form_id")}
    for _ in range(3):  # a double click, the back button, a captured request
        browser.post("/dispute", keys | {"reason": "not_mine"})
    assert len(harness.book.replies) == 1
    kept = dict(browser.jar)
    browser.post("/signout", keys)
    browser.sign_in(account)
    assert browser.post("/dispute", keys | {"reason": "other"}).status == 403
    browser.jar = kept
    assert browser.post("/dispute", keys | {"reason": "other"}).status == 403
    assert len(harness.book.replies) == 1


def test_one_network_address_gets_a_hundred_answers_a_day_and_reads_the_same_after() -> None:
    harness = PortalHarness()
    people = [harness.debt(harness.person()) for _ in range(30)]
    right = {"month": "4", "day": "27", "year": "1985"}
    shown = set()
    for account in people:
        token = harness.link(account)
        for _ in range(4):
            answer = Browser(harness).post(f"/m/{token}", right | {"day": "1"}, visitor="192.0.2.7")
            shown.add((answer.status, answer.body.replace(token, "")))
    assert len(shown) == 1
    fresh = harness.link(harness.debt(harness.person()))
    closed = Browser(harness).post(f"/m/{fresh}", right, visitor="192.0.2.7")
    assert (closed.status, closed.body.replace(fresh, "")) in shown
    assert Browser(harness).post(f"/m/{fresh}", right, visitor="192.0.2.8").status == 303
    assert "192.0.2" not in repr(harness.sessions.attempts)


CSV_FIELDS = st.sampled_from(
    [
        "<img src=x onerror=alert(1)>", "\"><script>alert(1)</script>", "{{ config }}", "{% raw %}",
        "a\r\nSet-Cookie: evil=1", "=cmd|' /C calc'!A0", "\u202egnp.exe", "'';!--\"<XSS>=&{()}",
        "javascript:alert(1)", "&lt;b&gt;", "%0d%0aevil: 1",
    ]
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_nothing_that_came_from_a_file_becomes_markup_or_a_header(data: st.DataObject) -> None:
    """Every field of a CSV that a page can show, on every page that shows one."""
    some = data.draw
    strategy = STRATEGY | {"arrangement": LIMITS, "industry": "healthcare"}
    harness = PortalHarness(strategy=strategy)
    person = harness.person(
        name=some(CSV_FIELDS), given_name=some(CSV_FIELDS), street=some(CSV_FIELDS),
        city=some(CSV_FIELDS), emails=(some(CSV_FIELDS),), phones=(some(CSV_FIELDS),),
    )  # fmt: skip
    extras = dict.fromkeys(
        ("payer", "insurance_status", "claim", "original_creditor"), some(CSV_FIELDS)
    )
    account = harness.debt(
        person, reference=some(CSV_FIELDS), invoice=some(CSV_FIELDS), extras=extras,
        industry="healthcare",
    )  # fmt: skip
    harness.debt(person, reference=some(CSV_FIELDS))
    lines = harness.book.ledgers[account.account_id]
    for name, line in lines.items():
        lines[name] = replace(line, note=some(CSV_FIELDS), source=some(CSV_FIELDS))
    message_to(harness, account, content=some(CSV_FIELDS))
    browser = Browser(harness)
    browser.sign_in(account)
    for route, method in ROUTES:
        if method == "POST" or "{" in route:
            continue
        answer = browser.get(route)
        assert answer.status < 500, route
        assert "evil" not in str({k: v for k, v in answer.headers.items() if k != "location"})
        if answer.header("content-type").startswith("text/html"):
            page = Read(answer.body)
            assert page.tags <= MEANT_TAGS, page.tags - MEANT_TAGS
            assert not page.handlers


MEANT_TAGS = frozenset(
    {
        "html", "head", "meta", "title", "link", "body", "a", "header", "div", "p", "main",
        "h1", "h2", "h3", "section", "form", "input", "button", "label", "fieldset", "legend",
        "textarea", "details", "summary", "dl", "dt", "dd", "ul", "ol", "li", "span", "strong",
        "footer", "b", "small",
    }
)  # fmt: skip


class Read(HTMLParser):
    """The tags of a page, and whatever could run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [
            n for n, v in attrs if n.startswith("on") or (v or "").startswith("javascript:")
            if n != "value"
        ]  # fmt: skip


def test_nothing_secret_is_ever_stored_or_shown() -> None:
    harness = PortalHarness()
    browser = Browser(harness)
    account = harness.debt(harness.person())
    token = harness.link(account)
    page = browser.sign_in(account)
    cookie = browser.jar["__Host-dunlin"]
    stored = repr(
        (harness.sessions.links, harness.sessions.sessions, harness.book.chains, harness.signals)
    )
    assert token not in stored
    assert cookie not in stored
    assert token_hash(cookie) in stored
    assert token not in page.body
    assert cookie not in page.body
