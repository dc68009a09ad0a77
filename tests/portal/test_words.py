"""What a person tells us, file by file and form by form: kept, told to staff, binding the gate."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import Touch, TouchState
from tests.portal.harness import NOW, STRATEGY, Browser, PortalHarness

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


def message_to(harness: PortalHarness, account: Account, **changes: Any) -> Touch:
    touch = Touch(
        touch_id=f"tch_{account.account_id[4:36]}",
        key="T#1#0#0",
        account_id=account.account_id,
        consumer_id=account.consumer_id,
        creditor=account.creditor,
        channel=Channel.EMAIL,
        template="reminder.gentle",
        template_version="1",
        state=TouchState.DELIVERED,
        permitted_at=NOW,
        expires_at=NOW,
        content="Hello Ada <b>,\nplease look.",
    )
    touch = replace(touch, **changes)
    harness.book.touches[account.account_id, touch.key] = touch
    return touch


def test_a_cheque_in_the_post_rests_the_account_for_two_weeks(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    answer = browser.fill("/paid", how="cheque", text="June 3, check 1042")
    assert "We are looking for it" in answer.text
    assert "hours" not in answer.text
    held = harness.book.accounts[account.account_id]
    assert (held.hold, held.due_at) == (Hold.PROMISE, NOW + timedelta(days=14))
    assert [r.text for r in harness.book.replies.values()] == ["June 3, check 1042"]


def test_a_payment_claimed_elsewhere_waits_for_staff(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    answer = browser.fill("/paid", how="elsewhere", text="At the office, in cash")
    assert "Usually within 24 hours" in answer.text
    held = harness.book.accounts[account.account_id]
    assert (held.hold, held.hold_reason) == (Hold.REVIEW, "Says it is paid")
    assert held.waits_for_staff


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("/paid", {"text": "x"}, "Choose how you paid"),
        ("/paid", {"how": "cheque"}, "Tell us a little about it"),
        ("/paid", {"how": "cheque", "text": "a" * 2_001}, "Shorten your text"),
        ("/contact", {}, "Fill in at least one line"),
        ("/contact", {"city": "a" * 121}, "Shorten this to 120"),
        ("/snooze", {"long": "year"}, "Choose for how long"),
        ("/question", {}, "Tell us a little about it"),
    ],
)
def test_what_is_missing_is_said_and_the_answers_are_kept(
    harness: PortalHarness, browser: Browser, path: str, form: dict[str, str], sentence: str
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    answer = browser.fill(path, **form)
    assert (answer.status, sentence in answer.text) == (422, True)
    assert "Error: " in answer.body
    assert all(
        len(text) > 1_000 or text in answer.body for text in form.values() if path != "/snooze"
    )
    assert harness.book.accounts[account.account_id] == account


def test_new_contact_details_wait_for_staff_and_change_nothing_yet(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    before = harness.book.consumers[account.consumer_id]
    browser.fill("/contact", email="new@example.com", state="CA\r\nX: y")
    assert harness.book.consumers[account.consumer_id] == before
    (reply,) = harness.book.replies.values()
    assert reply.text == "state: CA  X: y\nemail: new@example.com"
    assert harness.book.accounts[account.account_id].hold is Hold.REVIEW


def test_documents_can_be_asked_for_without_a_word(
    harness: PortalHarness, browser: Browser
) -> None:
    browser.sign_in(harness.debt(harness.person()))
    assert browser.fill("/question", want_bill="yes", want_proof="yes").status == 200
    (reply,) = harness.book.replies.values()
    assert (reply.text, reply.labels) == ("Asks for: bill, proof.", ("question", "bill", "proof"))


@pytest.mark.parametrize(
    ("path", "form", "flag"),
    [
        ("/question", {"text": "How much is it? And stop texting me."}, "sms_optout"),
        ("/hardship", {"text": "I lost my job. My attorney is Dana Reed."}, "attorney"),
        ("/hardship", {"text": "Perdí el trabajo y me declaré en bancarrota"}, "bankruptcy"),
        ("/paid", {"how": "elsewhere", "text": "In cash. I filed chapter 7 since."}, "bankruptcy"),
    ],
)
def test_what_a_form_says_beside_its_purpose_binds_as_in_a_reply(
    harness: PortalHarness, browser: Browser, path: str, form: dict[str, str], flag: str
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    assert browser.fill(path, **form).status == 200
    assert flag in harness.book.consumers[account.consumer_id].flags
    assert harness.book.accounts[account.account_id].waits_for_staff


def test_a_question_that_asks_for_nothing_else_binds_nobody(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    assert browser.fill("/question", text="What is this bill for?").status == 200
    assert not harness.book.consumers[account.consumer_id].flags
    assert harness.book.accounts[account.account_id].hold is Hold.REVIEW


# Insurance


@pytest.mark.parametrize("industry", ["medical", "healthcare", "dental"])
def test_a_patient_sees_the_coverage_and_the_insurer_is_waited_for(industry: str) -> None:
    harness = PortalHarness(strategy=STRATEGY | {"industry": "healthcare"})
    browser = Browser(harness)
    coverage = {"payer": "Blue Lake <Mutual>", "insurance_status": "pending", "procedure": "X-ray"}
    account = harness.debt(harness.person(), industry=industry, extras=coverage)
    assert "Blue Lake" not in browser.get(f"/m/{harness.link(account)}").body
    assert "/insurance" in browser.sign_in(account).body
    page = browser.get("/insurance")
    assert "Blue Lake &lt;Mutual&gt;" in page.body
    assert "X-ray" not in page.body
    answer = browser.fill("/insurance", owes="yes", member="M-1", payer="Blue Lake")
    assert "We have your insurance details" in answer.text
    held = harness.book.accounts[account.account_id]
    assert held.hold is Hold.INSURER
    assert not held.timed
    (reply,) = harness.book.replies.values()
    assert (reply.text, reply.labels) == ("payer: Blue Lake\nmember: M-1", ("insurer",))
    # What else the person says adds a case and does not end the wait for the insurer.
    browser.fill("/question", text="When will you know?")
    asked = harness.book.accounts[account.account_id]
    assert (asked.hold, asked.waits_for_staff) == (Hold.INSURER, True)


def test_only_patients_are_asked_about_insurance(harness: PortalHarness, browser: Browser) -> None:
    account = harness.debt(harness.person(), extras={"payer": "Blue Lake"})
    assert "/insurance" not in browser.sign_in(account).body
    assert browser.get("/insurance").status == 404
    nonce = browser.get("/paid").field("nonce")
    assert browser.post("/insurance", {"nonce": nonce, "owes": "yes"}).status == 404
    assert harness.book.accounts[account.account_id] == account


# Messages


def test_a_message_is_read_and_rated_once_sent(harness: PortalHarness, browser: Browser) -> None:
    account = harness.debt(harness.person())
    touch = message_to(harness, account)
    browser.sign_in(account)
    page = browser.get("/messages")
    assert "Hello Ada &lt;b&gt;" in page.body
    browser.fill("/messages", touch=touch.touch_id, rating="helpful")
    (reply,) = harness.book.replies.values()
    assert reply.labels == ("rating", "helpful", touch.touch_id)
    assert harness.book.accounts[account.account_id] == account
    assert harness.book.histories == {}


def test_two_messages_are_rated_from_one_page_and_each_once(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    first = message_to(harness, account)
    second = message_to(harness, account, key="T#1#1#0", touch_id="tch_" + "1" * 32)
    browser.sign_in(account)
    page = browser.get("/messages")
    keys = {n: page.field(n) for n in ("nonce", "form_id")}
    for touch in (first, second, first):
        browser.post("/messages", keys | {"touch": touch.touch_id, "rating": "helpful"})
    assert sorted(r.labels[2] for r in harness.book.replies.values()) == sorted(
        [first.touch_id, second.touch_id]
    )


def test_a_message_that_is_wrong_goes_to_staff_before_another_is_sent(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    touch = message_to(harness, account)
    browser.sign_in(account)
    browser.fill("/messages", touch=touch.touch_id, rating="wrong", text="Not my name")
    held = harness.book.accounts[account.account_id]
    assert (held.hold, held.hold_reason) == (Hold.REVIEW, "Says that a message of ours is wrong")


def test_the_message_of_another_person_cannot_be_rated(
    harness: PortalHarness, browser: Browser
) -> None:
    theirs = message_to(harness, harness.debt(harness.person()))
    account = harness.debt(harness.person())
    message_to(harness, account)
    browser.sign_in(account)
    assert browser.fill("/messages", touch=theirs.touch_id, rating="wrong").status == 404
    assert harness.book.replies == {}


# Files


def test_a_file_is_kept_byte_for_byte_under_a_random_name(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    page = browser.get("/documents")
    form = {n: page.field(n) for n in ("nonce", "form_id")} | {"about": "paid"}
    assert "We have your file" in browser.upload("/documents", form, PDF).text
    ((name, kept),) = harness.evidence.files.items()
    assert kept == (PDF, "application/pdf")
    assert name.startswith("evidence/harbor/")
    (reply,) = harness.book.replies.values()
    assert reply.text == f"paid: application/pdf, {len(PDF):,} bytes, kept as {name}"
    assert harness.book.accounts[account.account_id].hold is Hold.REVIEW


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "Choose a file"),
        (b"<html><script>alert(1)</script>", "Choose a PDF, a JPEG or a PNG"),
        (b"GIF89a" + PDF, "Choose a PDF, a JPEG or a PNG"),
        (PDF[:5] + b"a" * 4_000_000, "Choose a file of up to 4 MB"),
    ],
)
def test_a_file_that_is_none_of_the_three_kinds_is_refused(
    harness: PortalHarness, browser: Browser, file: bytes, sentence: str
) -> None:
    browser.sign_in(harness.debt(harness.person()))
    page = browser.get("/documents")
    form = {n: page.field(n) for n in ("nonce", "form_id")} | {"about": "other"}
    answer = browser.upload("/documents", form, file)
    assert (answer.status, sentence in answer.text) == (422, True)
    assert harness.evidence.files == {}


def test_ten_files_a_day_are_enough_and_a_wrong_nonce_keeps_none(
    harness: PortalHarness, browser: Browser
) -> None:
    browser.sign_in(harness.debt(harness.person()))
    page = browser.get("/documents")
    for number in range(12):
        form = {"nonce": page.field("nonce"), "form_id": str(number), "about": "other"}
        browser.upload("/documents", form, PDF)
    assert len(harness.evidence.files) == 10
    assert browser.upload("/documents", {"nonce": "x", "about": "other"}, PDF).status == 403
    assert len(harness.evidence.files) == 10


# Several accounts of one person


def test_a_person_moves_among_their_own_accounts_alone(
    harness: PortalHarness, browser: Browser
) -> None:
    person = harness.person()
    first, second = harness.debt(person), harness.debt(person, owed=99_00)
    stranger = harness.debt(harness.person(name="Bo Reed"))
    page = browser.sign_in(first)
    assert "See all that you owe here" in page.text
    listed = browser.get("/accounts")
    assert second.reference in listed.text
    assert stranger.reference not in listed.text
    nonce = page.field("nonce")
    for wanted in (stranger.reference, stranger.account_id, second.account_id, "", "x"):
        assert browser.post("/accounts", {"nonce": nonce, "account": wanted}).status == 404
    assert browser.post("/accounts", {"nonce": nonce, "account": second.reference}).status == 303
    assert "$99.00" in browser.get("/account").text
    # A form of the first account, still open in another tab, does nothing.
    late = browser.post("/dispute", {"nonce": nonce, "reason": "not_mine", "text": "kept words"})
    assert late.status == 403
    assert "kept words" in late.body
    assert harness.book.replies == {}


def test_a_single_account_has_no_others(harness: PortalHarness, browser: Browser) -> None:
    assert "all that you owe" not in browser.sign_in(harness.debt(harness.person())).text
    assert "What we ask for in all." in browser.get("/accounts").text


# What was typed when the session ended


def ended_in_the_middle(
    harness: PortalHarness, browser: Browser, account: Account
) -> tuple[Any, str]:
    browser.sign_in(account)
    page = browser.get("/dispute")
    harness.wall.at += timedelta(minutes=45)
    form = {"reason": "other", "text": "Half of it <i>was</i> paid."}
    return browser.post("/dispute", {"nonce": page.field("nonce"), **form}), page.field("nonce")


def test_what_was_typed_comes_back_after_proving_again_who_one_is(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    answer, _ = ended_in_the_middle(harness, browser, account)
    assert answer.status == 403
    assert "it comes back" in answer.text
    assert "Half of it" not in str(answer.headers)
    token = harness.link(account)
    back = browser.post(f"/m/{token}", {"month": "4", "day": "27", "year": "1985"})
    assert back.header("location") == "/live/dispute"
    page = browser.get("/dispute")
    assert "Half of it &lt;i&gt;was&lt;/i&gt; paid." in page.body
    assert 'value="other" checked' in page.body
    assert "Half of it" in browser.get("/dispute").body, "to look changes nothing"
    assert harness.book.replies == {}
    browser.post("/question", {"nonce": page.field("nonce"), "form_id": "1", "text": "Else."})
    assert "Half of it" not in browser.get("/dispute").body, "kept until a form is handed in"


def test_nobody_else_gets_what_was_typed(harness: PortalHarness, browser: Browser) -> None:
    account, theirs = harness.debt(harness.person()), harness.debt(harness.person())
    ended_in_the_middle(harness, browser, account)
    other = Browser(harness)
    other.sign_in(theirs)
    assert "Half of it" not in other.get("/dispute").body
    harness.wall.at += timedelta(hours=2)
    browser.sign_in(account)
    assert "Half of it" not in browser.get("/dispute").body, "kept for an hour alone"


def test_ten_messages_a_day_and_what_must_bind_is_never_counted(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person(), industry="healthcare")
    touch = message_to(harness, account)
    browser.sign_in(account)
    for number in range(10):
        assert browser.fill("/question", text=f"Number {number}").status == 200
    forms: dict[str, dict[str, str]] = {
        "/question": {"text": "kept"},
        "/hardship": {"text": "kept"},
        "/represented": {"who": "other", "text": "kept"},
        "/paid": {"how": "cheque", "text": "kept"},
        "/insurance": {"payer": "kept"},
        "/contact": {"street": "kept"},
        "/messages": {"touch": touch.touch_id, "rating": "helpful", "text": "kept"},
    }
    for path, form in forms.items():
        answer = browser.fill(path, **form)
        assert (answer.status, answer.text.count("many messages today")) == (422, 2), path
        assert "kept" in answer.body
    assert len(harness.book.replies) == 10
    assert browser.fill("/represented", who="lawyer", text="Jo Law").status == 200
    assert browser.fill("/data", text="a" * 3_000).status == 200
    assert browser.fill("/dispute", reason="not_mine").status == 200
    assert harness.book.accounts[account.account_id].hold is Hold.DISPUTE
    nonce = browser.get("/account").field("nonce")
    assert browser.post("/stop", {"nonce": nonce}).status == 200
    harness.clock.at += timedelta(days=1, seconds=1)
    assert browser.fill("/question", text="The next day").status == 200


def test_without_the_nonce_of_the_ended_session_nothing_is_kept(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    harness.wall.at += timedelta(minutes=45)
    answer = browser.post("/dispute", {"nonce": "guessed", "reason": "other", "text": "planted"})
    assert "planted" in answer.body, "to copy"
    assert harness.sessions.drafts == {}


# Money


def test_a_page_that_showed_another_balance_pays_nothing(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    page = browser.sign_in(account)
    harness.book.accounts[account.account_id] = replace(
        account, balance=replace(account.balance, minor=10_00)
    )
    form = {"nonce": page.field("nonce"), "seen": page.field("seen")}
    answer = browser.post("/pay", form)
    assert (answer.status, "The amount has changed" in answer.text) == (409, True)
    assert harness.processor.opened == []


def test_the_statement_leaves_nothing_out_and_ends_at_the_balance(
    harness: PortalHarness, browser: Browser
) -> None:
    browser.sign_in(harness.debt(harness.person()))
    text = browser.get("/statement").text
    for part in ("$517.50", "$15.00", "−$50.00", "then owed: $482.50"):
        assert part in text


def test_the_statement_shows_how_a_payment_was_applied_and_what_is_left_of_each_part(
    harness: PortalHarness, browser: Browser
) -> None:
    """The creditor's rule in words, each payment's parts, and the fee that stays owed."""
    browser.sign_in(harness.debt(harness.person()))
    text = browser.get("/statement").text
    assert "A payment pays fees first, then interest, then what you first owed." in text
    assert "paid: fees $15.00, what you first owed $35.00" in " ".join(text.split())
    assert "still to pay of $517.50" in text
