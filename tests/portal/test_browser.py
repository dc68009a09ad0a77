"""The portal in headless Chromium: phone, desktop and 320 px, two languages, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from dunlin.domain.account import Account, Hold
from dunlin.domain.payments import PaymentState
from tests.portal.house import House
from tests.portal.server import serve
from tests.portal.test_routes import paid

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What the browser itself says about an answer that is not 200: the pages mean it.
_ANSWERED = "Failed to load resource: the server responded with a status of 4"
BORN = {"month": "4", "day": "27", "year": "1985"}


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
    yield browser
    browser.close()


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def base(house: House) -> Iterator[str]:
    with serve(house) as address:
        yield address


class Reader:
    """A person's tab that notes what the browser complains about."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.page: Page = context.new_page()
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
        found = Axe().run(self.page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
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


def everywhere(house: House, reader: Reader) -> None:
    """Every page of the portal, each in its usual and its unusual state."""
    account = house.debt(house.person())
    token = house.link(account)
    zip_token = house.link(house.debt(house.person(date_of_birth=None)))
    code_token = house.link(house.debt(house.person(date_of_birth=None, zip=None)))
    for path in ("/", "/m/unknown", f"/m/{token}", f"/m/{zip_token}", f"/m/{code_token}",
                 f"/m/{code_token}?sent=1", f"/u/{token}", "/account"):  # fmt: skip
        reader.open(path)
        reader.check()
    reader.open(f"/m/{token}")
    reader.page.click("form:has([name=year]) button")
    reader.check()
    reader.prove(token)
    reader.check()
    reader.page.click("summary")
    reader.page.fill("#amount", "900")
    reader.page.click("details button")
    reader.check()
    for path in ("/dispute", "/question", "/hardship", "/represented", "/promise", "/plan"):
        reader.open(path)
        reader.check()
        reader.page.click("main form button")
        reader.check()
    for path in ("/stop", "/return"):
        reader.open(path)
        reader.check()
    reader.open("/account")
    reader.page.click("a[href*='/receipt/']")
    reader.check()
    for state in (PaymentState.PENDING, PaymentState.FAILED, PaymentState.SUCCEEDED):
        reader.open("/account")
        reader.page.click(".balance form button")
        attempt = house.door.payments[account.account_id].attempt_id
        house.till.pay(attempt, paid(account.account_id, state))
        reader.open("/return")
        reader.check()
    reader.open("/account")
    reader.page.click(".leave button")
    reader.check()


@pytest.mark.parametrize(
    "view",
    [
        (390, 844, "en-US", "light"),
        (390, 844, "es-US", "dark"),
        (1280, 800, "es-US", "light"),
        (1280, 800, "en-US", "dark"),
        (320, 640, "es-US", "light"),  # also what 1280 px show at 400 % zoom
    ],
)
def test_every_page_is_accessible_at_every_size(
    chromium: Browser, house: House, base: str, view: tuple[int, int, str, Any]
) -> None:
    wide, high, language, scheme = view
    context = chromium.new_context(
        viewport={"width": wide, "height": high}, locale=language, color_scheme=scheme
    )
    reader = Reader(context, base)
    everywhere(house, reader)
    reader.finish()
    context.close()


def test_a_person_pays_without_javascript(chromium: Browser, house: House, base: str) -> None:
    account = house.debt(house.person())
    context = chromium.new_context(java_script_enabled=False)
    reader = Reader(context, base)
    reader.prove(house.link(account))
    reader.page.click("text=Pay $482.50 now")
    assert "/c/pay/" in reader.page.url
    attempt = house.door.payments[account.account_id].attempt_id
    house.till.pay(attempt, paid(account.account_id))
    reader.open("/return")
    assert "Your payment went through" in reader.page.inner_text("h1")
    reader.finish()
    context.close()


def test_the_keyboard_alone_disputes_a_debt(chromium: Browser, house: House, base: str) -> None:
    account = house.debt(house.person())
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    reader = Reader(context, base)
    reader.prove(house.link(account))
    keys = reader.page.keyboard

    def to(text: str) -> None:
        for _ in range(40):
            keys.press("Tab")
            at = reader.page.evaluate(
                """(e => e.matches('a, button, input, textarea, summary')
                ? e.innerText || e.id : '')(document.activeElement)"""
            )
            if text in at:
                outline = reader.page.evaluate(
                    "getComputedStyle(document.activeElement).outlineStyle"
                )
                assert outline == "solid", f"no visible focus on {text}"
                return
        raise AssertionError(f"{text} is not reached by Tab")

    to("This is wrong")
    keys.press("Enter")
    reader.page.wait_for_selector("h1:has-text('Dispute this debt')")
    to("reason")
    keys.press("ArrowDown")
    to("text")
    keys.type("Half of it was paid.")
    to("Send the dispute")
    keys.press("Enter")
    reader.page.wait_for_selector("text=We have your dispute")
    assert house.book.accounts[account.account_id].hold is Hold.DISPUTE
    reader.finish()
    context.close()


def test_an_error_takes_the_focus_to_its_summary_and_the_summary_to_its_field(
    chromium: Browser, house: House, base: str
) -> None:
    context = chromium.new_context(locale="en-US")
    reader = Reader(context, base)
    reader.open(f"/m/{house.link(house.debt(house.person()))}")
    reader.page.click("form:has([name=year]) button")
    assert reader.page.evaluate("document.activeElement.className") == "alert"
    assert reader.page.title().startswith("Error: ")
    reader.page.click(".alert a")
    assert reader.page.evaluate("document.activeElement.name") == "month"
    context.close()


def test_back_after_signing_out_shows_nothing_private(
    chromium: Browser, house: House, base: str
) -> None:
    account: Account = house.debt(house.person())
    context = chromium.new_context(locale="en-US")
    reader = Reader(context, base)
    reader.prove(house.link(account))
    with reader.page.expect_navigation():
        reader.page.click(".leave button")
    with reader.page.expect_navigation():
        reader.page.evaluate("history.back()")
    assert "$" not in reader.page.inner_text("body")
    context.close()


def test_the_language_link_keeps_the_page_and_is_remembered(
    chromium: Browser, house: House, base: str
) -> None:
    context = chromium.new_context(locale="en-US")
    reader = Reader(context, base)
    reader.prove(house.link(house.debt(house.person())))
    reader.page.click(".lang")
    assert reader.page.url.startswith(f"{base}/account")
    assert reader.page.get_attribute("html", "lang") == "es"
    reader.open("/dispute")
    assert reader.page.get_attribute("html", "lang") == "es"
    context.close()
