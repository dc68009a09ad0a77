"""The learner's model: three logistic heads with draws from their posteriors, and its document.

The document is JSON with a hash over everything else in it. Nothing in it can run.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.domain.learning import features

HEADS = ("engaged", "value", "harm")
"""engaged: a person did something because of the touch; value: the share of the balance recovered
of those who did; harm: an opt-out or a complaint."""
DRAWS = 16
_FIGURES = 7  # digits that a document keeps


class ModelError(DomainError):
    """A model's document is damaged, was edited, or is of another version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHead:
    """One logistic regression. `draws` are `DRAWS` weight vectors from its posterior; `precision`
    is the lower triangle of the posterior's precision, row by row, where it is kept."""

    mean: tuple[float, ...]
    draws: tuple[tuple[float, ...], ...]
    precision: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerModel:
    """Heads by name (`HEADS`). `touches` and `engagements` are what it was trained on, matured;
    `name` is the hash of its document."""

    heads: dict[str, ModelHead]
    touches: int
    engagements: int
    trained_at: str = ""
    name: str = ""
    notes: dict[str, Any] = field(default_factory=dict)


def _hash(document: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in document.items() if key != "hash"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _rounded(values: Sequence[float]) -> list[float]:
    return [float(f"{value:.{_FIGURES}g}") for value in values]


def model_document(model: LearnerModel) -> dict[str, Any]:
    """The model as plain values, with the hash that names it."""
    document: dict[str, Any] = {
        "format": 1,
        "features": features.VERSION,
        "columns": list(features.COLUMNS),
        "touches": model.touches,
        "engagements": model.engagements,
        "trained_at": model.trained_at,
        "notes": model.notes,
        "heads": {
            name: {
                "mean": _rounded(head.mean),
                "draws": [_rounded(draw) for draw in head.draws],
                "precision": _rounded(head.precision),
            }
            for name, head in model.heads.items()
        },
    }
    document["hash"] = _hash(document)
    return document


def read_model(document: Mapping[str, Any]) -> LearnerModel:
    """A model from its document. Raises `ModelError` where the hash is not that of the rest, the
    columns are others, or a figure is none."""
    if not isinstance(document, Mapping) or document.get("hash") != _hash(document):
        raise ModelError("The model's hash does not fit its content: it was damaged or edited.")
    if document.get("columns") != list(features.COLUMNS):
        raise ModelError("The model was trained on other columns.")
    try:
        heads = {name: _head(document["heads"][name]) for name in HEADS}
        return LearnerModel(
            heads=heads,
            touches=int(document["touches"]),
            engagements=int(document["engagements"]),
            trained_at=str(document["trained_at"]),
            name=str(document["hash"]),
            notes=dict(document["notes"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"The model cannot be read: {error}") from error


def _head(part: Mapping[str, Any]) -> ModelHead:
    width = len(features.COLUMNS)
    head = ModelHead(
        mean=tuple(map(float, part["mean"])),
        draws=tuple(tuple(map(float, draw)) for draw in part["draws"]),
        precision=tuple(map(float, part["precision"])),
    )
    vectors = (head.mean, *head.draws)
    if len(head.draws) != DRAWS or any(len(vector) != width for vector in vectors):
        raise ValueError(f"a head wants {DRAWS} draws of {width} weights")
    if not all(math.isfinite(value) for vector in vectors for value in vector):
        raise ValueError("a weight is not a number")
    return head
