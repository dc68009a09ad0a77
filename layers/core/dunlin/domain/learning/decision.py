"""The decision: which arm today, or none, with the exact probability of each.

Masks come first. Each of the model's draws votes for the arm with the best score, or for waiting
where a later day wins or nothing is worth its harm; the share of votes is the probability. A few
percent go to arms that differ from the favourite in one factor. One number drawn by lot picks.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dunlin.domain.learning import features
from dunlin.domain.learning.arms import ARMS, BLOCKS, EMAIL, FIRM, NEIGHBOURS, SMS
from dunlin.domain.learning.features import KnownState, day_part, person_part
from dunlin.domain.learning.learner_model import HEADS, LearnerModel

WAIT = -1
"""The place of waiting where an arm's would stand."""
BEST_ARMS = 6
"""How many of today's arms are scored for the days ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerSettings:
    """What the creditor sets and what is structure.

    `spacing` days between touches, `most` touches in all, firm only after `softer_first` others;
    `ahead` days of look-ahead, worth `discount` a day; `harm_price` in median balances per opt-out
    (the slider between relationship and cash, steered by the budget), `touch_price` likewise per
    touch; `by_balance` is the power of the balance (1: by money, 0: everybody alike); `explore`
    the share that goes to neighbours of the favourite.
    """

    spacing: int = 5
    most: int = 7
    softer_first: int = 2
    ahead: int = 3
    discount: float = 0.95
    harm_price: float = 3.0
    touch_price: float = 0.002
    by_balance: float = 1.0
    explore: float = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedChoice:
    """What was decided: `arm` is a place in `ARMS` or `WAIT`; `wait_days` until the next look.

    `probabilities` holds every choice with its exact probability, `favourite` the one with most
    votes; `explored` is True where the choice got no vote; `by_message` sums over the hours.
    """

    arm: int
    wait_days: int
    probabilities: dict[int, float]
    favourite: int
    explored: bool
    lot: float
    by_message: float = 1.0


def allowed_arms(
    known: KnownState, settings: LearnerSettings, *, email: bool, sms: bool
) -> frozenset[int]:
    """The arms that channels, spacing, count and tone leave; none where the account must rest."""
    since = known.days_since_touch
    if known.touches >= settings.most or (since is not None and since < settings.spacing):
        return frozenset()
    allowed = (EMAIL if email else frozenset()) | (SMS if sms else frozenset())
    return allowed - FIRM if known.softer < settings.softer_first else allowed


def decide(
    known: KnownState,
    *,
    day: date,
    allowed: frozenset[int],
    model: LearnerModel,
    settings: LearnerSettings,
    lot: float,
) -> LearnedChoice:
    """Choose for one account on a local day. `lot` is uniform in [0, 1)."""
    if not allowed:
        return LearnedChoice(
            arm=WAIT, wait_days=1, probabilities={WAIT: 1.0}, favourite=WAIT, explored=False,
            lot=lot,
        )  # fmt: skip
    votes = [
        _vote(known, day, allowed, {n: model.heads[n].draws[draw] for n in HEADS}, settings)
        for draw in range(len(model.heads[HEADS[0]].draws))
    ]
    return choose_by_votes(votes, allowed=allowed, explore=settings.explore, lot=lot)


def choose_by_votes(
    votes: Sequence[tuple[int, int]], *, allowed: frozenset[int], explore: float, lot: float
) -> LearnedChoice:
    """Turn votes, each an arm or `WAIT` with the days to wait, into probabilities and pick."""
    counted = Counter(arm for arm, _ in votes)
    share = {arm: count / len(votes) for arm, count in counted.items()}
    favourite = min(counted, key=lambda arm: (-counted[arm], arm))
    probabilities = mixed(share, favourite, allowed, explore)
    arm = picked(probabilities, lot)
    waits = Counter(days for choice, days in votes if choice == WAIT)
    days = min(waits, key=lambda day: (-waits[day], day)) if waits else 1
    return LearnedChoice(
        arm=arm,
        wait_days=days,
        probabilities=probabilities,
        favourite=favourite,
        explored=arm not in share,
        lot=lot,
        by_message=_by_message(probabilities, arm),
    )


def mixed(
    share: Mapping[int, float], favourite: int, allowed: frozenset[int], explore: float
) -> dict[int, float]:
    """Shares of votes with `explore` of them spread over the favourite's allowed neighbours, in
    the order of the arms. Where waiting is the favourite nothing is tried out."""
    near = [] if favourite == WAIT else [n for n in NEIGHBOURS[favourite] if n in allowed]
    if not near:
        return dict(sorted(share.items()))
    result = {arm: (1 - explore) * part for arm, part in share.items()}
    for arm in near:
        result[arm] = result.get(arm, 0.0) + explore / len(near)
    return dict(sorted(result.items()))


def picked(probabilities: Mapping[int, float], lot: float) -> int:
    """The choice on which a number in [0, 1) falls."""
    total, last = 0.0, WAIT
    for arm, probability in probabilities.items():
        total, last = total + probability, arm
        if lot < total:
            break
    return last


def _by_message(probabilities: Mapping[int, float], arm: int) -> float:
    if arm == WAIT:
        return probabilities[WAIT]
    message = ARMS[arm].message
    return sum(p for a, p in probabilities.items() if a != WAIT and ARMS[a].message == message)


def _vote(
    known: KnownState,
    day: date,
    allowed: frozenset[int],
    weights: Mapping[str, Sequence[float]],
    settings: LearnerSettings,
) -> tuple[int, int]:
    """The best choice under one draw: an arm and 0, or `WAIT` and the days to wait."""
    person = person_part(known)
    worth = math.pow(max(1e-3, known.balance_ratio), settings.by_balance)
    by_arm = {name: _arm_terms(person, weights[name], allowed) for name in HEADS}
    constant = {name: _dot(person, weights[name], 0) for name in HEADS}

    def score(arm: int, days: Mapping[str, float]) -> float:
        z = {name: constant[name] + days[name] + by_arm[name][arm] for name in HEADS}
        gain = worth * _logistic(z["engaged"]) * _logistic(z["value"])
        return gain - settings.harm_price * _logistic(z["harm"]) - settings.touch_price

    def day_terms(ahead: int) -> dict[str, float]:
        part = day_part(known, day + timedelta(days=ahead), ahead)
        return {name: _dot(part, weights[name], features.DAY_AT) for name in HEADS}

    today = day_terms(0)
    scores = {arm: score(arm, today) for arm in sorted(allowed)}
    ranked = sorted(scores, key=lambda arm: (-scores[arm], arm))[:BEST_ARMS]
    best, wait = scores[ranked[0]], 0
    for ahead in range(1, settings.ahead + 1):
        then = day_terms(ahead)
        later = max(score(arm, then) for arm in ranked) * settings.discount**ahead
        if later > best:
            best, wait = later, ahead
    if best <= 0:
        return WAIT, 1
    return (WAIT, wait) if wait else (ranked[0], 0)


def _arm_terms(
    person: Sequence[float], weights: Sequence[float], allowed: frozenset[int]
) -> dict[int, float]:
    """What each arm adds to the log-odds: a sum of few terms, so 72 arms cost little."""
    text = _dot([person[p] for p in features.CHANNEL_PLACES], weights, features.CHANNEL_AT)
    by_tone = [person[p] for p in features.TONE_PLACES]
    tone = {
        "gentle": 0.0,
        "neutral": _dot(by_tone, weights, features.NEUTRAL_AT),
        "firm": _dot(by_tone, weights, features.FIRM_AT),
    }
    plan = _dot(by_tone, weights, features.PLAN_AT)
    hours = {}
    for place, block in enumerate(BLOCKS):
        hours["email", block] = weights[features.BLOCK_AT + place]
        hours["sms", block] = (
            weights[features.BLOCK_AT + place] + weights[features.TEXT_BLOCK_AT + place]
        )
    terms = {}
    for place in allowed:
        arm = ARMS[place]
        terms[place] = (
            hours[arm.channel, arm.block]
            + tone[arm.tone]
            + (text if arm.channel == "sms" else 0.0)
            + (plan if arm.offer == "plan" else 0.0)
        )
    return terms


def _dot(part: Sequence[float], weights: Sequence[float], start: int) -> float:
    return math.fsum(value * weights[start + place] for place, value in enumerate(part) if value)


def _logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0
