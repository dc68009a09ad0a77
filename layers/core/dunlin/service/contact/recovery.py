"""Recovery: find what nobody attends, say so, and set it going again.

An execution is only an alarm clock. One that died is started again from the account, which is the
truth; an account that nothing will happen on, for no stated reason, is a defect: it is reported,
and its ladder looks at it. Harmless to run at any time, any number of times.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.batches import batches
from dunlin.domain.contact import refusals
from dunlin.domain.errors import Conflict, Unavailable
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
# A run restarts no more, so that 900 seconds suffice and what it started is looked at in between.
AT_MOST = 20_000
_TO_END = 60  # seconds before its time is up, a run begins nothing more
_BATCH = 500
_FEW, _TOGETHER = 8, 8  # of so many accounts one after another; of more, so many side by side
_DESCRIBED = 100  # DescribeExecution calls of a run, a third of what may come at once


Answer = TypeVar("Answer")


class RecoveryBook(Accounts, Conversations, Attendance, ManyAtOnce, Protocol):
    """Accounts that nothing attends to, and what was sent about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What one run found: ladders started again, touches closed as unknown, and the ids of open
    accounts that had neither a living timer nor a stated reason. `cursor` is where the next run
    goes on, "" where this one came to the end."""

    restarted: int
    doubtful: int
    unattended: tuple[str, ...]
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimit:
    """How much one run may do: it ends by itself, and the next one goes on at its cursor."""

    cursor: str = ""
    restarts: int = AT_MOST
    seconds_left: Callable[[], float] = lambda: math.inf

    def reached(self, restarted: int) -> bool:
        return restarted >= self.restarts or self.seconds_left() < _TO_END


class Living:
    """Which executions live. Few are described one by one, which is exact and costs a call each;
    of many it is asked in two looks at the list of all, a thousand to a call. The list may lag:
    whoever is in neither look is lost, and a living execution that was taken for lost meets a
    newer run at its next step and ends, having done nothing.
    """

    def __init__(self, waker: LadderWaker) -> None:
        self._waker = waker
        self._described = 0
        self._looks: list[frozenset[int]] = []
        self._begun: set[int] = set()  # by this run, after the looks
        self._lock = threading.Lock()
        self.refused = False
        """Step Functions begins no more for now: whoever is left waits for the next run."""

    def begun(self, account: Account) -> None:
        """The execution of the account's run was begun just now."""
        self._begun.add(_name(account.account_id, account.ladder_run))

    def absent(self, account_id: str, run: int) -> bool:
        """True where the first look did not show the execution."""
        name = _name(account_id, run)
        return name not in self._begun and name not in self._look(0)

    def lost(self, account: Account) -> bool:
        """True where the execution of the account's run lives no more."""
        with self._lock:
            self._described += 1
            few = self._described <= _DESCRIBED
        if few:
            return not self._waker.running(account)
        name = _name(account.account_id, account.ladder_run)
        return name not in self._begun and all(name not in self._look(n) for n in (0, 1))

    def _look(self, number: int) -> frozenset[int]:
        """Of each name its hash alone, in some hundred bytes, for there may be a million."""
        with self._lock:
            while len(self._looks) <= number:
                self._looks.append(frozenset(map(hash, self._waker.alive())))
            return self._looks[number]


def _name(account_id: str, run: int) -> int:
    return hash(execution_name(account_id, run))


def unattended(
    *, book: RecoveryBook, creditors: Creditors, waker: LadderWaker, now: datetime
) -> list[Account]:
    """Open accounts that will not move by themselves and give no reason: no due time at all, or
    one that no execution waits for."""
    walk = _left_alone("", book=book, creditors=creditors, living=Living(waker), now=now)
    return [account for _, accounts in walk for account in accounts]


