"""Absence: what becomes of an account that a file lacks, and how it is taken up again as it was.

Steps like those of `lifecycle`, an account in and an account out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dunlin.domain.accounts import legality, lifecycle
from dunlin.domain.accounts.account import TIMED_HOLDS, Account, Hold, Status
from dunlin.domain.accounts.reasons import REQUEST, in_order
from dunlin.domain.accounts.standing import Standing

# What a payment and an arrangement end or begin anew by themselves.
_ENDS_BY_ITSELF = (Hold.PAYMENT_PENDING, Hold.ARRANGEMENT)


def restore(account: Account, was: Standing, at: datetime) -> Account:
    """A file that lacked it closed it in error: it stands as before, on a new run of its ladder
    since the one before has ended. What was put upon it meanwhile holds it besides."""
    legality.needs_end("restore", account, Status.CLOSED)
    runs = was.status is Status.ACTIVE
    over = was.hold in TIMED_HOLDS and was.due_at is not None and was.due_at <= at
    due = max(was.due_at, at) if was.due_at is not None else None
    # A request that was withdrawn or answered meanwhile is before nobody any more, and one that
    # was made meanwhile is before staff.
    undecided = legality.has_undecided_request(account)
    waits = [t for t in (*was.waiting, *account.waiting) if t != REQUEST]
    front, behind = in_order([*waits, REQUEST] if undecided else waits)
    back = replace(
        account,
        status=was.status,
        escalated=front,
        behind=behind,
        ladder_run=account.ladder_run + 1 if runs else account.ladder_run,
        due_at=due if runs or (was.hold in TIMED_HOLDS and not over) else None,
    )
    if was.hold is not None and was.hold not in _ENDS_BY_ITSELF and not over:
        if account.hold is None:
            back = replace(back, hold=was.hold, hold_reason=was.hold_reason)
        else:
            back = lifecycle.hold(back, was.hold, was.hold_reason, at)
    return lifecycle.go_on(back, at)


def set_aside(account: Account) -> Account:
    """Missing from a file that is perhaps cut short: nobody is contacted until that is known."""
    return account if account.paused else lifecycle.pause(account, by="import", why="missing")


def take_up(account: Account, was: Standing, at: datetime) -> Account:
    """Set aside no more; a pause of staff stays, and so does a rest that is not over."""
    if was.paused or not account.paused:
        return account
    back = lifecycle.resume(account, by="import", why="named_again", at=at)
    rests = was.hold in TIMED_HOLDS and was.due_at is not None and was.due_at > at
    if back.hold is not None or not rests:
        return back
    return replace(back, hold=was.hold, hold_reason=was.hold_reason, due_at=was.due_at)
