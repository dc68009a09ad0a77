"""Activation: start the ladder of an account. Starting it twice starts once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Status
from dunlin.domain.contact import cadence, planner
from dunlin.domain.rollouts.rollout import ineligible
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.accounts import Accounts
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.writing import retry_on_conflict, write


def start_ladder(
    account_id: str,
    *,
    strategy: Strategy,
    cohort: str,
    shadow: bool,
    book: Accounts,
    waker: LadderWaker,
    now: datetime,
    place: int = 0,
) -> str:
    """Start the ladder that the strategy assigns to an imported account, once. Of one that the
    rollout has started before, the execution is asked for again: it may have been cut off there.

    Returns `started`, or why not. `cohort` is the rollout it belongs to; in `shadow` it plans and
    logs, and sends nothing. `place` is its place in the wave that starts now, for the pace.
    """

    def attempt() -> str:
        account = book.account(account_id)
        if account is None:
            return "gone"
        if account.cohort == cohort and account.status is not Status.IMPORTED:
            if account.status is Status.ACTIVE and account.due_at is not None:
                waker.start(account, wait_seconds=_until(account.due_at, now))
            return "started"
        today = cadence.today(now)
        why = ineligible(account, strategy, today)
        if why:
            return why
        assigned = strategy.assign(account, today)
        active = lifecycle.activate(
            account,
            strategy_version=strategy.version,
            ladder=assigned.ladder,
            cohort=cohort,
            shadow=shadow,
            at=now,
        )
        action = planner.next_action(active, strategy, now)
        at = cadence.paced(action.at, place, action.channel, strategy.coordination)
        # A rest that the person asked for before binds the first rung too.
        action = replace(action, at=max(at, account.due_at) if account.due_at else at)
        active = write(
            book,
            account,
            lifecycle.plan_next(active, action),
            what="AccountActivated",
            data={
                "strategy": strategy.version,
                "run": active.ladder_run,
                "ladder": assigned.ladder,
                "reason": assigned.reason,
                "rollout": cohort,
                "shadow": shadow,
                "first_at": action.at.isoformat(),
            },
            now=now,
        )
        waker.start(active, wait_seconds=_until(action.at, now))
        return "started"

    return retry_on_conflict(attempt)


def _until(at: datetime, now: datetime) -> int:
    return max(1, int((at - now).total_seconds()))
