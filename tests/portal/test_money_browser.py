"""Paying through the browser at the processor's stand-in, to the last cent of the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from dunlin.adapters.stripe.processor import StripeProcessor
from dunlin.domain.accounts.account import Hold, Status
from tests.portal.shop import Shop, open_shop

pytestmark = pytest.mark.browser

CARD = {"email": "ada@example.com", "card_number": "4242 4242 4242 4242", "card_expiry": "04 / 34",
        "card_cvc": "123", "card_name": "Ada Finch", "postal_code": "62701"}  # fmt: skip


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


@pytest.fixture
def page(chromium: Browser, shop: Shop) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    page = context.new_page()
    console: list[str] = []
    page.on("console", lambda m: console.append(m.text) if "Failed to load" not in m.text else None)
    page.goto(f"{shop.base}/m/{shop.harness.link(shop.account, days=4000)}")
    for name, value in {"month": "4", "day": "27", "year": "1985"}.items():
        page.fill(f"[name={name}]", value)
    page.click("form:has([name=year]) button")
    yield page
    context.close()
    assert console == []


def checkout(page: Page, **changed: str) -> None:
    page.wait_for_url("**/c/pay/**")
    for name, value in (CARD | changed).items():
        page.fill(f"#{name}", value)
    page.click("button[type=submit]")


def test_from_the_account_by_test_card_to_a_settled_account(page: Page, shop: Shop) -> None:
    page.click("text=Pay $482.50 now")
    checkout(page)
    page.wait_for_url(f"{shop.base}/return*")
    assert "Your payment went through" in page.inner_text("h1")
    shop.until(lambda: shop.now.status is Status.SETTLED)
    page.reload()
    assert "It is on your account now." in page.inner_text("main")
    page.click("text=Back to your account")
    assert "Nothing left to pay" in page.inner_text("main")
    assert shop.now.balance.minor == 0
    assert shop.harness.waker.woken.count(shop.account.account_id) >= 1
    assert {n[1] for n in shop.harness.waker.notices} == {"receipt"}


def test_a_decline_is_told_there_and_a_part_is_paid_then(page: Page, shop: Shop) -> None:
    page.click("summary")
    page.fill("#amount", "100.50")
    page.click("text=Continue to payment")
    checkout(page, card_number="4000 0000 0000 0002")
    assert "/c/pay/" in page.url
    for name, value in CARD.items():
        page.fill(f"#{name}", value)
    page.click("button[type=submit]")
    page.wait_for_url(f"{shop.base}/return*")
    shop.until(lambda: shop.now.balance.minor == 38_200)
    assert shop.now.status is Status.ACTIVE
    assert len(shop.harness.waker.notices) == 1


def test_coming_back_without_paying_charges_nothing_and_can_be_taken_up(
    page: Page, shop: Shop
) -> None:
    page.click("text=Pay $482.50 now")
    page.wait_for_url("**/c/pay/**")
    there = page.url
    page.goto(f"{shop.base}/return")
    assert "Nothing was charged" in page.inner_text("h1")
    page.click("text=Back to your account")
    page.click("text=Pay $482.50 now")
    page.wait_for_url("**/c/pay/**")
    assert page.url == there


def test_duplicate_and_reordered_webhooks_post_once_and_a_chargeback_reopens(
    page: Page, shop: Shop
) -> None:
    shop.processor.webhooks.turn({"duplicate": 2, "reorder": True, "retry": [0.01, 0.02]})
    page.click("text=Pay $482.50 now")
    checkout(page)
    page.wait_for_url(f"{shop.base}/return*")
    shop.until(lambda: shop.now.status is Status.SETTLED)
    assert len(shop.harness.book.ledgers[shop.account.account_id]) == 4
    (event,) = shop.processor.events("payment_intent.succeeded")
    payment = event["data"]["object"]["id"]
    shop.processor.control(f"payments/{payment}/dispute", {})
    shop.until(lambda: shop.now.balance.minor == 48_250)
    assert (shop.now.status, shop.now.hold) == (Status.ACTIVE, Hold.REVIEW)


def test_a_refund_is_on_the_ledger(page: Page, shop: Shop) -> None:
    page.click("text=Pay $482.50 now")
    checkout(page)
    page.wait_for_url(f"{shop.base}/return*")
    shop.until(lambda: shop.now.status is Status.SETTLED)
    processor = shop.harness.processor
    assert isinstance(processor, StripeProcessor)
    (entry,) = [
        e
        for e in shop.harness.book.ledgers[shop.account.account_id].values()
        if e.source.startswith("pi_")
    ]
    processor.refund(refund_key="r1", payment_id=entry.source)
    shop.until(lambda: shop.now.balance.minor == 48_250)


def test_a_bank_debit_waits_holds_and_posts_when_the_bank_has_answered(
    page: Page, shop: Shop
) -> None:
    page.click("text=Pay $482.50 now")
    page.wait_for_url("**/c/pay/**")
    attempt = shop.harness.sessions.payments[shop.account.consumer_id][-1]
    shop.processor.pay_session(attempt.checkout_id, "pm_usBankAccount_success")
    page.goto(f"{shop.base}/return")
    assert "Your payment is processing" in page.inner_text("h1")
    shop.until(lambda: shop.now.hold is Hold.PAYMENT_PENDING)
    page.goto(f"{shop.base}/account")
    assert "Your bank payment is on its way" in page.inner_text("main")
    assert page.locator("form[action$='/pay']").count() == 0
    payment = shop.now.hold_reason
    shop.processor.settle(payment)
    shop.until(lambda: shop.now.status is Status.SETTLED)
    assert shop.now.hold is None


def test_a_bank_debit_that_fails_lets_the_ladder_go_on(page: Page, shop: Shop) -> None:
    page.click("text=Pay $482.50 now")
    page.wait_for_url("**/c/pay/**")
    attempt = shop.harness.sessions.payments[shop.account.consumer_id][-1]
    shop.processor.pay_session(attempt.checkout_id, "pm_usBankAccount_success")
    shop.until(lambda: shop.now.hold is Hold.PAYMENT_PENDING)
    shop.processor.settle(shop.now.hold_reason, "insufficient_funds")
    shop.until(lambda: shop.now.hold is None)
    assert (shop.now.status, shop.now.balance.minor) == (Status.ACTIVE, 48_250)
    page.goto(f"{shop.base}/return")
    assert "not enough money available" in page.inner_text("main")


def test_two_tabs_leave_one_page_that_can_be_paid(page: Page, shop: Shop) -> None:
    other = page.context.new_page()
    other.goto(f"{shop.base}/account")
    page.click("text=Pay $482.50 now")
    page.wait_for_url("**/c/pay/**")
    other.click("summary")
    other.fill("#amount", "20")
    other.click("text=Continue to payment")
    other.wait_for_url("**/c/pay/**")
    page.reload()
    assert page.locator("button[type=submit]").count() == 0
    checkout(other)
    other.wait_for_url(f"{shop.base}/return*")
    shop.until(lambda: shop.now.balance.minor == 46_250)


def test_a_card_saved_for_a_plan_is_taken_up_though_the_person_never_comes_back(
    page: Page, shop: Shop
) -> None:
    shop.processor.webhooks.turn({"duplicate": 2, "retry": [0.01]})
    page.goto(f"{shop.base}/plan")
    page.check("#offer")
    page.click("form:has(#offer) button")
    page.check("[value=autopay]")
    page.click("text=I agree to this plan")
    page.route("**/plan/returned*", lambda route: route.abort())
    checkout(page)

    def saved() -> bool:
        plan = shop.harness.book.arrangement(shop.account.account_id)
        return plan is not None and plan.autopays

    shop.until(saved)
    page.unroute("**/plan/returned*")
    page.goto(f"{shop.base}/plan/returned")
    assert "Saved. We use Visa 4242 from now on." in page.inner_text("main")
    assert shop.now.hold is Hold.ARRANGEMENT
