"""What a rollout reads and writes grows with the accounts that it starts, and of the others it
reads pages: counted over two sizes of one portfolio."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from dunlin.domain.reports.outcome import RolloutLook
from dunlin.service.rollouts import rollouts
from dunlin.service.rollouts.looking import report_of
from tests.bench.scale import Portfolio
from tests.support.builders import CREDITOR

_READS = ("accounts_of_creditor", "page_of_creditor")


def _without_reads(calls: Counter[str]) -> dict[str, int]:
    return {name: number for name, number in calls.items() if name not in _READS}


def test_a_pilot_writes_as_much_among_many_as_among_few() -> None:
    few, many = Portfolio(600), Portfolio(3_000)
    for portfolio in (few, many):
        portfolio.begin("pilot", 50)
    assert _without_reads(few.calls) == _without_reads(many.calls)
    # An answer of the index, and a hundred rows at a time, twice over.
    more = many.calls["accounts_of_creditor"] - few.calls["accounts_of_creditor"]
    assert more <= 2 * (1 + (3_000 - 600) // 100)


def test_the_hourly_look_at_a_rollout_to_everybody_writes_nothing_where_nobody_is_new() -> None:
    portfolio = Portfolio(1_200)
    portfolio.begin("full")
    portfolio.calls.clear()
    rollouts.advance_all(ports=portfolio.ports, now=portfolio.now)
    assert _without_reads(portfolio.calls) == {"rollouts": 1}
    assert portfolio.calls["page_of_creditor"] == 2, "entries alone, none of which leads on"


def test_starting_everybody_is_a_straight_line() -> None:
    calls = []
    for number in (500, 1_000, 1_500):
        portfolio = Portfolio(number)
        portfolio.begin("full")
        calls.append(portfolio.calls.total())
    first, second = calls[1] - calls[0], calls[2] - calls[1]
    assert abs(first - second) <= 10


def test_a_look_that_stops_goes_on_and_counts_what_one_in_a_piece_counts() -> None:
    portfolio = Portfolio(250, holdout_percent=20)
    portfolio.begin("full")
    (rollout,) = portfolio.rollouts.rollouts(CREDITOR)
    whole = rollouts.show(rollout.rollout_id, ports=portfolio.ports, now=portfolio.now)

    def look(pages: int) -> RolloutLook | None:
        left = iter([True] * pages + [False])
        return rollouts.look_at(
            rollout.rollout_id, ports=portfolio.ports, now=portfolio.now, go_on=lambda: next(left)
        )

    assert look(1) is None
    assert portfolio.rollouts.look(rollout.rollout_id) is None
    portfolio.now += timedelta(hours=1)
    rollouts.go_on_all(ports=portfolio.ports, now=portfolio.now)
    looked = portfolio.rollouts.look(rollout.rollout_id)
    assert looked is not None
    assert report_of(looked, whole[0].rollout) == whole
    assert (whole[0].accounts + whole[0].held_out, looked.number) == (250, 1)
    again = look(9)
    assert again is not None
    assert again.number == 2


def test_what_is_shown_of_a_rollout_is_one_read_whatever_its_size() -> None:
    portfolio = Portfolio(300)
    portfolio.begin("full")
    (rollout,) = portfolio.rollouts.rollouts(CREDITOR)
    rollouts.look_at(rollout.rollout_id, ports=portfolio.ports, now=portfolio.now)
    portfolio.calls.clear()
    looked = portfolio.ports.rollouts.look(rollout.rollout_id)
    assert looked is not None
    report, _ = report_of(looked, rollout)
    assert report.accounts == 300
    assert portfolio.calls == {"look": 1}
