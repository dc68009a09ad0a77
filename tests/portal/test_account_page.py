"""The portal's routes as API Gateway calls them, over ports in memory: the account page."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.money import Money
from tests.portal.harness import NOW, STRATEGY, Browser, PortalHarness


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
    ("change", "sentence", "payable"),
    [
        ({"balance": Money(0, "USD"), "status": Status.SETTLED}, "Nothing left to pay", False),
        ({"balance": Money(-2_500, "USD"), "hold": Hold.REVIEW}, "send $25.00 back", False),
        ({"hold": Hold.PAYMENT_PENDING}, "Your bank payment is on its way", False),
        ({"status": Status.CLOSED}, "no longer with us", False),
        ({"hold": Hold.DISPUTE}, "We have your dispute", True),
    ],
)
def test_each_standing_is_said_and_never_a_negative_amount_owed(
    harness: PortalHarness, browser: Browser, change: dict[str, Any], sentence: str, payable: bool
) -> None:
    account = harness.debt(harness.person())
    harness.book.accounts[account.account_id] = replace(account, **change)
    answer = browser.sign_in(account)
    assert sentence in answer.text
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


def test_a_person_is_thanked_for_what_was_recorded_as_paid(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    thanks = "Your payment of $50.00 on October 20, 2026 is on this account"
    assert thanks in browser.sign_in(account).text
    book = harness.book.ledgers[account.account_id]
    (paid,) = [entry for entry in book.values() if entry.kind == "payment"]
    back = replace(
        paid, entry_id="b", kind="chargeback", amount=-paid.amount, source="b", on=NOW.date()
    )
    book[back.entry_id] = back
    assert thanks not in browser.get("/account").text
    del book[back.entry_id]
    book[paid.entry_id] = replace(paid, on=paid.on.replace(month=9))
    assert "Thank you. Your payment" not in browser.get("/account").text


def test_a_number_is_written_to_be_read_and_dialled(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    token = harness.link(account)
    for page in (browser.get(f"/m/{token}"), browser.get(f"/u/{token}"), browser.sign_in(account)):
        assert '<a href="tel:+12175550100">(217)\N{NO-BREAK SPACE}555-0100</a>' in page.body
    assert "(217)\N{NO-BREAK SPACE}555-0123" in browser.get("/data").body
    left = browser.post("/signout", {"nonce": browser.get("/account").field("nonce")})
    assert "tel:+12175550100" in left.body
    assert "Harbor Supply" not in left.text


def test_what_a_file_says_of_an_insurer_is_not_asked_again(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person(), industry="medical", extras={"payer": "Prairie Mutual"})
    browser.sign_in(account)
    (field,) = re.findall('<input[^>]*name="payer"[^>]*>', browser.get("/insurance").body)
    assert 'value="Prairie Mutual"' in field


HOSTILE = "<script>alert(1)</script>\"'>{{7*7}}\r\nSet-Cookie: a=b"


def test_hostile_text_from_a_file_is_only_text(harness: PortalHarness, browser: Browser) -> None:
    person = harness.person(name=HOSTILE)
    account = harness.debt(person, reference=HOSTILE, extras={"original_creditor": HOSTILE})
    answer = browser.sign_in(account)
    assert "<script" not in answer.body
    assert "49" not in answer.text
    assert "Set-Cookie: a=b" not in str(answer.headers)
