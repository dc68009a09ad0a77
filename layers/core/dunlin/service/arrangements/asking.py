"""Asking: inside the limits a request is agreed in the write that makes it, else it waits for
staff with what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dunlin.domain import ids
from dunlin.domain.accounts import arrangement_steps
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.arrangements.arrangement import (
    REMIND_DAYS,
    Arrangement,
    ArrangementState,
    Authorisation,
    Autopay,
    arrangeable,
)
from dunlin.domain.arrangements.terms import Bound, Terms
from dunlin.domain.strategy.strategy import Basis, Strategy
from dunlin.ports.accounts import ChangeWriter
from dunlin.ports.arrangements import ArrangedAccounts
from dunlin.ports.machines import LadderWaker
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.writing import retry_on_conflict
from dunlin.service.arrangements.choices import beyond, in_force
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

_BEFORE_STAFF = 2  # so often an arrangement may be replaced or break before staff decide
_FELL = (ArrangementState.BROKEN, ArrangementState.REPLACED)


def ask(
    account_id: str,
    terms: Terms,
    *,
    consent: Authorisation | None,
    book: ArrangedAccounts,
    creditors: Creditors,
    waker: LadderWaker,
    now: datetime,
    by: str = CONSUMER,
    account: Account | None = None,
    limits: Strategy | None = None,
) -> Arrangement | AskRefusal:
    """Ask for an arrangement. Inside the limits it is in force with this write; else it waits
    for staff. `consent` is given where the person lets us debit their instalments.

    `account` and `limits` are what the caller has just read, if it has: they are not asked for
    again, but for an account that somebody wrote meanwhile. The same terms again give the same
    arrangement. One that is in force is replaced when the new one is agreed, and stays in force
    until then. Raises `DomainError`, `Conflict`.
    """

    known = [account] if account is not None else []

    def attempt() -> tuple[Arrangement | AskRefusal, Arrangement | None, Account]:
        account = known.pop() if known else account_of(account_id, book)
        past = book.arrangements(account_id)
        refusal = refusal_of(account)
        if refusal is not None:
            return refusal, None, account
        current = current_of(account, past)
        if current is not None and current.terms == terms and _same_wish(current, consent):
            return current, None, account
        if terms.total != arrangeable(account):
            return AskRefusal.STALE, None, account
        strategy = limits or in_force(account.creditor, creditors, now.date())
        over = beyond(account, strategy, terms, today=now.date())
        if sum(a.state in _FELL for a in past) >= _BEFORE_STAFF:
            over = (*over, Bound.REARRANGED)
        new = Arrangement(
            arrangement_id=ids.arrangement_id(account_id, len(past) + 1),
            account_id=account_id,
            number=len(past) + 1,
            state=ArrangementState.REQUESTED,
            terms=terms,
            asked_at=now,
            asked_by=by,
            beyond=over,
            strategy_version=strategy.version,
            autopay=_autopay(consent, current),
            remind_days=_remind_days(account, strategy),
            version=1,
        )
        if over:
            asked = _request(account, new, past, book=book, now=now, actor=by)
            return asked, None, account
        arrangement, old = start(account, new, current, past, book=book, now=now, actor=by)
        return arrangement, old, account

    arrangement, old, stored = retry_on_conflict(attempt)
    if isinstance(arrangement, Arrangement):
        tell(arrangement, old, stored, waker=waker)
    return arrangement


def _same_wish(current: Arrangement, consent: Authorisation | None) -> bool:
    """A second click: the same terms, paid in the same way, on something that still stands."""
    standing = current.in_force or current.state is ArrangementState.REQUESTED
    return standing and (consent is not None) == (current.autopay is not None)


def _remind_days(account: Account, strategy: Strategy) -> int:
    """How long before its date an instalment is spoken of: as a rung of the ladder says that
    counts from instalments, else three days."""
    rungs = strategy.ladder(account.ladder)
    before = [-r.days for r in rungs if r.basis is Basis.INSTALMENT and r.days < 0]
    return max(before, default=REMIND_DAYS)


def _autopay(consent: Authorisation | None, current: Arrangement | None) -> Autopay | None:
    """The permission asked for now, with the method that the person saved before."""
    if consent is None:
        return None
    before = current.autopay if current is not None else None
    if before is None or not before.ready:
        return Autopay(consent=consent)
    return replace(before, consent=consent)


def _request(
    account: Account,
    new: Arrangement,
    past: Sequence[Arrangement],
    *,
    book: ChangeWriter,
    now: datetime,
    actor: str,
) -> Arrangement:
    write(
        account,
        arrangement_steps.request_arrangement(account, new.arrangement_id),
        [new, *superseded(past, new, now)],
        what="ArrangementRequested",
        data={"signal": SignalKind.PLAN_REQUEST.value, "beyond": [b.value for b in new.beyond]},
        book=book,
        now=now,
        actor=actor,
    )
    return new
