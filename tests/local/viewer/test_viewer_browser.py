"""The viewer in a browser: the committed dashboard, the real widget functions, no cloud."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from dunlin.domain.accounts.account import Hold, Status
from dunlin.runtime import wiring
from local.viewer import Viewer, serve
from local.viewer.cloud import WidgetFailed
from tests.imports import place
from tests.imports.test_arriving import WAITS, drop
from tests.imports.test_missing import ROWS
from tests.local.viewer import dashboard
from tests.local.viewer.dashboard import ViewerHarness

pytestmark = pytest.mark.browser


@pytest.fixture
def harness() -> Iterator[ViewerHarness]:
    with dashboard.harness() as viewer:
        yield viewer


@pytest.fixture
def viewer(harness: ViewerHarness) -> Iterator[Viewer]:
    running = serve(harness)  # type: ignore[arg-type]
    yield running
    running.stop()


@pytest.fixture
def console() -> list[str]:
    """What the browser said on its console."""
    return []


@pytest.fixture
def page(chromium: Browser, viewer: Viewer, console: list[str]) -> Iterator[Page]:
    """The loaded dashboard; anything on the console fails the test."""
    opened = chromium.new_page(viewport={"width": 1400, "height": 900}, color_scheme="light")
    opened.on("console", lambda message: console.append(message.text))
    opened.on("pageerror", lambda error: console.append(str(error)))
    opened.goto(viewer.url)
    loaded(opened)
    yield opened
    opened.close()
    assert console == []


def loaded(page: Page) -> None:
    page.wait_for_function(
        "() => [...document.querySelectorAll('.card.custom .host')]"
        ".every(host => host.getAttribute('aria-busy') === 'false')"
    )


def card(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title)


def test_the_whole_dashboard_is_drawn(page: Page) -> None:
    for title in ("Portfolio", "Waiting for a decision", "One account", "Messages by channel"):
        expect(card(page, title)).to_be_visible()
    expect(card(page, "Portfolio").get_by_text("Over 90 days")).to_be_visible()
    expect(card(page, "Messages by channel").locator("svg.chart rect").first).to_be_visible()
    expect(card(page, "Parked messages (dead letters)")).to_contain_text("StreamFailures")


def test_widgets_are_called_as_the_console_calls_them(page: Page, harness: ViewerHarness) -> None:
    event = dict(harness.events)[dashboard.ARN.format("show_portfolio")]
    assert event["creditor"] == ""
    context = event["widgetContext"]
    assert set(context) >= {
        "dashboardName", "widgetId", "accountId", "locale", "timezone", "period", "isAutoPeriod",
        "timeRange", "theme", "linkCharts", "title", "forms", "params", "width", "height",
    }  # fmt: skip
    assert context["forms"] == {"all": {}}
    assert context["width"] > 300
    assert context["timeRange"]["end"] - context["timeRange"]["start"] == 60 * 60_000


def test_the_portfolio_of_one_creditor_can_be_chosen(page: Page) -> None:
    portfolio = card(page, "Portfolio")
    expect(portfolio.get_by_role("button", name="All")).to_have_attribute("aria-pressed", "true")
    portfolio.get_by_role("button", name="maple-homes").click()
    expect(portfolio.get_by_text("No accounts yet")).to_be_visible()
    portfolio.get_by_role("button", name="harbor-dental").click()
    expect(portfolio.get_by_text("Over 90 days")).to_be_visible()


def test_a_form_value_reaches_the_function(page: Page, harness: ViewerHarness) -> None:
    account = card(page, "One account")
    account.get_by_label("Reference, invoice, number or address of who owes").fill("HD-3000")
    account.get_by_role("button", name="Show").click()
    expect(account.get_by_text("Next: E-mail “second_reminder”")).to_be_visible()
    assert harness.events[-1][1]["widgetContext"]["forms"]["all"] == {"account": "HD-3000"}
    assert "creditor" not in harness.events[-1][1]


def test_a_popup_shows_the_account_and_reveals_its_name(page: Page) -> None:
    card(page, "Waiting for a decision").get_by_role("button", name="HD-2001").click()
    popup = page.locator("dialog.popup")
    expect(popup.get_by_text("M••• Q•••")).to_be_visible()
    popup.get_by_role("button", name="Reveal name").click()
    expect(page.locator("dialog.popup").get_by_text("Marisol Quintero Vega")).to_be_visible()
    page.locator("dialog.popup > .bar").get_by_role("button", name="Close").click()
    expect(page.locator("dialog.popup")).to_have_count(0)


def test_approving_asks_first_and_then_lets_the_ladder_continue(
    page: Page, harness: ViewerHarness
) -> None:
    waiting = card(page, "Waiting for a decision")
    row = waiting.locator(".row", has_text="HD-2002")
    row.get_by_role("button", name="Approve").click()
    question = page.locator("dialog.confirm")
    expect(question).to_contain_text("Lift the hold on HD-2002 ($4,250.00)")
    question.get_by_role("button", name="Cancel").click()
    assert dashboard.account_of(harness, "HD-2002").escalated == "balance"
    row.get_by_role("button", name="Approve").click()
    page.locator("dialog.confirm").get_by_role("button", name="Confirm").click()
    expect(waiting.get_by_text("Approved. The ladder goes on")).to_be_visible()
    after = dashboard.account_of(harness, "HD-2002")
    assert (after.escalated, after.approved_triggers) == ("", ("balance",))
    assert harness.waker.woken == [after.account_id]
    waiting.get_by_role("button", name="Back to the list").click()
    expect(waiting.get_by_text("3 wait for a decision")).to_be_visible()
    expect(waiting.get_by_text("HD-2002")).to_have_count(0)


def test_a_question_about_a_file_is_answered_and_the_import_goes_on(
    page: Page, harness: ViewerHarness
) -> None:
    office = harness.office
    drop(office, harness.machine, f"drop/{place.CREDITOR}/open.csv", WAITS)
    drop(office, harness.machine, f"drop/{place.CREDITOR}/bill.pdf", b"%PDF-1.7")
    drop(office, harness.machine, "open.csv", WAITS)
    page.reload()
    loaded(page)
    imports = card(page, "Imports")
    expect(imports.get_by_text("Not imported")).to_have_count(2)
    imports.get_by_role("row", name="Waits for an answer").get_by_role("button").click()
    expect(imports.get_by_text("1 debt, $120.00, due 3 April 2026")).to_be_visible()
    for look in ("light", "dark"):
        violations = Axe().run(page).response["violations"]
        assert [v["id"] for v in violations] == [], look
        page.get_by_role("button", name="Dark").click()
        loaded(page)
        imports.get_by_role("row", name="Waits for an answer").get_by_role("button").click()
        expect(imports.get_by_text("1 debt, $120.00, due 3 April 2026")).to_be_visible()
    imports.get_by_role("button", name="day first").click()
    expect(imports.get_by_text("Answered. The import goes on by itself.")).to_be_visible()
    assert str(office.account("K-1").due_on) == "2026-04-03"
    imports.get_by_role("button", name="Back to the import").click()
    expect(imports.get_by_text("1 account is ready to be activated.")).to_be_visible()


def test_what_a_cut_short_file_lacks_goes_on_once_it_is_said_to_stay(
    page: Page, harness: ViewerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = harness.office
    monkeypatch.setattr(wiring, "account_book", lambda: office.book)
    monkeypatch.setattr(wiring, "waker", lambda: office.waker)
    folder = f"drop/{place.CREDITOR}"
    office.box.files[f"{folder}/open.mapping.yaml"] = b"version: 1\ncomplete: true\n"
    for rows in (ROWS, ROWS[:3]):
        drop(office, harness.machine, f"{folder}/open.csv", place.table(rows))
    assert sum(a.paused for a in office.book.accounts.values()) == 197
    page.reload()
    loaded(page)
    imports = card(page, "Imports")
    row = imports.get_by_role("row", name="197 accounts are not in it: gone?")
    row.get_by_role("button").click()
    imports.get_by_role("button", name="They are gone").click()
    question = page.locator("dialog.confirm")
    expect(question).to_contain_text("Close 197 debts")
    question.get_by_role("button", name="Cancel").click()
    assert sum(a.paused for a in office.book.accounts.values()) == 197
    imports.get_by_role("button", name="They stay").click()
    expect(imports.get_by_text("197 accounts go on as they stood")).to_be_visible()
    assert {a.status for a in office.book.accounts.values()} == {Status.IMPORTED}
    assert not any(a.paused for a in office.book.accounts.values())


def test_keeping_and_closing_work_by_keyboard_alone(page: Page, harness: ViewerHarness) -> None:
    waiting = card(page, "Waiting for a decision")
    keep = waiting.locator(".row", has_text="HD-2003").get_by_role("button", name="Keep on hold")
    keep.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog.confirm").get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(waiting.get_by_text("Kept on hold")).to_be_visible()
    assert dashboard.account_of(harness, "HD-2003").hold is Hold.REVIEW
    waiting.get_by_role("button", name="Back to the list").press("Enter")
    close = waiting.locator(".row", has_text="HD-2004").get_by_role("button", name="Close")
    close.press("Enter")
    page.locator("dialog.confirm").get_by_role("button", name="Confirm").press("Enter")
    expect(waiting.get_by_text("Closed. The ladder ends")).to_be_visible()
    assert dashboard.account_of(harness, "HD-2004").status is Status.CLOSED


def test_a_page_that_is_out_of_date_says_so_and_changes_nothing(
    page: Page, harness: ViewerHarness
) -> None:
    account = dashboard.account_of(harness, "HD-2001")
    staff_alias = {"account_id": account.account_id, "version": 2, "decision": "close"}
    harness.call(dashboard.ARN.format("decide"), staff_alias)
    waiting = card(page, "Waiting for a decision")
    waiting.locator(".row", has_text="HD-2001").get_by_role("button", name="Approve").click()
    page.locator("dialog.confirm").get_by_role("button", name="Confirm").click()
    expect(waiting.get_by_text("Nothing was changed: the account has moved")).to_be_visible()
    assert dashboard.account_of(harness, "HD-2001").status is Status.CLOSED


def test_what_people_wrote_stays_text(page: Page) -> None:
    expect(card(page, "Waiting for a decision").get_by_text("<img src=x onerror=")).to_be_visible()
    assert page.title() == "dunlin"


def test_a_hostile_widget_cannot_run_anything(
    page: Page, harness: ViewerHarness, console: list[str]
) -> None:
    harness.answer = lambda _endpoint, _event: (
        "<p onclick=\"document.title='owned'\" id=bait>Bait</p>"
        "<script>document.title='owned'</script><iframe src='https://example.com'></iframe>"
        "<a href='javascript:document.title=1'>link</a><svg><use href='#x'/></svg>"
        "<img src='https://example.com/pixel.png' onerror='document.title=2'>"
        "<style>body{display:none}</style>"
    )
    page.get_by_role("button", name="Refresh now").click()
    bait = card(page, "Portfolio").locator("#bait")
    expect(bait).to_be_visible()
    bait.click()
    host = card(page, "Portfolio").locator(".host")
    inside = host.evaluate("host => host.shadowRoot.innerHTML")
    for gone in ("<script", "<iframe", "onclick", "onerror", "javascript:", "<use"):
        assert gone not in inside
    assert page.title() == "dunlin"
    expect(page.locator("body")).to_be_visible()
    # The picture from elsewhere was refused by the page's policy, and nothing else happened.
    assert console
    assert all("img-src 'self' data:" in line for line in console)
    console.clear()


def test_a_widget_that_fails_says_so(page: Page, harness: ViewerHarness) -> None:
    def fail(_endpoint: str, _event: object) -> object:
        raise WidgetFailed("Unavailable: the function's log says more")

    harness.answer = fail
    page.get_by_role("button", name="Refresh now").click()
    expect(card(page, "Portfolio").get_by_role("alert")).to_contain_text("could not be drawn")


def test_markdown_and_data_are_shown_too(page: Page, harness: ViewerHarness) -> None:
    harness.answer = lambda _endpoint, _event: {"markdown": "# Title <b>not bold</b>"}
    page.get_by_role("button", name="Refresh now").click()
    expect(card(page, "Portfolio").get_by_role("heading", name="Title <b>")).to_be_visible()
    harness.answer = lambda _endpoint, _event: {"a": ["<b>"]}
    page.get_by_role("button", name="Refresh now").click()
    expect(card(page, "Portfolio").locator("pre")).to_contain_text('"<b>"')


def test_a_figure_opens_its_accounts_and_the_list_is_asked_by_keyboard(page: Page) -> None:
    card(page, "Portfolio").get_by_role("button", name="Disputed").click()
    popup = page.get_by_role("dialog")
    expect(popup.get_by_role("button", name="HD-2001")).to_be_visible()
    expect(popup.get_by_text("M••• Q•••")).to_be_visible()
    page.keyboard.press("Escape")
    listed = card(page, "Accounts")
    listed.get_by_label("Past due").select_option("over 90")
    listed.get_by_label("Owed at least").fill("$300")
    listed.get_by_label("Order").select_option("owed-back")
    listed.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    expect(listed.get_by_role("button", name="HD-2004")).to_be_visible()
    expect(listed.get_by_label("Owed at least")).to_have_value("$300")
    amounts = listed.locator("tbody td:last-child").all_inner_texts()
    owed = [float(text.strip("$").replace(",", "")) for text in amounts]
    assert owed == sorted(owed, reverse=True)
    assert owed[-1] >= 300
    assert Axe().run(page).response["violations"] == []


def test_the_theme_reaches_page_and_widgets(page: Page, harness: ViewerHarness) -> None:
    page.get_by_role("button", name="Dark").click()
    expect(card(page, "Portfolio").locator(".dn.dark")).to_be_visible()
    assert harness.events[-1][1]["widgetContext"]["theme"] == "dark"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_accessible(page: Page, theme: str) -> None:
    if theme == "dark":
        page.get_by_role("button", name="Dark").click()
        expect(card(page, "Portfolio").locator(".dn.dark")).to_be_visible()
    account = card(page, "One account")
    account.get_by_label("Reference, invoice, number or address of who owes").fill("HD-3000")
    account.get_by_role("button", name="Show").click()
    expect(account.get_by_text("Next: E-mail")).to_be_visible()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    card(page, "Waiting for a decision").get_by_role("button", name="HD-2001").click()
    expect(page.locator("dialog.popup").get_by_text("M••• Q•••")).to_be_visible()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_a_telephone_shows_one_column(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def ask(url: str, headers: dict[str, str], content: bytes | None = None) -> int:
    request = urllib.request.Request(url, data=content, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_nobody_else_may_call_through_the_viewer(viewer: Viewer, harness: ViewerHarness) -> None:
    call = json.dumps({}).encode()
    kind = {"Content-Type": "application/json"}
    own = {"Origin": viewer.url.rstrip("/")}
    assert ask(f"{viewer.url}widget/1", {**kind, **own}, call) == 200
    before = len(harness.events)
    assert ask(f"{viewer.url}widget/1", {**kind, "Origin": "https://example.com"}, call) == 403
    assert ask(f"{viewer.url}widget/1", kind, call) == 403
    assert ask(f"{viewer.url}widget/1", {"Content-Type": "text/plain", **own}, call) == 403
    assert ask(viewer.url, {"Host": "rebound.example.com"}) == 403
    assert len(harness.events) == before
