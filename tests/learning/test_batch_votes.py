"""Many accounts at once decide as each does alone."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dunlin.bench.batch_votes import BatchVotes
from dunlin.domain.learning import decision, features
from dunlin.domain.learning.arms import EVERY
from dunlin.domain.learning.decision import LearnerSettings, allowed_arms, decide
from tests.learning.test_decision import STATE, model

DAY = date(2025, 6, 2)


def test_the_batch_votes_as_each_account_does_alone():
    settings = replace(LearnerSettings(), harm_price=1.5)
    shape = model(seed=3)
    states = [
        replace(STATE, balance_ratio=0.2 + place / 7, touches=place % 6, softer=place % 4)
        for place in range(24)
    ]
    allowed = [allowed_arms(s, settings, email=True, sms=bool(n % 3)) for n, s in enumerate(states)]
    together = BatchVotes(shape, settings).votes(states, DAY, allowed)
    for state, arms, votes in zip(states, allowed, together, strict=True):
        alone = decide(state, day=DAY, allowed=arms, model=shape, settings=settings, lot=0.5)
        batch = decision.choose_by_votes(votes, allowed=arms, explore=settings.explore, lot=0.5)
        assert alone == batch
    assert len({tuple(votes) for votes in together}) > 5


def test_the_scores_are_equal_to_nine_digits():
    """Not only the votes: the log-odds themselves."""
    shape = model(seed=4)
    votes = BatchVotes(shape, LearnerSettings())
    person = np.array([features.person_part(STATE)])
    for name in shape.heads:
        batch = votes._terms(name, person)[0]
        for draw, weights in enumerate(shape.heads[name].draws):
            terms = decision._arm_terms(list(person[0]), weights, EVERY)
            constant = decision._dot(list(person[0]), weights, 0)
            single = [constant + terms[arm] for arm in range(72)]
            assert batch[draw] == pytest.approx(single, abs=1e-9)
