"""The static rules say what the bench's page says of them."""

from dataclasses import replace

import pytest

from dunlin.domain.learning.arms import Arm
from dunlin.domain.learning.static_rules import BEST_RULE, HEURISTIC, LADDER
from tests.learning.test_decision import STATE

FRESH = replace(
    STATE, touches=0, softer=0, days_since_touch=None, partial_payments=0, on_time_ratio=None
)


def _ways(rule, followed=("",) * 9, sms=True, **facts):
    """The arms of a whole way, with what was followed before each."""
    state, last, ways = replace(FRESH, **facts), "", []
    for visited in followed:
        arm = rule.arm(state, last=last, followed=visited, email=True, sms=sms)
        if arm is None:
            break
        ways.append(arm)
        state, last = replace(state, touches=state.touches + 1), arm.channel
    return ways


def test_the_heuristic_of_the_bench():
    assert _ways(HEURISTIC) == [
        Arm("email", 12, "gentle", "none"),
        Arm("sms", 18, "gentle", "none"),
        Arm("email", 12, "neutral", "plan"),
        Arm("sms", 18, "neutral", "plan"),
        Arm("email", 12, "firm", "plan"),
    ]
    assert [HEURISTIC.gap(touches) for touches in range(5)] == [0, 6, 6, 6, 10]


def test_the_heuristic_stays_with_what_was_followed_and_offers_a_plan_then():
    ways = _ways(HEURISTIC, ("", "email", "email"))
    assert [way.channel for way in ways] == ["email", "email", "email"]
    assert [way.offer for way in ways] == ["none", "plan", "plan"]


@pytest.mark.parametrize("fact", ["prior_plan", "wants_plan"])
def test_who_had_or_wants_a_plan_is_offered_it_at_once(fact):
    assert _ways(HEURISTIC, **{fact: True})[0].offer == "plan"


def test_without_consent_everything_goes_by_mail():
    assert {way.channel for way in _ways(BEST_RULE, sms=False)} == {"email"}


def test_the_best_rule_writes_texts_first_and_is_never_firm():
    ways = _ways(BEST_RULE)
    assert ways[0].channel == "sms"
    assert {way.tone for way in ways} == {"gentle", "neutral"}
    assert {way.offer for way in ways} == {"plan"}


def test_the_ladder_waits_long():
    assert len(_ways(LADDER)) == 4
    assert sum(LADDER.gap(touches) for touches in range(4)) == 45
