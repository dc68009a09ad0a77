"""Drift is heard where it is and not where it is not; on an alarm the model is believed less."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest

from dunlin.domain.learning.decision import LearnerSettings
from dunlin.domain.learning.drift import (
    WIDER,
    DriftAlarm,
    LossWatch,
    calibration_alarm,
    delivery_alarm,
    feature_alarms,
    feature_spread,
    log_loss,
    loss_watch,
    promotions_held,
    stability,
    watchful,
    widened,
)
from dunlin.domain.learning.features import COLUMNS
from dunlin.domain.learning.gate import HeldOutTouch
from dunlin.domain.learning.learner_model import (
    DRAWS,
    HEADS,
    LearnerModel,
    ModelHead,
    model_document,
    read_model,
)

ALARM = DriftAlarm(watch="feature", of="balance", says="moved")


def normal(draws: random.Random, count: int, shift: float = 0.0) -> list[float | None]:
    return [draws.gauss(shift, 1) for _ in range(count)]


def alarms_of(trained: Sequence[float | None], now: Sequence[float | None]) -> list[DriftAlarm]:
    spread = feature_spread(trained)
    return feature_alarms({"x": spread}, {"x": feature_spread(now, spread.edges)})


def test_a_feature_that_did_not_move_sounds_no_alarm_however_few_its_values():
    draws = random.Random(1)
    for count in (20, 60, 400):
        sounded = sum(bool(alarms_of(normal(draws, 400), normal(draws, count))) for _ in range(100))
        assert sounded <= 2


def test_a_feature_that_moved_is_named():
    draws = random.Random(2)
    alarm = alarms_of(normal(draws, 2_000), normal(draws, 500, shift=0.8))[0]
    assert (alarm.watch, alarm.of) == ("feature", "x")
    assert alarm.says.startswith("stability index 0.")


def test_a_small_move_is_none_to_act_on_though_it_is_certain():
    draws = random.Random(3)
    assert alarms_of(normal(draws, 20_000), normal(draws, 20_000, shift=0.1)) == []


def test_what_is_no_longer_known_is_a_move():
    trained: list[float | None] = [float(n % 7) for n in range(700)]
    assert alarms_of(trained, [None if n % 2 else float(n % 7) for n in range(350)])


def test_values_outside_of_what_was_trained_are_a_move():
    draws = random.Random(4)
    assert alarms_of(normal(draws, 1_000), [50.0] * 100)


def test_a_feature_of_two_values_is_counted_by_them():
    spread = feature_spread([0.0] * 90 + [1.0] * 10)
    assert stability(spread, feature_spread([0.0] * 90 + [1.0] * 10, spread.edges)) == 0
    assert alarms_of([0.0] * 500 + [1.0] * 500, [0.0] * 900 + [1.0] * 100)


def test_nothing_to_compare_says_nothing():
    assert alarms_of([], [1.0]) == []
    assert alarms_of([1.0, 2.0], []) == []


def held_watch(draws: random.Random) -> LossWatch:
    """A watch of touches that one in ten answers, well predicted."""
    watch = loss_watch([log_loss(0.1, draws.random() < 0.1) for _ in range(5_000)])
    assert watch is not None
    return watch


def test_a_channel_that_is_as_it_was_sounds_no_alarm():
    draws = random.Random(5)
    for _ in range(10):
        watch = held_watch(draws)
        for _ in range(3_000):
            watch = watch.after(0.1, draws.random() < 0.1)
            assert not watch.alarmed


def test_a_channel_that_answers_otherwise_is_heard_within_some_hundred_touches():
    draws = random.Random(6)
    for _ in range(10):
        watch = held_watch(draws)
        while not watch.alarmed:
            watch = watch.after(0.1, draws.random() < 0.25)
        assert 50 < watch.touches < 600
        alarm = watch.alarm("sms")
        assert alarm is not None
        assert (alarm.watch, alarm.of) == ("log-loss", "sms")
        assert f"in {watch.touches} touches" in alarm.says


def test_losses_that_do_not_spread_make_no_watch():
    assert loss_watch([]) is None
    assert loss_watch([0.3, 0.3]) is None


def test_a_prediction_of_certainty_costs_much_and_not_everything():
    assert log_loss(0.0, True) == pytest.approx(-math.log(1e-6))
    assert log_loss(1.0, True) == 0


@pytest.mark.parametrize(
    ("sent", "bounced", "alarmed"),
    [(1_000, 20, False), (1_000, 29, False), (1_000, 45, True), (10, 2, False), (0, 0, False)],
)
def test_more_bounces_than_chance_are_an_alarm(sent, bounced, alarmed):
    alarm = delivery_alarm("email", sent=sent, bounced=bounced, usual=0.02)
    assert (alarm is not None) is alarmed


@pytest.mark.parametrize(("rate", "alarmed"), [(0.1, False), (0.2, True), (0.03, True)])
def test_a_week_in_which_other_things_happen_than_were_said(rate, alarmed):
    draws = random.Random(8)
    week = [
        HeldOutTouch(
            account_id=str(n // 2), champion=0.1, challenger=0.1, happened=draws.random() < rate
        )
        for n in range(1_500)
    ]
    assert (calibration_alarm("engaged", week) is not None) is alarmed


def test_a_week_without_touches_or_of_a_single_account_says_nothing():
    lone = [HeldOutTouch(account_id="a", champion=0.1, challenger=0.1, happened=True)] * 3
    assert calibration_alarm("engaged", []) is None
    assert calibration_alarm("engaged", lone) is None


def trained() -> LearnerModel:
    draws = random.Random(9)
    heads = {
        name: ModelHead(
            mean=tuple(draws.gauss(0, 1) for _ in COLUMNS),
            draws=tuple(tuple(draws.gauss(0, 1) for _ in COLUMNS) for _ in range(DRAWS)),
            precision=(1.0, 0.5, 2.0),
        )
        for name in HEADS
    }
    return read_model(model_document(LearnerModel(heads=heads, touches=5_000, engagements=700)))


def test_an_alarm_widens_the_posterior_by_half_and_names_the_model_anew():
    model = trained()
    wider = widened(model)
    for name in HEADS:
        before, after = model.heads[name], wider.heads[name]
        assert after.mean == before.mean
        assert after.precision == pytest.approx([p / WIDER for p in before.precision], rel=1e-6)
        for column in range(len(COLUMNS)):
            narrow = sum((draw[column] - before.mean[column]) ** 2 for draw in before.draws)
            wide = sum((draw[column] - after.mean[column]) ** 2 for draw in after.draws)
            assert wide == pytest.approx(WIDER * narrow, rel=1e-4)
    assert wider.name != model.name
    assert wider.notes["widened_from"] == model.name
    assert widened(wider) == wider


def test_while_an_alarm_stands_more_is_explored_and_nothing_promoted():
    usual = LearnerSettings()
    assert watchful(usual, []) == usual
    assert watchful(usual, [ALARM]).explore == 0.10
    assert watchful(LearnerSettings(explore=0.2), [ALARM]).explore == 0.2
    assert promotions_held([ALARM])
    assert not promotions_held([])
