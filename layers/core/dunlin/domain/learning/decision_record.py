"""The record of a decision: all that it takes to repeat it, beside the model that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.domain.learning.arms import EVERY
from dunlin.domain.learning.decision import LearnedChoice, LearnerSettings, decide
from dunlin.domain.learning.features import VERSION, KnownState
from dunlin.domain.learning.learner_model import LearnerModel


def decision_record(
    known: KnownState,
    *,
    day: date,
    allowed: frozenset[int],
    model: LearnerModel,
    settings: LearnerSettings,
    choice: LearnedChoice,
) -> dict[str, Any]:
    """A decision as plain values. What was masked is kept rather than what was allowed: it is
    what a person asks about."""
    return {
        "features": VERSION,
        "model": model.name,
        "day": day.isoformat(),
        "known": asdict(known),
        "masked": sorted(EVERY - allowed),
        "settings": asdict(settings),
        "lot": choice.lot,
        "arm": choice.arm,
        "wait_days": choice.wait_days,
        "probabilities": {str(arm): p for arm, p in choice.probabilities.items()},
    }


def repeated(record: Mapping[str, Any], model: LearnerModel) -> LearnedChoice:
    """Decide again from a record. Raises `DomainError` where the record names another model or
    columns of another version."""
    if record["model"] != model.name or record["features"] != VERSION:
        raise DomainError("The record names another model or other columns.")
    return decide(
        KnownState(**record["known"]),
        day=date.fromisoformat(record["day"]),
        allowed=EVERY - frozenset(record["masked"]),
        model=model,
        settings=LearnerSettings(**record["settings"]),
        lot=record["lot"],
    )
