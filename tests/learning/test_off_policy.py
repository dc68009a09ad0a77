"""Off-policy estimates against a world whose truth is known: they cover at the nominal rate."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from dunlin.domain.errors import DomainError
from dunlin.domain.learning.off_policy import (
    Interval,
    LoggedTouch,
    change,
    cleaned,
    doubly_robust,
    self_normalised,
    weights,
)

LOGS, ACCOUNTS = 400, 150
# By context (0 or 1) and arm: the chance that a touch brings something.
BRINGS = ((0.10, 0.16, 0.05), (0.20, 0.12, 0.05))
LOGGED = ((0.6, 0.3, 0.1), (0.6, 0.3, 0.1))
BETTER = ((0.1, 0.85, 0.05), (0.85, 0.1, 0.05))
WORSE = ((0.1, 0.1, 0.8), (0.1, 0.1, 0.8))


def value(policy: tuple[tuple[float, ...], ...]) -> float:
    """True value for each touch: both contexts are as likely."""
    return sum(
        sum(p * b for p, b in zip(shares, brings, strict=True)) / 2
        for shares, brings in zip(policy, BRINGS, strict=True)
    )


def log(draws: random.Random, wanted: tuple[tuple[float, ...], ...]) -> list[LoggedTouch]:
    """Touches of one to six an account, whose outcomes hang together: some people answer
    everything twice as often, some never. The outcome model is wrong on purpose."""
    touches = []
    for account in range(ACCOUNTS):
        context, answers = draws.randrange(2), draws.choice((0, 2))
        for number in range(draws.randint(1, 6)):
            arm = draws.choices(range(3), LOGGED[context])[0]
            model = (0.15, 0.15, 0.03)
            touches.append(
                LoggedTouch(
                    touch_id=f"{account}-{number}",
                    account_id=str(account),
                    logged=LOGGED[context][arm],
                    wanted=wanted[context][arm],
                    outcome=float(draws.random() < BRINGS[context][arm] * answers),
                    predicted=model[arm],
                    expected=sum(p * m for p, m in zip(wanted[context], model, strict=True)),
                )
            )
    return touches


@pytest.fixture(scope="module")
def logs() -> list[list[LoggedTouch]]:
    draws = random.Random(16)
    return [log(draws, BETTER) for _ in range(LOGS)]


@pytest.mark.parametrize("estimate", [self_normalised, doubly_robust])
def test_intervals_cover_the_truth_at_the_nominal_rate(estimate, logs):
    covered = sum(estimate(each).holds(value(BETTER)) for each in logs) / LOGS
    # 95 % of 400 logs, give or take three standard errors of that share.
    assert 0.917 <= covered <= 0.983


def test_intervals_of_a_change_cover_it(logs):
    truth = value(BETTER) - value(LOGGED)
    for way in (0, 1):
        covered = sum(change(each)[way].holds(truth) for each in logs) / LOGS
        assert 0.917 <= covered <= 0.983


def test_touches_taken_for_independent_would_cover_too_seldom(logs):
    """That is why errors are clustered by account."""
    alone = [[replace(touch, account_id=touch.touch_id) for touch in each] for each in logs]
    covered = sum(self_normalised(each).holds(value(BETTER)) for each in alone) / LOGS
    assert covered < 0.917


def test_the_log_s_own_policy_changes_nothing():
    own = [replace(t, wanted=t.logged) for t in log(random.Random(3), BETTER)]
    normal, _ = change(own)
    assert normal.value == pytest.approx(0, abs=1e-12)
    assert normal.error == pytest.approx(0, abs=1e-12)
    assert weights(own).effective == pytest.approx(len(own))


def test_a_worse_policy_is_below_the_log():
    touches = [t for seed in range(8) for t in log(random.Random(seed), WORSE)]
    touches = [
        replace(t, touch_id=str(n), account_id=f"{n // 525}-{t.account_id}")
        for n, t in enumerate(touches)
    ]
    for each in change(touches):
        assert each.high < 0


def test_what_was_never_tried_shows_in_the_mean_weight():
    touches = log(random.Random(5), BETTER)
    # Half of what the policy wants lies where the log never went.
    untried = [replace(t, wanted=t.wanted / 2) for t in touches]
    assert weights(untried).mean == pytest.approx(weights(touches).mean / 2)
    assert weights(untried).mean < 0.9


def test_a_touch_told_twice_counts_once_and_a_contradiction_not_at_all():
    touches = log(random.Random(7), BETTER)
    twice = [*touches, *touches[:20], replace(touches[30], outcome=5.0)]
    clean = cleaned(twice)
    assert (clean.repeated, clean.unsound) == (20, 1)
    assert clean.touches == (*touches[:30], *touches[31:])


@pytest.mark.parametrize(
    "fault",
    [{"logged": 0.0}, {"logged": 1.5}, {"wanted": -0.1}, {"outcome": float("nan")}],
)
def test_an_unsound_touch_is_left_out_and_counted(fault):
    touches = log(random.Random(9), BETTER)
    clean = cleaned([replace(touches[0], **fault), *touches[1:]])
    assert clean.unsound == 1
    assert clean.touches == tuple(touches[1:])


def test_an_empty_log_says_nothing():
    for estimate in (self_normalised, doubly_robust, weights):
        with pytest.raises(DomainError):
            estimate([])


def test_one_account_bounds_nothing():
    touches = [replace(t, account_id="a") for t in log(random.Random(11), BETTER)]
    assert self_normalised(touches).error == float("inf")
    assert Interval(value=0.1, error=float("inf")).holds(1e9)