def _left_alone(
    cursor: str, *, book: RecoveryBook, creditors: Creditors, living: Living, now: datetime
) -> Iterator[tuple[str, list[Account]]]:
    """Those accounts from a cursor on, some at a time, each time with the cursor behind them."""
    first, _, after = cursor.partition(" ")
    for name in sorted(creditors.all()):
        if name < first:
            continue
        for idle in batches(book.unattended(name), _BATCH):
            yield f"{name} ", idle
        ladders = book.on_ladders(name, after=after if name == first else "")
        for batch in batches(ladders, _BATCH):
            absent = [account_id for account_id, run in batch if living.absent(account_id, run)]
            accounts = book.read_accounts(absent).values() if absent else ()
            yield (
                f"{name} {batch[-1][0]}",
                [a for a in accounts if a.timed and not _starting(a, now) and living.lost(a)],
            )


def _starting(account: Account, now: datetime) -> bool:
    return account.activated_at is not None and now - account.activated_at < _STARTING


def reconcile(
    *,
    book: RecoveryBook,
    creditors: Creditors,
    waker: LadderWaker,
    now: datetime,
    limit: RunLimit | None = None,
) -> Recovery:
    """Find what nobody attends and set it going again at once, some at a time, so that a run that
    ends early has set those going. What is due comes first."""
    limit = limit or RunLimit()
    living = Living(waker)
    going = partial(_set_going, book=book, waker=waker, living=living, now=now)
    restarted = doubtful = 0
    left_alone: list[str] = []
    for stuck in batches(book.due(now - STUCK_AFTER), _BATCH):
        woken = _side_by_side(lambda account: waker.wake(account.account_id), stuck)
        asleep = [account for account, heard in zip(stuck, woken, strict=True) if not heard]
        begun = _side_by_side(going, asleep)
        restarted += sum(begun)
        left_alone += [a.account_id for a, again in zip(asleep, begun, strict=True) if again]
        late = [a for a in stuck if a.due_at is not None and a.due_at <= now - DOUBTFUL_AFTER]
        doubtful += sum(_side_by_side(partial(_close_doubtful, book=book, now=now), late))
        if limit.reached(restarted) or living.refused:
            break
    cursor = limit.cursor
    walk = _left_alone(cursor, book=book, creditors=creditors, living=living, now=now)
    while not (limit.reached(restarted) or living.refused):
        behind, accounts = next(walk, ("", []))
        restarted += sum(_side_by_side(going, accounts))
        left_alone += [account.account_id for account in accounts]
        cursor = cursor if living.refused else behind
        if not behind:
            break
    return Recovery(
        restarted=restarted, doubtful=doubtful, unattended=tuple(left_alone), cursor=cursor
    )


def _side_by_side(act: Callable[[Account], Answer], accounts: Sequence[Account]) -> list[Answer]:
    """Accounts have nothing in common here; what costs time is waiting for the answers."""
    if len(accounts) <= _FEW:
        return [act(account) for account in accounts]
    with ThreadPoolExecutor(_TOGETHER) as together:
        return list(together.map(act, accounts))


def _set_going(
    account: Account, *, book: Accounts, waker: LadderWaker, living: Living, now: datetime
) -> int:
    """Let an account without a due time look at once; then see to its execution."""
    if account.unattended:
        after = lifecycle.look_again(account, now)
        try:
            write(book, account, after, what="FoundUnattended", data={}, now=now)
        except Conflict:
            return 0  # it moved: somebody attends to it
        if waker.wake(account.account_id):
            return 0
    return _restart(account, book=book, waker=waker, living=living, now=now)


def _restart(
    account: Account, *, book: Accounts, waker: LadderWaker, living: Living, now: datetime
) -> int:
    """Begin a new run at the same rung: execution names stay taken, runs do not. Where Step
    Functions is at its limit the next look finds the account as lost as it was."""
    if living.refused:
        return 0
    fresh = book.account(account.account_id)
    if fresh is None or not (fresh.runs and fresh.timed):
        return 0
    if not living.lost(fresh):
        return 0
    again = lifecycle.begin_again(fresh, now)
    what = "LadderRestarted" if again.runs else "LadderFailed"
    try:
        again = write(book, fresh, again, what=what, data={"run": again.ladder_run}, now=now)
    except Conflict:
        return 0
    if not again.runs:
        return 0  # staff are told, and a release of theirs begins a new run
    try:
        waker.start(again, wait_seconds=seconds(fresh.due_at, now))
    except Unavailable as error:
        if not error.certain:
            raise
        living.refused = True
        return 0
    living.begun(again)
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
