"""The creditor's layer: it may tighten, use named switches, and have counsel lift tier C rules."""

from datetime import UTC, date, datetime

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.domain.rulebook import Contact, ContactFacts, check_policy, decide
from dunlin.domain.rulebook.holidays import (
    business_day_in_tennessee,
    easter,
    federal_holidays,
    tennessee_holidays,
)
from dunlin.domain.strategy.strategy import StrategyError

MEMO = "a" * 64


def _facts(**changes):
    given = {
        "channel": "sms",
        "debt_role": "first",
        "account_id": "D1",
        "state": "FL",
        "zip": "33130",
        "phones": ("+13055550123",),
        "consents": {"sms": True},
        "profile": "baseline",
    }
    return ContactFacts(**{**given, **changes})


def _at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _refused(policy, today=None):
    with pytest.raises(StrategyError) as refused:
        check_policy(load_rulebook(), {"policy": policy}, today)
    return str(refused.value)


def test_an_empty_policy_and_a_tightening_are_allowed():
    check_policy(load_rulebook(), {})
    check_policy(
        load_rulebook(),
        {"policy": {"tighten": [{"rule": "PLAT-FREQ-ALL", "max": 3}], "tx_surety_bond": True}},
    )


def test_a_rule_without_a_confirmed_source_decides_nothing_until_the_creditor_switches_it_on():
    facts = {"state": "WA", "zip": "98101", "phones": ("+12065550123",), "industry": "medical",
             "flags": {"hospital": True}, "channel": "email"}  # fmt: skip
    now = _at("2026-11-23T18:00:00")
    result = {r.id: r for r in decide(load_rulebook(), _facts(**facts), now).results}["WA-CHARITY"]
    assert result.result == "not_applicable"
    assert result.because.startswith("Off: its source was not confirmed")
    policy = {"tighten": [{"rule": "WA-CHARITY", "switch": "on"}]}
    check_policy(load_rulebook(), {"policy": policy})
    verdict = decide(load_rulebook(), _facts(**facts, policy=policy), now)
    assert verdict.blocked_by == ("WA-CHARITY",)


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ({"tighten": [{"rule": "PLAT-FREQ-ALL", "max": 8}]}, "from 1 to 7"),
        ({"tighten": [{"rule": "US-REGF-ATTY", "max": 1}]}, "cannot be tightened"),
        ({"tighten": [{"rule": "NO-SUCH", "max": 1}]}, "does not exist"),
        ({"tighten": [{"rule": "PLAT-TIME", "hours": {"open": "07:00"}}]}, "within 08:00"),
        ({"tighten": [{"rule": "PLAT-TIME", "days_off": ["mondays"]}]}, "days_off"),
        ({"tighten": [{"rule": "WA-CHARITY", "switch": "off"}]}, "switch knows only on"),
        ({"tighten": [{"rule": "PLAT-TIME", "switch": "on"}]}, "cannot be tightened"),
        ({"tighten": {"rule": "PLAT-TIME"}}, "list of mappings"),
        ({"loosen": []}, "not a known setting"),
        ({"policy_switches": {"us_regf_time": "off"}}, "knows only"),
        ({"first_party_email_hours": "off"}, "signature"),
        ({"first_party_call_cap": 10}, "signature"),
        ({"first_party_call_cap": "many"}, "whole number"),
        ({"b2b_hours": "sometimes"}, "on or off"),
        ({"licensed_states": "OH"}, "list of states"),
    ],
)
def test_what_loosens_or_is_unknown_is_refused_with_its_path(policy, says):
    assert says in _refused(policy)


def test_a_signed_switch_is_allowed_and_works():
    policy = {"policy_switches": {"first_party_email_hours": "off"}, "signed_by": "Counsel"}
    check_policy(load_rulebook(), {"policy": policy})
    night = _at("2026-11-24T03:00:00")
    facts = _facts(channel="email", state="OH", zip="43215", phones=())
    assert decide(load_rulebook(), facts, night).outcome == "defer"
    facts = _facts(channel="email", state="OH", zip="43215", phones=(), policy=policy)
    assert decide(load_rulebook(), facts, night).outcome == "allow"


