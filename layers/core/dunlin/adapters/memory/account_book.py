"""The ports in memory: for tests, the rehearsal and the simulation.

They keep the same promises as the adapters over AWS; the contract suite runs over both.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Consumer, ContactHistory
from dunlin.domain.accounts.touch import Permit, Touch, TouchState
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.errors import Conflict, DomainError
from dunlin.domain.ids import execution_name
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.ports.accounts import (
    AccountHistory,
    AccountRecord,
    AlreadySeen,
    Answer,
    Change,
    Conversation,
    Facts,
    Reply,
)

Conditions = Iterator[tuple[str, bool]]  # what a transaction asks for, and whether it holds


class FixedClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class MemoryCreditors:
    """Strategies by creditor, newest last."""

    def __init__(self) -> None:
        self._documents: dict[str, list[dict[str, Any]]] = {}
        self._read: dict[tuple[str, int], Strategy] = {}

    def strategy(self, creditor: str, version: int | None = None) -> Strategy | None:
        documents = self._documents.get(creditor, [])
        number = len(documents) if version is None else version
        if not 1 <= number <= len(documents):
            return None
        if (creditor, number) not in self._read:
            self._read[creditor, number] = read_strategy(
                documents[number - 1], creditor=creditor, version=number
            )
        return self._read[creditor, number]

    def put_strategy(self, creditor: str, document: Mapping[str, Any], at: datetime) -> int:
        documents = self._documents.setdefault(creditor, [])
        read_strategy(document, creditor=creditor, version=len(documents) + 1)
        if not documents or documents[-1] != document:
            documents.append(dict(document))
        return len(documents)

    def all(self) -> list[str]:
        return sorted(self._documents)


class _Accounts(dict[str, Account]):
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


class MemoryBook:
    """Accounts, consumers, touches and permits in dictionaries, one lock around each write.
    Without `log` the audit entries are not kept, which a large rehearsal has no room for."""

    def __init__(self, creditors: MemoryCreditors | None = None, *, log: bool = True) -> None:
        self.creditors = creditors or MemoryCreditors()
        self.log = log
        self.accounts = _Accounts()
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
        self.seen: set[str] = set()
        self._lock = threading.RLock()

    def facts(self, account_id: str, *, touch_key: str = "") -> Facts:
        with self._lock:
            account = self.accounts.get(account_id)
            if account is None:
                raise DomainError(f"no account {account_id}")
            strategy = self.strategy_of(account)
            return Facts(
                account=account,
                consumer=self.consumers[account.consumer_id],
                history=self.histories.get(
                    account.consumer_id, ContactHistory(consumer_id=account.consumer_id)
                ),
                strategy=strategy,
                paused=self._paused(account.creditor),
                touch=self.touches.get((account_id, touch_key)),
            )

    def _paused(self, creditor: str) -> str:
        return next((s for s in ("platform", creditor) if s in self.pauses), "")

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

    def take_permit(
        self,
        *,
        permit: Permit,
        touch: Touch,
        account: Account,
        history: ContactHistory,
        consumer: Consumer,
        audit: AuditEntry,
    ) -> None:
        with self._lock:
            conditions = self._taking(
                permit=permit,
                touch=touch,
                account=account,
                history=history,
                consumer=consumer,
                audit=audit,
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
    ) -> Conditions:
        """The conditions of the permit transaction, by name."""
        stored = self.accounts[account.account_id]
        yield "account version", stored.version == account.version - 1
        yield from _contactable(stored, touch)
        yield from self._permission(consumer, touch)
        yield from self._running(account)
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
            seen = permit.consumer_version
            yield "consumer as the gate saw them", seen == facts.consumer.version
        held = self.touches.get((touch.account_id, touch.key))
        yield "touch permitted", held is not None and held.state is TouchState.PERMITTED
        yield from _contactable(stored, touch)
        yield from self._permission(facts.consumer, touch)
        yield from self._running(stored)

    def _running(self, account: Account) -> Conditions:
        yield "pause of the platform", "platform" not in self.pauses
        yield "pause of the creditor", account.creditor not in self.pauses

    def _permission(self, read: Consumer, touch: Touch) -> Conditions:
        """The consumer's part: nothing about the person moved, and the channel is open as read."""
        stored = self.consumers[read.consumer_id]
        yield "consumer version", stored.version == read.version
        if touch.template != "opt_out_confirmation":
            consent = stored.consent(touch.channel)
            same = consent.version == read.consent(touch.channel).version
            yield "consent", consent.open and same

    def apply(self, change: Change) -> None:
        with self._lock:
            if change.seen and change.seen in self.seen:
                raise AlreadySeen(change.seen)
            self._check(change)
            self._append(change.audit)
            if change.account is not None:
                self.accounts[change.account.account_id] = change.account
            if change.consumer is not None:
                self.consumers[change.consumer.consumer_id] = change.consumer
            if change.history is not None:
                self.histories[change.history.consumer_id] = change.history
            for entry in change.ledger:
                self.ledgers.setdefault(entry.account_id, {})[entry.entry_id] = entry
            for arrangement in change.arrangements:
                self.arranged[arrangement.arrangement_id] = arrangement
            if change.touch_move is not None:
                touch = change.touch_move[0]
                self.touches[touch.account_id, touch.key] = touch
            if change.reply is not None:
                self.replies[change.reply.reply_id] = change.reply
            if change.answer is not None:
                self.answers[change.answer.answer_id] = change.answer
            if change.seen:
                self.seen.add(change.seen)

    def _check(self, change: Change) -> None:
        if change.account is not None:
            self._account_at(change.account, change.account.version - 1)
        if change.consumer is not None:
            held = self.consumers.get(change.consumer.consumer_id)
            self._require(
                (held.version if held else 0) == change.consumer.version - 1, "consumer moved"
            )
        if change.history is not None:
            past = self.histories.get(change.history.consumer_id)
            self._require(
                (past.version if past else 0) == change.history.version - 1, "history moved"
            )
        for entry in change.ledger:
            known = self.ledgers.get(entry.account_id, {})
            self._require(entry.entry_id not in known, "ledger entry exists")
        for arrangement in change.arrangements:
            agreed = self.arranged.get(arrangement.arrangement_id)
            version = agreed.version if agreed else 0
            self._require(version == arrangement.version - 1, "arrangement moved")
        if change.touch_move is not None:
            touch, states = change.touch_move
            stored = self.touches.get((touch.account_id, touch.key))
            self._require(stored is not None and stored.state in states, "touch moved")
        if change.reply is not None:
            self._require(change.reply.reply_id not in self.replies, "reply exists")
        if change.answer is not None:
            self._require(change.answer.answer_id not in self.answers, "answer exists")
        for audit in change.audit if self.log else ():
            chain = self.chains.get(audit.subject, [])
            self._require(audit.sequence == len(chain) + 1, f"audit {audit.subject} moved")

    def apply_many(self, changes: Sequence[Change]) -> list[Change]:
        refused = []
        for change in changes:
            try:
                self.apply(change)
            except Conflict:
                refused.append(change)
        return refused

    def read_accounts(self, account_ids: Iterable[str]) -> dict[str, Account]:
        return {i: self.accounts[i] for i in account_ids if i in self.accounts}

    def read_consumers(self, consumer_ids: Iterable[str]) -> dict[str, Consumer]:
        return {i: self.consumers[i] for i in consumer_ids if i in self.consumers}

    def has_entry(self, account_id: str, entry_id: str) -> bool:
        return entry_id in self.ledgers.get(account_id, {})

    def account(self, account_id: str) -> Account | None:
        return self.accounts.get(account_id)

    def arrangement(self, account_id: str) -> Arrangement | None:
        account = self.accounts.get(account_id)
        return self.arrangement_of(account) if account else None

    def arrangement_of(self, account: Account) -> Arrangement | None:
        return self.arranged.get(account.arrangement_id)

    def arrangements(self, account_id: str) -> list[Arrangement]:
        mine = (a for a in self.arranged.values() if a.account_id == account_id)
        return sorted(mine, key=lambda a: a.number, reverse=True)

    def due_arrangements(self, until: datetime) -> Iterable[Arrangement]:
        due = [
            (a.next_at, a.arrangement_id, a)
            for a in self.arranged.values()
            if a.in_force and a.next_at is not None and a.next_at <= until
        ]
        return [a for _, _, a in sorted(due, key=lambda d: d[:2])]

    def consumer(self, consumer_id: str) -> Consumer | None:
        return self.consumers.get(consumer_id)

    def account_history(self, account_id: str) -> AccountHistory:
        account = self.accounts[account_id]
        conversation = self.conversation(account_id)
        return AccountHistory(
            account=account,
            consumer=self.consumers[account.consumer_id],
            ledger=self.ledger(account_id),
            touches=conversation.touches,
            replies=conversation.replies,
            answers=conversation.answers,
        )

    def account_record(self, account_id: str) -> AccountRecord | None:
        with self._lock:
            account = self.accounts.get(account_id)
            if account is None:
                return None
            return AccountRecord(
                account=account,
                ledger=self.ledger(account_id),
                arrangements=tuple(self.arrangements(account_id)),
            )

    def ledger(self, account_id: str) -> tuple[LedgerEntry, ...]:
        entries = self.ledgers.get(account_id, {}).values()
        return tuple(sorted(entries, key=lambda e: (e.on, e.entry_id)))

    def conversation(self, account_id: str) -> Conversation:
        touches = [t for (a, _), t in self.touches.items() if a == account_id]
        replies = [r for r in self.replies.values() if r.account_id == account_id]
        answers = [a for a in self.answers.values() if a.account_id == account_id]
        return Conversation(
            touches=tuple(sorted(touches, key=lambda t: t.permitted_at)),
            replies=tuple(sorted(replies, key=lambda r: r.at)),
            answers=tuple(sorted(answers, key=lambda a: a.at)),
        )

    def strategy_of(self, account: Account) -> Strategy:
        strategy = self.creditors.strategy(account.creditor, account.strategy_version or None)
        if strategy is None:
            raise DomainError(f"creditor {account.creditor} has no strategy")
        return strategy.at(account)

    def accounts_of_consumer(self, consumer_id: str) -> list[Account]:
        return [self.accounts[i] for i in sorted(self.accounts.of_person.get(consumer_id, ()))]

    def consumers_at(self, address: str) -> list[Consumer]:
        wanted = address.strip().lower()
        return [
            c
            for c in self.consumers.values()
            if wanted in {p.lower() for p in (*c.emails, *c.phones)}
        ]

    def email_closed_on(self, day: date) -> list[Consumer]:
        return [c for c in self.consumers.values() if c.email_closed_on() == day]

    def touch(self, account_id: str, key: str) -> Touch | None:
        return self.touches.get((account_id, key))

    def touches_permitted(self, start: datetime, end: datetime) -> Iterator[Touch]:
        return (t for t in list(self.touches.values()) if start <= t.permitted_at < end)

    def touch_by_message(self, message_id: str) -> Touch | None:
        return next((t for t in self.touches.values() if t.message_id == message_id), None)

    def accounts_of_creditor(
        self, creditor: str, *, status: str | None = None
    ) -> Iterable[Account]:
        return sorted(
            (
                a
                for a in self.accounts.values()
                if a.creditor == creditor and status in (None, a.status)
            ),
            key=lambda a: a.account_id,
        )

    def due(self, until: datetime) -> Iterable[Account]:
        waiting = [
            (a.due_at, a.account_id, a)
            for a in self.accounts.values()
            if a.timed and a.due_at is not None and a.due_at <= until
        ]
        return [a for _, _, a in sorted(waiting, key=lambda w: w[:2])]

    def rests_over(self, until: datetime) -> Iterable[Account]:
        over = [
            (a.due_at, a.account_id, a)
            for a in self.accounts.values()
            if a.resting and a.due_at is not None and a.due_at <= until
        ]
        return [a for _, _, a in sorted(over, key=lambda o: o[:2])]

    def unattended(self, creditor: str) -> Iterable[Account]:
        return [a for a in self.accounts.values() if a.creditor == creditor and a.unattended]

    def on_ladders(self, creditor: str) -> Iterable[tuple[str, int]]:
        return [
            (a.account_id, a.ladder_run)
            for a in self.accounts.values()
            if a.creditor == creditor and a.status is Status.ACTIVE
        ]

    def waiting_for_staff(self, creditor: str | None = None) -> Iterable[Account]:
        return [
            a
            for a in self.accounts.values()
            if a.waits_for_staff and creditor in (None, a.creditor)
        ]

    def texts(self, owner: str) -> int:
        replies = sum(bool(r.text) for r in self.replies.values() if _owner(r) == owner)
        answers = sum(bool(a.text) for a in self.answers.values() if a.account_id == owner)
        touches = sum(bool(t.content) for (a, _), t in self.touches.items() if a == owner)
        return replies + answers + touches

    def erase_texts(self, owner: str) -> int:
        with self._lock:
            number = self.texts(owner)
            for key, touch in self.touches.items():
                if touch.account_id == owner:
                    self.touches[key] = replace(touch, content="")
            for reply in [r for r in self.replies.values() if _owner(r) == owner]:
                self.replies[reply.reply_id] = replace(reply, text="")
            for answer in [a for a in self.answers.values() if a.account_id == owner]:
                self.answers[answer.answer_id] = replace(answer, text="")
            return number

    def drop_points(self, consumer_id: str) -> None:
        """There is no index beside the rows."""

    def pause(self, scope: str, *, on: bool, actor: str, at: datetime) -> None:
        with self._lock:
            (self.pauses.add if on else self.pauses.discard)(scope)


