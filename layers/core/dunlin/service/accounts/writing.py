"""Writing an account: its next version, chained to the audit entry that says why.

Whatever interferes between the read and the write makes the transaction fail, and then it is
read and decided again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from dunlin.domain.accounts import lifecycle, shown
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.legality import violations
from dunlin.domain.audit.audit import AuditEntry, append
from dunlin.domain.errors import Conflict, Defect
from dunlin.ports.accounts import Change, ChangeWriter

T = TypeVar("T")
_TRIES = 8
ACTOR = "dunlin"


def retry_on_conflict(attempt: Callable[[], T], *, tries: int | None = None) -> T:
    """Read, decide and write again while somebody else writes first; the machine retries the
    last `Conflict` with a pause."""
    for left in reversed(range(_TRIES if tries is None else tries)):
        try:
            return attempt()
        except Conflict:
            if not left:
                raise
    raise Defect("no attempt was made")


def seconds(until: datetime | None, now: datetime) -> int:
    """Whole seconds until an instant, at least one, at most a year less a day."""
    if until is None:
        return 1
    return max(1, min(math.ceil((until - now).total_seconds()), 364 * 86_400))


def entry_of(
    account: Account, *, now: datetime, what: str, data: dict[str, Any], actor: str = ACTOR
) -> AuditEntry:
    """The audit entry of an account's next version."""
    return append(
        subject=f"account#{account.account_id}",
        sequence=account.version + 1,
        previous=account.audit_head,
        at=now,
        actor=actor,
        what=what,
        data=data,
    )


def next_version(after: Account, entry: AuditEntry) -> Account:
    """The account one version on, chained to `entry`, with its case opened or closed, and held
    while an arrangement is in force."""
    numbered = replace(after, version=entry.sequence, audit_head=entry.hash)
    return lifecycle.complete(numbered, entry.at)


def account_change(
    before: Account,
    after: Account,
    *,
    what: str,
    data: dict[str, Any],
    now: datetime,
    actor: str = ACTOR,
    besides: Change | None = None,
    touch: Mapping[str, Any] | None = None,
) -> Change:
    """The next version of an account and its audit entry, as one write. `after` is what the steps
    of `lifecycle` made of `before`; `besides` is what is written in the same transaction, `touch`
    the touch that it is about where `besides` moves none. Raises `Defect` where the account would
    be what no account may be, and was not before."""
    besides = besides or Change()
    if besides.touch_move is not None:
        touch = shown.of_touch(besides.touch_move[0])
    stands = lifecycle.complete(replace(after, version=before.version + 1), now)
    data = data | shown.of_account(stands, ledger=besides.ledger, touch=touch)
    entry = entry_of(before, now=now, what=what, data=data, actor=actor)
    stored = next_version(after, entry)
    wrong = violations(stored) - violations(before)
    if wrong:
        raise Defect(f"{what} of account {before.account_id}: {', '.join(sorted(wrong))}")
    return replace(besides, account=stored, audit=[entry, *besides.audit])


def write(
    book: ChangeWriter,
    before: Account,
    after: Account,
    *,
    what: str,
    data: dict[str, Any],
    now: datetime,
    actor: str = ACTOR,
    besides: Change | None = None,
    touch: Mapping[str, Any] | None = None,
) -> Account:
    """Write the next version of an account with its audit entry, as `account_change` makes it;
    the account as it was written. Raises `Conflict`."""
    change = account_change(
        before, after, what=what, data=data, now=now, actor=actor, besides=besides, touch=touch
    )
    book.apply(change)
    return written(change)


def written(change: Change) -> Account:
    """The account that a change writes."""
    if change.account is None:
        raise Defect("a change that writes no account")
    return change.account
