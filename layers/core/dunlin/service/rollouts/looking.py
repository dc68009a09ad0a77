"""Looking: counts what became of a rollout's accounts, a page at a time, and keeps the count.

A look that runs out of time goes on in the next run; who wants to see a rollout reads the last one
that was finished, which takes as long for a million accounts as for fifty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from dunlin.domain.accounts.account import Account
from dunlin.domain.reports.outcome import Lift, Member, Outcomes, Report, RolloutLook
from dunlin.domain.rollouts.rollout import Rollout
from dunlin.service.rollouts.rollout_ports import RolloutPorts


def look(
    rollout: Rollout, *, ports: RolloutPorts, now: datetime, go_on: Callable[[], bool]
) -> RolloutLook | None:
    """Count a rollout's accounts and keep the count; None where time ran out before the end."""
    going = begun(rollout.rollout_id, ports=ports)
    if going is None:
        last = ports.rollouts.look(rollout.rollout_id)
        number = last.number + 1 if last else 1
        going = RolloutLook(
            rollout_id=rollout.rollout_id, at=now, outcomes=Outcomes(), number=number
        )
    while go_on():
        accounts, after = ports.book.page_of_creditor(
            rollout.creditor, cohort=rollout.rollout_id, after=going.after
        )
        for account in accounts:
            going.outcomes.add(member(account, ports=ports), rollout.started_at, going.at)
        going = replace(going, after=after)
        if not after:
            ports.rollouts.put_look(going)
            return going
    if going.after:
        ports.rollouts.put_look(going)
    return None


def begun(rollout_id: str, *, ports: RolloutPorts) -> RolloutLook | None:
    """A look that was begun and not finished, None where there is none."""
    going = ports.rollouts.look(rollout_id, finished=False)
    last = ports.rollouts.look(rollout_id)
    if going is None or (last is not None and going.number <= last.number):
        return None
    return going


def member(account: Account, *, ports: RolloutPorts) -> Member:
    """An account with all that happened on it."""
    account_history = ports.book.account_history(account.account_id)
    return Member(
        account=account_history.account,
        ledger=account_history.ledger,
        touches=account_history.touches,
        labels=tuple((r.at, r.labels) for r in account_history.replies),
        entries=ports.log.chain(f"account#{account.account_id}"),
        personal=ports.log.chain(f"consumer#{account.consumer_id}"),
    )


def report_of(looked: RolloutLook, rollout: Rollout) -> tuple[Report, Lift | None]:
    """The report of a look, and what contact recovered beyond the holdout, as a share of what
    was owed."""
    return looked.outcomes.report(rollout, at=looked.at), looked.outcomes.lift
