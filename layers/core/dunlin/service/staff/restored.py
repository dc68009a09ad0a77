"""After tables were restored: what happened since their instant is gone from them, but not from the
write-once archive of the audit log, which tells whom it concerned. Those are contacted by nobody
until a person has looked: a message may have gone out that no row knows, or a STOP come in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dunlin.ports.accounts import AccountsAndPeople
from dunlin.ports.audit import AuditArchive
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.staff.pauses import pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtaken:
    """Whom a restore took something from: accounts that are paused now, and how many accounts the
    tables do not know at all, since they came later."""

    paused: tuple[str, ...]
    unknown: int


def lost(since: date, today: date, *, archive: AuditArchive) -> list[str]:
    """The subjects of which the archive holds entries, copied from a day (UTC) on, that the log
    lacks. What is held meanwhile is a hash for each entry of those days."""
    copied: dict[str, set[bytes]] = defaultdict(set)
    for ahead in range((today - since).days + 1):
        for entry in archive.archived(since + timedelta(days=ahead)):
            copied[entry.subject].add(bytes.fromhex(entry.hash))
    return sorted(
        subject
        for subject, hashes in copied.items()
        if hashes - {bytes.fromhex(entry.hash) for entry in archive.chain(subject)}
    )


def hold_what_was_lost(
    since: date,
    today: date,
    order: StaffCommand,
    *,
    archive: AuditArchive,
    book: AccountsAndPeople,
    now: datetime,
) -> Overtaken:
    """Pause every account that has, or whose person has, lost entries since a day. Doing it again
    changes nothing. What was paused for a creditor or a segment is no account's."""
    paused, unknown = [], 0
    for account_id in dict.fromkeys(_accounts(lost(since, today, archive=archive), book)):
        if book.account(account_id) is None:
            unknown += 1
        elif pause(account_id, order, book=book, now=now).outcome in ("done", "unchanged"):
            paused.append(account_id)
    return Overtaken(paused=tuple(paused), unknown=unknown)


def _accounts(subjects: list[str], book: AccountsAndPeople) -> Iterator[str]:
    for subject in subjects:
        kind, _, key = subject.partition("#")
        if kind == "account":
            yield key
        elif kind == "consumer":
            yield from (account.account_id for account in book.accounts_of_consumer(key))
