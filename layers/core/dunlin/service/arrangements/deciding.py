"""Deciding: staff approve, counter or decline a request, or record an arrangement of their own;
the person accepts a counter-offer or ends what they agreed to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dunlin.domain import ids
from dunlin.domain.accounts import arrangement_steps
from dunlin.domain.accounts.account import Account
from dunlin.domain.arrangements.arrangement import (
    COUNTER_DAYS,
    Arrangement,
    ArrangementState,
    arrangeable,
    ended,
    goes_on_at,
)
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import Accounts, ChangeWriter
from dunlin.ports.arrangements import ArrangedAccounts, Arrangements
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.staff_command import code, staff
from dunlin.service.accounts.writing import retry_on_conflict
from dunlin.service.arrangements.writing import (
    CONSUMER,
    AskRefusal,
    account_of,
    current_of,
    refusal_of,
    start,
    superseded,
    tell,
    write,
)


def open_request(account_id: str, book: Arrangements) -> Arrangement | None:
    """The request of an account that waits for staff, None where there is none."""
    past = book.arrangements(account_id)
    return next((a for a in past if a.state is ArrangementState.REQUESTED), None)


def approve(
    account_id: str, *, by: str, book: ArrangedAccounts, waker: LadderWaker, now: datetime
) -> Arrangement | AskRefusal:
    """Agree to what the person asked, whatever the limits say."""

    def attempt() -> tuple[Arrangement | AskRefusal, Arrangement | None]:
        account, past = account_of(account_id, book), book.arrangements(account_id)
        asked = next((a for a in past if a.state is ArrangementState.REQUESTED), None)
        if asked is None:
            return AskRefusal.GONE, None
        return _agree(account, asked, past, book=book, now=now, actor=staff(by))

    return _decided(attempt, waker=waker, book=book)


def accept_counter(
    account_id: str, *, book: ArrangedAccounts, waker: LadderWaker, now: datetime
) -> Arrangement | AskRefusal:
    """The person takes what staff countered, while it stands."""

    def attempt() -> tuple[Arrangement | AskRefusal, Arrangement | None]:
        account, past = account_of(account_id, book), book.arrangements(account_id)
        offered = next((a for a in past if a.state is ArrangementState.COUNTERED), None)
        if offered is None or offered.counter_until is None or offered.counter_until <= now:
            return AskRefusal.GONE, None
        return _agree(account, offered, past, book=book, now=now, actor=CONSUMER)

    return _decided(attempt, waker=waker, book=book)


def _agree(
    account: Account,
    asked: Arrangement,
    past: Sequence[Arrangement],
    *,
    book: ChangeWriter,
    now: datetime,
    actor: str,
) -> tuple[Arrangement | AskRefusal, Arrangement | None]:
    refusal = refusal_of(account)
    if refusal is None and asked.terms.total != arrangeable(account):
        refusal = AskRefusal.STALE
    if refusal is not None:
        return refusal, None
    return start(
        account,
        replace(asked, version=asked.version + 1),
        current_of(account, past),
        past,
        book=book,
        now=now,
        actor=actor,
    )


def _decided(
    attempt: Callable[[], tuple[Arrangement | AskRefusal, Arrangement | None]],
    *,
    waker: LadderWaker,
    book: Accounts,
) -> Arrangement | AskRefusal:
    arrangement, old = retry_on_conflict(attempt)
    if isinstance(arrangement, Arrangement):
        tell(arrangement, old, account_of(arrangement.account_id, book), waker=waker)
    return arrangement


def counter(
    account_id: str,
    terms: Terms,
    *,
    by: str,
    book: ArrangedAccounts,
    waker: LadderWaker,
    now: datetime,
) -> Arrangement | AskRefusal:
    """Answer a request with other terms, which stand for two weeks; nothing is sent meanwhile.
    Raises `DomainError` where they do not sum to what is owed."""

    def attempt() -> Arrangement | AskRefusal:
        account, asked = account_of(account_id, book), open_request(account_id, book)
        if asked is None:
            return AskRefusal.GONE
        if terms.total != arrangeable(account):
            raise DomainError("the instalments of a counter-offer sum to what is owed")
        until = now + timedelta(days=COUNTER_DAYS)
        offered = replace(
            asked,
            state=ArrangementState.COUNTERED,
            terms=terms,
            counter_until=until,
            version=asked.version + 1,
        )
        why = "Has our counter-offer for an arrangement."
        write(
            account,
            arrangement_steps.counter_request(account, why, until),
            [offered],
            what="ArrangementCountered",
            data={"until": until.isoformat()},
            book=book,
            now=now,
            actor=staff(by),
        )
        return offered

    arrangement: Arrangement | AskRefusal = retry_on_conflict(attempt)
    if isinstance(arrangement, Arrangement):
        waker.notice(
            account=account_of(account_id, book),
            kind="counter_offer",
            cause=arrangement.arrangement_id,
        )
        waker.wake(account_id)
    return arrangement


def decline(
    account_id: str, *, by: str, why: str, book: ArrangedAccounts, waker: LadderWaker, now: datetime
) -> Arrangement | AskRefusal:
    """Refuse a request and let the ladder go on; `why` is a code."""

    def attempt() -> Arrangement | AskRefusal:
        account, asked = account_of(account_id, book), open_request(account_id, book)
        if asked is None:
            return AskRefusal.GONE
        refused = ended(asked, ArrangementState.DECLINED, now, code(why, "why"))
        refused = replace(refused, version=asked.version + 1)
        goes_on = goes_on_at(book.strategy_of(account), now)
        write(
            account,
            arrangement_steps.decline_request(account, asked.arrangement_id, goes_on),
            [refused],
            what="ArrangementDeclined",
            data={"why": why},
            book=book,
            now=now,
            actor=staff(by),
        )
        return refused

    arrangement: Arrangement | AskRefusal = retry_on_conflict(attempt)
    if isinstance(arrangement, Arrangement):
        waker.notice(
            account=account_of(account_id, book),
            kind="arrangement_declined",
            cause=arrangement.arrangement_id,
        )
        waker.wake(account_id)
    return arrangement


def record(
    account_id: str,
    terms: Terms,
    *,
    by: str,
    why: str,
    book: ArrangedAccounts,
    waker: LadderWaker,
    now: datetime,
) -> Arrangement | AskRefusal:
    """Record an arrangement that staff made by hand: any terms that sum to what is owed. It
    freezes the ladder, sends and debits nothing, and a missed payment goes to staff.
    `why` is a code."""

    def attempt() -> tuple[Arrangement | AskRefusal, Arrangement | None]:
        account, past = account_of(account_id, book), book.arrangements(account_id)
        refusal = refusal_of(account)
        if refusal is not None:
            return refusal, None
        if terms.total != arrangeable(account):
            return AskRefusal.STALE, None
        arrangement = Arrangement(
            arrangement_id=ids.arrangement_id(account_id, len(past) + 1),
            account_id=account_id,
            number=len(past) + 1,
            state=ArrangementState.REQUESTED,
            terms=terms,
            asked_at=now,
            asked_by=staff(by),
            strategy_version=account.strategy_version,
            manual=True,
            why=code(why, "why"),
            version=1,
        )
        return start(
            account,
            arrangement,
            current_of(account, past),
            past,
            book=book,
            now=now,
            actor=staff(by),
        )

    return _decided(attempt, waker=waker, book=book)


def cancel(
    account_id: str,
    *,
    by: str,
    book: ArrangedAccounts,
    waker: LadderWaker,
    now: datetime,
    why: str = "",
) -> Arrangement | None:
    """End the arrangement or withdraw the request; the ladder goes on after its usual gap. None
    where there was nothing to end. `by` is the actor: `consumer` or `staff:…`; staff give a code
    for `why`."""

    def attempt() -> Arrangement | None:
        account, past = account_of(account_id, book), book.arrangements(account_id)
        current = current_of(account, past)
        if current is None:  # the one in force was paid while another was asked for
            current = next((a for a in past if a.undecided), None)
        if current is None:
            return None
        gone = ended(current, ArrangementState.CANCELLED, now, f"Cancelled by {by}.")
        gone = replace(gone, version=current.version + 1)
        goes_on = goes_on_at(book.strategy_of(account), now)
        countered = current.state is ArrangementState.COUNTERED
        write(
            account,
            arrangement_steps.withdraw_arrangement(account, goes_on, countered=countered),
            [gone, *superseded(past, gone, now)],
            what="ArrangementCancelled",
            data={"why": why},
            book=book,
            now=now,
            actor=by,
        )
        return gone

    gone: Arrangement | None = retry_on_conflict(attempt)
    if gone is not None:
        waker.wake_arrangement(gone)
        waker.wake(account_id)
    return gone
