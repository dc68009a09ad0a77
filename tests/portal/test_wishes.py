"""What a person wishes of our messages binds the next decision, and only theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Flag
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.wishes import consent_words
from dunlin.domain.contact.planner import plan
from dunlin.ports.accounts import Reply
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.ladders import check_ladder
from tests.portal.harness import NOW, STRATEGY, Answer, Browser, PortalHarness
from tests.support.ground import PlainLetters

# 21 November 2026 is a Saturday; noon in Illinois.
NOON, NEXT_MONDAY = NOW, datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
EVERY_DAY = {f"day{n}": "yes" for n in range(1, 6)}


@cache
def gate() -> Gate:
    return Gate(rulebook=load_rulebook())


def judged(harness: PortalHarness, account: Account, channel: Channel, now: datetime = NOON) -> Any:
    facts = harness.book.facts(account.account_id)
    return gate().judge(facts, channel=channel, template="reminder", purpose="", now=now)


def times(browser: Browser, **chosen: str) -> Answer:
    return browser.fill("/preferences", **{"language": "en", "hours": "any"} | chosen)


def test_the_hours_that_were_chosen_are_the_only_ones(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person(tz_known="America/Chicago"))
    browser.sign_in(account)
    assert judged(harness, account, Channel.EMAIL).outcome == "allow"
    assert times(browser, hours="evening", **EVERY_DAY).status == 200
    verdict = judged(harness, account, Channel.EMAIL)
    assert (verdict.outcome, verdict.blocked_by) == ("defer", ("US-REGF-INCONVENIENT",))
    assert verdict.until == datetime(2026, 11, 21, 23, 0, 1, tzinfo=UTC)
    assert harness.book.consumers[account.consumer_id].preferences.hours == (17, 21)
    times(browser, **EVERY_DAY)
    assert judged(harness, account, Channel.EMAIL).outcome == "allow"


def test_the_days_that_were_chosen_are_the_only_ones(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person(tz_known="America/Chicago"))
    browser.sign_in(account)
    times(browser, day1="yes", day2="yes")
    verdict = judged(harness, account, Channel.EMAIL)
    assert verdict.outcome == "defer"
    assert verdict.until is not None
    assert verdict.until.astimezone(UTC) >= datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert judged(harness, account, Channel.EMAIL, NEXT_MONDAY).outcome == "allow"
    assert harness.book.consumers[account.consumer_id].preferences.days == (1, 2)


def test_the_clock_that_a_person_says_is_theirs_and_beats_the_address(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    # 21:30 in Springfield, 19:30 in Los Angeles.
    night = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
    assert judged(harness, account, Channel.EMAIL, night).outcome == "defer"
    assert times(browser, zone="America/Los_Angeles", **EVERY_DAY).status == 200
    person = harness.book.consumers[account.consumer_id]
    assert (person.tz_known, person.tz_by) == ("America/Los_Angeles", "person")
    assert judged(harness, account, Channel.EMAIL, night).outcome == "allow"
    times(browser, zone="", **EVERY_DAY)
    person = harness.book.consumers[account.consumer_id]
    assert (person.tz_known, person.tz_by) == (None, "file")
    assert judged(harness, account, Channel.EMAIL, night).outcome == "defer"


def test_what_a_file_said_of_the_clock_stands_beside_the_address(harness: PortalHarness) -> None:
    account = harness.debt(harness.person(tz_known="America/Los_Angeles"))
    night = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
    morning = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    assert judged(harness, account, Channel.EMAIL, night).outcome == "defer"
    assert judged(harness, account, Channel.EMAIL, morning).outcome == "defer"


@pytest.mark.parametrize("stored", ["Eastern", "UTC", "EST", "nonsense"])
def test_a_page_opens_whatever_a_file_once_said_of_the_clock(
    harness: PortalHarness, browser: Browser, stored: str
) -> None:
    account = harness.debt(harness.person(tz_known=stored))
    browser.sign_in(account)
    assert browser.get("/preferences").status == 200
    assert times(browser, zone="Mars/Olympus", **EVERY_DAY).status == 422


def test_nobody_can_choose_only_days_on_which_nothing_is_ever_sent(
    harness: PortalHarness, browser: Browser
) -> None:
    browser.sign_in(harness.debt(harness.person()))
    assert "Sunday" not in browser.get("/preferences").text
    assert "Choose at least one day" in times(browser, day7="yes").text
    always = PortalHarness(strategy=STRATEGY | {"coordination": {"weekends": True}})
    other, account = Browser(always), always.debt(always.person())
    other.sign_in(account)
    assert times(other, day7="yes").status == 200
    assert always.book.consumers[account.consumer_id].preferences.days == (7,)


def test_times_that_staff_noted_outlast_the_persons_own(
    harness: PortalHarness, browser: Browser
) -> None:
    noted = {"days": [5], "start": "10:00", "end": "11:00"}
    flag = Flag(at=NOW, by="staff:ana", detail={"value": [noted]})
    account = harness.debt(harness.person(flags={"inconvenient": flag}))
    browser.sign_in(account)
    times(browser, hours="morning", **EVERY_DAY)
    held = harness.book.consumers[account.consumer_id].flags["inconvenient"]
    assert held.detail["value"][0] == noted
    assert len(held.detail["value"]) == 3
    times(browser, **EVERY_DAY)
    assert harness.book.consumers[account.consumer_id].flags["inconvenient"].detail["value"] == [
        noted
    ]


def test_a_telephone_that_others_read_gets_no_text_and_an_employer_is_minded(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    times(browser, **EVERY_DAY, employer_prohibits="yes", shared_phone="yes")
    assert "US-REGF-THIRDPARTY" in judged(harness, account, Channel.SMS).blocked_by
    flags = harness.book.consumers[account.consumer_id].flags
    assert flags["employer_prohibits"].detail == {"value": True}
    times(browser, **EVERY_DAY)
    assert harness.book.consumers[account.consumer_id].flags == {}
    assert "US-REGF-THIRDPARTY" not in judged(harness, account, Channel.SMS).blocked_by


def test_an_address_at_work_is_barred_and_opened_by_the_person_alone(
    harness: PortalHarness, browser: Browser
) -> None:
    noted = Flag(at=NOW, by="staff:ana", detail={"value": True})
    account = harness.debt(
        harness.person(tz_known="America/Chicago", flags={"no_work_contact": noted})
    )
    browser.sign_in(account)
    assert judged(harness, account, Channel.EMAIL).outcome == "allow"
    times(browser, **EVERY_DAY, no_work_contact="yes", work_email="yes")
    verdict = judged(harness, account, Channel.EMAIL)
    assert (verdict.outcome, verdict.blocked_by) == ("block", ("US-REGF-WORKEMAIL",))
    assert 'name="work_email" value="yes" checked' in browser.get("/preferences").body
    times(browser, **EVERY_DAY)
    assert judged(harness, account, Channel.EMAIL).outcome == "allow"
    assert harness.book.consumers[account.consumer_id].flags == {"no_work_contact": noted}


def test_language_and_payday_are_kept_and_the_pages_speak_it_at_once(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    answer = times(browser, language="es", payday="15", **EVERY_DAY)
    assert "Guardado" in answer.text
    assert "Usted debe" in browser.get("/account").text
    person = harness.book.consumers[account.consumer_id]
    assert (person.language, person.preferences.payday) == ("es", 15)
    assert harness.waker.woken


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"language": "fr"}, "Choose a language"),
        ({"hours": ""}, "Choose a time of day"),
        ({"payday": "32"}, "a number from 1 to 31"),
        ({"payday": "½"}, "a number from 1 to 31"),
        (dict.fromkeys(EVERY_DAY, ""), "Choose at least one day"),
    ],
)
def test_a_wish_that_cannot_be_read_changes_nothing_and_keeps_the_answers(
    harness: PortalHarness, browser: Browser, changed: dict[str, str], sentence: str
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    before = harness.book.consumers[account.consumer_id]
    answer = times(browser, **EVERY_DAY | {"payday": "7"} | changed)
    assert answer.status == 422
    assert sentence in answer.text
    assert harness.book.consumers[account.consumer_id] == before
    if "payday" not in changed:
        assert 'value="7"' in answer.body


def test_texts_need_the_sentence_and_go_once_it_was_agreed_to(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    assert judged(harness, account, Channel.SMS).outcome == "block"
    page = browser.get("/channels")
    words = consent_words("Harbor Supply")["en"]
    assert all(text in page.text for text in words.values())
    browser.fill("/channels", email="yes", sms="yes", first="sms", language="en")
    person = harness.book.consumers[account.consumer_id]
    consent = person.consent(Channel.SMS)
    assert consent.state is ConsentState.GRANTED
    assert consent.evidence.startswith("portal consent-2026-11:preference-")
    assert person.preferences.channels == (Channel.SMS, Channel.EMAIL)
    (kept,) = harness.book.replies.values()
    assert (kept.text, kept.labels) == ("\n".join(words.values()), ("consent",))
    assert judged(harness, account, Channel.SMS).outcome == "allow"
    browser.fill("/channels", email="yes", sms="yes", first="email", language="en")
    assert len(harness.book.replies) == 1, "agreed to once"
    assert harness.book.consumers[account.consumer_id].consent(Channel.SMS) == consent


def test_a_collector_may_use_the_address_that_a_person_agreed_to() -> None:
    harness = PortalHarness(strategy=STRATEGY | {"debt_role": "third"})
    account = harness.debt(harness.person(), debt_role="third")
    browser = Browser(harness)
    browser.sign_in(account)
    assert "US-REGF-EMAILPROC" in judged(harness, account, Channel.EMAIL).blocked_by
    browser.fill("/channels", email="yes")
    assert "US-REGF-EMAILPROC" not in judged(harness, account, Channel.EMAIL).blocked_by
    browser.fill("/channels", sms="yes")
    assert "US-REGF-EMAILPROC" in judged(harness, account, Channel.EMAIL).blocked_by


def test_a_channel_without_an_address_is_not_offered(
    harness: PortalHarness, browser: Browser
) -> None:
    browser.sign_in(harness.debt(harness.person(phones=())))
    page = browser.get("/channels")
    assert 'name="sms"' not in page.body
    assert "We have no phone number of yours" in page.text


def test_one_channel_withdrawn_closes_that_one_alone(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    browser.fill("/channels", sms="yes", language="en")
    assert judged(harness, account, Channel.EMAIL).outcome == "block"
    assert judged(harness, account, Channel.SMS).outcome == "allow"
    browser.fill("/channels", email="yes")
    assert judged(harness, account, Channel.EMAIL).outcome == "allow"
    refused = judged(harness, account, Channel.SMS)
    assert refused.outcome == "block"
    assert "US-REGF-MEDIUM" in refused.blocked_by


def test_both_channels_off_is_a_stop_and_e_mail_can_be_opened_again(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    assert "All messages stop" in browser.fill("/channels").text
    for channel in Channel:
        assert judged(harness, account, channel).outcome == "block"
    browser.fill("/channels", email="yes")
    assert judged(harness, account, Channel.EMAIL).outcome == "allow"
    assert judged(harness, account, Channel.SMS).outcome == "block"


def test_a_stop_by_text_is_undone_by_consent_given_here(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    harness._raise(
        Signal(
            signal_id="stop-1",
            kind=SignalKind.OPT_OUT,
            at=NOW - timedelta(days=1),
            account_id=account.account_id,
            consumer_id=account.consumer_id,
            channel="sms",
        ),
        Reply(
            reply_id="stop-1",
            account_id=account.account_id,
            consumer_id=account.consumer_id,
            channel="sms",
            at=NOW - timedelta(days=1),
            text="STOP",
            labels=("opt_out",),
        ),
        NOW - timedelta(days=1),
    )
    assert judged(harness, account, Channel.EMAIL).outcome == "block"
    browser.sign_in(account)
    browser.fill("/channels", email="yes", sms="yes", language="es")
    assert judged(harness, account, Channel.SMS).outcome == "allow"
    assert judged(harness, account, Channel.EMAIL).outcome == "allow"


def test_a_dead_address_is_not_opened_by_a_wish(harness: PortalHarness, browser: Browser) -> None:
    flag = Flag(at=NOW, by="bounce:1", detail={"address_hashes": []})
    closed = Consent(state=ConsentState.REVOKED, version=2)
    person = harness.person(flags={"email_bounced": flag}, consents={Channel.EMAIL: closed})
    account = harness.debt(person)
    browser.sign_in(account)
    browser.fill("/channels", email="yes", sms="yes")
    assert harness.book.consumers[person.consumer_id].consent(Channel.EMAIL) == closed


@pytest.mark.parametrize(("word", "days"), [("week", 7), ("fortnight", 14), ("month", 30)])
def test_a_quiet_time_rests_the_ladder_and_ends_by_itself(
    harness: PortalHarness, browser: Browser, word: str, days: int
) -> None:
    account = harness.debt(harness.person(), due_at=NOW)
    browser.sign_in(account)
    assert "Quiet it is" in browser.fill("/snooze", long=word).text
    held = harness.book.accounts[account.account_id]
    assert (held.hold, held.due_at) == (Hold.SNOOZED, NOW + timedelta(days=days))
    assert held.timed
    for ahead, step in ((days - 1, "wait"), (days, "offer")):
        facts = harness.book.facts(account.account_id)
        then = plan(
            account=facts.account,
            consumer=facts.consumer,
            history=facts.history,
            strategy=facts.strategy,
            paused="",
            now=NOW + timedelta(days=ahead),
        )
        assert then.step == step


def test_what_a_person_must_lift_outlasts_a_wish_for_quiet(
    harness: PortalHarness, browser: Browser
) -> None:
    account = harness.debt(harness.person())
    browser.sign_in(account)
    browser.fill("/dispute", reason="not_mine")
    browser.fill("/snooze", long="week")
    assert harness.book.accounts[account.account_id].hold is Hold.DISPUTE
    promised = harness.debt(harness.person(), hold=Hold.PROMISE, due_at=NOW + timedelta(days=20))
    other = Browser(harness)
    other.sign_in(promised)
    other.fill("/snooze", long="week")
    assert harness.book.accounts[promised.account_id].due_at == NOW + timedelta(days=20)


def test_the_wish_of_one_person_touches_nobody_else(
    harness: PortalHarness, browser: Browser
) -> None:
    theirs = harness.debt(harness.person())
    browser.sign_in(harness.debt(harness.person()))
    before = harness.book.consumers[theirs.consumer_id]
    times(browser, hours="morning", **EVERY_DAY)
    browser.fill("/channels", sms="yes", consumer_id=theirs.consumer_id)
    assert harness.book.consumers[theirs.consumer_id] == before
    assert replace(harness.book.accounts[theirs.account_id]) == theirs


def ladder(harness: PortalHarness, account: Account, now: datetime) -> str:
    return check_ladder(
        account.account_id, 1, book=harness.book, gate=gate(), templates=PlainLetters(), now=now
    ).outcome


@pytest.mark.parametrize(
    ("path", "form", "over"),
    [
        ("/snooze", {"long": "week"}, (7, 9)),
        ("/paid", {"how": "cheque", "text": "check 1042"}, (14, 16)),
        ("/promise", {"day": "28", "month": "11", "year": "2026"}, (8, 9)),
    ],
)
def test_each_rest_is_silent_and_then_the_ladder_goes_on(
    harness: PortalHarness, browser: Browser, path: str, form: dict[str, str], over: tuple[int, int]
) -> None:
    days, monday = over
    account = harness.debt(harness.person(), due_at=NOW, ladder="standard", strategy_version=1)
    browser.sign_in(account)
    browser.fill(path, **form)
    assert ladder(harness, account, NOW) == "wait"
    assert ladder(harness, account, NOW + timedelta(days=days, seconds=-1)) == "wait"
    assert ladder(harness, account, NOW + timedelta(days=monday)) == "email"
    assert harness.book.accounts[account.account_id].hold is None


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/dispute", {"reason": "not_mine"}),
        ("/hardship", {"text": "I lost my work"}),
        ("/paid", {"how": "elsewhere", "text": "in cash"}),
        ("/contact", {"city": "Springfield"}),
    ],
)
def test_what_staff_must_see_is_silent_however_long_it_takes(
    harness: PortalHarness, browser: Browser, path: str, form: dict[str, str]
) -> None:
    account = harness.debt(harness.person(), due_at=NOW, ladder="standard", strategy_version=1)
    browser.sign_in(account)
    browser.fill(path, **form)
    for days in (0, 30, 300):
        assert ladder(harness, account, NOW + timedelta(days=days)) == "held"
