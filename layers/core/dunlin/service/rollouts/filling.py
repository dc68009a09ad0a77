"""Filling: starts the accounts that a rollout may start, a page at a time.

How far it has come is stored with the rollout under its version, so that a run that ends early
goes on where it stopped, and of two runs at once only one goes beyond a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.contact.cadence import today
from dunlin.domain.errors import DomainError
from dunlin.domain.rollouts.rollout import (
    Rollout,
    RolloutStage,
    Walk,
    choose,
    held_out,
    outside,
)
from dunlin.domain.strategy.strategy import Strategy
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.contact.activation import start_ladder
from dunlin.service.rollouts.requests import Started, answer_with, started_by
from dunlin.service.rollouts.rollout_ports import RolloutPorts

_DRAWN_AT_ONCE = 2_000
"""How many accounts of a ramp are drawn in one pass, which holds them in memory."""


def always() -> bool:
    """There is time left."""
    return True


def fill(
    rollout: Rollout,
    *,
    ports: RolloutPorts,
    now: datetime,
    go_on: Callable[[], bool] = always,
) -> Started:
    """Start ladders until the rollout has as many accounts as it may, and leave its holdout
    alone, while `go_on` says so. Raises `Conflict` where another run is at it."""
    return _Filling(rollout, ports, now, go_on).run()


class _Filling:
    """One run over a rollout's accounts: `walk` is how far it has come."""

    def __init__(
        self, rollout: Rollout, ports: RolloutPorts, now: datetime, go_on: Callable[[], bool]
    ) -> None:
        self.rollout, self.ports, self.now, self.go_on = rollout, ports, now, go_on
        self.strategy = strategy_of(rollout.creditor, rollout.strategy_version, ports)
        self.walk = rollout.walk or Walk()
        self.full = rollout.stage is RolloutStage.FULL

    def run(self) -> Started:
        finished = self.full or bool(self.walk.after) or self._chosen()
        if finished and (self.full or self.strategy.holdout_percent):
            finished = self._pages()
        self._store(finished=finished)
        return started_by(self.rollout, self.walk, finished=finished)

    def _chosen(self) -> bool:
        """Start those drawn for a pilot, or what a ramp has room for."""
        if self.rollout.stage is RolloutStage.RAMP:
            return self._drawn()
        self._count(self._start(self.rollout.chosen))
        return True

    def _drawn(self) -> bool:
        """Draw and start what a ramp has room for, so many in a pass; false where time ran out."""
        room = _DRAWN_AT_ONCE + 1
        while room > _DRAWN_AT_ONCE and self.go_on():
            members = Counter[bool]()
            choice = choose(
                self._all(members),
                self.rollout,
                self.strategy,
                room=min(self.rollout.size, _DRAWN_AT_ONCE),
                today=today(self.now),
            )
            room = max(0, self.rollout.size - members[True])
            chosen = [account.account_id for account in choice.start[:room]]
            if room <= _DRAWN_AT_ONCE:
                over = {"over the size": len(choice.start) - len(chosen)}
                self._count(Counter(choice.passed_over) + Counter(over))
            self._count(self._start(chosen))
            if not chosen:
                return True
        return room <= _DRAWN_AT_ONCE

    def _all(self, members: Counter[bool]) -> Iterator[Account]:
        """The creditor's accounts, counted by whether the rollout has contacted them already."""
        for account in self.ports.book.accounts_of_creditor(self.rollout.creditor):
            members[account.cohort == self.rollout.rollout_id and not account.held_out] += 1
            yield account

    def _pages(self) -> bool:
        """Hold out, and start where everybody is reached, page by page; false where time ran
        out."""
        # Who asked is told of everybody; the hourly look need not read who has begun.
        status = None if self.walk.request else Status.IMPORTED.value
        while self.go_on():
            accounts, after = self.ports.book.page_of_creditor(
                self.rollout.creditor, status=status, after=self.walk.after
            )
            outcomes = self._page(accounts)
            self.walk = self.walk.further(after, outcomes)
            if not after:
                return True
            if outcomes["started"] or outcomes["held out"]:
                self._store(finished=False)
        return False

    def _page(self, accounts: Sequence[Account]) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        starting = []
        for account in accounts:
            why = outside(account, self.rollout, self.strategy, today(self.now))
            if not why and held_out(self.strategy, account.consumer_id):
                held = _hold_out(account.account_id, self.rollout, ports=self.ports, now=self.now)
                outcomes["held out"] += held
            elif not why:
                starting.append(account.account_id)
            elif self.full:
                outcomes[why] += 1
        if self.full:
            outcomes += self._start(starting)
        return outcomes

    def _start(self, account_ids: Iterable[str]) -> Counter[str]:
        first = self.walk.outcomes.get("started", 0)
        return Counter(
            start_ladder(
                account_id,
                strategy=self.strategy,
                cohort=self.rollout.rollout_id,
                shadow=self.rollout.stage is RolloutStage.SHADOW,
                book=self.ports.book,
                waker=self.ports.waker,
                now=self.now,
                place=first + place,
            )
            for place, account_id in enumerate(account_ids)
        )

    def _count(self, outcomes: Mapping[str, int]) -> None:
        self.walk = self.walk.further(self.walk.after, outcomes)

    def _store(self, *, finished: bool) -> None:
        """Keep how far it has come; at the end, with the answer to who asked."""
        begun = self.rollout.walk or Walk()
        fresh = self.walk.outcomes.get("started", 0) - begun.outcomes.get("started", 0)
        size = self.rollout.size + (fresh if self.full else 0)
        walk = None if finished else self.walk
        if (size, walk) == (self.rollout.size, self.rollout.walk):
            return
        after = replace(self.rollout, size=size, walk=walk, version=self.rollout.version + 1)
        if finished and self.walk.request:
            answer_with(started_by(after, self.walk), self.walk.request, ports=self.ports)
        else:
            self.ports.rollouts.put_rollout(after)
        self.rollout = after


def _hold_out(account_id: str, rollout: Rollout, *, ports: RolloutPorts, now: datetime) -> bool:
    """Leave an account without contact, to measure the others by."""

    def attempt() -> bool:
        account = ports.book.account(account_id)
        if account is None or account.status is not Status.IMPORTED or account.cohort:
            return False
        why = "Left without contact, to measure what contact does."
        held = lifecycle.hold_out(account, cohort=rollout.rollout_id, why=why)
        data = {"rollout": rollout.rollout_id}
        write(ports.book, account, held, what="AccountHeldOut", data=data, now=now)
        return True

    return retry_on_conflict(attempt)


def moved(rollout: Rollout, ports: RolloutPorts, **changes: object) -> Rollout:
    """Store the next version of a rollout. Raises `Conflict`."""
    after = replace(rollout, version=rollout.version + 1, **changes)  # type: ignore[arg-type]
    ports.rollouts.put_rollout(after)
    return after


def strategy_of(creditor: str, version: int | None, ports: RolloutPorts) -> Strategy:
    """A version of a creditor's strategy, the newest where none is named. Raises `DomainError`."""
    strategy = ports.creditors.strategy(creditor, version)
    if strategy is None:
        raise DomainError(
            f"creditor {creditor} has no strategy: put config/{creditor}/strategy.yaml"
        )
    return strategy
