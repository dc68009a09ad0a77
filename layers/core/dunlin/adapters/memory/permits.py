"""Taking and spending a permit in memory, and the conditions they hang on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from dunlin.adapters.memory.stored import Stored
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Consumer, ContactHistory
from dunlin.domain.accounts.touch import Permit, Touch, TouchState
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import (
    Facts,
)

Conditions = Iterator[tuple[str, bool]]  # what a transaction asks for, and whether it holds


class MemoryPermits(Stored):
    """Taking and spending of the account book."""

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
        with self._lock:
            conditions = self._taking(
                permit=permit,
                touch=touch,
                account=account,
                history=history,
                consumer=consumer,
                audit=audit,
                segments_version=segments_version,
            )
            for what, holds in conditions:
                self._require(holds, what)
            if self.log:  # the conditions above are all there is to ask
                self.chains.setdefault(audit.subject, []).append(audit)
            self.accounts[account.account_id] = account
            self.histories[history.consumer_id] = history
            self.touches[touch.account_id, touch.key] = touch
            self.permits[permit.permit_id] = permit

    def _taking(
        self,
        *,
        permit: Permit,
        touch: Touch,
        account: Account,
        history: ContactHistory,
        consumer: Consumer,
        audit: AuditEntry,
        segments_version: int,
    ) -> Conditions:
        """The conditions of the permit transaction, by name."""
        stored = self.accounts[account.account_id]
        yield "account version", stored.version == account.version - 1
        yield from _contactable(stored, touch)
        yield from self._permission(consumer, touch)
        yield from self._running(account, touch, segments_version)
        held = self.histories.get(history.consumer_id)
        yield "contact history version", (held.version if held else 0) == history.version - 1
        yield "touch absent", (touch.account_id, touch.key) not in self.touches
        yield "permit absent", permit.permit_id not in self.permits
        chain = self.chains.get(audit.subject, [])
        yield "audit entry absent", all(e.sequence != audit.sequence for e in chain)

    def spend_permit(self, *, facts: Facts, permit_id: str, now: datetime) -> bool:
        touch = facts.touch
        if touch is None:
            raise DomainError("facts without a touch cannot spend a permit")
        with self._lock:
            if not all(holds for _, holds in self._spending(facts, touch, permit_id, now)):
                return False
            self.permits.pop(permit_id, None)
            held = self.touches[touch.account_id, touch.key]
            self.touches[touch.account_id, touch.key] = replace(held, state=TouchState.UNKNOWN)
            return True

    def _spending(self, facts: Facts, touch: Touch, permit_id: str, now: datetime) -> Conditions:
        """The conditions of the spend transaction, by name."""
        stored = self.accounts[touch.account_id]
        permit = self.permits.get(permit_id)
        yield "permit exists", permit is not None
        if permit is not None:
            yield "permit of this touch", permit.touch_id == touch.touch_id
            yield "permit alive", now < permit.expires_at
            seen = permit.consumer_id, permit.consumer_version
            standing = facts.consumer.consumer_id, facts.consumer.version
            yield "consumer as the gate saw them", seen == standing
        held = self.touches.get((touch.account_id, touch.key))
        yield "touch permitted", held is not None and held.state is TouchState.PERMITTED
        yield from _contactable(stored, touch)
        yield from self._permission(facts.consumer, touch)
        yield from self._running(stored, touch, facts.segments_version)

    def _running(self, account: Account, touch: Touch, segments_version: int) -> Conditions:
        yield "pause of the platform", "platform" not in self.pauses
        yield "pause of the creditor", account.creditor not in self.pauses
        if touch.run:
            version, _ = self.paused_segments.get(account.creditor, (0, {}))
            yield "paused segments as read", version == segments_version

    def _permission(self, read: Consumer, touch: Touch) -> Conditions:
        """The consumer's part: nothing about the person moved, and the channel is open as read."""
        stored = self.consumers[read.consumer_id]
        yield "consumer version", stored.version == read.version
        if touch.template != "opt_out_confirmation":
            consent = stored.consent(touch.channel)
            same = consent.version == read.consent(touch.channel).version
            yield "consent", consent.open and same


def _contactable(account: Account, touch: Touch) -> Conditions:
    """The account's part of the permit's condition. A notice answers the person or records a
    payment: it may go on a held or settled account, the rulebook decides about it."""
    if touch.run:
        yield "account active", account.status is Status.ACTIVE
        yield "balance", account.balance.minor > 0
        yield "hold", account.hold is None
