"""The portal's routes as API Gateway calls them, over ports in memory: paying."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest

from dunlin.domain.errors import DomainError, Unavailable
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import CheckoutState, PaymentState
from tests.portal.answers import paid, snapshot
from tests.portal.harness import Browser, PortalHarness


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
    ("typed", "sentence"),
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
    harness: PortalHarness, browser: Browser, typed: str, sentence: str
) -> None:
    page = browser.sign_in(harness.debt(harness.person()))
    form = {"nonce": page.field("nonce"), "choice": "part", "amount": typed}
    answer = browser.post("/pay", form)
    assert answer.status == 422
    assert answer.text.count(sentence) == 2, "in the summary and at the field"
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


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (PaymentState.SUCCEEDED, "Your payment went through."),
        (PaymentState.PENDING, "Your payment is processing"),
        (PaymentState.FAILED, "The payment did not go through"),
    ],
)
def test_the_return_page_says_what_the_processor_says_and_changes_nothing(
    harness: PortalHarness, browser: Browser, state: PaymentState, sentence: str
) -> None:
    account = harness.debt(harness.person())
    page = browser.sign_in(account)
    browser.post("/pay", {"nonce": page.field("nonce")})
    attempt = harness.sessions.payments[account.consumer_id][-1].attempt_id
    harness.processor.pay(attempt, paid(account.account_id, state))
    before = snapshot(harness)
    answer = browser.get("/return")
    assert sentence in answer.text
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
