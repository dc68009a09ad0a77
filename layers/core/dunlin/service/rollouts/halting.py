"""Halting: a rollout starts nothing more, and its accounts are paused, a page at a time.

How far it has come is stored with the rollout, so that a run that ends early or dies goes on where
it stopped. All pages are gone through twice, for a run that was starting accounts as the rollout
was halted comes to the end of its page: whom it started behind the first pass the second pauses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from dunlin.domain.rollouts.rollout import Rollout, Walk
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.rollouts.filling import always, moved
from dunlin.service.rollouts.requests import Started, answer_with
from dunlin.service.rollouts.rollout_ports import RolloutPorts
from dunlin.service.staff.pauses import pause_each

PLATFORM = "dunlin"
"""Who halts a rollout where a guardrail does."""
_GUARDRAIL = "guardrail"
_PASSES = 2
_RUN = timedelta(minutes=15)
"""No run of a function lives longer (AWS Lambda's limit)."""


def halt(
    rollout: Rollout,
    why: str,
    *,
    by: str,
    ports: RolloutPorts,
    now: datetime,
    go_on: Callable[[], bool] = always,
    request: str = "",
) -> Started:
    """Stop a rollout: it starts nothing more, and every account of it is paused; `finished` is
    false where time ran out before all were. `by` is a code, `why` one too where staff say it. Of
    one that is halted already the accounts are paused anew. Raises `Conflict`."""
    walk = rollout.walk
    if not rollout.halted:
        walk = Walk(request=request)
        rollout = moved(rollout, ports, halted=why, halted_by=by, halted_at=now, walk=walk)
    elif walk is None:
        walk = Walk(request=request, passes=_PASSES - 1)
        rollout = moved(rollout, ports, halted_by=by, walk=walk)
    elif request and not walk.request:
        rollout = moved(rollout, ports, walk=replace(walk, request=request))
    return pause_on(rollout, ports=ports, now=now, go_on=go_on)


def pause_on(
    rollout: Rollout, *, ports: RolloutPorts, now: datetime, go_on: Callable[[], bool] = always
) -> Started:
    """Go on with pausing the accounts of a halted rollout. Raises `Conflict` where another run
    is at it."""
    why = _GUARDRAIL if rollout.halted_by == PLATFORM else rollout.halted
    order = StaffCommand(by=rollout.halted_by, why=why)
    while (walk := rollout.walk) is not None and _may_begin(rollout, walk, now):
        if not go_on():
            return _paused(rollout, finished=bool(walk.passes))
        accounts, after = ports.book.page_of_creditor(
            rollout.creditor, cohort=rollout.rollout_id, after=walk.after
        )
        ids = [account.account_id for account in accounts]
        outcomes = pause_each(ids, order, book=ports.book, now=now)
        rollout = _further(rollout, walk.further(after, outcomes), ports)
    return _paused(rollout)


def _may_begin(rollout: Rollout, walk: Walk, now: datetime) -> bool:
    """The second pass begins once no run that was starting accounts can be at it any more."""
    first_or_begun = not walk.passes or bool(walk.after)
    return first_or_begun or rollout.halted_at is None or now >= rollout.halted_at + _RUN


def _further(rollout: Rollout, walk: Walk, ports: RolloutPorts) -> Rollout:
    """Store how far it has come; after the first pass, with the answer to who asked."""
    if walk.after:
        return moved(rollout, ports, walk=walk)
    passes = walk.passes + 1
    rest = replace(walk, request="", passes=passes) if passes < _PASSES else None
    if not walk.request:
        return moved(rollout, ports, walk=rest)
    after = replace(rollout, walk=rest, version=rollout.version + 1)
    answer_with(_paused(after), walk.request, ports=ports)
    return after


def _paused(rollout: Rollout, *, finished: bool = True) -> Started:
    """A halted rollout has started nobody."""
    return Started(rollout=rollout, started=0, held_out=0, passed_over={}, finished=finished)
