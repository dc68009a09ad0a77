"""Whether the world still is the one that a model was trained in, and what is done where it is not.

Four watches: the spread of each feature, the log-loss of each channel touch by touch, what is
delivered, and calibration by week. On an alarm the model is believed less (a wider posterior, more
exploration), nothing is promoted, and staff are told what was seen.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dunlin.domain.learning.decision import LearnerSettings
from dunlin.domain.learning.gate import HeldOutTouch, calibration_error, poisson_tail
from dunlin.domain.learning.learner_model import (
    LearnerModel,
    ModelHead,
    model_document,
    read_model,
)

BINS = 10
SHIFT = 0.2
"""A population stability index above this is a shift, where it is more than chance."""
CHANCE = 0.001
"""An alarm that would sound by chance more often than this is none."""
ALLOWANCE, LOSS_BOUND = 0.1, 50.0
"""Of Page's test, in standard deviations of a touch's log-loss: what is let pass at each touch,
and the sum at which the alarm sounds. Normal losses without drift reach it about once in a million
touches (Siegmund's approximation); a rise of 0.3 deviations after some 250."""
BOUNCES = 1.5
"""Bounces above so many times their usual share are an alarm, where they are more than chance."""
CALIBRATION_ERRORS = 3.0
WIDER = 1.5
"""The factor on the posterior's variance while an alarm stands."""
WATCHFUL = 0.10
"""The share of exploration while an alarm stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftAlarm:
    """What moved: `watch` is `feature`, `log-loss`, `delivery` or `calibration`; `of` the feature,
    channel or head; `says` the figures in words."""

    watch: str
    of: str
    says: str


@dataclass(frozen=True, slots=True)
class FeatureSpread:
    """How often a feature fell between `edges`, below and above them; the last count is of those
    where it was not known."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


def feature_spread(
    values: Iterable[float | None], edges: Sequence[float] | None = None
) -> FeatureSpread:
    """Count values between edges; without edges between tenths of the values themselves. What lies
    outside of what was trained falls into the outer bins."""
    listed = list(values)
    known = sorted(value for value in listed if value is not None)
    if edges is None:
        # A value that many share is an edge once.
        edges = sorted(
            {known[len(known) * place // BINS] for place in range(1, BINS)} if known else ()
        )
    counts = [0] * (len(edges) + 2)
    for value in known:
        counts[bisect_right(edges, value)] += 1
    counts[-1] = len(listed) - len(known)
    return FeatureSpread(tuple(edges), tuple(counts))


def stability(trained: FeatureSpread, now: FeatureSpread) -> float:
    """Population stability index of two spreads over the same edges; half a value is added to each
    bin, so that an empty one has a logarithm."""
    bins = len(trained.counts)
    index = 0.0
    for before, after in zip(trained.counts, now.counts, strict=True):
        p = (before + 0.5) / (trained.total + 0.5 * bins)
        q = (after + 0.5) / (now.total + 0.5 * bins)
        index += (q - p) * math.log(q / p)
    return index


def feature_alarms(
    trained: Mapping[str, FeatureSpread], now: Mapping[str, FeatureSpread]
) -> list[DriftAlarm]:
    """Features of which more moved than chance moves. Over n and m values without drift the index
    times n m / (n + m) is near chi-squared (Yurdakul 2018)."""
    alarms = []
    for name, before in trained.items():
        after = now[name]
        if not before.total or not after.total:
            continue
        index = stability(before, after)
        by_chance = _chi_squared_bound(len(before.counts) - 1) * (
            1 / before.total + 1 / after.total
        )
        if index > max(SHIFT, by_chance):
            says = f"stability index {index:.2f} (alarm above {max(SHIFT, by_chance):.2f})"
            alarms.append(DriftAlarm(watch="feature", of=name, says=says))
    return alarms


def _chi_squared_bound(degrees: int) -> float:
    """What chi-squared passes with a chance of `CHANCE` (Wilson and Hilferty's cube root)."""
    z = 3.0902
    part = 2 / (9 * degrees)
    return degrees * (1 - part + z * math.sqrt(part)) ** 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LossWatch:
    """Page's test (Biometrika 41, 1954) on the log-loss of a channel. `mean` and `deviation` are
    those of touches that were held out in training; `passed` is the sum so far."""

    mean: float
    deviation: float
    passed: float = 0.0
    touches: int = 0

    def after(self, predicted: float, happened: bool) -> LossWatch:
        """The watch after one more matured touch."""
        above = (log_loss(predicted, happened) - self.mean) / self.deviation
        passed = max(0.0, self.passed + above - ALLOWANCE)
        return replace(self, passed=passed, touches=self.touches + 1)

    @property
    def alarmed(self) -> bool:
        return self.passed > LOSS_BOUND

    def alarm(self, channel: str) -> DriftAlarm | None:
        if not self.alarmed:
            return None
        says = f"log-loss rose: {self.passed:.0f} above {LOSS_BOUND:.0f} in {self.touches} touches"
        return DriftAlarm(watch="log-loss", of=channel, says=says)


def log_loss(predicted: float, happened: bool) -> float:
    """In nats; a prediction of 0 or 1 counts as one in a million off."""
    chance = predicted if happened else 1 - predicted
    return -math.log(min(1.0, max(1e-6, chance)))


def loss_watch(losses: Sequence[float]) -> LossWatch | None:
    """A watch from the losses of touches held out in training; None where they say nothing of
    their spread."""
    if len(losses) < 2:
        return None
    mean = sum(losses) / len(losses)
    deviation = math.sqrt(sum((loss - mean) ** 2 for loss in losses) / (len(losses) - 1))
    return LossWatch(mean=mean, deviation=deviation) if deviation else None


def delivery_alarm(channel: str, *, sent: int, bounced: int, usual: float) -> DriftAlarm | None:
    """Whether more bounced than the `usual` share, beyond what chance explains."""
    expected = sent * usual
    if not sent or bounced <= BOUNCES * expected or poisson_tail(bounced, expected) >= CHANCE:
        return None
    says = f"{bounced} of {sent} bounced where {expected:.1f} are usual"
    return DriftAlarm(watch="delivery", of=channel, says=says)


def calibration_alarm(head: str, week: Sequence[HeldOutTouch]) -> DriftAlarm | None:
    """Whether what the model that decides said of a week's matured touches did not happen; the
    week's `challenger` is that model."""
    if not week:
        return None
    apart = calibration_error(week)
    if abs(apart.value) <= CALIBRATION_ERRORS * apart.error:
        return None
    says = f"says {apart.value:+.3f} beyond what happens ({apart.low:+.3f} to {apart.high:+.3f})"
    return DriftAlarm(watch="calibration", of=head, says=says)


def watchful(settings: LearnerSettings, alarms: Sequence[DriftAlarm]) -> LearnerSettings:
    """Settings while alarms stand."""
    if not alarms:
        return settings
    return replace(settings, explore=max(settings.explore, WATCHFUL))


def promotions_held(alarms: Sequence[DriftAlarm]) -> bool:
    """Whether a trial that ends well must wait: what it showed may be of a world that is gone."""
    return bool(alarms)


def widened(model: LearnerModel) -> LearnerModel:
    """The model with its posterior's variance times `WIDER`. It has a name of its own, so that a
    decision's record names what decided; widening what is wide already changes nothing."""
    if "widened_from" in model.notes:
        return model
    wider = replace(
        model,
        heads={name: _wider_head(head) for name, head in model.heads.items()},
        notes={**model.notes, "widened_from": model.name},
    )
    return read_model(model_document(wider))


def _wider_head(head: ModelHead) -> ModelHead:
    factor = math.sqrt(WIDER)
    return ModelHead(
        mean=head.mean,
        draws=tuple(
            tuple(m + factor * (w - m) for m, w in zip(head.mean, draw, strict=True))
            for draw in head.draws
        ),
        precision=tuple(value / WIDER for value in head.precision),
    )
