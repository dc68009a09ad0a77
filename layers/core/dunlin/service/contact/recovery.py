"""Recovery: find what nobody attends, say so, and set it going again.

An execution is only an alarm clock. One that died is started again from the account, which is the
truth; an account that nothing will happen on, for no stated reason, is a defect: it is reported,
and its ladder looks at it. Harmless to run at any time, any number of times.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.contact import refusals
from dunlin.domain.errors import Conflict
from dunlin.domain.ids import execution_name
from dunlin.ports.accounts import Accounts, Change, Conversations, ManyAtOnce
from dunlin.ports.contact import Attendance
from dunlin.ports.machines import LadderWaker
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.writing import seconds, write
from dunlin.service.contact.permits import without_contact

# How long after its due time an account may still be untouched before its ladder counts as stuck.
STUCK_AFTER = timedelta(minutes=10)
DOUBTFUL_AFTER = timedelta(minutes=15)
_STARTING = timedelta(minutes=1)  # an account is written before its execution is started


class RecoveryBook(Accounts, Conversations, Attendance, ManyAtOnce, Protocol):
    """Accounts that nothing attends to, and what was sent about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What one run found: ladders started again, touches closed as unknown, and the ids of open
    accounts that had neither a living timer nor a stated reason."""

    restarted: int
    doubtful: int
    unattended: tuple[str, ...]


def unattended(
    *, book: RecoveryBook, creditors: Creditors, waker: LadderWaker, now: datetime
) -> list[Account]:
    """Open accounts that will not move by themselves and give no reason: no due time at all, or
    one that no execution waits for."""
    names = creditors.all()
    idle = [account for name in names for account in book.unattended(name)]
    return idle + _deserted(names, book=book, waker=waker, now=now)


def _deserted(
    creditors: list[str], *, book: RecoveryBook, waker: LadderWaker, now: datetime
) -> list[Account]:
    expected = [pair for name in creditors for pair in book.on_ladders(name)]
    alive = waker.alive() if expected else set()
    missing = [account for account, run in expected if execution_name(account, run) not in alive]
    return [
        account
        for account in book.read_accounts(missing).values()
        if account.timed and not _starting(account, now) and not waker.running(account)
    ]


def _starting(account: Account, now: datetime) -> bool:
    return account.activated_at is not None and now - account.activated_at < _STARTING


def reconcile(
    *, book: RecoveryBook, creditors: Creditors, waker: LadderWaker, now: datetime
) -> Recovery:
    """Find what nobody attends and set it going again."""
    left_alone = unattended(book=book, creditors=creditors, waker=waker, now=now)
    restarted = sum(_set_going(account, book=book, waker=waker, now=now) for account in left_alone)
    for account in book.due(now - STUCK_AFTER):
        if not waker.wake(account.account_id):
            restarted += _restart(account, book=book, waker=waker, now=now)
    doubtful = sum(
        _close_doubtful(account, book=book, now=now) for account in book.due(now - DOUBTFUL_AFTER)
    )
    return Recovery(
        restarted=restarted,
        doubtful=doubtful,
        unattended=tuple(account.account_id for account in left_alone),
    )


def _set_going(account: Account, *, book: Accounts, waker: LadderWaker, now: datetime) -> int:
    """Let an account without a due time look at once; then see to its execution."""
    if account.unattended:
        after = lifecycle.look_again(account, now)
        try:
            write(book, account, after, what="FoundUnattended", data={}, now=now)
        except Conflict:
            return 0  # it moved: somebody attends to it
        if waker.wake(account.account_id):
            return 0
    return _restart(account, book=book, waker=waker, now=now)


def _restart(account: Account, *, book: Accounts, waker: LadderWaker, now: datetime) -> int:
    """Begin a new run at the same rung: execution names stay taken, runs do not."""
    fresh = book.account(account.account_id)
    if fresh is None or not (fresh.runs and fresh.timed):
        return 0
    if waker.running(fresh):
        return 0
    again = lifecycle.begin_again(fresh, now)
    what = "LadderRestarted" if again.runs else "LadderFailed"
    try:
        again = write(book, fresh, again, what=what, data={"run": again.ladder_run}, now=now)
    except Conflict:
        return 0
    if not again.runs:
        return 0  # staff are told, and a release of theirs begins a new run
    waker.start(again, wait_seconds=seconds(fresh.due_at, now))
    return 1


def _close_doubtful(account: Account, *, book: RecoveryBook, now: datetime) -> int:
    """A touch that was permitted and neither sent nor released: its permit died unspent, or its
    sender crashed. Spent ones stay `unknown`; unspent ones are released by expiry."""
    closed = 0
    for touch in book.conversation(account.account_id).touches:
        if touch.state is TouchState.PERMITTED and touch.expires_at < now - DOUBTFUL_AFTER:
            facts = book.facts(account.account_id)
            released = replace(touch, state=TouchState.RELEASED, reason=refusals.EXPIRED)
            try:
                write(
                    book,
                    facts.account,
                    facts.account,
                    what="TouchReleased",
                    data={
                        "touch_id": touch.touch_id,
                        "key": touch.key,
                        "reason": released.reason,
                    },
                    now=now,
                    besides=Change(
                        history=without_contact(facts.history, touch, now),
                        touch_move=(released, [TouchState.PERMITTED.value]),
                    ),
                )
            except Conflict:
                continue
            closed += 1
    return closed
