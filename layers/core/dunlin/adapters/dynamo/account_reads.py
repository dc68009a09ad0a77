"""The account book's reads: one account with all that decides about it, and lists by index."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any

from pynamodb.connection import Connection

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.rows import arrangements
from dunlin.adapters.dynamo.rows.accounts import (
    DUE_SHARDS,
    LEDGER,
    META,
    RESTING,
    AccountRow,
    LedgerRow,
    NameRow,
)
from dunlin.adapters.dynamo.rows.arrangements import ARRANGEMENT, ArrangementRow
from dunlin.adapters.dynamo.rows.ops import PAUSE, PauseRow, SeenRow
from dunlin.adapters.dynamo.rows.people import (
    CONTACTS,
    PROFILE,
    AddressRow,
    ContactsRow,
    ProfileRow,
)
from dunlin.adapters.dynamo.rows.touches import ANSWER, REPLY, SENT, AnswerRow, ReplyRow, TouchRow
from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.consumer import Consumer, ContactHistory
from dunlin.domain.accounts.names import name_words
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.batches import batches
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import account_id as made_of
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.tokens import address_hash, name_hash
from dunlin.ports.accounts import (
    MOST_CALLED,
    AccountHistory,
    AccountRecord,
    Conversation,
    Facts,
)
from dunlin.ports.strategies import Creditors

_PAGE = 100
"""Accounts of a creditor that are worked on between two notes of how far the work has come."""
LOOKED_AT = 1_000
"""Entries of an index that one request reads over where few of them are wanted."""
_MOST_BEARERS = 10_000  # of a word of a name, who are looked at
_SEGMENTS = 8  # of a scan of all touches, read side by side
_OF_AN_ACCOUNT = {META: AccountRow, LEDGER: LedgerRow, ARRANGEMENT: ArrangementRow}
_OF_A_CONVERSATION = {**dict.fromkeys(SENT, TouchRow), REPLY: ReplyRow, ANSWER: AnswerRow}
"""What lies in one partition of Accounts and of Touches, by the beginning of the sort key."""


class AccountReads:
    """The reads of the account book."""

    _connection: Connection
    _creditors: Creditors

    def facts(self, account_id: str, *, touch_key: str = "") -> Facts:
        account = self._known(account_id)
        wanted: list[reading.Key] = [
            (ProfileRow, account.consumer_id, PROFILE),
            (ContactsRow, account.consumer_id, CONTACTS),
            (PauseRow, PauseRow.key(account.creditor, account_id), PAUSE),
        ]
        if touch_key:
            wanted.append((TouchRow, account_id, touch_key))
        read = reading.together(self._connection, wanted)
        profile, contacts, pause = (read.get(key) for key in wanted[:3])
        if profile is None:
            raise DomainError(f"account {account_id} has no consumer")
        person = profile.to_domain()
        if person.taken_in_by:
            person = self._standing(person)
            contacts = reading.get(ContactsRow, person.consumer_id, CONTACTS)
        strategy = self.strategy_of(account)
        touch = read.get((TouchRow, account_id, touch_key))
        return Facts(
            account=account,
            consumer=person,
            history=contacts.to_domain()
            if contacts
            else ContactHistory(consumer_id=person.consumer_id),
            strategy=strategy,
            paused=pause.scope if pause else "",
            segments=pause.paused_segments if pause else (),
            segments_version=(pause.segments_version or 0) if pause else 0,
            touch=touch.to_domain() if touch else None,
        )

    def _known(self, account_id: str) -> Account:
        account = self.account(account_id)
        if account is None:
            raise DomainError(f"no account {account_id}")
        return account

    def account(self, account_id: str) -> Account | None:
        row = reading.get(AccountRow, account_id, META)
        return row.to_domain() if row else None

    def consumer(self, consumer_id: str) -> Consumer | None:
        row = reading.get(ProfileRow, consumer_id, PROFILE)
        return self._standing(row.to_domain()) if row else None

    def _standing(self, person: Consumer) -> Consumer:
        """The record that holds a person now. Raises `DomainError` where it is gone."""
        if not person.taken_in_by:
            return person
        standing = self.consumer(person.taken_in_by)
        if standing is None:
            raise DomainError(f"{person.consumer_id} was taken in by a record that is gone")
        return standing

    def read_accounts(self, account_ids: Iterable[str]) -> dict[str, Account]:
        rows = reading.by_keys(self._connection, AccountRow, account_ids, META)
        return {row.account_id: row.to_domain() for row in rows}

    def read_consumers(self, consumer_ids: Iterable[str]) -> dict[str, Consumer]:
        rows = reading.by_keys(self._connection, ProfileRow, consumer_ids, PROFILE)
        return {row.consumer_id: self._standing(row.to_domain()) for row in rows}

    def has_entry(self, account_id: str, entry_id: str) -> bool:
        return reading.get(LedgerRow, account_id, LEDGER + entry_id) is not None

    def digest_of(self, seen: str) -> str | None:
        row = reading.get(SeenRow, f"SEEN#{seen}", "SEEN")
        return None if row is None else row.digest or ""

    def strategy_of(self, account: Account) -> Strategy:
        strategy = self._creditors.strategy(account.creditor, account.strategy_version or None)
        if strategy is None:
            raise DomainError(f"creditor {account.creditor} has no strategy")
        return strategy.at(account)

    def account_history(self, account_id: str) -> AccountHistory:
        record = self.account_record(account_id)
        if record is None:
            raise DomainError(f"no account {account_id}")
        consumer = self.consumer(record.account.consumer_id)
        if consumer is None:
            raise DomainError(f"account {account_id} has no consumer")
        conversation = self.conversation(account_id)
        return AccountHistory(
            account=record.account,
            consumer=consumer,
            ledger=record.ledger,
            touches=conversation.touches,
            replies=conversation.replies,
            answers=conversation.answers,
        )

    def account_record(self, account_id: str) -> AccountRecord | None:
        # The account comes last in its partition and is to be read first.
        rows = reading.partition(
            self._connection, _OF_AN_ACCOUNT, account_id, scan_index_forward=False
        )
        if not rows[META]:
            return None
        return AccountRecord(
            account=rows[META][0].to_domain(),
            ledger=_in_order(rows[LEDGER]),
            arrangements=_newest_first(rows[ARRANGEMENT]),
        )

    def ledger(self, account_id: str) -> tuple[LedgerEntry, ...]:
        return _in_order(reading.under(LedgerRow, account_id, LEDGER))

    def conversation(self, account_id: str) -> Conversation:
        rows = reading.partition(self._connection, _OF_A_CONVERSATION, account_id)
        touches = (row.to_domain() for prefix in SENT for row in rows[prefix])
        replies = (row.to_domain() for row in rows[REPLY])
        answers = (row.to_domain() for row in rows[ANSWER])
        return Conversation(
            touches=tuple(sorted(touches, key=lambda t: t.permitted_at)),
            replies=tuple(sorted(replies, key=lambda r: r.at)),
            answers=tuple(sorted(answers, key=lambda a: a.at)),
        )

    def touch(self, account_id: str, key: str) -> Touch | None:
        row = reading.get(TouchRow, account_id, key)
        return row.to_domain() if row else None

    def touch_by_message(self, message_id: str) -> Touch | None:
        entries = TouchRow.by_message.query(message_id, limit=1)
        row = next(reading.whole(self._connection, TouchRow, entries), None)
        return row.to_domain() if row else None

    def touches_permitted(self, start: datetime, end: datetime) -> Iterator[Touch]:
        span = TouchRow.permitted_at.between(start, end)
        wanted = TouchRow.touch_id.exists() & span
        segments = [
            TouchRow.scan(wanted, segment=number, total_segments=_SEGMENTS)
            for number in range(_SEGMENTS)
        ]
        for row in reading.side_by_side(segments):
            if row.permitted_at < end:
                yield row.to_domain()

    def arrangement(self, account_id: str) -> Arrangement | None:
        account = self.account(account_id)
        return self.arrangement_of(account) if account is not None else None

    def arrangement_of(self, account: Account) -> Arrangement | None:
        if not account.arrangement_id:
            return None
        sk = ARRANGEMENT + account.arrangement_id
        row = reading.get(ArrangementRow, account.account_id, sk)
        return row.to_domain() if row else None

    def arrangements(self, account_id: str) -> list[Arrangement]:
        return list(_newest_first(reading.under(ArrangementRow, account_id, ARRANGEMENT)))

    def due_arrangements(self, until: datetime) -> Iterator[Arrangement]:
        shards = [
            reading.found(
                ArrangementRow.by_due.query(
                    arrangements.bucket(number), ArrangementRow.due_at <= until
                )
            )
            for number in range(arrangements.SHARDS)
        ]
        entries = heapq.merge(*shards, key=lambda r: r.due_at)
        for row in reading.whole(self._connection, ArrangementRow, entries):
            yield row.to_domain()

    def due(self, until: datetime) -> Iterator[Account]:
        shards = [
            reading.found(AccountRow.by_due.query(str(number), AccountRow.due_at <= until))
            for number in range(DUE_SHARDS)
        ]
        entries = heapq.merge(*shards, key=lambda r: r.due_at)
        for row in reading.whole(self._connection, AccountRow, entries):
            yield row.to_domain()

    def rests_over(self, until: datetime) -> Iterator[Account]:
        resting = AccountRow.by_due.query(RESTING, AccountRow.due_at <= until)
        for row in reading.whole(self._connection, AccountRow, resting):
            yield row.to_domain()

    def accounts_of_consumer(self, consumer_id: str, *, beside: str = "") -> list[Account]:
        entries = reading.found(AccountRow.by_consumer.query(consumer_id))
        others = (entry for entry in entries if entry.account_id != beside)
        return [row.to_domain() for row in reading.whole(self._connection, AccountRow, others)]

    def accounts_of_creditor(
        self, creditor: str, *, status: str | None = None
    ) -> Iterator[Account]:
        only = None if status is None else AccountRow.status == status
        entries = AccountRow.by_creditor.query(creditor, filter_condition=only)
        return self._listed(entries, status)

    def _listed(self, entries: Iterable[AccountRow], status: str | None) -> Iterator[Account]:
        """The accounts of entries that were asked for by status, if they have it still."""
        rows = reading.whole(self._connection, AccountRow, entries, consistent=False)
        return (row.to_domain() for row in rows if status in (None, row.status.value))

    def page_of_creditor(
        self,
        creditor: str,
        *,
        status: str | None = None,
        cohort: str | None = None,
        after: str = "",
    ) -> tuple[list[Account], str]:
        only: Any = None if status is None else AccountRow.status == status
        if cohort is not None:
            mine = AccountRow.cohort == cohort
            only = mine if only is None else only & mine
        entries = AccountRow.by_creditor.query(
            creditor,
            filter_condition=only,
            limit=_PAGE,
            page_size=_PAGE if only is None else LOOKED_AT,
            last_evaluated_key=json.loads(after) if after else None,
        )
        page = list(self._listed(entries, status))
        return page, json.dumps(entries.last_evaluated_key) if entries.last_evaluated_key else ""

    def accounts_named(self, creditor: str, name: str) -> list[Account]:
        named = (row.sk for row in reading.found(NameRow.query(NameRow.key(creditor, name))))
        wanted = {made_of(creditor, name), *named}
        return [account for _, account in sorted(self.read_accounts(wanted).items())]

    def unattended(self, creditor: str) -> Iterator[Account]:
        for row in reading.found(AccountRow.by_queue.query(f"UNATTENDED#{creditor}")):
            yield row.to_domain()

    def on_ladders(self, creditor: str, *, after: str = "") -> Iterator[tuple[str, int]]:
        behind = (AccountRow.account_id > after) if after else None
        for row in reading.found(AccountRow.on_ladders.query(creditor, behind)):
            yield row.account_id, row.ladder_run or 0

    def waiting_for_staff(self, creditor: str | None = None) -> Iterator[Account]:
        creditors = self._creditors.all() if creditor is None else [creditor]
        for name in creditors:
            for row in reading.found(AccountRow.by_queue.query(f"STAFF#{name}")):
                yield row.to_domain()

    def consumers_at(self, address: str) -> list[Consumer]:
        wanted = address.strip().lower()
        people = {}
        for row in reading.found(AddressRow.by_address.query(address_hash(address))):
            consumer = self.consumer(row.consumer_id)
            if consumer and wanted in {p.lower() for p in consumer.all_points}:
                people[consumer.consumer_id] = consumer  # once, by however many records of theirs
        return list(people.values())

    def consumers_called(self, creditor: str, name: str) -> list[Consumer]:
        words = set(name_words(name))
        bearers = sorted((self._bearers(creditor, word) for word in words), key=len)
        candidates = dict.fromkeys(chain.from_iterable(bearers))  # of the rarest word first
        called: dict[str, Consumer] = {}
        for some in batches(candidates, _PAGE):
            for consumer in self.read_consumers(some).values():
                if consumer.creditor == creditor and words <= set(name_words(consumer.name)):
                    called[consumer.consumer_id] = consumer  # once, by however many records
            if len(called) >= MOST_CALLED:
                break
        if not called and any(len(ids) == _MOST_BEARERS for ids in bearers):
            raise DomainError("very many are called that: search by something else")
        return [consumer for _, consumer in sorted(called.items())[:MOST_CALLED]]

    def _bearers(self, creditor: str, word: str) -> list[str]:
        """The ids of a creditor's people who are found by a word of their name, as many as are
        looked at."""
        rows = AddressRow.by_address.query(name_hash(creditor, word), limit=_MOST_BEARERS)
        return [row.consumer_id for row in reading.found(rows)]

    def email_closed_on(self, day: date) -> list[Consumer]:
        rows = reading.found(AddressRow.by_address.query(AddressRow.closed(day)))
        people = (self.consumer(row.consumer_id) for row in rows)
        # A row stays when permission is given anew: the profile decides.
        closed = (person for person in people if person and person.email_closed_on() == day)
        return list({person.consumer_id: person for person in closed}.values())


def _in_order(rows: Iterable[LedgerRow]) -> tuple[LedgerEntry, ...]:
    return tuple(sorted((row.to_domain() for row in rows), key=lambda e: (e.on, e.entry_id)))


def _newest_first(rows: Iterable[ArrangementRow]) -> tuple[Arrangement, ...]:
    return tuple(sorted((row.to_domain() for row in rows), key=lambda a: a.number, reverse=True))
