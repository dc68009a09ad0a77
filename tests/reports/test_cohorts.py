"""What a cohort recovered, held against a baseline: intervals that mean what they say."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from dunlin.domain.reports.measures import BEFORE, HOLDOUT, weeks
from dunlin.domain.reports.outcome import Member, lift
from tests.reports.members import LAUNCH, member


def drawn(number: int, share: float, dice: random.Random) -> list[float]:
    """What accounts recover where a share of them pays: all, or half of what they owe."""
    return [dice.choice((0.5, 1.0)) if dice.random() < share else 0.0 for _ in range(number)]


def test_the_interval_covers_a_known_effect_at_its_rate() -> None:
    # 30 % pay where they are contacted and 20 % elsewhere, three quarters on average.
    dice = random.Random(38)
    truth, runs, covered = (0.30 - 0.20) * 0.75, 2_000, 0
    for _ in range(runs):
        difference = lift(drawn(300, 0.30, dice), drawn(100, 0.20, dice))
        assert difference is not None
        covered += difference.low <= truth <= difference.high
    # 95 % of 2,000 within four standard errors.
    assert abs(covered / runs - 0.95) < 0.02


def test_no_winner_is_named_where_there_is_none() -> None:
    dice = random.Random(71)
    named = 0
    for _ in range(1_000):
        difference = lift(drawn(200, 0.25, dice), drawn(200, 0.25, dice))
        assert difference is not None
        assert (difference.winner == "") is (difference.low <= 0 <= difference.high)
        named += bool(difference.winner)
    assert named < 1_000 * 0.08
    sure = lift(drawn(200, 0.6, dice), drawn(200, 0.1, dice))
    assert sure is not None
    assert sure.winner == "treated"
    swapped = lift(drawn(200, 0.1, dice), drawn(200, 0.6, dice))
    assert swapped is not None
    assert swapped.winner == "held_out"


def cohort(letter: str, number: int, payers: int, on: int, **changes: Any) -> list[Member]:
    """Accounts of 100.00, of which so many pay half of it on a day."""
    return [
        member(f"{letter}{n}", paid=[(on, 5_000)] if n < payers else (), **changes)
        for n in range(number)
    ]


def test_weeks_are_told_once_they_are_over_against_holdout_and_the_time_before() -> None:
    treated = cohort("t", 20, 10, on=10)
    held_out = cohort("h", 20, 2, on=10, launched=False)
    earlier = cohort("e", 40, 4, on=-3, launched=False)
    everybody = treated + held_out + earlier
    lifts = {
        (w.week, w.against): w.lift
        for w in weeks(
            treated, held_out, everybody, since=LAUNCH, until=LAUNCH + timedelta(days=15)
        )
    }
    assert set(lifts) == {(w, a) for w in (1, 2, 4) for a in (HOLDOUT, BEFORE)}
    # Nobody had paid by the end of the first week; in the week before, 4 of 80 had paid half.
    first, ago = lifts[1, HOLDOUT], lifts[1, BEFORE]
    assert first is not None
    assert (first.treated, first.held_out) == (0.0, 0.0)
    assert ago is not None
    assert (ago.treated, ago.held_out) == (0.0, 4 * 0.5 / 80)
    second = lifts[2, HOLDOUT]
    assert second is not None
    assert (second.treated, second.held_out) == (0.25, 0.05)
    assert (second.treated_accounts, second.held_out_accounts) == (20, 20)
    assert second.winner == "treated"
    # The fourth week is not over.
    assert lifts[4, HOLDOUT] is None
    assert lifts[4, BEFORE] is None
