"""Writing an account: its next version, chained to the audit entry that says why.

Whatever interferes between the read and the write makes the transaction fail, and then it is
read and decided again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from dunlin.domain.accounts.account import Account, with_arrangement_hold, with_case
from dunlin.domain.audit.audit import AuditEntry, append
from dunlin.domain.errors import Conflict, Defect

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


def next_version(account: Account, entry: AuditEntry, **changes: Any) -> Account:
    """The account one version on, chained to `entry`, with its case opened or closed, and held
    while an arrangement is in force."""
    after = replace(account, version=account.version + 1, audit_head=entry.hash, **changes)
    return with_case(with_arrangement_hold(after), entry.at)
