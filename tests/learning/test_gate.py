"""The gate opens a canary for a sound model and refuses a worse, a harmful, an unfair one."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from dunlin.domain.learning.fairness import AuditedTouch
from dunlin.domain.learning.gate import (
    Challenge,
    GateReport,
    HeldOutTouch,
    ModelWeek,
    judge,
    poisson_tail,
    rollback,
)
from dunlin.domain.learning.off_policy import LoggedTouch

TOUCHES = 4_000
VALUE, HARM = (0.12, 0.12, 0.02), (0.01, 0.01, 0.08)
LOGGED, SOUND, WORSE = (0.6, 0.2, 0.2), (0.2, 0.6, 0.2), (0.2, 0.1, 0.7)


def log(wanted: tuple[float, ...], chances: tuple[float, ...]) -> list[LoggedTouch]:
    draws = random.Random(21)
    touches = []
    for number in range(TOUCHES):
        arm = draws.choices(range(3), LOGGED)[0]
        touches.append(
            LoggedTouch(
                touch_id=str(number),
                account_id=str(number // 3),
                logged=LOGGED[arm],
                wanted=wanted[arm],
                outcome=float(draws.random() < chances[arm]),
                predicted=chances[arm],
                expected=sum(w * c for w, c in zip(wanted, chances, strict=True)),
            )
        )
    return touches


def held_out(*, off: float = 0.0, knows: bool = True) -> list[HeldOutTouch]:
    """The champion knows the average alone; the challenger who answers, and is off by so much."""
    draws = random.Random(22)
    touches = []
    for number in range(3_000):
        chance = draws.choice((0.05, 0.15))
        touches.append(
            HeldOutTouch(
                account_id=str(number // 3),
                champion=0.1,
                challenger=(chance if knows else 0.2 - chance) + off,
                happened=draws.random() < chance,
            )
        )
    return touches


def audited(*, firm_to_spanish: float = 0.2) -> list[AuditedTouch]:
    return [
        AuditedTouch(
            groups={"language": language},
            tenth=number % 10,
            firm=firm_to_spanish if language == "es" else 0.2,
            plan=0.5,
            hardship=number % 2 == 0,
        )
        for language in ("en", "es")
        for number in range(500)
    ]


SOUND_CHALLENGE = Challenge(
    value=log(SOUND, VALUE),
    harm=log(SOUND, HARM),
    held_out={"engaged": held_out()},
    audited=audited(),
)


def failed(report: GateReport) -> list[str]:
    return [check.name for check in report.checks if check.verdict == "failed"]


def test_a_sound_model_opens_a_canary():
    report = judge(SOUND_CHALLENGE)
    assert failed(report) == []
    assert report.outcome == "canary"


def test_a_worse_and_harmful_model_is_refused():
    report = judge(replace(SOUND_CHALLENGE, value=log(WORSE, VALUE), harm=log(WORSE, HARM)))
    assert report.outcome == "refused"
    assert failed(report) == ["value", "harm"]


def test_harm_alone_refuses():
    report = judge(replace(SOUND_CHALLENGE, harm=log(WORSE, HARM)))
    assert failed(report) == ["harm"]


@pytest.mark.parametrize(
    ("touches", "checks"),
    [
        (held_out(off=0.03), ["calibration of engaged"]),
        (held_out(knows=False), ["Brier score of engaged"]),
        (held_out(off=-0.2), ["calibration of engaged", "Brier score of engaged"]),
    ],
)
def test_a_model_that_says_what_does_not_happen_is_refused(touches, checks):
    assert failed(judge(replace(SOUND_CHALLENGE, held_out={"engaged": touches}))) == checks


def test_a_policy_keyed_on_language_is_refused():
    report = judge(replace(SOUND_CHALLENGE, audited=audited(firm_to_spanish=0.4)))
    assert failed(report) == ["fairness: language en", "fairness: language es"]


def test_a_small_log_says_not_distinguishable_yet_and_no_more():
    small = replace(SOUND_CHALLENGE, value=log(SOUND, VALUE)[:200], harm=log(SOUND, HARM)[:200])
    assert judge(small).outcome == "not distinguishable yet"


@pytest.mark.parametrize("gone", [{"value": [], "harm": []}, {"audited": []}])
def test_a_tenant_without_a_log_is_told_so(gone):
    assert judge(replace(SOUND_CHALLENGE, **gone)).outcome == "not distinguishable yet"


@pytest.mark.parametrize(
    "touches",
    [[], held_out()[:299], [replace(touch, account_id="a") for touch in held_out()]],
    ids=["none", "few", "of a single account"],
)
def test_without_enough_touches_held_out_nothing_is_opened(touches):
    report = judge(replace(SOUND_CHALLENGE, held_out={"engaged": touches}))
    assert report.outcome == "not distinguishable yet"


@pytest.mark.parametrize("chance", [1.2, -0.1, float("nan")])
def test_a_prediction_that_is_no_chance_refuses_however_few_were_held_out(chance):
    wrong = [replace(touch, challenger=chance) for touch in held_out()[:20]]
    report = judge(replace(SOUND_CHALLENGE, held_out={"engaged": wrong}))
    assert "calibration of engaged" in failed(report)


def test_a_log_that_contradicts_itself_refuses():
    value = list(SOUND_CHALLENGE.value)
    broken = [replace(touch, logged=0.0) for touch in value[:100]]
    assert failed(judge(replace(SOUND_CHALLENGE, value=[*broken, *value[100:]]))) == ["log"]


def test_a_log_told_twice_opens_as_before():
    twice = replace(SOUND_CHALLENGE, value=[*SOUND_CHALLENGE.value] * 2)
    assert judge(twice).outcome == "canary"


GOOD = ModelWeek(loaded=True, harmed=5, expected_harm=5.0, calibrated=True)


@pytest.mark.parametrize(
    ("weeks", "reason"),
    [
        ([], None),
        ([GOOD], None),
        ([replace(GOOD, loaded=False)], "document"),
        ([GOOD, replace(GOOD, harmed=15)], "harm"),
        ([GOOD, replace(GOOD, harmed=11)], None),
        ([GOOD, replace(GOOD, calibrated=False)], None),
        ([replace(GOOD, calibrated=False)] * 2, "calibration"),
        ([replace(GOOD, calibrated=False), GOOD], None),
        ([replace(GOOD, harmed=0, expected_harm=0.0)], None),
    ],
)  # fmt: skip
def test_a_model_is_taken_back_for_cause(weeks, reason):
    assert rollback(weeks) == reason


def test_the_tail_of_a_poisson_count():
    assert poisson_tail(0, 3.0) == 1.0
    assert poisson_tail(1, 3.0) == pytest.approx(1 - 2.718281828459045**-3)
    assert poisson_tail(3, 0.0) == 0.0