def _owner(reply: Reply) -> str:
    return reply.account_id or reply.consumer_id


def _contactable(account: Account, touch: Touch) -> Conditions:
    """The account's part of the permit's condition. A notice answers the person or records a
    payment: it may go on a held or settled account, the rulebook decides about it."""
    if touch.run:
        yield "account active", account.status is Status.ACTIVE
        yield "balance", account.balance.minor > 0
        yield "hold", account.hold is None


class MemoryWaker:
    """Remembers what was woken, started and noticed."""

    def __init__(self) -> None:
        self.woken: list[str] = []
        self.started: dict[str, tuple[Account, int]] = {}
        self.notices: list[tuple[str, str, str]] = []
        self.arrangements: dict[str, Arrangement] = {}
        self.woken_arrangements: list[str] = []

    def wake(self, account_id: str) -> bool:
        self.woken.append(account_id)
        return True

    def start(self, account: Account, *, wait_seconds: int) -> bool:
        name = f"{account.account_id}-{account.ladder_run}"
        if name in self.started:
            return False
        self.started[name] = (account, wait_seconds)
        return True

    def running(self, account: Account) -> bool:
        return f"{account.account_id}-{account.ladder_run}" in self.started

    def alive(self) -> set[str]:
        return set(self.started)

    def start_arrangement(self, arrangement: Arrangement, *, wait_seconds: int) -> bool:
        name = execution_name(arrangement.arrangement_id, arrangement.run)
        return self.arrangements.setdefault(name, arrangement) is arrangement

    def wake_arrangement(self, arrangement: Arrangement) -> bool:
        self.woken_arrangements.append(arrangement.arrangement_id)
        return self.arrangement_running(arrangement)

    def arrangement_running(self, arrangement: Arrangement) -> bool:
        return execution_name(arrangement.arrangement_id, arrangement.run) in self.arrangements

    def notice(self, *, account: Account, kind: str, cause: str) -> bool:
        wanted = (account.account_id, kind, cause)
        if wanted in self.notices:
            return False
        self.notices.append(wanted)
        return True
