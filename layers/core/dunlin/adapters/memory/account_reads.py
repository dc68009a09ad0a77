"""The reads of the account book in memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from dunlin.adapters.memory.stored import Stored
from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Consumer, ContactHistory
from dunlin.domain.accounts.names import name_words, plain, telling_words
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import account_id as made_of
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.accounts import (
    MOST_CALLED,
    AccountHistory,
    AccountRecord,
    Conversation,
    Facts,
)

_PAGE = 100


class MemoryReads(Stored):
    """The reads of the account book."""

    def facts(self, account_id: str, *, touch_key: str = "") -> Facts:
        with self._lock:
            account = self.accounts.get(account_id)
            if account is None:
                raise DomainError(f"no account {account_id}")
            strategy = self.strategy_of(account)
            version, segments = self.paused_segments.get(account.creditor, (0, {}))
            return Facts(
                account=account,
                consumer=(person := self._standing(account.consumer_id)),
                history=self.histories.get(
                    person.consumer_id, ContactHistory(consumer_id=person.consumer_id)
                ),
                strategy=strategy,
                paused=self._paused(account.creditor),
                segments=tuple(segment for _, segment in sorted(segments.items())),
                segments_version=version,
                touch=self.touches.get((account_id, touch_key)),
            )

    def _paused(self, creditor: str) -> str:
        return next((s for s in ("platform", creditor) if s in self.pauses), "")

    def read_accounts(self, account_ids: Iterable[str]) -> dict[str, Account]:
        return {i: self.accounts[i] for i in account_ids if i in self.accounts}

    def read_consumers(self, consumer_ids: Iterable[str]) -> dict[str, Consumer]:
        return {i: self._standing(i) for i in consumer_ids if i in self.consumers}

    def _standing(self, consumer_id: str) -> Consumer:
        """The record that holds a person now."""
        person = self.consumers[consumer_id]
        while person.taken_in_by:
            person = self.consumers[person.taken_in_by]
        return person

    def has_entry(self, account_id: str, entry_id: str) -> bool:
        return entry_id in self.ledgers.get(account_id, {})

    def digest_of(self, seen: str) -> str | None:
        return self.digests.get(seen)

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
        return self._standing(consumer_id) if consumer_id in self.consumers else None

    def account_history(self, account_id: str) -> AccountHistory:
        account = self.accounts[account_id]
        conversation = self.conversation(account_id)
        return AccountHistory(
            account=account,
            consumer=self._standing(account.consumer_id),
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

    def accounts_of_consumer(self, consumer_id: str, *, beside: str = "") -> list[Account]:
        theirs = sorted(self.accounts.of_person.get(consumer_id, ()))
        return [self.accounts[i] for i in theirs if i != beside]

    def consumers_at(self, address: str) -> list[Consumer]:
        wanted = address.strip().lower()
        return [c for c in self.consumers.values() if wanted in {p.lower() for p in c.all_points}]

    def accounts_named(self, creditor: str, name: str) -> list[Account]:
        wanted = plain(name)
        return [
            account
            for account in self.accounts_of_creditor(creditor)
            if wanted in map(plain, account.names) or account.account_id == made_of(creditor, name)
        ]

    def consumers_called(self, creditor: str, name: str) -> list[Consumer]:
        words = set(name_words(name))
        called = [
            c
            for _, c in sorted(self.consumers.items())
            if c.creditor == creditor and words <= set(name_words(c.name))
            if words.intersection(telling_words(c.name, c.given_name))
        ]
        return called[:MOST_CALLED]

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

    def page_of_creditor(
        self,
        creditor: str,
        *,
        status: str | None = None,
        cohort: str | None = None,
        after: str = "",
    ) -> tuple[list[Account], str]:
        page, place = [], int(after or 0)
        for account in itertools.islice(self.accounts.values(), place, None):
            place += 1
            if account.creditor != creditor or status not in (None, account.status):
                continue
            if cohort in (None, account.cohort):
                page.append(account)
                if len(page) == _PAGE:
                    return page, str(place)
        return page, ""

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

    def on_ladders(self, creditor: str, *, after: str = "") -> Iterable[tuple[str, int]]:
        return sorted(
            (a.account_id, a.ladder_run)
            for a in self.accounts.values()
            if a.creditor == creditor and a.status is Status.ACTIVE and a.account_id > after
        )

    def waiting_for_staff(self, creditor: str | None = None) -> Iterable[Account]:
        return [
            a
            for a in self.accounts.values()
            if a.waits_for_staff and creditor in (None, a.creditor)
        ]
