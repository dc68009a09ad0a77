"""What a static rule would cause, by the model: the default of the harm budget.

A small holdout says little for months; the harm head says it for every account at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from dunlin.domain.learning.features import KnownState, columns, day_part, person_part
from dunlin.domain.learning.learner_model import HEADS, LearnerModel
from dunlin.domain.learning.static_rules import StaticRule


def expected_harm(
    model: LearnerModel,
    rule: StaticRule,
    placed: Sequence[tuple[KnownState, date, bool, bool]],
    horizon_days: int,
) -> float:
    """Mean opt-outs per account, were these accounts led by the rule from their placing on.
    `placed` holds the state and the day of placing, and whether e-mail and texts are open."""
    means = {name: np.array(model.heads[name].mean) for name in HEADS}
    total = 0.0
    for known, first, email, sms in placed:
        state, day, last, remains = known, first, "", 1.0
        while True:
            days = rule.gap(state.touches)
            day += timedelta(days=days)
            if (day - first).days >= horizon_days:
                break
            if state.touches:
                state = replace(state, placed_days=(day - first).days, days_since_touch=float(days))
            arm = rule.arm(state, last=last, followed="", email=email, sms=sms)
            if arm is None:
                break
            row = np.array(columns(person_part(state), day_part(state, day, 0), arm.index))
            p = {name: float(1 / (1 + np.exp(-(row @ means[name])))) for name in HEADS}
            total += remains * p["harm"]
            # Who paid or agreed to a plan is not written to again.
            remains *= 1 - p["harm"] - p["engaged"] * p["value"]
            state = _ignored(state, arm.channel, firm=arm.tone == "firm")
            last = arm.channel
    return total / len(placed) if placed else 0.0


def _ignored(state: KnownState, channel: str, *, firm: bool) -> KnownState:
    """The state after a touch that nobody followed."""
    return replace(
        state,
        touches=state.touches + 1,
        softer=state.softer + (not firm),
        email_ignored=state.email_ignored + (channel == "email"),
        sms_ignored=state.sms_ignored + (channel == "sms"),
    )
