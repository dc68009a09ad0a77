"""Replanning: what a new version of a strategy does to the rungs that are still to come.

What was sent stays sent, what was agreed stays under the version it was agreed under, and a date
that the new version does not change stays as it is, with all that put it off since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Hold, NextAction, Status
from dunlin.domain.contact import cadence, planner
from dunlin.domain.strategy.strategy import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a new version changes on one account: its next action before and after, and the
    account as it moves."""

    account_id: str
    reference: str
    before: NextAction | None
    after: NextAction | None
    account: Account

    @property
    def seen(self) -> bool:
        """Whether anything that a person would notice changes."""
        return _said(self.before) != _said(self.after)


def _said(action: NextAction | None) -> tuple[object, ...] | None:
    return (action.at, action.channel, action.template) if action else None


def move(account: Account, old: Strategy, new: Strategy, *, now: datetime) -> Move | None:
    """The move of one account to a new version; None where it stays where it is: it is not
    active, moved already, or an arrangement is in force."""
    if account.status is not Status.ACTIVE or account.hold is Hold.ARRANGEMENT:
        return None
    if account.strategy_version >= new.version:
        return None
    waits = account.timed and account.hold is None and not account.occurrence
    planned = _planned(account, old, new, now) if waits else None
    moved = lifecycle.replan(
        account,
        strategy_version=new.version,
        ladder=cadence.ladder_of(account, new, now),
        action=planned,
    )
    return Move(
        account_id=account.account_id,
        reference=account.reference,
        before=account.next_action,
        after=moved.next_action,
        account=moved,
    )


def _planned(account: Account, old: Strategy, new: Strategy, now: datetime) -> NextAction | None:
    """The next action under the new version; None where it is the one under the old."""
    was = cadence.next_step(account, old, now=now)
    comes = cadence.next_step(account, new, now=now)
    if was == comes:
        return None
    action = planner.next_action(account, new, now)
    same_moment = was is not None and comes is not None and was.at == comes.at
    if same_moment and account.due_at is not None:
        return replace(action, at=account.due_at)
    return action
