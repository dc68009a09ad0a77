"""What the account book in memory holds."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from dunlin.adapters.memory.creditors import MemoryCreditors
from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.consumer import Consumer, ContactHistory
from dunlin.domain.accounts.touch import Permit, Touch
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.errors import Conflict
from dunlin.domain.rollouts.rollout import Segment
from dunlin.ports.accounts import (
    Answer,
    Reply,
)


class StoredAccounts(dict[str, Account]):
    """Accounts by id, and the ids of each person's."""

    def __init__(self) -> None:
        super().__init__()
        self.of_person: dict[str, set[str]] = {}

    def __setitem__(self, account_id: str, account: Account) -> None:
        before = self.get(account_id)
        if before is not None and before.consumer_id != account.consumer_id:
            self.of_person[before.consumer_id].discard(account_id)
        super().__setitem__(account_id, account)
        self.of_person.setdefault(account.consumer_id, set()).add(account_id)

    def clear(self) -> None:
        super().clear()
        self.of_person.clear()


class Stored:
    """What a book in memory holds, in dictionaries, under one lock. Without `log` the audit entries
    are not kept, which a large rehearsal has no room for."""

    def __init__(self, creditors: MemoryCreditors | None = None, *, log: bool = True) -> None:
        self.creditors = creditors or MemoryCreditors()
        self.log = log
        self.accounts = StoredAccounts()
        self.consumers: dict[str, Consumer] = {}
        self.histories: dict[str, ContactHistory] = {}
        self.touches: dict[tuple[str, str], Touch] = {}
        self.permits: dict[str, Permit] = {}
        self.ledgers: dict[str, dict[str, LedgerEntry]] = {}
        self.arranged: dict[str, Arrangement] = {}
        self.replies: dict[str, Reply] = {}
        self.answers: dict[str, Answer] = {}
        self.chains: dict[str, list[AuditEntry]] = {}
        self.pauses: set[str] = set()
        self.paused_segments: dict[str, tuple[int, dict[str, Segment]]] = {}
        self.seen: set[str] = set()
        self.digests: dict[str, str] = {}
        self._lock = threading.RLock()

    def _require(self, holds: bool, what: str) -> None:
        if not holds:
            raise Conflict(what)

    def _account_at(self, account: Account, version: int) -> Account | None:
        stored = self.accounts.get(account.account_id)
        stored_version = 0 if stored is None else stored.version
        self._require(stored_version == version, f"account {account.account_id} moved")
        return stored

    def _append(self, entries: Iterable[AuditEntry]) -> None:
        for entry in entries if self.log else ():
            chain = self.chains.setdefault(entry.subject, [])
            self._require(entry.sequence == len(chain) + 1, f"audit {entry.subject} moved")
            chain.append(entry)
