"""Training: from matured touches to a model. The data is walked in chunks; nothing is kept whole
but the parts that a touch was decided by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dunlin.bench.fitting import (
    CHUNK_ROWS,
    FitChunk,
    Floats,
    Prior,
    fit,
    head_of,
    plain_prior,
    shipped_prior,
)
from dunlin.domain.learning import features
from dunlin.domain.learning.arms import ARMS, BLOCKS
from dunlin.domain.learning.learner_model import HEADS, LearnerModel, ModelHead

HALF_LIFE_DAYS = 75.0
"""The age at which a touch counts half: people and seasons change."""
FEWEST_TOUCHES, FEWEST_ENGAGEMENTS = 400, 25
"""Below these there is no model, and the rule goes on."""

_TEXT = np.array([arm.channel == "sms" for arm in ARMS], float)
_NEUTRAL = np.array([arm.tone == "neutral" for arm in ARMS], float)
_FIRM = np.array([arm.tone == "firm" for arm in ARMS], float)
_PLAN = np.array([arm.offer == "plan" for arm in ARMS], float)
_BLOCK = np.array([[arm.block == block for block in BLOCKS] for arm in ARMS], float)
_CHANNEL_PLACES, _TONE_PLACES = list(features.CHANNEL_PLACES), list(features.TONE_PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchRows:
    """Matured touches, one a row. `person` and `day` as `features` makes them, `arm` its place;
    `engaged` and `harm` are 0 or 1, `value` the share of the balance recovered, read where engaged;
    `age_days` since the touch."""

    person: Floats
    day: Floats
    arm: NDArray[np.int64]
    engaged: Floats
    value: Floats
    harm: Floats
    age_days: Floats


def columns_of(person: Floats, day: Floats, arm: NDArray[np.int64]) -> Floats:
    """What `features.columns` gives for each row, as one array."""
    by_tone, block = person[:, _TONE_PLACES], _BLOCK[arm]
    text = _TEXT[arm][:, None]
    return np.hstack(
        (
            person,
            day,
            text * person[:, _CHANNEL_PLACES],
            _NEUTRAL[arm][:, None] * by_tone,
            _FIRM[arm][:, None] * by_tone,
            _PLAN[arm][:, None] * by_tone,
            block,
            text * block,
        )
    )


def enough(rows: TouchRows) -> bool:
    """Whether there is anything to learn from yet."""
    return len(rows.arm) >= FEWEST_TOUCHES and rows.engaged.sum() >= FEWEST_ENGAGEMENTS


def train(
    rows: TouchRows,
    *,
    seed: int,
    at: str,
    shipped: LearnerModel | None = None,
    shipped_weight: float = 0.05,
    before: LearnerModel | None = None,
    widened: float = 1.0,
    notes: Mapping[str, Any] | None = None,
) -> LearnerModel:
    """The model of matured touches. `shipped` gives a prior whose evidence counts for
    `shipped_weight` of itself; `before` is the model to begin from, which changes the way to the
    weights and not the weights. Raises `FitError`."""
    heads: dict[str, ModelHead] = {}
    for place, name in enumerate(HEADS):
        prior = _prior(name, shipped, shipped_weight)
        start = None if before is None else before.heads[name].mean
        mean, precision = fit(lambda name=name: _chunks(rows, name), prior, start)  # type: ignore[misc]
        heads[name] = head_of(mean, precision, seed * len(HEADS) + place, widened)
    return LearnerModel(
        heads=heads,
        touches=len(rows.arm),
        engagements=int(rows.engaged.sum()),
        trained_at=at,
        notes=dict(notes or {}),
    )


def _prior(name: str, shipped: LearnerModel | None, weight: float) -> Prior:
    return (
        plain_prior(name) if shipped is None else shipped_prior(name, shipped.heads[name], weight)
    )


def _chunks(rows: TouchRows, name: str) -> Iterator[FitChunk]:
    """The data of one head: all touches, of the value head those that were followed."""
    labels = {"engaged": rows.engaged, "value": rows.value, "harm": rows.harm}[name]
    places = np.flatnonzero(rows.engaged > 0) if name == "value" else np.arange(len(rows.arm))
    for start in range(0, len(places), CHUNK_ROWS):
        part = places[start : start + CHUNK_ROWS]
        weights = 0.5 ** (rows.age_days[part] / HALF_LIFE_DAYS)
        yield columns_of(rows.person[part], rows.day[part], rows.arm[part]), labels[part], weights
