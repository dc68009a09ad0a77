"""Rests that no ladder ends: a promise or a wish for quiet that came after the last letter."""

from __future__ import annotations

from datetime import datetime

from dunlin.domain.accounts import lifecycle
from dunlin.ports.accounts import Accounts, Rests
from dunlin.service.accounts.writing import retry_on_conflict, write


def end_rests(*, book: Rests, now: datetime) -> int:
    """End what rested until now on accounts without a ladder; how many. Nobody is contacted: after
    a promise, by whose day something is still owed, a person at the creditor looks; after a wish
    for quiet the account stands as before."""
    return sum(_end(account.account_id, book=book, now=now) for account in book.rests_over(now))


def _end(account_id: str, *, book: Accounts, now: datetime) -> bool:
    def attempt() -> bool:
        account = book.account(account_id)
        if account is None or not account.resting or account.due_at is None or account.due_at > now:
            return False
        data = {"hold": account.hold.value if account.hold else ""}
        write(book, account, lifecycle.end_rest(account), what="HoldEnded", data=data, now=now)
        return True

    ended: bool = retry_on_conflict(attempt)
    return ended
