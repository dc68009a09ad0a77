"""Pauses: staff keep one account, a segment, a creditor or all from being contacted, or for a time.

Each is written with who and why. What was queued is void: a permit is spent only where nothing
holds the account and nothing is paused, so no execution need be stopped or woken. The pause of a
segment is a condition like that of a creditor and writes no account, however many it takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from dunlin.domain.accounts import lifecycle, reasons
from dunlin.domain.accounts.account import TIMED_HOLDS, Account, Status
from dunlin.domain.contact import cadence, planner
from dunlin.domain.errors import DomainError
from dunlin.domain.rollouts.rollout import Segment
from dunlin.ports.accounts import Accounts, Batches, Portfolios
from dunlin.ports.audit import AuditLog
from dunlin.ports.machines import LadderWaker
from dunlin.ports.staff import Pauses
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.creditor_log import record
from dunlin.service.accounts.staff_command import (
    AccountChange,
    CommandResult,
    StaffCommand,
    apply_command,
    change_of,
    code,
    held_by,
    no_ladder,
    staff,
    woken,
)

LONGEST_WAIT = timedelta(days=365)


class PausingBook(Accounts, Batches, Protocol):
    """Accounts that are paused many at once."""


class ScopeBook(Pauses, Portfolios, Protocol):
    """The pauses of creditors, and the accounts that wait for their end."""


def pause(account_id: str, order: StaffCommand, *, book: Accounts, now: datetime) -> CommandResult:
    """Keep one account from being contacted until staff resume it; the ladder need not be woken,
    since what was queued finds the hold."""
    return apply_command(
        account_id, order, lambda account: _pause(account, order), book=book, now=now
    )


def resume(
    account_id: str, order: StaffCommand, *, book: Accounts, waker: LadderWaker, now: datetime
) -> CommandResult:
    """End a pause or a snooze of staff. What else holds the account holds it still; what the
    person chose for themselves is not theirs to end."""
    done = apply_command(
        account_id, order, lambda account: _resume(account, order, now), book=book, now=now
    )
    return woken(account_id, done, waker)


def snooze(
    account_id: str,
    order: StaffCommand,
    *,
    until: date,
    book: Accounts,
    waker: LadderWaker,
    now: datetime,
) -> CommandResult:
    """Send nothing before a day. Raises `DomainError` for a day that is past or a year away."""
    at = cadence.morning(until)
    if not now < at <= now + LONGEST_WAIT:
        raise DomainError("a snooze ends on a later day, within a year")

    def decide(account: Account) -> CommandResult | AccountChange:
        if not account.on_ladder or account.status is not Status.ACTIVE:
            return no_ladder(account)
        waits = account.hold in TIMED_HOLDS and account.due_at is not None and account.due_at > at
        if waits or account.paused or (account.hold and account.hold not in TIMED_HOLDS):
            return held_by(account)
        why = f"{reasons.SNOOZED} {until.isoformat()}."
        return AccountChange(
            what="AccountSnoozed",
            account=lifecycle.snooze(account, why, at),
            data={"until": until.isoformat()},
        )

    done = apply_command(account_id, order, decide, book=book, now=now)
    return woken(account_id, done, waker)


def pause_each(
    account_ids: Sequence[str],
    order: StaffCommand,
    *,
    book: PausingBook,
    now: datetime,
) -> dict[str, int]:
    """Pause many accounts; counts by outcome. Written in bulk, thousands a second; what moved
    meanwhile is read and paused one by one."""
    changes, outcomes = [], Counter[str]()
    for account in book.read_accounts(account_ids).values():
        step = _pause(account, order)
        if isinstance(step, CommandResult):
            outcomes[step.outcome] += 1
        else:
            changes.append(change_of(account, step, order, now))
    moved = [c.account.account_id for c in book.apply_many(changes) if c.account is not None]
    outcomes["done"] += len(changes) - len(moved)
    alone = StaffCommand(by=order.by, why=order.why)
    outcomes.update(pause(account_id, alone, book=book, now=now).outcome for account_id in moved)
    return dict(+outcomes)


def pause_scope(
    scope: str,
    order: StaffCommand,
    *,
    book: Pauses,
    creditors: Creditors,
    log: AuditLog,
    now: datetime,
) -> None:
    """Pause a creditor, or all for `platform`; its record, on the chain of each, comes after.
    Raises `DomainError` for an unknown creditor."""
    named = _named(scope, creditors)
    actor, why = staff(order.by), code(order.why, "why")
    book.pause(scope, on=True, actor=actor, at=now)
    for creditor in named:
        data = {"scope": scope, "why": why}
        record(creditor, "ContactPaused", data, actor, book=book, log=log, now=now)


def resume_scope(
    scope: str,
    order: StaffCommand,
    *,
    book: ScopeBook,
    creditors: Creditors,
    log: AuditLog,
    waker: LadderWaker,
    now: datetime,
) -> None:
    """Let a creditor, or all for `platform`, go on: recorded before it happens, and then every
    ladder that waited for it is woken; one that is missed looks within a day.
    Raises `DomainError` for an unknown creditor."""
    named = _named(scope, creditors)
    actor, why = staff(order.by), code(order.why, "why")
    for creditor in named:
        data = {"scope": scope, "why": why}
        record(creditor, "ContactResumed", data, actor, book=book, log=log, now=now)
    book.pause(scope, on=False, actor=actor, at=now)
    for creditor in named:
        _wake_waiting(creditor, book=book, waker=waker)


def pause_segment(
    creditor: str,
    segment: Segment,
    order: StaffCommand,
    *,
    book: Pauses,
    creditors: Creditors,
    log: AuditLog,
    now: datetime,
) -> bool:
    """Pause the accounts that a segment takes, whoever joins it later included: one condition
    that every permit of a ladder reads. False where it is paused so already. Raises
    `DomainError` for an unknown creditor."""
    _known(creditor, creditors)
    actor, why = staff(order.by), code(order.why, "why")
    paused = book.pause_segment(creditor, segment, on=True, actor=actor, at=now)
    if paused:
        data = {"scope": creditor, "segment": segment.name, "why": why}
        record(creditor, "ContactPaused", data, actor, book=book, log=log, now=now)
    return paused


def resume_segment(
    creditor: str,
    segment: Segment,
    order: StaffCommand,
    *,
    book: ScopeBook,
    creditors: Creditors,
    log: AuditLog,
    waker: LadderWaker,
    now: datetime,
) -> bool:
    """End the pause of a segment: recorded before it happens, and then the ladders that waited
    for it are woken; one that is missed looks within a day. What else pauses an account stays.
    False where it was not paused. Raises `DomainError` for an unknown creditor."""
    _known(creditor, creditors)
    actor, why = staff(order.by), code(order.why, "why")
    data = {"scope": creditor, "segment": segment.name, "why": why}
    record(creditor, "ContactResumed", data, actor, book=book, log=log, now=now)
    resumed = book.pause_segment(creditor, segment, on=False, actor=actor, at=now)
    if resumed:
        _wake_waiting(creditor, book=book, waker=waker)
    return resumed


def _wake_waiting(creditor: str, *, book: Portfolios, waker: LadderWaker) -> None:
    for account in book.accounts_of_creditor(creditor, status=Status.ACTIVE.value):
        if planner.put_off_by_pause(account):
            waker.wake(account.account_id)


def _known(creditor: str, creditors: Creditors) -> None:
    if creditor not in creditors.all():
        raise DomainError(f"no creditor {creditor}")


def _named(scope: str, creditors: Creditors) -> list[str]:
    known = creditors.all()
    if scope != "platform" and scope not in known:
        raise DomainError(f"no creditor {scope}")
    return list(known) if scope == "platform" else [scope]


def _pause(account: Account, order: StaffCommand) -> CommandResult | AccountChange:
    if not account.owes:
        return no_ladder(account)
    if account.override is not None and account.override.paused:
        return CommandResult(outcome="unchanged")
    after = lifecycle.pause(account, by=order.by, why=order.why)
    held = account.hold.value if account.hold else ""
    return AccountChange(what="AccountPaused", account=after, data={"held": held})


def _resume(account: Account, order: StaffCommand, now: datetime) -> CommandResult | AccountChange:
    snoozed = account.snoozed_by_staff
    if not (account.paused or snoozed):
        return CommandResult(outcome="unchanged")
    after = lifecycle.resume(account, by=order.by, why=order.why, at=now)
    return AccountChange(what="AccountResumed", account=after, data={"snoozed": snoozed})
