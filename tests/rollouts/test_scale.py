"""What a rollout reads and writes grows with the accounts that it starts, and of the others it
reads pages: counted over two sizes of one portfolio."""

from __future__ import annotations

from collections import Counter

from dunlin.service.rollouts import rollouts
from tests.bench.scale import Portfolio

_READS = ("accounts_of_creditor", "page_of_creditor")


def _without_reads(calls: Counter[str]) -> dict[str, int]:
    return {name: number for name, number in calls.items() if name not in _READS}


def test_a_pilot_writes_as_much_among_many_as_among_few() -> None:
    few, many = Portfolio(600), Portfolio(3_000)
    for portfolio in (few, many):
        portfolio.begin("pilot", 50)
    assert _without_reads(few.calls) == _without_reads(many.calls)
    assert many.calls["accounts_of_creditor"] - few.calls["accounts_of_creditor"] <= 2 * 5


def test_the_hourly_look_at_a_rollout_to_everybody_writes_nothing_where_nobody_is_new() -> None:
    portfolio = Portfolio(1_200)
    portfolio.begin("full")
    portfolio.calls.clear()
    rollouts.advance_all(ports=portfolio.ports, now=portfolio.now)
    assert _without_reads(portfolio.calls) == {"rollouts": 1}
    assert portfolio.calls["page_of_creditor"] == 1 + 1_200 // 500


def test_starting_everybody_is_a_straight_line() -> None:
    calls = []
    for number in (500, 1_000, 1_500):
        portfolio = Portfolio(number)
        portfolio.begin("full")
        calls.append(portfolio.calls.total())
    first, second = calls[1] - calls[0], calls[2] - calls[1]
    assert abs(first - second) <= 10
