"""The portal's routes as API Gateway calls them, over ports in memory: what a person says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from dunlin.domain.accounts.account import Hold
from dunlin.domain.accounts.consumer import Channel, Flag
from dunlin.domain.accounts.lifecycle import release
from tests.portal.answers import day
from tests.portal.harness import NOW, STRATEGY, Browser, PortalHarness


def test_a_dispute_in_the_forms_words_stops_collection_and_keeps_what_was_written(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    form_page = browser.get("/dispute")
    for words in ("This is not my debt.", "The amount is wrong.", "Other"):
        assert words in form_page.text
    form = {
        "nonce": form_page.field("nonce"),
        "form_id": form_page.field("form_id"),
        "reason": "amount_wrong",
        "text": "I paid half <in cash>",
        "original": "yes",
    }
    first, again = browser.post("/dispute", form), browser.post("/dispute", form)
    assert "We have your dispute" in first.text
    assert "Your case number" in first.text
    assert first.body.replace(form["form_id"], "") == again.body.replace(form["form_id"], "")
    held = harness.book.accounts[account.account_id]
    assert held.hold is Hold.DISPUTE
    (reply,) = harness.book.replies.values()
    assert reply.text == "I paid half <in cash>"
    assert reply.labels == ("dispute", "amount_wrong", "original_creditor")
    assert harness.waker.woken
    assert harness.waker.notices == []  # after a dispute nothing more is sent, not even a note


def test_a_dispute_without_a_reason_or_with_too_much_text_keeps_the_answers(
    harness: PortalHarness, browser: Browser
) -> None:
    browser.sign_in(harness.debt(harness.person()))
    nonce = browser.get("/dispute").field("nonce")
    answer = browser.post("/dispute", {"nonce": nonce, "text": "kept <words>"})
    assert answer.status == 422
    assert "Choose what is wrong" in answer.text
    assert "kept &lt;words&gt;" in answer.body
    assert 'href="#reason"' in answer.body
    other = browser.post("/dispute", {"nonce": nonce, "reason": "other"})
    assert "Tell us a little about it" in other.text
    assert 'value="other" checked' in other.body
    long = browser.post("/dispute", {"nonce": nonce, "reason": "other", "text": "a" * 2_001})
    assert "Shorten your text" in long.text
    assert harness.book.replies == {}


@pytest.mark.parametrize(
    ("changes", "amount", "contested", "hold"),
    [
        ({}, "$100.50", 10_050, None),
        ({"contested_minor": 20_000}, "100.50", 20_000, None),
        ({}, "482,50", 0, Hold.DISPUTE),
        ({}, "", 0, Hold.DISPUTE),
        ({"hold": Hold.DISPUTE, "hold_reason": "All"}, "1", 0, Hold.DISPUTE),
        ({"hold": Hold.ARRANGEMENT}, "1", 0, Hold.DISPUTE),
        ({"hold": Hold.PAYMENT_PENDING}, "1", 100, Hold.PAYMENT_PENDING),
    ],
)
def test_only_the_part_that_is_disputed_is_not_asked_for(
    *,
    harness: PortalHarness,
    browser: Browser,
    changes: Any,
    amount: str,
    contested: int,
    hold: Hold | None,
) -> None:
    account = harness.debt(harness.person(), **changes)
    browser.sign_in(account)
    done = browser.fill("/dispute", reason="amount_wrong", amount=amount)
    held = harness.book.accounts[account.account_id]
    assert (held.contested_minor, held.hold) == (contested, hold)
    assert ("do not ask you for this part" in done.text) == (hold is not Hold.DISPUTE)
    assert held.case is not None
    assert (held.case.kind, held.waits_for_staff) == ("dispute", True)
    if amount:
        (reply,) = harness.book.replies.values()
        assert ("of $482.50" in reply.text) == (contested > 0 or bool(changes))
    if contested and hold is None:
        shown = browser.get("/account").text
        assert f"We are checking ${contested / 100:.2f} of this" in shown
        assert f"Pay the rest: ${(48_250 - contested) / 100:.2f}" in shown
        freed = release(held, NOW)
        assert (freed.contested_minor, freed.waits_for_staff) == (0, False)


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [("0", "at least one cent"), ("500", "more than you owe"), ("-1", "in numbers"),
     ("1.005", "no more than two digits")],
)  # fmt: skip
def test_a_part_that_cannot_be_is_said_by_its_field(
    harness: PortalHarness, browser: Browser, amount: str, sentence: str
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    answer = browser.fill("/dispute", reason="other", text="Kept", amount=amount)
    assert (answer.status, sentence in answer.text) == (422, True)
    assert 'href="#amount"' in answer.body
    assert f'value="{amount}"' in answer.body
    assert harness.book.accounts[account.account_id] == account


@pytest.mark.parametrize("kind", ["question", "hardship"])
def test_a_question_and_hardship_reach_staff(
    harness: PortalHarness, browser: Browser, kind: str
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    page = browser.get(f"/{kind}")
    form = {"nonce": page.field("nonce"), "form_id": page.field("form_id"), "text": "Hello"}
    assert "We have your message" in browser.post(f"/{kind}", form).text
    assert [r.text for r in harness.book.replies.values()] == ["Hello"]
    assert harness.book.accounts[account.account_id].hold is Hold.REVIEW
    assert browser.post(f"/{kind}", {**form, "text": " "}).status == 422


def test_two_promises_hold_by_themselves_and_the_third_waits_for_a_person(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    for ahead, ends in ((10, 12), (14, 16)):
        page = browser.get("/promise")
        form = {"nonce": page.field("nonce"), "form_id": page.field("form_id"), **day(ahead)}
        assert "We noted your day" in browser.post("/promise", form).text
        held = harness.book.accounts[account.account_id]
        assert held.hold is Hold.PROMISE
        # The day itself, a day of grace, in the middle of the US.
        assert held.due_at == NOW.replace(hour=6) + timedelta(days=ends)
    page = browser.get("/promise")
    form = {"nonce": page.field("nonce"), "form_id": page.field("form_id"), **day(20)}
    assert "a person reads this first" in browser.post("/promise", form).text
    assert harness.book.accounts[account.account_id].hold is Hold.REVIEW
    assert [r.text for r in harness.book.replies.values()][:1] == [
        "Promises to pay $482.50 by 2026-12-01."
    ]
    assert harness.waker.woken


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Enter a day, month and year"),
        ({"day": "30", "month": "2", "year": "2027"}, "Enter a real date"),
        (day(-1), "Enter a day that is not in the past"),
        (day(31), "Enter an earlier day"),
    ],
)
def test_a_promise_for_a_wrong_day_is_said_and_kept(
    harness: PortalHarness, browser: Browser, typed: dict[str, str], sentence: str
) -> None:
    browser.sign_in(harness.debt(harness.person()))
    nonce = browser.get("/promise").field("nonce")
    answer = browser.post("/promise", {"nonce": nonce, **typed})
    assert answer.status == 422
    assert sentence in answer.text
    assert 'href="#date"' in answer.body
    for value in typed.values():
        assert f'value="{value}"' in answer.body
    assert harness.book.replies == {}


def test_a_lawyer_named_binds_the_gate(harness: PortalHarness, browser: Browser) -> None:
    person = harness.person()
    browser.sign_in(harness.debt(person))
    assert "Choose who it is" in browser.fill("/represented", text="Jo Law").text
    assert browser.fill("/represented", text="Jo Law", who="lawyer").status == 200
    assert "attorney" in harness.book.consumers[person.consumer_id].flags


def test_whom_else_we_may_speak_to_is_for_staff(harness: PortalHarness, browser: Browser) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    assert browser.fill("/represented", text="My sister Bea", who="other").status == 200
    held = harness.book.accounts[account.account_id]
    assert (held.hold, held.waits_for_staff) == (Hold.REVIEW, True)
    assert "we may speak to" in held.hold_reason
    assert harness.book.consumers[account.consumer_id].flags == {}


@pytest.mark.parametrize(("hours", "shown"), [(1, True), (-1, False)])
def test_a_collector_says_by_when_one_can_dispute_while_one_can(hours: int, shown: bool) -> None:
    harness = PortalHarness(strategy=STRATEGY | {"debt_role": "third"})
    end = NOW + timedelta(hours=hours)
    flag = Flag(at=NOW, by="staff:ana", detail={"period_end": end.isoformat()})
    account = harness.debt(harness.person(flags={"validation": flag}, tz_known="America/Chicago"))
    text = Browser(harness).sign_in(account).text
    assert ("Call or write to us by November 21, 2026 to dispute" in text) == shown
    assert "cfpb.gov/debt-collection" in text


def test_a_person_takes_their_own_data_along_and_nobody_elses(
    harness: PortalHarness, browser: Browser
) -> None:
    person = harness.person(name='Ada "Q" Finch')
    account = harness.debt(person, hold=Hold.REVIEW, hold_reason="staff note")
    harness.debt(harness.person(name="Bo Reed"))
    browser.sign_in(account)
    assert "Save it all as a file" in browser.get("/data").text
    answer = browser.get("/data/file")
    assert answer.header("content-disposition").startswith("attachment; filename=")
    assert answer.header("cache-control") == "no-store"
    document = json.loads(answer.body)
    assert document["you"]["name"] == 'Ada "Q" Finch'
    assert document["account"]["balance"] == "$482.50"
    assert len(document["ledger"]) == 3
    assert "Bo Reed" not in answer.body
    assert "staff note" not in answer.body
    assert "1985" not in answer.body


def test_stop_all_contact_closes_every_channel(harness: PortalHarness, browser: Browser) -> None:
    person = harness.person()
    account = harness.debt(person)
    browser.sign_in(account)
    page = browser.get("/stop")
    assert harness.book.consumers[person.consumer_id].consent(Channel.EMAIL).open
    answer = browser.post("/stop", {"nonce": page.field("nonce")})
    assert "All messages stop" in answer.text
    after = harness.book.consumers[person.consumer_id]
    assert not any(after.consent(channel).open for channel in Channel)
