"""What staff see and decide: the portfolio, one account, and what waits for a person.

Reading changes nothing. A decision is one write of the account with its audit entry, under the
version that was on the screen, and then the ladder is woken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from dunlin.domain import audit, ids
from dunlin.domain.account import STAFF_HOLDS, Account, Hold, Status
from dunlin.domain.consumer import Consumer
from dunlin.domain.counters import Cell, CurrencyPortfolio, Figure
from dunlin.domain.counters import portfolio as sum_up
from dunlin.domain.errors import Conflict, DomainError
from dunlin.ports import (
    AccountBook,
    Alarm,
    AuditArchive,
    Change,
    Counters,
    Creditors,
    Decided,
    StaffAccount,
    Waiting,
)
from dunlin.service.permits import entry_of, written

SHOWN = 25  # a widget is a page of a list, not the list
_BEGAN = frozenset({"AccountHeld", "AccountEscalated", "LadderFailed"})


def portfolio(
    *, creditor: str, today: date, counters: Counters, creditors: Creditors
) -> list[CurrencyPortfolio]:
    """The portfolio of one creditor, or of all for "", by currency; aged as of `today`."""
    tally: dict[Cell, Figure] = {}
    for one in [creditor] if creditor else creditors.all():
        tally |= counters.tally(one)
    return sum_up(tally, today)


def look_up(
    wanted: str,
    *,
    creditor: str,
    book: AccountBook,
    log: AuditArchive,
    creditors: Creditors,
) -> StaffAccount | None:
    """One account by its id or by a creditor's own reference; None where there is none.

    A widget made for one creditor never shows an account of another.
    """
    for account_id in _candidates(wanted.strip(), creditor, creditors):
        account = book.account(account_id)
        if account is not None and creditor in ("", account.creditor):
            return StaffAccount(
                thread=book.thread(account_id), history=log.chain(f"account#{account_id}")
            )
    return None


def _candidates(wanted: str, creditor: str, creditors: Creditors) -> list[str]:
    if not wanted:
        return []
    if wanted.startswith("acc_"):
        return [wanted]
    return [ids.account_id(one, wanted) for one in ([creditor] if creditor else creditors.all())]


def waiting(*, creditor: str, book: AccountBook, log: AuditArchive) -> tuple[list[Waiting], int]:
    """What waits for a person, longest first, at most `SHOWN`; and how many there are in all."""
    accounts = list(book.waiting_for_staff(creditor or None))
    shown = [_waiting(account, book=book, log=log) for account in accounts[:SHOWN]]
    return sorted(shown, key=_longest_first), len(accounts)


def _waiting(account: Account, *, book: AccountBook, log: AuditArchive) -> Waiting:
    consumer = book.consumer(account.consumer_id)
    return Waiting(
        account=account,
        consumer=consumer,
        since=_since(log.chain(f"account#{account.account_id}")),
        approvable=not _unreachable(account, consumer),
    )


def _longest_first(one: Waiting) -> tuple[bool, float]:
    return (one.since is None, one.since.timestamp() if one.since else 0.0)


def _since(chain: Sequence[audit.AuditEntry]) -> datetime | None:
    """When the present wait began: the newest entry that began one, else the newest of all."""
    began = [entry.at for entry in chain if entry.what in _BEGAN]
    return began[-1] if began else (chain[-1].at if chain else None)


def decide(
    *,
    account_id: str,
    version: int,
    decision: str,
    actor: str,
    now: datetime,
    book: AccountBook,
    alarm: Alarm,
) -> Decided:
    """Take a decision about an account as it was at `version`.

    approve: the hold or escalation is lifted and the ladder looks at once; the rules still bind.
    decline: the account stays with a person and nothing is sent. close: the account is closed
    and its ladder ends. An approval is `unmet` while an account that waits for a contact point
    still has none. A second click meets a newer version and changes nothing. Raises
    `DomainError` for another word.
    """
    if decision not in ("approve", "decline", "close"):
        raise DomainError("a decision is approve, decline or close")

    def answer(outcome: str) -> Decided:
        return Decided(outcome=outcome, account_id=account_id, decision=decision)

    account = book.account(account_id)
    if account is None:
        return answer("gone")
    if account.version != version:
        return answer("stale")
    if not account.waits_for_staff:
        return answer("gone")
    if decision == "approve" and _unreachable(account, book.consumer(account.consumer_id)):
        return answer("unmet")
    try:
        after = _write(account, decision, actor=actor, now=now, book=book)
    except Conflict:
        return answer("stale")
    if after.ladder_run != account.ladder_run:
        alarm.start(after, wait_seconds=1)
    elif decision != "decline":
        alarm.wake(account_id)
    return answer("done")


def _unreachable(account: Account, consumer: Consumer | None) -> bool:
    """True where lifting the hold would only end the ladder: there is nobody to write to."""
    reachable = consumer is not None and bool(consumer.emails or consumer.phones)
    return account.hold is Hold.NO_CONTACT_POINT and not reachable


def _write(
    account: Account, decision: str, *, actor: str, now: datetime, book: AccountBook
) -> Account:
    what, changes = _changes(account, decision, now)
    entry = entry_of(
        account,
        now=now,
        actor=actor,
        what=what,
        data={
            "status": account.status.value,
            "hold": account.hold.value if account.hold else "",
            "trigger": account.escalated,
        },
    )
    after = written(account, entry, **changes)
    book.apply(Change(account=after, audit=[entry]))
    return after


def _changes(account: Account, decision: str, now: datetime) -> tuple[str, dict[str, Any]]:
    """The audit word and the new fields of a decision."""
    if decision == "close":
        return "AccountClosed", {
            "status": Status.CLOSED, "hold": None, "hold_reason": "", "escalated": "",
            "due_at": None, "next_action": None,
        }  # fmt: skip
    if decision == "decline":
        return "ReleaseDeclined", {
            "hold": account.hold or Hold.REVIEW,
            "hold_reason": account.hold_reason or "Kept on hold by staff.",
        }
    changes: dict[str, Any] = {"escalated": "", "due_at": now}
    if account.escalated:
        changes["released"] = (*account.released, account.escalated)
    if account.hold in STAFF_HOLDS:
        changes |= {"hold": None, "hold_reason": ""}
    if account.status is Status.FAILED:
        # The execution has ended: a new run at the same rung takes its place.
        changes |= {"status": Status.ACTIVE, "ladder_run": account.ladder_run + 1}
    return "ReleaseApproved", changes
