"""What will be sent next, as it stands now: the plan of the due time, made from what is known
today. What the account's row holds was written when its newest rung was used; since then a person
may have read, answered, wished or withdrawn something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dunlin.domain.accounts.account import Account, NextAction
from dunlin.domain.accounts.consumer import Consumer, ContactHistory
from dunlin.domain.contact import planner
from dunlin.domain.strategy.strategy import Strategy

NOT_PERMITTED = "Nothing can go out as it stands: no channel of this rung is permitted."


def foreseen(
    *,
    account: Account,
    consumer: Consumer,
    history: ContactHistory,
    strategy: Strategy,
    paused: str,
    now: datetime,
    others: Sequence[Account] = (),
) -> NextAction | None:
    """The next action of an account whose time alone moves it on, else what its row says.

    The rulebook may still refuse it, or put it off, when the time has come.
    """
    if not (account.runs and account.timed) or account.next_action is None:
        return account.next_action
    due = max(account.due_at or now, now)
    plan = planner.plan(
        account=account,
        consumer=consumer,
        history=history,
        strategy=strategy,
        paused=paused,
        now=due,
        others=others,
    )
    if plan.step == "offer":
        permitted = (o for o in plan.offers if consumer.consent(o.channel).open)
        offer = next(permitted, None)
        if offer is None:
            return NextAction(at=due, channel="", template="", reason=NOT_PERMITTED)
        return NextAction(
            at=due, channel=offer.channel.value, template=offer.template, reason=offer.reason
        )
    if plan.step == "wait":
        return replace(account.next_action, at=plan.until or due)
    return NextAction(at=due, channel="", template="", reason=plan.reason)
