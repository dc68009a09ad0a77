"""The ramp's test keeps its planned error rates, measured on simulated configurations."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from dunlin.domain.rollouts.ramp import (
    FALSE_HALT,
    GUARDRAILS,
    MISSED,
    PILOT_SIZE,
    Guardrail,
    RampDecision,
    next_size,
    ramp_decision,
    readings,
)

RUNS = 400
PORTFOLIO = 5_000
NORMAL = {rail.name: rail.accepted for rail in GUARDRAILS}


def ramp(rates: Mapping[str, float], dice: random.Random) -> tuple[RampDecision, int]:
    """One ramp to its end: its course, and how many contacts it took."""
    size, contacts, events = PILOT_SIZE, 0, dict.fromkeys(rates, 0)
    while True:
        while contacts < size:
            contacts += 1
            for name, rate in rates.items():
                events[name] += dice.random() < rate
            course = ramp_decision(readings(contacts, events))
            if course is RampDecision.HALT:
                return course, contacts
        if course is RampDecision.CLEARED or size >= PORTFOLIO:
            return course, contacts
        size = next_size(size, course, PORTFOLIO)


def share(outcome: RampDecision, rates: Mapping[str, float]) -> float:
    dice = random.Random(7)
    return sum(ramp(rates, dice)[0] is outcome for _ in range(RUNS)) / RUNS


# Three standard errors of a share of 5 % over the runs.
NOISE = 3 * (0.05 * 0.95 / RUNS) ** 0.5


@pytest.mark.slow
def test_a_normal_configuration_is_seldom_halted_and_reaches_everybody() -> None:
    assert share(RampDecision.HALT, NORMAL) <= FALSE_HALT + NOISE
    assert share(RampDecision.CLEARED, NORMAL) >= 1 - FALSE_HALT - NOISE


@pytest.mark.slow
@pytest.mark.parametrize("rail", GUARDRAILS, ids=lambda rail: rail.name)
def test_one_bad_rate_is_cleared_no_more_often_than_planned(rail: Guardrail) -> None:
    rates = NORMAL | {rail.name: rail.unacceptable}
    assert share(RampDecision.CLEARED, rates) <= MISSED + NOISE
    assert share(RampDecision.HALT, rates) >= 1 - MISSED - NOISE


def test_a_bad_configuration_halts_before_it_reaches_many() -> None:
    dice = random.Random(11)
    reached = sorted(ramp({"opt_out": 0.15}, dice)[1] for _ in range(RUNS))
    assert reached[int(RUNS * 0.9)] <= PILOT_SIZE


def test_the_size_never_grows_on_a_halt_and_doubles_while_nobody_knows() -> None:
    assert next_size(0, RampDecision.UNDECIDED, 1_000) == PILOT_SIZE
    assert next_size(50, RampDecision.UNDECIDED, 1_000) == 100
    assert next_size(800, RampDecision.UNDECIDED, 1_000) == 1_000
    assert next_size(50, RampDecision.CLEARED, 1_000) == 1_000
    assert next_size(50, RampDecision.HALT, 1_000) == 50


def test_without_contacts_nothing_is_known() -> None:
    assert ramp_decision(readings(0, {})) is RampDecision.UNDECIDED
    assert ramp_decision(()) is RampDecision.UNDECIDED
