"""Properties of the engine, over generated facts of all roles, states, channels and histories."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.domain.rulebook import CONTACT_CHANNELS, Contact, ContactFacts, Rulebook, decide

RANK = {"allow": 0, "defer": 1, "block": 2}
BASE = datetime(2026, 11, 23, 17, tzinfo=UTC)
# Around the four clock changes, the year's end, a leap day and an ordinary week.
ANCHORS = [
    BASE,
    datetime(2026, 3, 8, 6, tzinfo=UTC),
    datetime(2026, 11, 1, 5, tzinfo=UTC),
    datetime(2027, 3, 14, 7, tzinfo=UTC),
    datetime(2027, 11, 7, 6, tzinfo=UTC),
    datetime(2027, 1, 1, 4, tzinfo=UTC),
    datetime(2028, 2, 29, 3, tzinfo=UTC),
]
PLACES = [
    ("OH", "43215"), ("CA", "90012"), ("FL", "32501"), ("MA", "02108"), ("WA", "98101"),
    ("NY", "10001"), ("DC", "20001"), ("AZ", "86045"), ("IN", None), (None, None), ("HI", "96813"),
]  # fmt: skip
instants = st.builds(
    lambda anchor, seconds: anchor + timedelta(seconds=seconds),
    st.sampled_from(ANCHORS),
    st.integers(-86_400 * 3, 86_400 * 3),
)


@st.composite
def contacts(draw, now):
    return Contact(
        at=now - timedelta(seconds=draw(st.integers(0, 86_400 * 10))),
        channel=draw(st.sampled_from(["call", "sms", "email", "letter"])),
        direction="out",
        outcome=draw(st.sampled_from(["no_answer", "conversation", "delivered", "busy", None])),
        account_id=draw(st.sampled_from(["D1", "D2", None])),
    )


@st.composite
def situations(draw):
    now = draw(instants)
    state, zip5 = draw(st.sampled_from(PLACES))
    flags: dict[str, Any] = {"validation": {"sent_at": "2026-01-01T00:00:00Z"}}
    if draw(st.booleans()):
        flags["inconvenient"] = [
            {"days": draw(st.sampled_from([None, [0, 2], [6]])), "start": "11:00", "end": "14:30"}
        ]
    if draw(st.integers(0, 9)) == 0:
        flags["attorney"] = {}
    facts = ContactFacts(
        channel=draw(st.sampled_from(sorted(CONTACT_CHANNELS - {"social_dm"}))),
        debt_role=draw(st.sampled_from(["first", "third"])),
        account_id="D1",
        debt_kind=draw(st.sampled_from(["consumer", "business", None])),
        days_past_due=draw(st.sampled_from([None, 10, 60])),
        state=state,
        zip=zip5,
        phones=tuple(draw(st.lists(st.sampled_from(["+12125550123", "+13105550123"]), max_size=1))),
        consents={
            "sms": draw(st.integers(0, 9)) > 0,
            "prerecorded": True,
            "text_verified_at": now - timedelta(days=2),
            "email_basis": "consumer_used",
            "dc_electronic": True,
            "nyc_electronic": True,
            "ny_email_written": True,
        },
        flags=flags,
        history=tuple(draw(st.lists(contacts(now), max_size=9))),
        profile=draw(st.sampled_from(["baseline", "deployment"])),
    )
    return facts, now


def _book(documents) -> Rulebook:
    whole = load_rulebook()
    return Rulebook({"version": "t", "tables": whole.tables, "rules": list(documents)}, whole.zones)


# Every rulebook has the last word against a contact whose clock nobody knows.
REMOVABLE = [d for d in load_rulebook().documents if d["id"] != "PLAT-FAILCLOSED"]
REVERSED = _book(reversed(load_rulebook().documents))


@pytest.mark.slow
@settings(max_examples=150)
@given(situations())
def test_the_verdict_does_not_depend_on_the_order_of_rules_or_history(case):
    facts, now = case
    turned = replace(facts, history=tuple(reversed(facts.history)))
    assert decide(REVERSED, turned, now) == decide(load_rulebook(), facts, now)


@pytest.mark.slow
@settings(max_examples=60)
@given(situations(), st.sampled_from(REMOVABLE))
def test_adding_a_rule_never_loosens(case, document):
    facts, now = case
    fewer = _book(d for d in load_rulebook().documents if d["id"] != document["id"])
    less, more = decide(fewer, facts, now), decide(load_rulebook(), facts, now)
    assert RANK[more.outcome] >= RANK[less.outcome]
    if more.until is not None and less.until is not None:
        assert more.until >= less.until


@settings(max_examples=60)
@given(situations(), st.integers(1, 7), st.sampled_from(["09:30", "12:00"]))
def test_a_creditors_tightening_never_loosens(case, most, opens):
    facts, now = case
    policy = {
        "tighten": [
            {"rule": "PLAT-FREQ-FIRST", "max": most},
            {"rule": "PLAT-TIME", "hours": {"open": opens, "close": "20:00"},
             "days_off": ["sunday", "federal_holidays"]},
        ]
    }  # fmt: skip
    less = decide(load_rulebook(), facts, now)
    more = decide(load_rulebook(), replace(facts, policy=policy), now)
    assert RANK[more.outcome] >= RANK[less.outcome]
    if more.until is not None and less.until is not None:
        assert more.until >= less.until


@pytest.mark.slow
@settings(max_examples=200)
@given(situations())
def test_a_deferral_ends_when_it_says_and_a_permission_holds_until_it_expires(case):
    facts, now = case
    verdict = decide(load_rulebook(), facts, now)
    if verdict.outcome == "block":
        assert (verdict.until, verdict.valid_until) == (None, None)
        return
    if verdict.until is not None:
        # Proofs of the instant of asking may age on the way; what is timed is asked here.
        fresh = {**facts.consents, "text_verified_at": verdict.until - timedelta(days=1)}
        facts, now = replace(facts, consents=fresh), verdict.until
        before = decide(load_rulebook(), facts, now - timedelta(seconds=1))
        assert (before.outcome, before.until) == ("defer", now)
        verdict = decide(load_rulebook(), facts, now)
    assert verdict.outcome == "allow"
    assert verdict.valid_until is not None
    assert now < verdict.valid_until <= now + timedelta(seconds=300)
    last = verdict.valid_until - timedelta(seconds=1)
    assert decide(load_rulebook(), facts, last).outcome == "allow"


@settings(max_examples=80)
@given(situations())
def test_every_rule_answers_once_and_says_why(case):
    facts, now = case
    verdict = decide(load_rulebook(), facts, now)
    ids = [r.id for r in verdict.results]
    assert sorted(ids) == sorted(d["id"] for d in load_rulebook().documents)
    assert all(r.because for r in verdict.results)
    assert (verdict.outcome == "allow") is (verdict.blocked_by == ())
    assert (verdict.until is not None) is (verdict.outcome == "defer")
    json.dumps([r.because for r in verdict.results])
