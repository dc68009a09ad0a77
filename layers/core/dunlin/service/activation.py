"""Activation: choose accounts and start their ladders; find ladders that were lost.

An execution is only an alarm clock: starting it twice starts once, and one that died is started
again from the account, which is the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from dunlin.domain import planner
from dunlin.domain.account import TIMED_HOLDS, Account, Status
from dunlin.domain.errors import Conflict, DomainError
from dunlin.domain.touch import TouchState
from dunlin.ports import AccountBook, Alarm, Change, Creditors
from dunlin.service.permits import entry_of, until_nobody_interferes, without_contact, written

# How long after its due time an account may still be untouched before its ladder counts as lost.
LOST_AFTER = timedelta(minutes=10)
DOUBTFUL_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Which accounts: by days past due (both ends included) and industry; None takes all."""

    min_days: int | None = None
    max_days: int | None = None
    industry: str | None = None

    def takes(self, account: Account, today: date) -> bool:
        days = account.days_past_due(today)
        if self.min_days is not None and (days is None or days < self.min_days):
            return False
        if self.max_days is not None and (days is None or days > self.max_days):
            return False
        return self.industry in (None, account.industry)


def activate(
    creditor: str,
    *,
    segment: Segment,
    limit: int | None,
    book: AccountBook,
    creditors: Creditors,
    alarm: Alarm,
    now: datetime,
) -> dict[str, int]:
    """Start the ladders of the imported accounts that the segment takes, at most `limit`.

    Returns counts: `started`, and for every account passed over its reason.
    """
    strategy = creditors.strategy(creditor)
    if strategy is None:
        raise DomainError(
            f"creditor {creditor} has no strategy: put config/{creditor}/strategy.yaml"
        )
    counts: Counter[str] = Counter()
    for found in book.accounts_of_creditor(creditor, status=Status.IMPORTED.value):
        if not segment.takes(found, now.date()):
            counts["outside the segment"] += 1
            continue
        if limit is not None and counts["started"] >= limit:
            counts["over the limit"] += 1
            continue
        counts[_start(found.account_id, book=book, creditors=creditors, alarm=alarm, now=now)] += 1
    return dict(counts)


def _start(
    account_id: str, *, book: AccountBook, creditors: Creditors, alarm: Alarm, now: datetime
) -> str:
    def attempt() -> str:
        account = book.account(account_id)
        if account is None or account.status is not Status.IMPORTED:
            return "already active"
        if account.balance.minor <= 0:
            return "nothing owed"
        if account.hold is not None and account.hold not in TIMED_HOLDS:
            return f"held: {account.hold.value}"
        strategy = creditors.strategy(account.creditor)
        if strategy is None:
            raise DomainError(f"creditor {account.creditor} has no strategy")
        action = planner.first_action(account, strategy, max(now, _payable_from(account, now)))
        entry = entry_of(
            account,
            now=now,
            what="AccountActivated",
            data={"strategy": strategy.version, "run": account.ladder_run + 1},
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
            due_at=action.at,
            next_action=action,
        )
        book.apply(Change(account=active, audit=[entry]))
        alarm.start(active, wait_seconds=_until(action.at, now))
        return "started"

    return until_nobody_interferes(attempt)


def _payable_from(account: Account, now: datetime) -> datetime:
    """The first moment at which an account is late everywhere: a ladder that is activated before
    its due date starts by itself the day after, and not earlier."""
    if account.due_on is None:
        return now
    day_after = account.due_on + timedelta(days=1)
    return datetime(day_after.year, day_after.month, day_after.day, 15, tzinfo=UTC)


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
