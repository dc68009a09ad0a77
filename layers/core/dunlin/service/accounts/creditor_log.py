"""What is done for a whole creditor, on the creditor's chain of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dunlin.domain.audit import audit
from dunlin.ports.accounts import Change, ChangeWriter
from dunlin.ports.audit import AuditLog
from dunlin.service.accounts.writing import retry_on_conflict


def record(
    creditor: str,
    what: str,
    data: dict[str, Any],
    actor: str,
    *,
    book: ChangeWriter,
    log: AuditLog,
    now: datetime,
) -> None:
    """Append an entry to the creditor's chain; somebody else's entry meanwhile comes before."""

    def attempt() -> None:
        chain = log.chain(f"creditor#{creditor}")
        entry = audit.append(
            subject=f"creditor#{creditor}",
            sequence=len(chain) + 1,
            previous=chain[-1].hash if chain else "",
            at=now,
            actor=actor,
            what=what,
            data=data,
        )
        book.apply(Change(audit=[entry]))

    retry_on_conflict(attempt)
