"""Contact: touches, the permit that lets one message go, and who sees that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Consumer, ContactHistory
from dunlin.domain.accounts.reassigned import BadAnswer, NumberAnswer, NumberQuery
from dunlin.domain.accounts.touch import Permit, Touch
from dunlin.domain.audit.audit import AuditEntry
from dunlin.ports.accounts import (
    Facts,
)


class Touches(Protocol):
    """One message of ours, by its place on the ladder or by what the provider calls it."""

    def touch(self, account_id: str, key: str) -> Touch | None: ...

    def touch_by_message(self, message_id: str) -> Touch | None: ...


class NumberDatabase(Protocol):
    """The FCC's Reassigned Numbers Database, asked in batches and answered later."""

    def ask(self, queries: Iterable[NumberQuery]) -> None:
        """Hand questions over, each once. Raises `DomainError` where they cannot be taken."""

    def answers(self) -> Iterable[NumberAnswer | BadAnswer]:
        """What it answered, and the rows that tell nothing. Raises `DomainError` where the whole
        cannot be read."""


class PermitTaking(Protocol):
    """The right to decide that a message may go; who sends it holds another."""

    def take_permit(
        self,
        *,
        permit: Permit,
        touch: Touch,
        account: Account,
        history: ContactHistory,
        consumer: Consumer,
        audit: AuditEntry,
        segments_version: int,
    ) -> None:
        """The permit transaction, all or nothing:

        contact history at the version read · account at the version read, active, positive
        balance, no hold · consumer at the version read with that channel's consent at the
        version read and open · no pause, and for a ladder the paused segments as they were read ·
        touch row absent · permit row absent · audit entry
        absent. `account` and `history` are the new states, one version on; `consumer` is as
        read. Raises `Conflict`.
        """


class PermitSpending(Protocol):
    """The right to send what was permitted, once."""

    def spend_permit(self, *, facts: Facts, permit_id: str, now: datetime) -> bool:
        """Delete the permit and mark its touch unknown, under the same checks on consumer,
        consent, account and pauses as when it was taken, for the consumer as they were then.
        False: the permit is void (used, expired, or something changed); nothing was written."""


class Attendance(Protocol):
    """What should be going on: accounts that are due, and those that nothing attends to."""

    def due(self, until: datetime) -> Iterable[Account]:
        """Open accounts whose next due time is at or before `until`, earliest first."""

    def unattended(self, creditor: str) -> Iterable[Account]:
        """Open accounts of a creditor with neither a due time nor a stated reason."""

    def on_ladders(self, creditor: str, *, after: str = "") -> Iterable[tuple[str, int]]:
        """Id and run of every active account of a creditor, by id, from behind an id on: each
        has one execution, unless that was lost (index; may lag by a moment)."""


class Walks(Protocol):
    """Long walks that go on where the last one stopped, one at a time."""

    def begin(self, walk: str, *, until: datetime, now: datetime) -> str | None:
        """Where the walk goes on, "" for its beginning; None while another is under way, which
        until `until` nobody else begins."""

    def end(self, walk: str, cursor: str) -> None:
        """The walk is over for now and goes on at `cursor`."""
