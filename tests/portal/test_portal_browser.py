"""The portal in headless Chromium: phone, desktop and 320 px, two languages, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.payments.payments import MethodKind, PaymentState, SavedMethod
from tests.portal.answers import paid
from tests.portal.harness import STRATEGY, PortalHarness
from tests.portal.server import serve
from tests.portal.test_arranging import LIMITS
from tests.portal.test_words import message_to

pytestmark = pytest.mark.browser

ALL = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# What differs where the same page is shown in other words and colours.
WORDS_AND_COLOURS = {
    "type": "rule",
    "values": [
        "color-contrast", "html-has-lang", "html-lang-valid", "document-title", "label",
        "button-name", "link-name", "empty-heading", "page-has-heading-one",
        "link-in-text-block",
    ],
}  # fmt: skip
NARROW: ViewportSize = {"width": 320, "height": 640}  # also what 1280 px show at 400 % zoom
# What the browser itself says about an answer that is not 200: the pages mean it.
_ANSWERED = "Failed to load resource: the server responded with a status of 4"
BORN = {"month": "4", "day": "27", "year": "1985"}


@pytest.fixture
def harness() -> PortalHarness:
    return PortalHarness(strategy=STRATEGY | {"arrangement": LIMITS})


@pytest.fixture
def base(harness: PortalHarness) -> Iterator[str]:
    with serve(harness) as address:
        yield address


class Reader:
    """A person's tab that notes what the browser complains about."""

    def __init__(
        self, context: BrowserContext, base: str, *, rules: dict[str, Any] | None = None
    ) -> None:
        self.page: Page = context.new_page()
        self.rules = rules or ALL
        self.base = base
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(f"{self.page.url}: {m.text}"))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))

    def open(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")

    def prove(self, token: str) -> None:
        self.open(f"/m/{token}")
        for name, value in BORN.items():
            self.page.fill(f"[name={name}]", value)
        self.page.click("form:has([name=year]) button")
        assert self.page.url == f"{self.base}/account"

    def check(self) -> None:
        """No accessibility violation, no sideways scroll, every target large enough."""
        options = {"runOnly": self.rules, "resultTypes": ["violations"]}
        results = Axe().run(self.page, options=options)
        assert results.violations_count == 0, f"{self.page.url}\n{results.generate_report()}"
        self.fits()
        usual = self.page.viewport_size
        assert usual is not None
        self.page.set_viewport_size(NARROW)
        self.fits()
        self.page.set_viewport_size(usual)

    def fits(self) -> None:
        """Nothing is wider than the window, and nothing that is pressed is under 44 px."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"
        small = self.page.evaluate(
            """[...document.querySelectorAll('button, .button, summary, .ways a, .lang, input')]
            .filter(e => e.checkVisibility() && e.type !== 'hidden')
            .map(e => [(e.closest('.choice') || e), e])
            .filter(([box]) => box.getBoundingClientRect().height < 44)
            .map(([, e]) => e.outerHTML)"""
        )
        assert small == [], f"{self.page.url}: under 44 px: {small}"

    def finish(self) -> None:
        assert [c for c in self.complaints if _ANSWERED not in c] == []


FORMS = (
    "/dispute", "/question", "/hardship", "/represented", "/promise", "/preferences", "/snooze",
    "/contact", "/insurance", "/paid", "/documents", "/plan",
)  # fmt: skip
READ = ("/channels", "/messages", "/statement", "/data", "/accounts", "/stop", "/return")


def everywhere(harness: PortalHarness, reader: Reader) -> None:
    """Every page of the portal, each in its usual and its unusual state."""
    person = harness.person()
    coverage = {"payer": "Blue Lake Mutual Insurance Company of the Upper Midwest"}
    account = harness.debt(person, industry="healthcare", extras=coverage)
    harness.debt(person)
    message_to(harness, account)
    token = harness.link(account)
    zip_token = harness.link(harness.debt(harness.person(date_of_birth=None)))
    old_token = harness.link(account, days=0)
    company_token = harness.link(harness.debt(harness.person(company=True)))
    code_token = harness.link(harness.debt(harness.person(date_of_birth=None, zip=None)))
    for path in ("/", "/m/unknown", f"/m/{token}", f"/m/{zip_token}", f"/m/{code_token}",
                 f"/m/{old_token}", f"/m/{company_token}", f"/m/{token}?by=zip",
                 f"/m/{code_token}?sent=1", f"/u/{token}", "/account"):  # fmt: skip
        reader.open(path)
        reader.check()
    for path in ("/", f"/m/{old_token}", f"/m/{company_token}", f"/m/{token}"):
        reader.open(path)
        reader.page.click("main form:not([action$=not-me]) button")
        reader.check()
    reader.prove(token)
    reader.check()
    reader.page.click("summary")
    reader.page.fill("#amount", "900")
    reader.page.click("details button")
    reader.check()
    for path in FORMS:
        reader.open(path)
        reader.check()
        for box in reader.page.query_selector_all("[name^=day][type=checkbox]"):
            box.uncheck()
        for known in reader.page.query_selector_all("input[name=payer]"):
            known.fill("")
        reader.page.click("main form button")
        reader.check()
    for path in READ:
        reader.open(path)
        for closed in reader.page.query_selector_all("summary"):
            closed.click()
        reader.check()
    reader.open("/account")
    reader.page.click("a[href*='/receipt/']")
    reader.check()
    plans(harness, reader, account)
    for state in (PaymentState.PENDING, PaymentState.FAILED, PaymentState.SUCCEEDED):
        reader.open("/account")
        reader.page.click("form:has([name=seen]) button")
        attempt = harness.sessions.payments[account.consumer_id][-1].attempt_id
        harness.processor.pay(attempt, paid(account.account_id, state))
        reader.open("/return")
        reader.check()
    for path, choices in DONE:
        reader.open(path)
        for choice in choices:
            reader.page.check(choice) if "=" in choice else reader.page.fill(choice, "Words")
        reader.page.click("main form button")
        assert reader.page.title().find("Error") < 0, path
        reader.check()
    reader.open("/account")
    reader.page.click(".leave button")
    reader.check()


# Forms handed in as they should be, with what is ticked and what is written.
DONE = (
    ("/snooze", ("[value=week]",)),
    ("/preferences", ("[value=morning]",)),
    ("/channels", ("[name=sms]",)),
    ("/paid", ("[value=cheque]", "textarea")),
    ("/insurance", ("[name=owes]",)),
    ("/question", ("[name=want_bill]",)),
    ("/dispute", ("[value=not_mine]",)),
    ("/data", ()),
)


def plans(harness: PortalHarness, reader: Reader, account: Account) -> None:
    """A plan from the offers to its end, with automatic payment in between."""

    def choose(pays: str) -> None:
        reader.open("/plan?new=1")
        reader.page.check("#offer")
        reader.page.click("form:has(#offer) button")
        reader.check()
        reader.page.check(f"[value={pays}]")
        reader.page.click("form:has([name=schedule]) button")

    reader.open("/plan")
    reader.page.click("summary")
    reader.check()
    choose("self")
    reader.check()
    for path in ("/plan", "/plan?method=1", "/account"):
        reader.open(path)
        reader.check()
    reader.page.goto(f"{reader.base}/plan?method=1")
    reader.page.click("main form button")
    standing = harness.book.arrangement(account.account_id)
    assert standing is not None
    assert standing.autopay is not None
    method = SavedMethod(
        customer_ref="cus_1", method_ref="pm_1", kind=MethodKind.CARD, label="Visa 4242"
    )
    harness.processor.save(standing.autopay.setup_id, method)
    reader.open("/plan/returned")
    reader.check()
    reader.page.click("form:has([value=take_up]) button")
    reader.check()
    reader.open("/account")
    reader.check()
    for step in ("stop_autopay", "cancel"):
        reader.open("/plan")
        for closed in reader.page.query_selector_all("summary"):
            closed.click()
        reader.page.click(f"form:has([value={step}]) button")
        reader.check()


@pytest.mark.parametrize(
    ("wide", "language", "scheme", "rules"),
    [(390, "en-US", "light", ALL), (1280, "es-US", "dark", WORDS_AND_COLOURS)],
)
def test_every_page_is_accessible_at_every_size(
    *, chromium: Browser, harness: PortalHarness, base: str, wide: int, language: str, scheme: Any,
    rules: dict[str, Any],
) -> None:  # fmt: skip
    """Each page is measured at 320 px too, in both languages."""
    context = chromium.new_context(
        viewport={"width": wide, "height": 844}, locale=language, color_scheme=scheme
    )
    reader = Reader(context, base, rules=rules)
    everywhere(harness, reader)
    reader.finish()
    context.close()


def test_a_person_pays_without_javascript(
    chromium: Browser, harness: PortalHarness, base: str
) -> None:
    account = harness.debt(harness.person())
    context = chromium.new_context(java_script_enabled=False)
    reader = Reader(context, base)
    reader.prove(harness.link(account))
    reader.page.click("text=Pay $482.50 now")
    assert "/c/pay/" in reader.page.url
    attempt = harness.sessions.payments[account.consumer_id][-1].attempt_id
    harness.processor.pay(attempt, paid(account.account_id))
    reader.open("/return")
    assert "Your payment went through" in reader.page.inner_text("h1")
    reader.finish()
    context.close()


@dataclass
class Keys:
    """A person without a mouse: Tab to what is named, and what is pressed there."""

    page: Page

    def to(self, text: str) -> None:
        self.page.wait_for_load_state("load")  # a page on its way has nothing to focus on
        for _ in range(60):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(
                """(e => e.matches('a, button, input, textarea, summary')
                ? (e.innerText || e.id) + ' ' + (e.value || '') : '')(document.activeElement)"""
            )
            if text in at:
                outline = self.page.evaluate(
                    "getComputedStyle(document.activeElement).outlineStyle"
                )
                assert outline == "solid", f"no visible focus on {text}"
                return
        raise AssertionError(f"{text} is not reached by Tab")

    def press(self, text: str, key: str = "Enter") -> None:
        self.to(text)
        self.page.keyboard.press(key)


def by_keyboard(
    harness: PortalHarness, chromium: Browser, base: str, account: Account
) -> tuple[Reader, Keys]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    reader = Reader(context, base)
    reader.prove(harness.link(account))
    return reader, Keys(reader.page)


def test_the_keyboard_alone_disputes_a_debt(
    chromium: Browser, harness: PortalHarness, base: str
) -> None:
    account = harness.debt(harness.person())
    reader, keys = by_keyboard(harness, chromium, base, account)
    keys.press("This is wrong")
    reader.page.wait_for_selector("h1:has-text('Dispute this debt')")
    keys.press("reason", "ArrowDown")
    keys.to("text")
    reader.page.keyboard.type("Half of it was paid.")
    keys.press("Send the dispute")
    reader.page.wait_for_selector("text=We have your dispute")
    assert harness.book.accounts[account.account_id].hold is Hold.DISPUTE
    reader.finish()


def test_the_keyboard_alone_agrees_to_a_plan(
    chromium: Browser, harness: PortalHarness, base: str
) -> None:
    account = harness.debt(harness.person())
    reader, keys = by_keyboard(harness, chromium, base, account)
    keys.press("Pay in parts")
    reader.page.wait_for_selector("h1:has-text('Pay in parts')")
    keys.press("offer", "ArrowDown")
    keys.press("See every date")
    reader.page.wait_for_selector("h1:has-text('Check your plan')")
    keys.press("pays", " ")
    keys.press("I agree to this plan")
    reader.page.wait_for_selector("text=Your plan is in place")
    assert harness.book.accounts[account.account_id].hold is Hold.ARRANGEMENT
    reader.finish()


def test_the_keyboard_alone_asks_for_quiet(
    chromium: Browser, harness: PortalHarness, base: str
) -> None:
    account = harness.debt(harness.person())
    reader, keys = by_keyboard(harness, chromium, base, account)
    keys.press("Quiet for a while")
    reader.page.wait_for_selector("legend:has-text('For how long?')")
    keys.press("long", " ")
    keys.press("Start the quiet time")
    reader.page.wait_for_selector("text=Quiet it is")
    assert harness.book.accounts[account.account_id].hold is Hold.SNOOZED
    reader.finish()


def test_a_file_is_sent_without_javascript(
    chromium: Browser, harness: PortalHarness, base: str
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-US")
    reader = Reader(context, base)
    reader.prove(harness.link(harness.debt(harness.person())))
    reader.open("/documents")
    reader.page.check("[value=paid]")
    content = b"%PDF-1.7\n" + bytes(range(256)) * 400
    reader.page.set_input_files(
        "#file", files={"name": "r.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    reader.page.click("form:has(#file) button")
    assert "We have your file" in reader.page.inner_text("h1")
    assert [kept for kept, _ in harness.evidence.files.values()] == [content]
    reader.finish()


def test_a_page_is_there_in_seconds_on_a_slow_phone_line(
    chromium: Browser, harness: PortalHarness, base: str
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    reader = Reader(context, base)
    line = context.new_cdp_session(reader.page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",  # what browsers call slow 3G
        {
            "offline": False,
            "latency": 400,
            "downloadThroughput": 50_000,
            "uploadThroughput": 50_000,
        },
    )
    reader.prove(harness.link(harness.debt(harness.person())))
    reader.page.wait_for_load_state("load")
    taken = reader.page.evaluate(
        """new Promise(done => setTimeout(() => {
          const n = performance.getEntriesByType('navigation')[0];
          done(n.loadEventEnd - n.startTime) }, 0))"""
    )
    assert 400 < taken < 5_000, f"{taken:.0f} ms"
    context.close()


def test_an_error_takes_the_focus_to_its_summary_and_the_summary_to_its_field(
    chromium: Browser, harness: PortalHarness, base: str
) -> None:
    context = chromium.new_context(locale="en-US")
    reader = Reader(context, base)
    reader.open(f"/m/{harness.link(harness.debt(harness.person()))}")
    reader.page.click("form:has([name=year]) button")
    assert reader.page.evaluate("document.activeElement.className") == "alert"
    assert reader.page.title().startswith("Error: ")
    reader.page.click(".alert a")
    assert reader.page.evaluate("document.activeElement.name") == "month"
    context.close()


def test_back_after_signing_out_shows_nothing_private(
    chromium: Browser, harness: PortalHarness, base: str
) -> None:
    account: Account = harness.debt(harness.person())
    context = chromium.new_context(locale="en-US")
    reader = Reader(context, base)
    reader.prove(harness.link(account))
    with reader.page.expect_navigation():
        reader.page.click(".leave button")
    with reader.page.expect_navigation():
        reader.page.evaluate("history.back()")
    assert "$" not in reader.page.inner_text("body")
    context.close()


def test_the_language_link_keeps_the_page_and_is_remembered(
    chromium: Browser, harness: PortalHarness, base: str
) -> None:
    context = chromium.new_context(locale="en-US")
    reader = Reader(context, base)
    reader.prove(harness.link(harness.debt(harness.person())))
    reader.page.click(".lang")
    assert reader.page.url.startswith(f"{base}/account")
    assert reader.page.get_attribute("html", "lang") == "es"
    reader.open("/dispute")
    assert reader.page.get_attribute("html", "lang") == "es"
    context.close()
