"""What a log says of a policy that did not write it: value for each touch, by weights.

Touches of an account hang together, so every interval is clustered by account. Value for each
touch is not recovery for each account: an estimate may refuse a policy or open a trial, and is
never a claim that a policy is better.

Self-normalised weights: Swaminathan and Joachims, NIPS 2015. Doubly robust: Dudik, Langford and
Li, ICML 2011.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dunlin.domain.errors import DomainError

Z = 1.959964
"""Of a two-sided interval of 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedTouch:
    """One matured touch. `logged` is the probability with which the arm was chosen, `wanted` that
    with which the judged policy chooses it; `outcome` is what came of it. A model of outcomes says
    `predicted` of the arm that was chosen and `expected` of the arms that the judged policy
    chooses; both 0 where there is none."""

    touch_id: str
    account_id: str
    logged: float
    wanted: float
    outcome: float
    predicted: float = 0.0
    expected: float = 0.0

    @property
    def weight(self) -> float:
        return self.wanted / self.logged

    @property
    def sound(self) -> bool:
        """Whether it says what a touch can say."""
        return (
            0 < self.logged <= 1
            and 0 <= self.wanted <= 1
            and all(map(math.isfinite, (self.outcome, self.predicted, self.expected)))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure with its standard error; `low` and `high` bound it at 95 %."""

    value: float
    error: float

    @property
    def low(self) -> float:
        return self.value - Z * self.error

    @property
    def high(self) -> float:
        return self.value + Z * self.error

    def holds(self, figure: float) -> bool:
        return self.low <= figure <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Of a log: effective sample (Kish), largest and mean weight. The mean is near 1 where the log
    tried what the judged policy does; it falls where the policy does what was never tried."""

    touches: int
    effective: float
    largest: float
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanLog:
    """Touches to estimate from, and how many were left out: told again, or unsound."""

    touches: tuple[LoggedTouch, ...]
    repeated: int
    unsound: int


def cleaned(log: Iterable[LoggedTouch]) -> CleanLog:
    """A touch that is told twice counts once; where two tellings differ neither is believed."""
    first: dict[str, LoggedTouch] = {}
    contradicted: set[str] = set()
    repeated = unsound = 0
    for touch in log:
        if not touch.sound:
            unsound += 1
        elif touch.touch_id not in first:
            first[touch.touch_id] = touch
        elif first[touch.touch_id] == touch:
            repeated += 1
        else:
            contradicted.add(touch.touch_id)
    return CleanLog(
        touches=tuple(t for key, t in first.items() if key not in contradicted),
        repeated=repeated,
        unsound=unsound + len(contradicted),
    )


def weights(log: Sequence[LoggedTouch]) -> Weights:
    """Raises `DomainError` for an empty log."""
    _want_some(log)
    each = [touch.weight for touch in log]
    squares = sum(weight * weight for weight in each)
    return Weights(
        touches=len(each),
        effective=sum(each) ** 2 / squares if squares else 0.0,
        largest=max(each),
        mean=sum(each) / len(each),
    )


def self_normalised(log: Sequence[LoggedTouch]) -> Interval:
    """Value for each touch under the judged policy. Raises `DomainError` where the policy shares
    no touch with the log."""
    value = _weighted_mean(log)
    return Interval(value=value, error=_clustered(log, _normalised_parts(log, value)))


def doubly_robust(log: Sequence[LoggedTouch]) -> Interval:
    """The same by the outcome model, with the weights correcting it where it errs. Raises
    `DomainError` for an empty log."""
    value = _robust_mean(log)
    return Interval(value=value, error=_clustered(log, _robust_parts(log, value)))


def change(log: Sequence[LoggedTouch]) -> tuple[Interval, Interval]:
    """What the judged policy brings for each touch beyond the policy that wrote the log: by
    self-normalised weights, and doubly robust. Paired: both are read from the same touches."""
    normal, robust = _weighted_mean(log), _robust_mean(log)
    base = sum(touch.outcome for touch in log) / len(log)
    own = [(touch.outcome - base) / len(log) for touch in log]
    return (
        _difference(log, normal - base, _normalised_parts(log, normal), own),
        _difference(log, robust - base, _robust_parts(log, robust), own),
    )


def cluster_error(parts: Iterable[tuple[str, float]]) -> float:
    """The standard error of a sum of (account, influence) whose parts hang together within an
    account; infinite where there are fewer than two accounts."""
    sums: defaultdict[str, float] = defaultdict(float)
    for account_id, part in parts:
        sums[account_id] += part
    count = len(sums)
    if count < 2:
        return math.inf
    return math.sqrt(sum(s * s for s in sums.values()) * count / (count - 1))


def _want_some(log: Sequence[LoggedTouch]) -> None:
    if not log:
        raise DomainError("A log without a touch says nothing of a policy.")


def _weighted_mean(log: Sequence[LoggedTouch]) -> float:
    total = sum(touch.weight for touch in log)
    if not total:
        raise DomainError("The policy does nothing that the log has tried.")
    return sum(touch.weight * touch.outcome for touch in log) / total


def _normalised_parts(log: Sequence[LoggedTouch], value: float) -> list[float]:
    total = sum(touch.weight for touch in log)
    return [touch.weight * (touch.outcome - value) / total for touch in log]


def _robust_mean(log: Sequence[LoggedTouch]) -> float:
    _want_some(log)
    return sum(t.expected + t.weight * (t.outcome - t.predicted) for t in log) / len(log)


def _robust_parts(log: Sequence[LoggedTouch], value: float) -> list[float]:
    return [(t.expected + t.weight * (t.outcome - t.predicted) - value) / len(log) for t in log]


def _clustered(log: Sequence[LoggedTouch], parts: Iterable[float]) -> float:
    return cluster_error((t.account_id, part) for t, part in zip(log, parts, strict=True))


def _difference(
    log: Sequence[LoggedTouch], value: float, parts: Sequence[float], own: Sequence[float]
) -> Interval:
    return Interval(
        value=value,
        error=_clustered(log, (a - b for a, b in zip(parts, own, strict=True))),
    )
