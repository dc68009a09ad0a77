"""Fitting a head: Bayesian logistic regression by Newton's method, streamed in chunks.

The prior is a mean and a precision for each column; the posterior is Laplace's. Labels may be
fractions of one. With a flat prior it is scikit-learn's `LogisticRegression` (tests hold both to
the same weights).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dunlin.domain.errors import DomainError
from dunlin.domain.learning.features import COLUMNS, GROUPS
from dunlin.domain.learning.learner_model import DRAWS, ModelHead

Floats = NDArray[np.float64]
FitChunk = tuple[Floats, Floats, Floats]
"""Rows x columns, labels in [0, 1], weights >= 0."""
CHUNK_ROWS = 50_000
_STEPS, _CLOSE = 40, 1e-9

SPREAD = {
    "main": 0.3, "channel": 0.3, "message": 0.25, "calendar": 0.1, "hour": 0.1,
    "hour by channel": 0.05,
}  # fmt: skip
"""Prior standard deviation of a group's columns: data is scarce and most columns promise much."""
HARM_SPREAD = {
    "main": 0.25, "channel": 0.2, "message": 0.2, "calendar": 0.05, "hour": 0.05,
    "hour by channel": 0.05,
}  # fmt: skip
BASE_RATE = {"engaged": 0.15, "value": 0.4, "harm": 0.008}
"""What each head expects before it has seen anything; the constant may move freely from there."""
HARM_BELIEVED = {"text: always": 0.25, "neutral: always": 0.2, "firm: always": 0.8}
"""Log-odds of harm that are believed until the data says otherwise: what is not known to be
harmless is not tried out on many people."""
_CONSTANT_SPREAD = 1.5


class FitError(DomainError):
    """A head could not be fitted: figures that are none, or no convergence."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of the weights before the data: mean, and precision as a matrix."""

    mean: Floats
    precision: Floats


def plain_prior(head: str) -> Prior:
    """The prior without any evidence."""
    spread = HARM_SPREAD if head == "harm" else SPREAD
    mean = np.zeros(len(GROUPS))
    rate = BASE_RATE[head]
    mean[0] = np.log(rate / (1 - rate))
    if head == "harm":
        for column, believed in HARM_BELIEVED.items():
            mean[COLUMNS.index(column)] = believed
    sd = np.array([spread[group] for group in GROUPS])
    sd[0] = _CONSTANT_SPREAD
    return Prior(mean, np.diag(sd**-2))


def shipped_prior(head: str, shipped: ModelHead, weight: float) -> Prior:
    """The plain prior and the evidence of a shipped model, discounted to `weight` of it: evidence
    is what the shipped precision holds beyond the plain prior's."""
    plain = plain_prior(head)
    evidence = weight * (unpacked(shipped.precision) - plain.precision)
    precision = plain.precision + evidence
    mean = np.linalg.solve(
        precision, plain.precision @ plain.mean + evidence @ np.array(shipped.mean)
    )
    return Prior(mean, precision)


def packed(matrix: Floats) -> tuple[float, ...]:
    """The lower triangle of a symmetric matrix, row by row."""
    return tuple(matrix[np.tril_indices(len(matrix))].tolist())


def unpacked(triangle: Sequence[float]) -> Floats:
    """The symmetric matrix of a lower triangle."""
    width = int((np.sqrt(8 * len(triangle) + 1) - 1) / 2)
    matrix = np.zeros((width, width))
    matrix[np.tril_indices(width)] = triangle
    return matrix + np.tril(matrix, -1).T


def fit(
    chunks: Callable[[], Iterable[FitChunk]], prior: Prior, start: Sequence[float] | None = None
) -> tuple[Floats, Floats]:
    """The posterior's mode and precision. `chunks` gives the data anew at each call, so that no
    more than one chunk is held; `start` is where to begin, such as the weights of the model
    before. Raises `FitError`."""
    mean = prior.mean.copy() if start is None else np.array(start)
    for _ in range(_STEPS):
        gradient = prior.precision @ (mean - prior.mean)
        precision = prior.precision.copy()
        for x, labels, weights in chunks():
            p = 1 / (1 + np.exp(-np.clip(x @ mean, -500, 500)))
            gradient += x.T @ (weights * (p - labels))
            precision += (x * (weights * p * (1 - p))[:, None]).T @ x
        step = np.linalg.solve(precision, gradient)
        if not np.isfinite(step).all():
            raise FitError("The training data holds figures that are none.")
        # A step too far for the quadratic to hold is shortened; the mode stays where it is.
        mean -= step * min(1.0, 4.0 / max(1e-12, float(np.abs(step).max())))
        if np.abs(step).max() < _CLOSE:
            return mean, precision
    raise FitError("The training did not converge.")


def head_of(mean: Floats, precision: Floats, seed: int, widened: float = 1.0) -> ModelHead:
    """A head with its draws from the Laplace posterior, the same ones for the same seed. `widened`
    multiplies the variance of the draws, for when the world seems to change."""
    normal = np.random.default_rng(seed).standard_normal((DRAWS, len(mean)))
    # With precision L L', L'^-1 z has the posterior's covariance.
    factor = np.linalg.cholesky(precision)
    spread = np.linalg.solve(factor.T, normal.T).T * np.sqrt(widened)
    draws = tuple(tuple(draw) for draw in (mean + spread).tolist())
    return ModelHead(mean=tuple(mean.tolist()), draws=draws, precision=packed(precision))
