"""Decision records: a decision judged again from its record alone says the same, and a record
holds nothing that a person would know themselves by."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.cli.judge import case_facts
from dunlin.domain.audit.audit import canonical
from dunlin.domain.rulebook import Contact, ContactFacts, decide
from dunlin.domain.rulebook.records import plain_facts, plain_verdict, read_facts
from dunlin.service.contact.replay import decision_record, replay
from tests.rulebook.test_properties import situations

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
BOOK = load_rulebook()


def _cases() -> list[dict]:
    paths = [HERE / "sample_cases.jsonl", *sorted((HERE / "cases").glob("*.jsonl"))]
    lines = (line for p in paths for line in p.read_text("utf-8").split("\n") if line)
    return [json.loads(line) for line in lines]


def _as_stored(record: dict) -> dict:
    """Through the one spelling that the audit log hashes and stores."""
    return json.loads(canonical(record))


def _recorded(facts: ContactFacts, now: datetime) -> dict:
    verdict = decide(BOOK, facts, now)
    return _as_stored(decision_record([(facts, verdict)], rulebook=BOOK, now=now))


@pytest.mark.slow
def test_a_thousand_decisions_judged_again_from_their_records_give_identical_verdicts():
    judged = 0
    for shift in (0, 5, 31):  # the cases, then the same people hours later
        for case in _cases():
            facts, now = case_facts(case["given"], case.get("profile", "baseline"))
            now += timedelta(hours=shift)
            verdict = decide(BOOK, facts, now)
            record = _as_stored(decision_record([(facts, verdict)], rulebook=BOOK, now=now))
            [again] = replay(record, rulebook=BOOK)
            assert again.faults == (), case["id"]
            fresh = decide(BOOK, read_facts(record["facts"]), now)
            assert fresh == verdict, case["id"]
            judged += 1
    assert judged >= 1000


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_facts_come_back_exactly_as_they_were_written(case):
    facts, now = case
    row = _as_stored(plain_facts(facts, BOOK))
    assert _as_stored(plain_facts(read_facts(row), BOOK)) == row
    assert decide(BOOK, read_facts(row), now) == decide(BOOK, facts, now)


PERSONAL = ContactFacts(
    channel="sms",
    debt_role="third",
    account_id="acc_1",
    message={"template": "reminder", "person": "Jane Roe", "note": "Ask for Mrs. Roe"},
    state="IL",
    zip="62701-1234",
    phones=("+12175550142",),
    consents={"sms": True, "given_by": "jane@example.com"},
    flags={
        "attorney": {"name": "Sam Advocate", "email": "sam@example.org", "phone": "2175550199"},
        "cease": {"said": "Leave me alone at 12 Elm Street", "at": "2026-11-01T10:00:00Z"},
        "inconvenient": [{"days": [0, 2], "start": "11:00", "end": "14:30"}],
    },
    history=(
        Contact(at=NOW - timedelta(days=2), channel="sms", direction="in", outcome="received",
                text="My lawyer is Pat Counsel, call 217-555-0188", event_id="e1"),
        Contact(at=NOW - timedelta(days=3), channel="third_party_call", person="Jane Roe",
                outcome="conversation", account_id=("acc_1", "acc_2"), event_id="e2"),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    "secret",
    ["Roe", "example.com", "example.org", "Advocate", "5550142", "5550199", "5550188", "Counsel",
     "Elm", "1234", "alone", "lawyer"],
)  # fmt: skip
def test_a_record_holds_no_name_address_number_or_text(secret):
    assert secret not in json.dumps(_recorded(PERSONAL, NOW))


def test_what_was_heard_counts_after_its_text_is_gone():
    plain = plain_facts(PERSONAL, BOOK)
    assert "attorney" in plain["history"][0][-1]["heard"]
    deaf = read_facts(plain)
    silent = replace(deaf, history=tuple(replace(c, heard=None) for c in deaf.history))
    quiet = replace(deaf, flags={})
    assert decide(BOOK, replace(silent, flags={}), NOW) != decide(BOOK, quiet, NOW)
    assert decide(BOOK, deaf, NOW) == decide(BOOK, PERSONAL, NOW)


def test_two_names_that_are_one_stay_one_and_two_that_differ_stay_two():
    plain = plain_facts(PERSONAL, BOOK)
    assert plain["message"]["person"] == plain["history"][1][-1]["person"]
    other = replace(PERSONAL, message={"person": "John Roe"})
    assert plain_facts(other, BOOK)["message"]["person"] != plain["message"]["person"]


def test_any_change_of_a_record_is_noticed():
    facts = ContactFacts(channel="email", debt_role="first", account_id="a", state="IL",
                         zip="62701", profile="deployment")  # fmt: skip
    record = _recorded(facts, NOW)
    assert replay(record, rulebook=BOOK)[0].holds
    asked = record["asked"][0]
    edits = [
        {**record, "now": "2026-11-23T04:00:00Z"},
        {**record, "facts": record["facts"] | {"flags": {"attorney": {}}}},
        {**record, "asked": [asked | {"outcome": "block"}]},
        {**record, "asked": [asked | {"valid_until": None}]},
        {**record, "asked": [asked | {"block": ["PLAT-TIME"]}]},
        {**record, "asked": [asked | {"digest": "0" * 32}]},
        {**record, "facts": {}},
        {**record, "now": "yesterday"},
        {"rulebook": "x"},
    ]
    for edited in edits:
        assert any(not again.holds for again in replay(edited, rulebook=BOOK)), edited


def test_what_a_cap_counted_is_named_by_its_events():
    history = tuple(
        Contact(
            at=NOW - timedelta(days=1.2 * n),
            channel="call",
            outcome="no_answer",
            account_id="D1",
            event_id=f"e{n}",
        )
        for n in range(8)
    )
    facts = ContactFacts(channel="call", debt_role="third", account_id="D1", state="OH",
                         zip="43215", history=history, profile="baseline",
                         flags={"validation": {"sent_at": "2026-01-01T00:00:00Z"}})  # fmt: skip
    # Six calls lie within seven days (0 to 6 days back), so two are too old to count.
    assert "counted" not in plain_verdict(decide(BOOK, facts, NOW))
    more = (replace(history[0], at=NOW - timedelta(hours=n), event_id=f"h{n}") for n in (5, 3))
    busy = replace(facts, history=(*history, *more))
    verdict = decide(BOOK, busy, NOW)
    events = ["e5", "e4", "e3", "e2", "e1", "h5", "h3", "e0"]
    row = plain_verdict(verdict)
    assert row["counted"]["US-REGF-7IN7"] == {"count": 8, "window_s": 604800, "events": events}
    for result in verdict.results:
        assert result.inputs is None or result.result in ("block", "defer")
