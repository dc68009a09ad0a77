"""What the staff's use cases answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.staff.queue import Item
from dunlin.ports.accounts import AccountHistory

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccount:
    """One account as a member of staff sees it: the thread and what the audit log says of it."""

    account_history: AccountHistory
    history: Sequence[AuditEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One item of the staff queue with its person; not `approvable` while what it waits for is
    missing. `request` is the arrangement that is asked for."""

    item: Item
    consumer: Consumer | None
    approvable: bool = True
    request: Arrangement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of a decision.

    outcome: `done`, `stale` (the account has moved since the page was drawn), `gone` (nothing
    waits for a person there) or `unmet` (what the account waits for is still missing).
    """

    outcome: str
    account_id: str
    decision: str
    request: bool = False  # the decision was about an arrangement asked for
