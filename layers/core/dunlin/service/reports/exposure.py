"""Exposure report: refused touches of the audit log by rule, with an estimated range."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.reports.exposure import Exposure, RefusedTouch, exposure
from dunlin.domain.rulebook import Rulebook
from dunlin.ports.accounts import Accounts
from dunlin.ports.audit import AuditArchive
from dunlin.service.contact.replay import KEY


def exposure_report(
    *,
    first: date,
    last: date,
    creditor: str,
    archive: AuditArchive,
    book: Accounts,
    rulebook: Rulebook,
) -> Exposure:
    """What was refused on the days from `first` to `last`, both included, in UTC; of one creditor,
    or of all where `creditor` is empty."""

    @cache
    def owner(account_id: str) -> tuple[str, str]:
        account = book.account(account_id)
        return (account.consumer_id, account.creditor) if account else ("", "")

    def entries() -> Iterator[AuditEntry]:
        for ago in range((last - first).days + 1):
            yield from archive.archived(first + timedelta(days=ago))

    refused = refused_touches(entries(), consumer_of=lambda account_id: owner(account_id)[0])
    if creditor:
        refused = (touch for touch in refused if owner(touch.account_id)[1] == creditor)
    return exposure(refused, rulebook.tables)


def refused_touches(
    entries: Iterable[AuditEntry], *, consumer_of: Callable[[str], str]
) -> Iterator[RefusedTouch]:
    """Every offer that a recorded decision refused. An account nobody knows any more stands for a
    person of its own."""
    for entry in entries:
        record = entry.data.get(KEY)
        if not isinstance(record, Mapping):
            continue
        for row in record.get("asked", ()):
            if row.get("outcome") != "allow":
                yield _refused(entry, record, row, consumer_of)


def _refused(
    entry: AuditEntry,
    record: Mapping[str, Any],
    row: Mapping[str, Any],
    consumer_of: Callable[[str], str],
) -> RefusedTouch:
    facts = {**record.get("facts", {}), **row.get("facts", {})}
    account_id = str(facts.get("account", ""))
    message = facts.get("message")
    return RefusedTouch(
        day=entry.at.date(),
        account_id=account_id,
        consumer_id=consumer_of(account_id) or account_id,
        channel=str(facts.get("channel", "")),
        template=str((message or {}).get("template", "") or facts.get("purpose", "")),
        debt_role=str(facts.get("debt_role", "")),
        state=str(facts.get("state") or ""),
        blocked=tuple(row.get("block", ())),
        deferred=tuple(row.get("defer", {})),
    )
