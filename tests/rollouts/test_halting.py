"""A halted rollout starts nothing more and leaves nobody unpaused, whatever dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dunlin.domain.accounts.account import Account
from dunlin.domain.errors import Conflict
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import Rollout
from dunlin.service.rollouts import rollouts
from dunlin.service.rollouts.halting import PLATFORM, halt
from dunlin.service.rollouts.requests import Started, stored
from tests.bench.scale import Portfolio
from tests.rollouts.test_rollouts import Town
from tests.scenarios.dying import Deaths, Died, every_death
from tests.support.builders import CREDITOR

FIVE = timedelta(minutes=5)


def stored_rollout(town: Town) -> Rollout:
    (rollout,) = town.ports.rollouts.rollouts(CREDITOR)
    return rollout


def by_staff(
    town: Town, ports: Any = None, go_on: Callable[[], bool] = lambda: True, request: str = "h1"
) -> Started:
    asked = RolloutRequest(request_id=request, creditor=CREDITOR, asked_at=town.now)
    return rollouts.halt_by_staff(
        stored(asked, town.ports),
        f"{CREDITOR}.1",
        by="desk-1",
        why="case-17",
        ports=ports or town.ports,
        now=town.now,
        go_on=go_on,
    )


def hour(town: Town) -> None:
    """What the schedule of every five minutes does in an hour."""
    for _ in range(12):
        town.now += FIVE
        rollouts.go_on_all(ports=town.ports, now=town.now)


def not_paused(town: Town) -> list[Account]:
    return [a for a in town.accounts() if a.cohort and not a.paused]


def test_death_at_any_side_effect_of_a_halt_leaves_nobody_unpaused() -> None:
    def play(deaths: Deaths) -> None:
        town = Town(9)
        town.begin(size=5)
        ports = replace(
            town.ports,
            book=deaths.guard(town.book, "book"),
            rollouts=deaths.guard(town.ports.rollouts, "rollouts"),
        )
        try:
            by_staff(town, ports)
        except Died:
            # Who asked asks again only where nothing was stored of it.
            if not stored_rollout(town).halted:
                by_staff(town)
        hour(town)
        rollout = stored_rollout(town)
        assert (rollout.halted, rollout.walk) == ("case-17", None)
        assert not_paused(town) == []
        assert {a.override.by for a in town.accounts() if a.override} == {"desk-1"}
        assert sum(a.version for a in town.accounts()) == 9 + 2 * 5, "started once, paused once"
        answered = town.ports.rollouts.request(CREDITOR, "h1")
        assert answered is not None
        assert answered.answer is None or answered.answer["halted"] == "case-17"

    died = list(every_death(play))
    assert {d.split()[1] for d in died} >= {
        "rollouts.put_rollout",
        "rollouts.put_request",
        "book.apply_many",
    }


def test_a_halt_that_runs_out_of_time_is_answered_when_all_are_paused() -> None:
    portfolio = Portfolio(700)
    portfolio.begin("full")
    asked = stored(portfolio.request(), portfolio.ports)
    pages = iter([True, False])
    begun = rollouts.halt_by_staff(
        asked,
        f"{CREDITOR}.1",
        by="desk-1",
        why="case-17",
        ports=portfolio.ports,
        now=portfolio.now,
        go_on=lambda: next(pages),
    )
    assert not begun.finished
    accounts = portfolio.stored.accounts.values()
    assert 0 < sum(a.paused for a in accounts) < 700
    rollouts.go_on_all(ports=portfolio.ports, now=portfolio.now + FIVE)
    assert sum(a.paused for a in accounts) == 700
    answered = portfolio.rollouts.request(CREDITOR, asked.request_id)
    assert answered is not None
    assert answered.answer is not None
    assert answered.answer["halted"] == "case-17"


def test_whoever_is_started_behind_a_halt_is_paused_too() -> None:
    """A run is in the middle of a page as the rollout is halted, and comes to the end of it."""
    town = Town(8)
    start = town.waker.start

    def interrupted(account: Account, *, wait_seconds: int) -> bool:
        begun = start(account, wait_seconds=wait_seconds)
        if len(town.waker.started) == 3:
            halt(stored_rollout(town), "opt_out", by=PLATFORM, ports=town.ports, now=town.now)
        return begun

    town.waker.start = interrupted  # type: ignore[method-assign]
    with suppress(Conflict):
        town.begin(stage="full", size=0)
    assert not_paused(town), "the page went on"
    hour(town)
    assert len([a for a in town.accounts() if a.cohort]) == 8
    assert not_paused(town) == []
    assert stored_rollout(town).walk is None


def test_a_halt_of_what_is_halted_pauses_again_who_was_let_go() -> None:
    town = Town(6)
    town.begin(size=4)
    by_staff(town)
    hour(town)
    before = town.book.accounts
    started = {a.account_id for a in town.accounts() if a.cohort}
    resumed, *_ = started
    town.book.accounts[resumed] = replace(before[resumed], hold=None, override=None)
    hour(town)
    assert [a.account_id for a in not_paused(town)] == [resumed], "nobody but staff pauses it again"
    by_staff(town, request="h2")
    assert not_paused(town) == []
    assert stored_rollout(town).walk is None
