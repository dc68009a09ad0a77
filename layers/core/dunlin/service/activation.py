"""Activation: start the ladder of an account; find ladders that were lost.

An execution is only an alarm clock: starting it twice starts once, and one that died is started
again from the account, which is the truth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dunlin.domain import cadence, planner
from dunlin.domain.account import Account, Status
from dunlin.domain.errors import Conflict
from dunlin.domain.rollout import ineligible
from dunlin.domain.strategy import Strategy
from dunlin.domain.touch import TouchState
from dunlin.ports import AccountBook, Alarm, Change, Creditors
from dunlin.service.permits import entry_of, until_nobody_interferes, without_contact, written

# How long after its due time an account may still be untouched before its ladder counts as lost.
LOST_AFTER = timedelta(minutes=10)
DOUBTFUL_AFTER = timedelta(minutes=15)


def start_ladder(
    account_id: str,
    *,
    strategy: Strategy,
    cohort: str,
    shadow: bool,
    book: AccountBook,
    alarm: Alarm,
    now: datetime,
) -> str:
    """Start the ladder that the strategy assigns to an imported account, once.

    Returns `started`, or why not. `cohort` is the rollout it belongs to; in `shadow` it plans and
    logs, and sends nothing.
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
        active = written(
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
        alarm.start(active, wait_seconds=_until(action.at, now))
        return "started"

    return until_nobody_interferes(attempt)


def _until(at: datetime, now: datetime) -> int:
    return max(1, int((at - now).total_seconds()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What one reconcile run found: ladders woken or started again, touches closed as unknown,
    and open accounts with neither a timer nor a stated reason (account ids)."""

    restarted: int
    doubtful: int
    unattended: tuple[str, ...]


def reconcile(*, book: AccountBook, creditors: Creditors, alarm: Alarm, now: datetime) -> Recovery:
    """Start again what was lost. Harmless to run at any time, any number of times (I7)."""
    restarted = doubtful = 0
    for account in book.due(now - LOST_AFTER):
        if alarm.wake(account.account_id):
            continue
        restarted += _restart(account, book=book, alarm=alarm, now=now)
    for account in book.due(now - DOUBTFUL_AFTER):
        doubtful += _close_doubtful(account, book=book, now=now)
    unattended = tuple(
        account.account_id
        for creditor in creditors.all()
        for account in _active(book, creditor)
        if account.due_at is None and account.hold is None and not account.escalated
    )
    return Recovery(restarted=restarted, doubtful=doubtful, unattended=unattended)


def _active(book: AccountBook, creditor: str) -> Iterable[Account]:
    return book.accounts_of_creditor(creditor, status=Status.ACTIVE.value)


def _restart(account: Account, *, book: AccountBook, alarm: Alarm, now: datetime) -> int:
    """Begin a new run at the same rung: execution names stay taken, runs do not."""
    fresh = book.account(account.account_id)
    if fresh is None or not fresh.open or fresh.due_at is None or fresh.due_at > now:
        return 0
    if alarm.running(fresh):
        return 0
    entry = entry_of(fresh, now=now, what="LadderRestarted", data={"run": fresh.ladder_run + 1})
    again = written(fresh, entry, ladder_run=fresh.ladder_run + 1)
    try:
        book.apply(Change(account=again, audit=[entry]))
    except Conflict:
        return 0
    alarm.start(again, wait_seconds=1)
    return 1


def _close_doubtful(account: Account, *, book: AccountBook, now: datetime) -> int:
    """A touch that was permitted and neither sent nor released: its permit died unspent, or its
    sender crashed. Spent ones stay `unknown`; unspent ones are released by expiry."""
    closed = 0
    for touch in book.thread(account.account_id).touches:
        if touch.state is TouchState.PERMITTED and touch.expires_at < now - DOUBTFUL_AFTER:
            facts = book.facts(account.account_id)
            entry = entry_of(
                facts.account,
                now=now,
                what="TouchReleased",
                data={"touch_id": touch.touch_id, "key": touch.key, "reason": "expired unspent"},
            )
            released = replace(touch, state=TouchState.RELEASED, reason="expired unspent")
            try:
                book.apply(
                    Change(
                        account=written(facts.account, entry),
                        history=without_contact(facts.history, touch, now),
                        touch_move=(released, [TouchState.PERMITTED.value]),
                        audit=[entry],
                    )
                )
            except Conflict:
                continue
            closed += 1
    return closed
