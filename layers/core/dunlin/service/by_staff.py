"""What the use cases of staff share: who did it, a code for why, and waking all of a person."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from dunlin.domain import audit
from dunlin.domain.account import Account, Status
from dunlin.domain.consumer import Consumer
from dunlin.domain.errors import DomainError
from dunlin.ports import AccountBook, Alarm

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,59}")


def code(text: str, what: str) -> str:
    """A code that staff gave, checked: letters, digits and `._:-`, so that no words about a
    person reach the audit log. Raises `DomainError`."""
    if not _CODE.fullmatch(text):
        raise DomainError(f"{what} is a code of letters, digits and . _ : - (at most 60)")
    return text


def staff(by: str) -> str:
    """The actor of a member of staff, as the audit log names them."""
    return f"staff:{code(by, 'who')}"


def consumer_entry(
    person: Consumer, *, now: datetime, what: str, data: dict[str, Any], actor: str
) -> audit.AuditEntry:
    """The audit entry of a person's next version."""
    return audit.append(
        subject=f"consumer#{person.consumer_id}",
        sequence=person.version + 1,
        previous=person.audit_head,
        at=now,
        actor=actor,
        what=what,
        data=data,
    )


def wake_all(account: Account, *, book: AccountBook, alarm: Alarm) -> None:
    """Wake every running ladder of an account's person."""
    for one in accounts_of(account, book):
        if one.status is Status.ACTIVE:
            alarm.wake(one.account_id)


def accounts_of(account: Account, book: AccountBook) -> list[Account]:
    """Every account of the person; the index may lag behind this one."""
    found = {a.account_id: a for a in book.accounts_of_consumer(account.consumer_id)}
    return list((found | {account.account_id: account}).values())
