"""What every step of an arrangement shares: one account write with one audit entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from dunlin.domain.accounts import arrangement_steps
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.arrangements.arrangement import (
    Arrangement,
    ArrangementState,
    agreed,
    arrangeable,
    ended,
    scheduled,
)
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import Accounts, Change, ChangeWriter
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts import writing
from dunlin.service.accounts.writing import ACTOR
from dunlin.service.contact.arrangement_notices import copy_cause

CONSUMER = "consumer"


class AskRefusal(StrEnum):
    """Why there is no arrangement to ask for, accept or pay by."""

    NOTHING_OWED = "nothing_owed"
    CLOSED = "closed"  # the creditor took the account back
    PENDING = "pending"  # a bank payment is on its way
    STALE = "stale"  # the balance has moved since the terms were shown
    GONE = "gone"  # there is no such arrangement any more
    NO_METHOD = "no_method"  # nothing was saved to pay with


def account_of(account_id: str, book: Accounts) -> Account:
    account = book.account(account_id)
    if account is None:
        raise DomainError(f"no account {account_id}")
    return account


def current_of(account: Account, past: Sequence[Arrangement]) -> Arrangement | None:
    """The arrangement that the account names, while it is in force or undecided."""
    current = next((a for a in past if a.arrangement_id == account.arrangement_id), None)
    return current if current is not None and (current.in_force or current.undecided) else None


def schedule_data(arrangement: Arrangement) -> dict[str, Any]:
    """The arrangement as the audit log keeps it: its id, what it is worth and when."""
    return {
        "arrangement": arrangement.arrangement_id,
        "state": arrangement.state.value,
        "frequency": arrangement.terms.frequency.value,
        "schedule": [
            [p.number, p.due_on.isoformat(), p.amount.minor] for p in arrangement.terms.instalments
        ],
        "currency": arrangement.terms.total.currency,
        "autopay": arrangement.autopay is not None,
        "strategy": arrangement.strategy_version,
    }


def write(
    account: Account,
    after: Account,
    arrangements: Sequence[Arrangement],
    *,
    what: str,
    data: dict[str, Any],
    book: ChangeWriter,
    now: datetime,
    actor: str = ACTOR,
) -> None:
    """Write the account from `account` to `after`, and its arrangements with it: the first of them
    is the one that the entry tells of."""
    writing.write(
        book,
        account,
        after,
        what=what,
        data={**schedule_data(arrangements[0]), **data},
        now=now,
        actor=actor,
        besides=Change(arrangements=tuple(arrangements)),
    )


def refusal_of(account: Account) -> AskRefusal | None:
    if account.status is Status.CLOSED:
        return AskRefusal.CLOSED
    if arrangeable(account).minor <= 0:
        return AskRefusal.NOTHING_OWED
    return AskRefusal.PENDING if account.hold is Hold.PAYMENT_PENDING else None


def superseded(past: Sequence[Arrangement], new: Arrangement, at: datetime) -> list[Arrangement]:
    """Older requests of the account, which the new one takes the place of."""
    return [
        replace(
            ended(arrangement, ArrangementState.REPLACED, at, f"Replaced by {new.arrangement_id}."),
            version=arrangement.version + 1,
        )
        for arrangement in past
        if arrangement.undecided and arrangement.arrangement_id != new.arrangement_id
    ]


def start(
    account: Account,
    asked: Arrangement,
    current: Arrangement | None,
    past: Sequence[Arrangement],
    *,
    book: ChangeWriter,
    now: datetime,
    actor: str,
) -> tuple[Arrangement, Arrangement | None]:
    """Put an arrangement in force, and end the one before it, in one write."""
    new = agreed(asked, now)
    old = None
    if current is not None and current.in_force and current.arrangement_id != new.arrangement_id:
        why = f"Replaced by {new.arrangement_id}."
        old = ended(current, ArrangementState.REPLACED, now, why)
        old = replace(old, version=old.version + 1)
        new = _taken_over(replace(new, replaces=old.arrangement_id), current, now)
    write(
        account,
        arrangement_steps.begin_arrangement(account, new.arrangement_id),
        [new, *([old] if old else []), *superseded(past, new, now)],
        what="ArrangementAgreed",
        data={
            "signal": SignalKind.PLAN_STARTED.value,
            "replaces": new.replaces,
            "manual": new.manual,
            "why": new.why,
            "consent": new.autopay.consent.text_sha256 if new.autopay else "",
            "consent_version": new.autopay.consent.version if new.autopay else "",
        },
        book=book,
        now=now,
        actor=actor,
    )
    return new, old


def _taken_over(new: Arrangement, old: Arrangement, at: datetime) -> Arrangement:
    """What is under way for the old arrangement will be the new one's money."""
    flying = (t.payment_id for i in old.instalments for t in i.tries if t.in_flight)
    pending = tuple(dict.fromkeys((*old.pending, *(p for p in flying if p))))
    return scheduled(replace(new, pending=pending, pending_at=at if pending else None))


def set_going(arrangement: Arrangement, account: Account, *, waker: LadderWaker) -> None:
    """The person's copy of an arrangement in force, once, and its machine."""
    if not arrangement.manual:
        waker.notice(
            account=account, kind="arrangement_confirmation", cause=copy_cause(arrangement)
        )
    waker.start_arrangement(arrangement, wait_seconds=1)


def tell(
    new: Arrangement, old: Arrangement | None, account: Account, *, waker: LadderWaker
) -> None:
    """What follows an agreement: the person's copy, its machine, and the ladder's stand-still.
    Everything here may be done twice; what was not done is done by `restart_lost`."""
    if new.in_force:
        set_going(new, account, waker=waker)
    if old is not None:
        waker.wake_arrangement(old)
    waker.wake(new.account_id)
