"""Rests that no ladder ends: a promise or a wish for quiet that came after the last letter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dunlin.domain.accounts.account import Account, Hold
from dunlin.ports.accounts import AccountBook, Change
from dunlin.service.accounts.writing import entry_of, next_version, retry_on_conflict

BROKEN_PROMISE = "broken_promise"  # the escalation of a promise that no ladder follows up


def end_rests(*, book: AccountBook, now: datetime) -> int:
    """End what rested until now on accounts without a ladder; how many. Nobody is contacted: after
    a promise, by whose day something is still owed, a person at the creditor looks; after a wish
    for quiet the account stands as before."""
    return sum(_end(account.account_id, book=book, now=now) for account in book.rests_over(now))


def _end(account_id: str, *, book: AccountBook, now: datetime) -> bool:
    def attempt() -> bool:
        account = book.account(account_id)
        if account is None or not account.resting or account.due_at is None or account.due_at > now:
            return False
        held = account.hold.value if account.hold else ""
        entry = entry_of(account, now=now, what="HoldEnded", data={"hold": held})
        book.apply(Change(account=next_version(account, entry, **_over(account)), audit=[entry]))
        return True

    ended: bool = retry_on_conflict(attempt)
    return ended


def _over(account: Account) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "hold": None, "hold_reason": "", "due_at": None, "next_action": None,
    }  # fmt: skip
    if account.hold is Hold.PROMISE and not account.escalated:
        changes["escalated"] = BROKEN_PROMISE
    return changes
