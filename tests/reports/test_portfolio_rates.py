"""Roll rate and kept rate, against sums worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from dunlin.domain.accounts.aging import AgingBucket
from dunlin.domain.arrangements.arrangement import ArrangementState
from dunlin.domain.reports.portfolio_rates import kept, roll_rates
from tests.reports.members import day, member


def test_what_rolls_into_an_older_bucket_is_counted_in_money() -> None:
    # Day 0 to day 30. In 0-30 days: 100 rolls whole, 300 was paid but for 50, 40 was paid.
    rolling = member("a", owed=10_000, due_on=day(-10))
    partly = member("b", owed=30_000, paid=[(5, 25_000)], due_on=day(-5))
    paid = member("c", owed=4_000, paid=[(30, 4_000)], due_on=day(-1))
    # In 31-60: stays in its bucket on day 20, so nothing rolls. Over 90 there is nothing older.
    older = member("d", owed=7_000, due_on=day(-35))
    oldest = member("e", owed=9_000, due_on=day(-200))
    undated = member("f", owed=5_000, due_on=None)
    later = member("g", owed=5_000, due_on=day(-5), charged=3)
    euro = member("h", owed=2_000, due_on=day(-10), currency="EUR")
    members = [rolling, partly, paid, older, oldest, undated, later, euro]
    assert roll_rates(members, day(0), day(30)) == {
        "EUR": {AgingBucket.TO_30: Fraction(1)},
        "USD": {
            AgingBucket.TO_30: Fraction(10_000 + 5_000, 44_000),
            AgingBucket.TO_60: Fraction(1),
            AgingBucket.OVER_90: Fraction(0),
        },
    }
    assert roll_rates([older], day(0), day(20)) == {"USD": {AgingBucket.TO_60: Fraction(0)}}
    assert roll_rates([], day(0), day(30)) == {}


def ended(state: ArrangementState) -> Any:
    return SimpleNamespace(state=state)


def test_arrangements_that_ended_are_kept_or_broken() -> None:
    states = ["kept", "paid_off", "broken", "kept", "cancelled", "replaced", "active", "declined"]
    rate = kept(ended(ArrangementState(state)) for state in states)
    assert (rate.kept, rate.broken, rate.rate) == (3, 1, Fraction(3, 4))
    assert kept([]).rate is None
