"""The hosted pages in Chromium: paying, declines, proof of identity, Spanish, keyboard, axe."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from local.stripe import StripeStandIn
from local.stripe.words import WORDS
from tests.stripe.conftest import KEY

pytestmark = pytest.mark.browser
CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 390, "height": 844}
CARD = {"email": "ada@example.com", "card_number": "4242 4242 4242 4242", "card_expiry": "04 / 34",
        "card_cvc": "123", "card_name": "Ada Moreno", "postal_code": "60601"}  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """Where people come back to: one page that says where it is."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = b"<!doctype html><html lang=en><title>Shop</title><h1>Back at the shop</h1>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def running() -> Iterator[StripeStandIn]:
    with StripeStandIn(business="North Clinic") as stand_in:
        yield stand_in


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A phone whose console must stay silent."""
    context = chromium.new_context(viewport=PHONE, locale="en-US")
    page = context.new_page()
    console: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # A refused or closed page answers 4xx, which Chromium reports as an error of loading.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            console.append(message.text)

    page.on("console", heard)
    yield page
    context.close()
    assert console == []


@pytest.fixture
def client(running: StripeStandIn) -> stripe.StripeClient:
    return stripe.StripeClient(KEY, base_addresses={"api": running.url})


def opened(client: stripe.StripeClient, shop: str, **more: object) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": f"{shop}/done?s={{CHECKOUT_SESSION_ID}}",
            "cancel_url": f"{shop}/back",
            "line_items": [{"quantity": 1, "price_data": {
                "currency": "usd", "unit_amount": 123450,
                "product_data": {"name": "Account payment"}}}],
            **more,
        }
    )  # fmt: skip


def opened_setup(client: stripe.StripeClient, shop: str, **more: object) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create(
        {"mode": "setup", "currency": "usd", "success_url": f"{shop}/done",
         "cancel_url": f"{shop}/back", "customer_creation": "always", **more}
    )  # fmt: skip


def fill(page: Page, **changed: str) -> None:
    for name, value in (CARD | changed).items():
        page.fill(f"#{name}", value)


def submit(page: Page) -> None:
    page.click("button[type=submit]")


def look(page: Page, name: str) -> None:
    """No violation of the accessibility rules, nothing sideways; a picture where one is asked."""
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    kept = os.environ.get("PICTURES")
    if kept:
        page.screenshot(path=Path(kept) / f"{name}.png", full_page=True)


def test_pays(page: Page, client: stripe.StripeClient, shop: str) -> None:
    checkout = opened(client, shop)
    page.goto(str(checkout.url))
    expect(page.locator(".mode")).to_contain_text("TEST MODE")
    expect(page.locator(".sum")).to_have_text("$1,234.50")
    expect(page.locator("h1")).to_have_text("Pay North Clinic")
    look(page, "pay")
    fill(page)
    submit(page)
    page.wait_for_url(f"{shop}/done?s={checkout.id}")
    done = client.v1.checkout.sessions.retrieve(checkout.id)
    assert (done.status, done.payment_status) == ("complete", "paid")
    assert done.customer_details is not None
    assert done.customer_details.email == "ada@example.com"


def test_declined_and_then_paid(page: Page, client: stripe.StripeClient, shop: str) -> None:
    checkout = opened(client, shop)
    page.goto(str(checkout.url))
    fill(page, card_number="4000 0000 0000 9995")
    submit(page)
    expect(page.locator(".problem")).to_contain_text("insufficient funds")
    expect(page.locator(".problem")).to_be_focused()
    expect(page).to_have_title("Error: Pay $1,234.50")
    expect(page.locator("#card_number")).to_have_value("")
    expect(page.locator("#card_cvc")).to_have_value("")
    expect(page.locator("#card_name")).to_have_value("Ada Moreno")
    assert "0000 9995" not in page.locator("main form").inner_html()
    look(page, "declined")
    fill(page)
    submit(page)
    page.wait_for_url(f"{shop}/done?s={checkout.id}")


def test_mistakes_stand_beside_their_fields(
    page: Page, client: stripe.StripeClient, shop: str
) -> None:
    page.goto(str(opened(client, shop).url))
    fill(page, email="ada", card_number="4242 4242 4242 4241", card_expiry="13/34", card_cvc="1",
         card_name="", postal_code="6")  # fmt: skip
    submit(page)
    expect(page.locator(".problem li")).to_have_count(6)
    for name in CARD:
        expect(page.locator(f"#{name}")).to_have_attribute("aria-invalid", "true")
        assert f"{name}-error" in str(page.locator(f"#{name}").get_attribute("aria-describedby"))
    look(page, "mistakes")
    page.locator(".problem a").nth(1).click()
    expect(page.locator("#card_number")).to_be_focused()


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"card_number": "5105 1051 0510 5100"}, "Use a test card"),
        ({"card_expiry": "01 / 20"}, "This card has expired"),
        ({"card_number": "4000 0000 0000 0069"}, "Your card has expired"),
        ({"card_number": "4000 0000 0000 0127"}, "security code is incorrect"),
        ({"card_number": "4000 0000 0000 9979"}, "Your card was declined"),
    ],
)
def test_says_what_is_wrong(
    page: Page, client: stripe.StripeClient, shop: str, changed: dict[str, str], text: str
) -> None:
    page.goto(str(opened(client, shop).url))
    fill(page, **changed)
    submit(page)
    expect(page.locator(".problem")).to_contain_text(text)


def test_proof_of_identity_given(page: Page, client: stripe.StripeClient, shop: str) -> None:
    checkout = opened(client, shop)
    page.goto(str(checkout.url))
    fill(page, card_number="4000 0000 0000 3220")
    submit(page)
    expect(page.locator("h1")).to_have_text("Confirm it is you")
    expect(page.locator(".card")).to_contain_text("$1,234.50 to your card ending in 3220")
    look(page, "proof")
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(f"{shop}/done?s={checkout.id}")
    assert client.v1.checkout.sessions.retrieve(checkout.id).payment_status == "paid"


def test_proof_of_identity_refused(page: Page, client: stripe.StripeClient, shop: str) -> None:
    checkout = opened(client, shop)
    page.goto(str(checkout.url))
    fill(page, card_number="4000 0000 0000 3220")
    submit(page)
    page.get_by_role("button", name="This was not me").click()
    expect(page.locator(".problem")).to_contain_text("could not confirm it was you")
    assert client.v1.checkout.sessions.retrieve(checkout.id).status == "open"
    fill(page)
    submit(page)
    page.wait_for_url(f"{shop}/done?s={checkout.id}")


def test_an_intent_of_its_own_comes_back(
    page: Page, client: stripe.StripeClient, shop: str
) -> None:
    intent = client.v1.payment_intents.create(
        {"amount": 2500, "currency": "usd", "payment_method": "pm_card_threeDSecure2Required",
         "confirm": True, "return_url": f"{shop}/back?a=1"}
    )  # fmt: skip
    page.goto(intent.next_action.redirect_to_url.url)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(f"{shop}/back?a=1&payment_intent={intent.id}&redirect_status=succeeded*")
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_by_bank(
    page: Page, client: stripe.StripeClient, shop: str, running: StripeStandIn
) -> None:
    checkout = opened(client, shop, customer_email="ada@example.com")
    page.goto(str(checkout.url))
    expect(page.locator("form")).to_contain_text("ada@example.com")
    expect(page.locator("#email")).to_have_count(0)
    page.get_by_label("US bank account").check()
    expect(page.locator("#card_number")).to_be_hidden()
    page.fill("#bank_name", "Ada Moreno")
    page.fill("#routing_number", "110000000")
    page.fill("#account_number", "000123456789")
    look(page, "bank")
    submit(page)
    page.wait_for_url(f"{shop}/done?s={checkout.id}")
    left = client.v1.checkout.sessions.retrieve(checkout.id, {"expand": ["payment_intent"]})
    assert (left.payment_status, left.payment_intent.status) == ("unpaid", "processing")
    running.settle(left.payment_intent.id)
    assert client.v1.checkout.sessions.retrieve(checkout.id).payment_status == "paid"


def test_wrong_bank_details(page: Page, client: stripe.StripeClient, shop: str) -> None:
    page.goto(str(opened(client, shop, customer_email="ada@example.com").url))
    page.get_by_label("US bank account").check()
    page.fill("#routing_number", "123")
    page.fill("#account_number", "999")
    submit(page)
    expect(page.locator(".problem li")).to_have_count(3)
    expect(page.locator("#routing_number")).to_be_visible()
    expect(page.locator("#account_number")).to_have_value("")
    look(page, "bank-mistakes")


def test_spanish(page: Page, client: stripe.StripeClient, shop: str) -> None:
    checkout = opened(client, shop, locale="es")
    page.goto(str(checkout.url))
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("h1")).to_have_text("Pagar a North Clinic")
    expect(page.get_by_label("Número de tarjeta")).to_be_visible()
    look(page, "spanish")
    fill(page, card_number="4000 0000 0000 3220")
    submit(page)
    expect(page.locator("h1")).to_have_text("Confirme que es usted")
    look(page, "spanish-proof")
    page.get_by_role("button", name="Confirmar").click()
    page.wait_for_url(f"{shop}/done?s={checkout.id}")


def test_spanish_by_the_browser(chromium: Browser, client: stripe.StripeClient, shop: str) -> None:
    with chromium.new_context(locale="es-MX") as context:
        page = context.new_page()
        page.goto(str(opened(client, shop).url))
        expect(page.locator("html")).to_have_attribute("lang", "es")


def test_back_link(page: Page, client: stripe.StripeClient, shop: str) -> None:
    checkout = opened(client, shop)
    page.goto(str(checkout.url))
    page.get_by_role("link", name="Back").click()
    page.wait_for_url(f"{shop}/back")
    assert client.v1.checkout.sessions.retrieve(checkout.id).status == "open"


def test_saves_a_method(page: Page, client: stripe.StripeClient, shop: str) -> None:
    checkout = opened_setup(client, shop)
    page.goto(str(checkout.url))
    expect(page.locator("h1")).to_have_text("Save a payment method for North Clinic")
    expect(page.locator(".terms").first).to_contain_text("until you withdraw it")
    look(page, "setup")
    fill(page)
    submit(page)
    page.wait_for_url(f"{shop}/done")
    done = client.v1.checkout.sessions.retrieve(checkout.id, {"expand": ["setup_intent"]})
    held = client.v1.customers.payment_methods.list(str(done.customer))
    assert [m.id for m in held.data] == [done.setup_intent.payment_method]


def test_saves_a_method_after_proof(page: Page, client: stripe.StripeClient, shop: str) -> None:
    checkout = opened_setup(client, shop)
    page.goto(str(checkout.url))
    fill(page, card_number="4000 0025 0000 3155")
    submit(page)
    expect(page.locator(".card")).to_contain_text("save your card ending in 3155")
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url(f"{shop}/done")
    assert client.v1.checkout.sessions.retrieve(checkout.id).status == "complete"


def test_closed_pages(page: Page, client: stripe.StripeClient, shop: str) -> None:
    checkout = opened(client, shop)
    client.v1.checkout.sessions.expire(checkout.id)
    answer = page.goto(str(checkout.url))
    assert answer is not None
    assert answer.status == 410
    expect(page.locator(".card")).to_contain_text("Nothing was charged")
    look(page, "expired")
    page.get_by_role("link", name="Back to North Clinic").click()
    page.wait_for_url(f"{shop}/back")


def test_a_paid_page_opened_again(page: Page, client: stripe.StripeClient, shop: str) -> None:
    checkout = opened(client, shop)
    page.goto(str(checkout.url))
    fill(page)
    submit(page)
    page.wait_for_url(f"{shop}/done?s={checkout.id}")
    page.goto(str(checkout.url))
    expect(page.locator(".card")).to_contain_text("already sent")


def test_unknown_page(page: Page, running: StripeStandIn) -> None:
    answer = page.goto(f"{running.url}/c/pay/cs_test_nothing")
    assert answer is not None
    assert answer.status == 404


def test_keyboard_alone(page: Page, client: stripe.StripeClient, shop: str) -> None:
    checkout = opened(client, shop)
    page.goto(str(checkout.url))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Back")).to_be_focused()
    for typed in (CARD["email"], None, *list(CARD.values())[1:]):
        page.keyboard.press("Tab")
        if typed is not None:
            page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{shop}/done?s={checkout.id}")


def test_without_script(chromium: Browser, client: stripe.StripeClient, shop: str) -> None:
    with chromium.new_context(java_script_enabled=False, viewport=PHONE) as context:
        page = context.new_page()
        checkout = opened(client, shop)
        page.goto(str(checkout.url))
        fill(page)
        submit(page)
        page.wait_for_url(f"{shop}/done?s={checkout.id}")


@pytest.mark.parametrize("width", [320, 1280])
def test_narrow_and_wide(
    chromium: Browser, client: stripe.StripeClient, shop: str, width: int
) -> None:
    with chromium.new_context(viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        page.goto(str(opened(client, shop, locale="es").url))
        page.locator("summary").click()
        look(page, f"width-{width}")


def test_hostile_names_stay_text(page: Page, client: stripe.StripeClient, shop: str) -> None:
    line = {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 2500,
            "product_data": {"name": '<img src=x onerror=alert(1)> "&'}}}  # fmt: skip
    checkout = opened(client, shop, line_items=[line], customer_email="a'b@example.com",
                  branding_settings={"display_name": "<b>Clinic</b>"})  # fmt: skip
    page.goto(str(checkout.url))
    expect(page.locator("main img, main h1 b")).to_have_count(0)
    expect(page.locator(".what")).to_have_text('<img src=x onerror=alert(1)> "&')
    expect(page.locator("h1")).to_have_text("Pay <b>Clinic</b>")
    page.fill("#card_name", '"><script>alert(1)</script>')
    submit(page)
    expect(page.locator("#card_name")).to_have_value('"><script>alert(1)</script>')


def test_targets_are_large_enough_and_inputs_do_not_zoom(
    page: Page, client: stripe.StripeClient, shop: str
) -> None:
    page.goto(str(opened(client, shop).url))
    for target in page.locator("input:visible, button, a, summary").all():
        kind = target.get_attribute("type")
        box = (target.locator("xpath=..") if kind == "radio" else target).bounding_box()
        assert box is not None
        assert box["height"] >= 44
    size = page.locator("#card_number").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 16


def test_both_languages_say_everything() -> None:
    assert WORDS["en"].keys() == WORDS["es"].keys()
    for key, text in WORDS["en"].items():
        named = {part.split("}")[0] for part in text.split("{")[1:]}
        assert named == {part.split("}")[0] for part in WORDS["es"][key].split("{")[1:]}
