"""The votes of many accounts at once: what `domain.learning.decision` does for each, in numpy.

The bench decides for thousands a day; tests hold both ways to the same scores within 1e-9.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from dunlin.bench.fitting import Floats
from dunlin.domain.learning import features
from dunlin.domain.learning.arms import ARMS, BLOCKS
from dunlin.domain.learning.decision import BEST_ARMS, WAIT, LearnerSettings
from dunlin.domain.learning.features import KnownState, day_part, person_part
from dunlin.domain.learning.learner_model import HEADS, LearnerModel

_TEXT = np.array([arm.channel == "sms" for arm in ARMS], float)
_NEUTRAL = np.array([arm.tone == "neutral" for arm in ARMS], float)
_FIRM = np.array([arm.tone == "firm" for arm in ARMS], float)
_PLAN = np.array([arm.offer == "plan" for arm in ARMS], float)
_BLOCK = np.array([[arm.block == block for arm in ARMS] for block in BLOCKS], float)
_CHANNEL_PLACES = list(features.CHANNEL_PLACES)
_TONE_PLACES = list(features.TONE_PLACES)


class BatchVotes:
    """The draws of one model, ready to vote for many accounts."""

    def __init__(self, model: LearnerModel, settings: LearnerSettings) -> None:
        self._settings = settings
        self._weights = {name: np.array(model.heads[name].draws) for name in HEADS}
        self._hours = {
            name: w[:, features.BLOCK_AT : features.TEXT_BLOCK_AT] @ _BLOCK
            + (w[:, features.TEXT_BLOCK_AT :] @ _BLOCK) * _TEXT
            for name, w in self._weights.items()
        }

    def votes(
        self, known: Sequence[KnownState], day: date, allowed: Sequence[frozenset[int]]
    ) -> list[list[tuple[int, int]]]:
        """For each account the vote of each draw, as `decision.choose_by_votes` takes them."""
        settings = self._settings
        person = np.array([person_part(k) for k in known])
        worth = np.array([max(1e-3, k.balance_ratio) ** settings.by_balance for k in known])
        ahead = [
            np.array([day_part(k, day + timedelta(days=days), days) for k in known])
            for days in range(settings.ahead + 1)
        ]
        closed = np.ones((len(known), len(ARMS)), bool)
        for place, open_arms in enumerate(allowed):
            closed[place, list(open_arms)] = False
        terms = {name: self._terms(name, person) for name in HEADS}
        days = {name: [part @ self._day(name).T for part in ahead] for name in HEADS}
        scores = self._scores({n: terms[n] + days[n][0][:, :, None] for n in HEADS}, worth)
        scores[np.broadcast_to(closed[:, None, :], scores.shape)] = -np.inf
        ranked = np.argsort(-scores, axis=2, kind="stable")[:, :, :BEST_ARMS]
        best = np.take_along_axis(scores, ranked[:, :, :1], 2)[:, :, 0]
        wait = np.zeros(best.shape, int)
        shut = np.isinf(np.take_along_axis(scores, ranked, 2))
        some = {name: np.take_along_axis(terms[name], ranked, 2) for name in HEADS}
        for later in range(1, settings.ahead + 1):
            then = self._scores({n: some[n] + days[n][later][:, :, None] for n in HEADS}, worth)
            then[shut] = -np.inf
            value = then.max(2) * settings.discount**later
            wait[value > best] = later
            best = np.maximum(best, value)
        wait[best <= 0] = 1
        arm = np.where(wait > 0, WAIT, ranked[:, :, 0])
        return [
            list(zip(a, w, strict=True)) for a, w in zip(arm.tolist(), wait.tolist(), strict=True)
        ]

    def _day(self, name: str) -> Floats:
        part: Floats = self._weights[name][:, features.DAY_AT : features.CHANNEL_AT]
        return part

    def _terms(self, name: str, person: Floats) -> Floats:
        """Log-odds without the day: accounts x draws x arms."""
        w, by_tone = self._weights[name], person[:, _TONE_PLACES]

        def part(values: Floats, start: int) -> Floats:
            product: Floats = values @ w[:, start : start + values.shape[1]].T
            deep: Floats = product[:, :, None]
            return deep

        terms: Floats = (
            part(person, 0)
            + part(person[:, _CHANNEL_PLACES], features.CHANNEL_AT) * _TEXT
            + part(by_tone, features.NEUTRAL_AT) * _NEUTRAL
            + part(by_tone, features.FIRM_AT) * _FIRM
            + part(by_tone, features.PLAN_AT) * _PLAN
            + self._hours[name]
        )
        return terms

    def _scores(self, z: dict[str, Floats], worth: Floats) -> Floats:
        settings = self._settings
        gain = worth[:, None, None] / (1 + np.exp(-z["engaged"])) / (1 + np.exp(-z["value"]))
        harm = settings.harm_price / (1 + np.exp(-z["harm"]))
        result: Floats = gain - harm - settings.touch_price
        return result
