"""Activation: start the ladder of an account. Starting it twice starts once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dunlin.domain.accounts.account import Status
from dunlin.domain.contact import cadence, planner
from dunlin.domain.rollouts.rollout import ineligible
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.accounts import AccountBook, Change
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.writing import entry_of, next_version, retry_on_conflict


def start_ladder(
    account_id: str,
    *,
    strategy: Strategy,
    cohort: str,
    shadow: bool,
    book: AccountBook,
    waker: LadderWaker,
    now: datetime,
    place: int = 0,
) -> str:
    """Start the ladder that the strategy assigns to an imported account, once.

    Returns `started`, or why not. `cohort` is the rollout it belongs to; in `shadow` it plans and
    logs, and sends nothing. `place` is its place in the wave that starts now, for the pace.
    """

    def attempt() -> str:
        account = book.account(account_id)
        if account is None:
            return "gone"
        today = cadence.today(now)
        why = ineligible(account, strategy, today)
        if why:
            return why
        assigned = strategy.assign(account, today)
        account = replace(account, ladder=assigned.ladder, activated_at=now)
        action = planner.next_action(account, strategy, now)
        at = cadence.paced(action.at, place, action.channel, strategy.coordination)
        action = replace(action, at=at)
        entry = entry_of(
            account,
            now=now,
            what="AccountActivated",
            data={
                "strategy": strategy.version,
                "run": account.ladder_run + 1,
                "ladder": assigned.ladder,
                "reason": assigned.reason,
                "rollout": cohort,
                "shadow": shadow,
                "first_at": action.at.isoformat(),
            },
        )
        active = next_version(
            account,
            entry,
            status=Status.ACTIVE,
            hold=None,
            hold_reason="",
            strategy_version=strategy.version,
            ladder_run=account.ladder_run + 1,
            rung=0,
            occurrence=0,
            cohort=cohort,
            shadow=shadow,
            due_at=action.at,
            next_action=action,
        )
        book.apply(Change(account=active, audit=[entry]))
        waker.start(active, wait_seconds=_until(action.at, now))
        return "started"

    return retry_on_conflict(attempt)


def _until(at: datetime, now: datetime) -> int:
    return max(1, int((at - now).total_seconds()))