def test_counsel_may_lift_a_contested_rule_until_the_override_expires():
    override = {
        "rule": "FL-FTSA", "reason": "not solicitations", "memo_sha256": MEMO,
        "expires": "2027-01-01",
    }  # fmt: skip
    policy = {"counsel_overrides": [override]}
    check_policy(load_rulebook(), {"policy": policy}, date(2026, 11, 23))
    evening = _at("2026-11-24T01:30:00")
    assert decide(load_rulebook(), _facts(), evening).blocked_by == ("FL-FTSA",)
    lifted = decide(load_rulebook(), _facts(policy=policy), evening)
    assert lifted.outcome == "allow"
    assert {r.id: r.because for r in lifted.results}["FL-FTSA"].startswith("Switched off")
    later = decide(load_rulebook(), _facts(policy=policy), _at("2027-01-02T01:30:00"))
    assert later.blocked_by == ("FL-FTSA",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rule": "US-REGF-TIME"}, "tier C"),
        ({"reason": ""}, "needs reason"),
        ({"memo_sha256": "abc"}, "64 hexadecimal"),
        ({"expires": "someday"}, "is a date"),
        ({"expires": "2026-11-01"}, "expired"),
    ],
)
def test_an_override_without_its_papers_is_refused(change, says):
    override = {"rule": "FL-FTSA", "reason": "r", "memo_sha256": MEMO, "expires": "2027-01-01"}
    assert says in _refused({"counsel_overrides": [{**override, **change}]}, date(2026, 11, 23))


def test_quiet_days_defer_to_the_next_working_morning():
    policy = {
        "tighten": [
            {
                "rule": "PLAT-TIME",
                "hours": {"open": "09:00", "close": "19:00"},
                "days_off": ["sunday", "federal_holidays"],
            }
        ]
    }
    facts = _facts(channel="email", state="OH", zip="43215", phones=(), policy=policy)
    # Saturday evening, Christmas on Friday was quiet too.
    verdict = decide(load_rulebook(), facts, _at("2026-12-25T17:00:00"))
    assert verdict.until == _at("2026-12-26T14:00:01")
    verdict = decide(load_rulebook(), facts, _at("2026-12-27T00:30:00"))
    assert verdict.until == _at("2026-12-28T14:00:01")


def test_a_tightened_platform_hour_binds_collectors_too():
    policy = {"tighten": [{"rule": "PLAT-TIME", "hours": {"open": "10:00", "close": "19:00"}}]}
    facts = _facts(
        channel="call", debt_role="third", flags={"validation": {}}, policy=policy, state="OH",
        zip="43215", phones=(),
    )  # fmt: skip
    verdict = decide(load_rulebook(), facts, _at("2026-11-23T14:30:00"))
    assert verdict.until == _at("2026-11-23T15:00:01")


def test_the_holidays_of_tennessee_with_good_friday_and_its_elections():
    known = {2000: (4, 23), 2008: (3, 23), 2019: (4, 21), 2026: (4, 5), 2038: (4, 25)}
    assert all(easter(year) == date(year, *day) for year, day in known.items())
    more = tennessee_holidays(2026) - federal_holidays(2026)
    assert more == {date(2026, 4, 3), date(2026, 5, 5), date(2026, 8, 6), date(2026, 11, 3)}
    assert date(2028, 3, 7) in tennessee_holidays(2028)
    assert tennessee_holidays(2027) - federal_holidays(2027) == {date(2027, 3, 26)}
    assert business_day_in_tennessee(date(2026, 4, 3)) == date(2026, 4, 6)
    assert business_day_in_tennessee(date(2027, 1, 2)) == date(2027, 1, 4)
    assert business_day_in_tennessee(date(2026, 12, 9)) == date(2026, 12, 9)


def test_the_federal_holidays_with_the_days_observed_instead():
    assert {date(2026, 7, 3), date(2026, 7, 4), date(2026, 11, 26)} <= federal_holidays(2026)
    assert {date(2027, 6, 18), date(2027, 7, 5), date(2027, 12, 24), date(2027, 12, 31)} <= (
        federal_holidays(2027)
    )
    assert len(federal_holidays(2025)) == 11


def test_a_person_is_needed_where_only_a_person_can_lift_it():
    now = _at("2026-11-23T17:00:00")
    held = decide(load_rulebook(), _facts(flags={"dispute": {}}), now)
    assert held.outcome == "block"
    assert held.needs_person
    closed = decide(load_rulebook(), _facts(consents={}), now)
    assert closed.outcome == "block"
    assert not closed.needs_person


def test_a_released_touch_counts_nowhere_and_a_permitted_one_does():
    now = _at("2026-11-23T17:00:00")

    def history(outcome):
        return tuple(
            Contact(at=_at(f"2026-11-{17 + i}T15:00:00"), channel="email", outcome=outcome)
            for i in range(7)
        )

    facts = _facts(channel="email", history=history("permitted"), profile="deployment")
    assert decide(load_rulebook(), facts, now).until == _at("2026-11-24T15:00:00")
    facts = _facts(channel="email", history=history("released"), profile="deployment")
    assert decide(load_rulebook(), facts, now).outcome == "allow"


def test_a_paid_account_is_known_by_its_balance_too():
    now = _at("2026-11-23T17:00:00")
    verdict = decide(load_rulebook(), _facts(balance_minor=0), now)
    assert verdict.blocked_by == ("PLAT-PAID",)
    assert decide(load_rulebook(), _facts(balance_minor=1), now).outcome == "allow"
