"""Training: the weights are scikit-learn's, chunks change nothing, intervals hold the truth."""

from functools import partial

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from dunlin.bench import fitting, training
from dunlin.bench.fitting import FitError, Prior, fit, head_of, packed, unpacked
from dunlin.bench.training import TouchRows, columns_of, train
from dunlin.domain.learning.arms import ARMS
from dunlin.domain.learning.features import COLUMNS, GROUPS, columns

WIDE = len(COLUMNS)


def _touches(count: int, seed: int, truth: float = 0.0) -> TouchRows:
    """Touches of a world in which a text is followed `truth` log-odds likelier."""
    dice = np.random.default_rng(seed)
    person = dice.normal(0, 0.5, (count, 17))
    person[:, 0] = 1
    day = np.zeros((count, 12))
    day[np.arange(count), dice.integers(0, 7, count)] = 1
    arm = dice.integers(0, len(ARMS), count)
    odds = -1.2 + 0.6 * person[:, 3] + truth * (arm >= 36)
    engaged = (dice.random(count) < 1 / (1 + np.exp(-odds))).astype(float)
    return TouchRows(
        person=person,
        day=day,
        arm=arm,
        engaged=engaged,
        value=dice.random(count),
        harm=(dice.random(count) < 0.02).astype(float),
        age_days=np.zeros(count),
    )


def test_the_rows_of_many_are_the_columns_of_each():
    rows = _touches(40, 1)
    whole = columns_of(rows.person, rows.day, rows.arm)
    for place in range(40):
        single = columns(rows.person[place], rows.day[place], int(rows.arm[place]))
        assert whole[place] == pytest.approx(single, abs=1e-15)


def test_the_weights_are_those_of_scikit_learn():
    rows = _touches(3000, 2, truth=0.8)
    x = columns_of(rows.person, rows.day, rows.arm)
    ridge = Prior(np.zeros(WIDE), np.eye(WIDE) * 2.0)
    mean, _ = fit(lambda: [(x, rows.engaged, np.ones(len(x)))], ridge)
    oracle = LogisticRegression(
        C=0.5, fit_intercept=False, tol=1e-12, max_iter=2000, solver="newton-cholesky"
    ).fit(x, rows.engaged)
    assert mean == pytest.approx(oracle.coef_[0], abs=1e-7)


def test_chunks_change_nothing(monkeypatch):
    rows = _touches(2000, 3)
    whole = train(rows, seed=1, at="")
    monkeypatch.setattr(training, "CHUNK_ROWS", 300)
    parts = train(rows, seed=1, at="")
    for name in whole.heads:
        assert parts.heads[name].mean == pytest.approx(whole.heads[name].mean, abs=1e-9)


def test_a_prior_pulls_where_data_is_silent_and_yields_where_it_speaks():
    rows = _touches(3000, 4, truth=0.8)
    shipped = train(rows, seed=1, at="")
    place = COLUMNS.index("text: always")
    few = _touches(60, 5, truth=0.8)
    alone = train(few, seed=1, at="")
    helped = train(few, seed=1, at="", shipped=shipped, shipped_weight=0.3)
    assert abs(helped.heads["engaged"].mean[place] - 0.8) < abs(
        alone.heads["engaged"].mean[place] - 0.8
    )
    other = train(_touches(20_000, 6, truth=-0.8), seed=1, at="", shipped=shipped)
    assert other.heads["engaged"].mean[place] < -0.4


def test_the_draws_cover_the_truth_at_the_nominal_rate():
    """Over 200 logs drawn from the prior's own world, nine of ten central 90 % intervals hold it:
    between 84 and 96 of 100."""
    dice = np.random.default_rng(7)
    width, inside = 6, 0
    prior = Prior(np.zeros(width), np.eye(width) / 0.5**2)
    for _ in range(200):
        truth = dice.normal(0, 0.5, width)
        x = dice.normal(0, 1, (400, width))
        labels = (dice.random(400) < 1 / (1 + np.exp(-(x @ truth)))).astype(float)
        data = [(x, labels, np.ones(400))]
        mean, precision = fit(partial(iter, data), prior)
        sd = np.sqrt(np.diag(np.linalg.inv(precision)))
        inside += abs(truth[0] - mean[0]) < 1.645 * sd[0]
    assert 168 <= inside <= 192


def test_draws_have_the_posteriors_spread():
    precision = np.array([[4.0, 1.0], [1.0, 9.0]])
    draws = np.array(
        [draw for seed in range(400) for draw in head_of(np.zeros(2), precision, seed).draws]
    )
    assert np.cov(draws.T) == pytest.approx(np.linalg.inv(precision), abs=0.02)
    wide = head_of(np.zeros(2), precision, 1, widened=4.0)
    plain = head_of(np.zeros(2), precision, 1)
    assert np.array(wide.draws) == pytest.approx(2 * np.array(plain.draws))
    assert unpacked(packed(precision)) == pytest.approx(precision)


def test_figures_that_are_none_train_no_model():
    rows = _touches(500, 8)
    rows.person[3, 2] = np.nan
    with pytest.raises(FitError):
        train(rows, seed=1, at="")


def test_every_group_of_columns_has_its_spread():
    for spread in (fitting.SPREAD, fitting.HARM_SPREAD):
        assert set(spread) == set(GROUPS)
