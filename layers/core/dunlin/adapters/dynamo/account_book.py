"""The account book over DynamoDB: the reads that decide and the transactions that bind."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from dunlin.adapters.dynamo.arrangement_rows import PREFIX, SHARDS, ArrangementRow, bucket
from dunlin.adapters.dynamo.back_off import LONG, SHORT, try_again
from dunlin.adapters.dynamo.faults import CERTAIN
from dunlin.adapters.dynamo.rows import (
    CONTACTS,
    DUE_SHARDS,
    META,
    PAUSE_SHARDS,
    PROFILE,
    RESTING,
    AccountRow,
    AddressRow,
    AnswerRow,
    AuditRow,
    ContactsRow,
    LedgerRow,
    PauseRow,
    PermitRow,
    ProfileRow,
    ReplyRow,
    SeenRow,
    TouchRow,
    instant,
    shard,
)
from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.consumer import Channel, Consumer, ContactHistory
from dunlin.domain.accounts.touch import Permit, Touch, TouchState
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.errors import Conflict, DomainError, Unavailable
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import (
    AccountHistory,
    AccountRecord,
    AlreadySeen,
    Change,
    Conversation,
    Facts,
)
from dunlin.ports.strategies import Creditors

_MOST_ITEMS, _MOST_BYTES, _MOST_READ = 100, 3_500_000, 100
"""Of one TransactWriteItems (AWS: 100 items, 4 MB) and one BatchGetItem (AWS: 100 keys)."""
_OF_AN_ACCOUNT = {META: AccountRow, "LEDGER#": LedgerRow, PREFIX: ArrangementRow}
_OF_A_CONVERSATION = {"T#": TouchRow, "N#": TouchRow, "IN#": ReplyRow, "OUT#": AnswerRow}
"""What lies in one partition of Accounts and of Touches, by the beginning of the sort key."""


class DynamoBook:
    """`AccountBook` over the tables Accounts, People, Touches, Permits, Audit and Ops."""

    def __init__(self, creditors: Creditors) -> None:
        self._creditors = creditors
        self._connection = Connection(
            connect_timeout_seconds=1, read_timeout_seconds=3, max_retry_attempts=3
        )

    def facts(self, account_id: str, *, touch_key: str = "") -> Facts:
        account = self.account(account_id)
        if account is None:
            raise DomainError(f"no account {account_id}")
        wanted: list[tuple[type[Model], str, str]] = [
            (ProfileRow, account.consumer_id, PROFILE),
            (ContactsRow, account.consumer_id, CONTACTS),
            (PauseRow, _pause_key(account.creditor, account_id), "PAUSE"),
        ]
        if touch_key:
            wanted.append((TouchRow, account_id, touch_key))
        found = self._read_together(wanted)
        profile, contacts, pause = (found.get((row, key, sk)) for row, key, sk in wanted[:3])
        if profile is None:
            raise DomainError(f"account {account_id} has no consumer")
        strategy = self.strategy_of(account)
        touch = found.get((TouchRow, account_id, touch_key))
        return Facts(
            account=account,
            consumer=profile.to_domain(),
            history=contacts.to_domain()
            if contacts
            else ContactHistory(consumer_id=account.consumer_id),
            strategy=strategy,
            paused=_paused(pause),
            touch=touch.to_domain() if touch else None,
        )

    def _read_together(
        self, wanted: list[tuple[type[Model], str, str]]
    ) -> dict[tuple[type[Model], str, str], Any]:
        """One consistent BatchGetItem over several tables, repeated for what was left over."""
        request: dict[str, Any] = {}
        by_key: dict[tuple[str, str, str], tuple[type[Model], str, str]] = {}
        for row, key, sk in wanted:
            table = row.Meta.table_name
            hash_name = row._hash_keyname
            range_name = row._range_keyname
            request.setdefault(table, {"ConsistentRead": True, "Keys": []})["Keys"].append(
                {hash_name: {"S": key}, range_name: {"S": sk}}
            )
            by_key[table, key, sk] = (row, key, sk)
        found: dict[tuple[type[Model], str, str], Any] = {}
        for table, item in self._batch_get(request, pauses=SHORT):
            row, key, sk = _identify(by_key, table, item)
            one = row()
            one.deserialize(item)
            found[row, key, sk] = one
        return found

    def _batch_get(
        self, request: dict[str, Any], *, pauses: Sequence[float]
    ) -> list[tuple[str, dict[str, Any]]]:
        """Table and item of what a BatchGetItem asks for; what is left over is asked for again."""
        client: Any = self._connection.client
        found: list[tuple[str, dict[str, Any]]] = []
        left = request

        def ask() -> None:
            nonlocal left
            answer = client.batch_get_item(RequestItems=left)
            for table, items in answer["Responses"].items():
                found.extend((table, item) for item in items)
            left = answer.get("UnprocessedKeys") or {}
            if left:
                raise Unavailable("dynamodb", "unprocessed keys", certain=True)

        try_again(ask, pauses=pauses)
        return found

    def read_accounts(self, account_ids: Iterable[str]) -> dict[str, Account]:
        rows = self._read_rows(AccountRow, account_ids, META)
        return {row.account_id: row.to_domain() for row in rows}

    def read_consumers(self, consumer_ids: Iterable[str]) -> dict[str, Consumer]:
        rows = self._read_rows(ProfileRow, consumer_ids, PROFILE)
        return {row.consumer_id: row.to_domain() for row in rows}

    def _read_rows(self, row: type[Model], keys: Iterable[str], sk: str) -> Iterator[Any]:
        """Rows of one table by BatchGetItem, a hundred a call, with back-off for what is left."""
        table, names = row.Meta.table_name, (row._hash_keyname, row._range_keyname)
        wanted = [{names[0]: {"S": k}, names[1]: {"S": sk}} for k in dict.fromkeys(keys)]
        for start in range(0, len(wanted), _MOST_READ):
            some = wanted[start : start + _MOST_READ]
            request = {table: {"ConsistentRead": True, "Keys": some}}
            for _, item in self._batch_get(request, pauses=LONG):
                one = row()
                one.deserialize(item)
                yield one

    def has_entry(self, account_id: str, entry_id: str) -> bool:
        return _get(LedgerRow, account_id, f"LEDGER#{entry_id}") is not None

    def account(self, account_id: str) -> Account | None:
        row = _get(AccountRow, account_id, META)
        return row.to_domain() if row else None

    def arrangement(self, account_id: str) -> Arrangement | None:
        account = self.account(account_id)
        return self.arrangement_of(account) if account is not None else None

    def arrangement_of(self, account: Account) -> Arrangement | None:
        if not account.arrangement_id:
            return None
        row = _get(ArrangementRow, account.account_id, PREFIX + account.arrangement_id)
        return row.to_domain() if row else None

    def arrangements(self, account_id: str) -> list[Arrangement]:
        rows = ArrangementRow.query(
            account_id, ArrangementRow.sk.startswith(PREFIX), consistent_read=True
        )
        return sorted((row.to_domain() for row in rows), key=lambda a: a.number, reverse=True)

    def due_arrangements(self, until: datetime) -> Iterator[Arrangement]:
        shards = [
            ArrangementRow.by_due.query(bucket(n), ArrangementRow.due_at <= instant(until))
            for n in range(SHARDS)
        ]
        for row in heapq.merge(*shards, key=lambda r: r.due_at):
            yield row.to_domain()

    def consumer(self, consumer_id: str) -> Consumer | None:
        row = _get(ProfileRow, consumer_id, PROFILE)
        return row.to_domain() if row else None

    def touch(self, account_id: str, key: str) -> Touch | None:
        row = _get(TouchRow, account_id, key)
        return row.to_domain() if row else None

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
        found = self._read_partition(AccountRow, account_id, _OF_AN_ACCOUNT)
        if not found[META]:
            return None
        return AccountRecord(
            account=found[META][0],
            ledger=tuple(sorted(found["LEDGER#"], key=_booked)),
            arrangements=tuple(sorted(found[PREFIX], key=lambda a: a.number, reverse=True)),
        )

    def ledger(self, account_id: str) -> tuple[LedgerEntry, ...]:
        rows = LedgerRow.query(account_id, LedgerRow.sk.startswith("LEDGER#"), consistent_read=True)
        return tuple(sorted((row.to_domain() for row in rows), key=_booked))

    def conversation(self, account_id: str) -> Conversation:
        found = self._read_partition(TouchRow, account_id, _OF_A_CONVERSATION)
        touches = (*found["T#"], *found["N#"])
        return Conversation(
            touches=tuple(sorted(touches, key=lambda t: t.permitted_at)),
            replies=tuple(sorted(found["IN#"], key=lambda r: r.at)),
            answers=tuple(sorted(found["OUT#"], key=lambda a: a.at)),
        )

    def _read_partition(
        self, table: type[Model], key: str, kinds: dict[str, type[Any]]
    ) -> dict[str, list[Any]]:
        """All that lies under one key, read consistently, by the beginning of its sort key."""
        found: dict[str, list[Any]] = {kind: [] for kind in kinds}
        asked: dict[str, Any] = {
            "TableName": table.Meta.table_name,
            "ConsistentRead": True,
            "KeyConditionExpression": "#key = :key",
            "ExpressionAttributeNames": {"#key": table._hash_keyname},
            "ExpressionAttributeValues": {":key": {"S": key}},
            # The account comes last in its partition and is to be read first.
            "ScanIndexForward": False,
        }
        client: Any = self._connection.client
        while True:
            answer = client.query(**asked)
            for item in answer["Items"]:
                sk = item[table._range_keyname]["S"]
                kind = next((kind for kind in kinds if sk.startswith(kind)), "")
                if kind:  # a kind of row that this version does not know is not its to read
                    row = kinds[kind]()
                    row.deserialize(item)
                    found[kind].append(row.to_domain())
            if not answer.get("LastEvaluatedKey"):
                return found
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def strategy_of(self, account: Account) -> Strategy:
        strategy = self._creditors.strategy(account.creditor, account.strategy_version or None)
        if strategy is None:
            raise DomainError(f"creditor {account.creditor} has no strategy")
        return strategy.at(account)

    def accounts_of_consumer(self, consumer_id: str) -> list[Account]:
        return [row.to_domain() for row in AccountRow.by_consumer.query(consumer_id)]

    def accounts_of_creditor(
        self, creditor: str, *, status: str | None = None
    ) -> Iterator[Account]:
        only = None if status is None else AccountRow.status == status
        for row in AccountRow.by_creditor.query(creditor, filter_condition=only):
            yield row.to_domain()

    def consumers_at(self, address: str) -> list[Consumer]:
        wanted = address.strip().lower()
        found = []
        for row in AddressRow.by_address.query(address_hash(address)):
            consumer = self.consumer(row.consumer_id)
            if consumer and wanted in {p.lower() for p in (*consumer.emails, *consumer.phones)}:
                found.append(consumer)
        return found

    def touches_permitted(self, start: datetime, end: datetime) -> Iterator[Touch]:
        span = TouchRow.permitted_at.between(instant(start), instant(end))
        for row in TouchRow.scan(filter_condition=TouchRow.touch_id.exists() & span):
            if row.permitted_at < instant(end):
                yield row.to_domain()

    def email_closed_on(self, day: date) -> list[Consumer]:
        rows = AddressRow.by_address.query(_closed(day))
        people = (self.consumer(row.consumer_id) for row in rows)
        # A row stays when permission is given anew: the profile decides.
        return [person for person in people if person and person.email_closed_on() == day]

    def touch_by_message(self, message_id: str) -> Touch | None:
        for row in TouchRow.by_message.query(message_id, limit=1):
            return row.to_domain()
        return None

    def due(self, until: datetime) -> Iterator[Account]:
        shards = [
            AccountRow.by_due.query(str(n), AccountRow.due_at <= instant(until))
            for n in range(DUE_SHARDS)
        ]
        for row in heapq.merge(*shards, key=lambda r: r.due_at):
            yield row.to_domain()

    def rests_over(self, until: datetime) -> Iterator[Account]:
        for row in AccountRow.by_due.query(RESTING, AccountRow.due_at <= instant(until)):
            yield row.to_domain()

    def unattended(self, creditor: str) -> Iterator[Account]:
        for row in AccountRow.by_queue.query(f"UNATTENDED#{creditor}"):
            yield row.to_domain()

    def on_ladders(self, creditor: str) -> Iterator[tuple[str, int]]:
        for row in AccountRow.on_ladders.query(creditor):
            yield row.account_id, int(row.ladder_run)

    def waiting_for_staff(self, creditor: str | None = None) -> Iterator[Account]:
        creditors = self._creditors.all() if creditor is None else [creditor]
        for name in creditors:
            for row in AccountRow.by_queue.query(f"STAFF#{name}"):
                yield row.to_domain()

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
        with _Transaction(self._connection) as t:
            t.condition_check(
                ProfileRow, consumer.consumer_id, PROFILE, _permission(consumer, touch)
            )
            t.condition_check(
                PauseRow, _pause_key(account.creditor, account.account_id), "PAUSE", _running()
            )
            t.put(PermitRow.of(permit), PermitRow.permit_id.does_not_exist())
            t.put(TouchRow.of(touch), TouchRow.account_id.does_not_exist())
            t.put(AuditRow.of(audit), AuditRow.subject.does_not_exist())
            t.update(
                AccountRow.of(account, audit.at.isoformat()),
                AccountRow.WRITTEN,
                (AccountRow.version == account.version - 1) & _contactable()
                if touch.run
                else AccountRow.version == account.version - 1,
            )
            t.update(
                ContactsRow.of(history), ContactsRow.WRITTEN, _contacts_at(history.version - 1)
            )

    def spend_permit(self, *, facts: Facts, permit_id: str, now: datetime) -> bool:
        touch = facts.touch
        if touch is None:
            raise DomainError("facts without a touch cannot spend a permit")
        try:
            try_again(lambda: self._spend(facts, touch, permit_id, now), pauses=SHORT)
        except Conflict as refused:
            if refused.contended:
                raise
            return False
        return True

    def _spend(self, facts: Facts, touch: Touch, permit_id: str, now: datetime) -> None:
        account = facts.account
        with _Transaction(self._connection) as t:
            t.condition_check(
                ProfileRow, facts.consumer.consumer_id, PROFILE, _permission(facts.consumer, touch)
            )
            t.condition_check(
                PauseRow, _pause_key(account.creditor, account.account_id), "PAUSE", _running()
            )
            if touch.run:
                t.condition_check(AccountRow, account.account_id, META, _contactable())
            t.delete(
                PermitRow(permit_id),
                (PermitRow.touch_id == touch.touch_id)
                & (PermitRow.ends_at > instant(now))
                & (PermitRow.consumer_version == facts.consumer.version),
            )
            t.raw_update(
                TouchRow(touch.account_id, touch.key),
                [TouchRow.state.set(TouchState.UNKNOWN.value)],
                TouchRow.state == TouchState.PERMITTED.value,
            )

    def apply(self, change: Change) -> None:
        with _Transaction(self._connection, seen=change.seen) as t:
            if change.seen:
                t.put(SeenRow(f"SEEN#{change.seen}"), SeenRow.pk.does_not_exist())
            if change.reply is not None:
                t.put(ReplyRow.of(change.reply), ReplyRow.account_id.does_not_exist())
            if change.answer is not None:
                t.put(AnswerRow.of(change.answer), AnswerRow.account_id.does_not_exist())
            self._write_book(t, change)
            if change.history is not None:
                t.update(
                    ContactsRow.of(change.history),
                    ContactsRow.WRITTEN,
                    _contacts_at(change.history.version - 1),
                )
            if change.touch_move is not None:
                touch, states = change.touch_move
                t.update(TouchRow.of(touch), TouchRow.MOVES, TouchRow.state.is_in(*states))

    def apply_many(self, changes: Sequence[Change]) -> list[Change]:
        refused: list[Change] = []
        for batch in _packed(changes):
            if not self._apply_batch(batch):
                refused += batch
        return refused

    def _apply_batch(self, batch: Sequence[Change]) -> bool:
        """One transaction, tried again while throttled. False: refused, nothing was written."""

        def write() -> None:
            with _Transaction(self._connection) as t:
                for change in batch:
                    self._write_book(t, change)

        try:
            try_again(write, pauses=LONG)
        except Conflict:
            return False
        return True

    def _write_book(self, t: _Transaction, change: Change) -> None:
        """The parts of a change that every kind of write has."""
        at = change.audit[0].at.isoformat() if change.audit else ""
        for entry in change.ledger:
            t.put(LedgerRow.of(entry), LedgerRow.account_id.does_not_exist())
        for audit in change.audit:
            t.put(AuditRow.of(audit), AuditRow.subject.does_not_exist())
        if change.account is not None:
            self._write_account(t, change.account, at)
        if change.consumer is not None:
            self._write_consumer(t, change.consumer)
        for arrangement in change.arrangements:
            self._write_arrangement(t, arrangement)

    def _write_account(self, t: _Transaction, account: Account, at: str) -> None:
        if account.version == 1:
            t.put(AccountRow.of(account, at), AccountRow.account_id.does_not_exist())
        else:
            t.update(
                AccountRow.of(account, at),
                AccountRow.WRITTEN,
                AccountRow.version == account.version - 1,
            )

    def _write_arrangement(self, t: _Transaction, arrangement: Arrangement) -> None:
        row = ArrangementRow.of(arrangement)
        if arrangement.version == 1:
            t.put(row, ArrangementRow.account_id.does_not_exist())
        else:
            t.update(row, ArrangementRow.WRITTEN, ArrangementRow.version == arrangement.version - 1)

    def _write_consumer(self, t: _Transaction, consumer: Consumer) -> None:
        points = (*consumer.emails, *consumer.phones)
        for hashed in dict.fromkeys(address_hash(point) for point in points):
            t.put(AddressRow.of(consumer.consumer_id, hashed), None)
        if day := consumer.email_closed_on():
            t.put(AddressRow.of(consumer.consumer_id, _closed(day)), None)
        if consumer.version == 1:
            t.put(ProfileRow.of(consumer), ProfileRow.consumer_id.does_not_exist())
        else:
            t.update(
                ProfileRow.of(consumer),
                ProfileRow.WRITTEN,
                ProfileRow.version == consumer.version - 1,
            )

    def texts(self, owner: str) -> int:
        return sum(1 for _ in _with_words(owner))

    def erase_texts(self, owner: str) -> int:
        number = 0
        for row in _with_words(owner):
            gone = (
                TouchRow.content.remove() if isinstance(row, TouchRow) else type(row).text.set("")
            )
            row.update(actions=[gone])
            number += 1
        return number

    def drop_points(self, consumer_id: str) -> None:
        person = self.consumer(consumer_id)
        points = (*person.emails, *person.phones) if person else ()
        held = {f"AT#{address_hash(point)}" for point in points}
        for row in AddressRow.query(consumer_id, AddressRow.sk.startswith("AT#")):
            if row.sk not in held and not row.sk.startswith("AT#closed#"):
                row.delete()

    def pause(self, scope: str, *, on: bool, actor: str, at: datetime) -> None:
        platform = scope == "platform"
        switch = PauseRow.by_platform if platform else PauseRow.by_creditor
        action = switch.set(f"{actor} {instant(at)}") if on else switch.remove()
        for creditor in self._creditors.all() if platform else [scope]:
            for number in range(PAUSE_SHARDS):
                PauseRow(f"PAUSE#{creditor}#{number}").update(actions=[action])


class _Transaction:
    """One TransactWriteItems. Leaves it all undone and raises `Conflict` where a condition does
    not hold, `AlreadySeen` where the first put says so, `Unavailable` where it was throttled.

    PynamoDB sends checks, deletes, puts, updates in that order whatever the order of calls, and
    DynamoDB's reasons come in that order; the counts here find the first put again.
    """

    def __init__(self, connection: Connection, *, seen: str = "") -> None:
        self._write = TransactWrite(connection=connection)
        self._first_put = 0
        self._seen = seen

    def __enter__(self) -> _Transaction:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            return
        try:
            self._write._commit()
        except TransactWriteError as refused:
            raise self._meaning(refused) from refused

    def _meaning(self, error: TransactWriteError) -> Exception:
        codes = [r.code if r else None for r in error.cancellation_reasons]
        if not codes:
            code = error.cause_response_code or "unknown"
            return Unavailable("dynamodb", code, certain=code in CERTAIN)
        if self._seen and codes[self._first_put] == "ConditionalCheckFailed":
            return AlreadySeen(self._seen)
        text = ", ".join(c or "-" for c in codes)
        if "ConditionalCheckFailed" in codes:
            return Conflict(text)
        if "TransactionConflict" in codes:
            return Conflict(text, contended=True)
        return Unavailable("dynamodb", text, certain=True)

    def condition_check(self, row: type[Model], key: str, sk: str, condition: Any) -> None:
        self._first_put += 1
        self._write.condition_check(row, key, sk, condition=condition)

    def delete(self, row: Model, condition: Any) -> None:
        self._first_put += 1
        self._write.delete(row, condition=condition)

    def put(self, row: Model, condition: Any) -> None:
        self._write.save(row, condition=condition)

    def update(self, row: Model, names: Iterable[str], condition: Any) -> None:
        """Set the named attributes to what the row holds; absent ones are removed."""
        actions = []
        for name in names:
            attribute, value = getattr(type(row), name), getattr(row, name)
            actions.append(attribute.remove() if value is None else attribute.set(value))
        self.raw_update(row, actions, condition)

    def raw_update(self, row: Model, actions: list[Any], condition: Any) -> None:
        self._write.update(row, actions=actions, condition=condition)


def _packed(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes in order, in batches that fit a transaction and touch each subject once."""
    batch: list[Change] = []
    items = size = 0
    subjects: set[str] = set()
    for change in changes:
        own = {entry.subject for entry in change.audit}
        weight, heft = _items(change), _bytes(change)
        full = items + weight > _MOST_ITEMS or size + heft > _MOST_BYTES
        if batch and (full or own & subjects):
            yield batch
            batch, items, size, subjects = [], 0, 0, set()
        batch.append(change)
        items, size = items + weight, size + heft
        subjects |= own
    if batch:
        yield batch


def _booked(entry: LedgerEntry) -> tuple[date, str]:
    """The order of a ledger."""
    return entry.on, entry.entry_id


def _with_words(owner: str) -> Iterator[TouchRow | ReplyRow | AnswerRow]:
    """The rows of an account, or of a person's id, that hold words."""
    for prefix in ("T#", "N#"):
        for touch in TouchRow.query(owner, TouchRow.sk.startswith(prefix), consistent_read=True):
            if touch.content:
                yield touch
    for kind, prefix in ((ReplyRow, "IN#"), (AnswerRow, "OUT#")):
        for row in kind.query(owner, kind.sk.startswith(prefix), consistent_read=True):
            if row.text:
                yield row


def _closed(day: date) -> str:
    """Where the address index lists who closed e-mail on a day; no address hashes to it."""
    return f"closed#{day.isoformat()}"


def _items(change: Change) -> int:
    person = change.consumer
    points = 2 + len(person.emails) + len(person.phones) if person else 0
    return len(change.ledger) + len(change.audit) + (change.account is not None) + points


def _bytes(change: Change) -> int:
    """An upper estimate: a row is some hundred bytes beside what the file wrote into it."""
    account = change.account
    told = sum(len(k) + len(v) for k, v in account.extras.items()) if account else 0
    return 1_500 * _items(change) + 4 * told


def _contactable() -> Any:
    """The account's part of a ladder permit: active, something owed, nothing held."""
    return (
        (AccountRow.status == "active")
        & (AccountRow.balance_minor > 0)
        & AccountRow.hold.does_not_exist()
    )


def _permission(consumer: Consumer, touch: Touch) -> Any:
    """The consumer's part: nothing about the person moved, and the channel is open as read."""
    unchanged = ProfileRow.version == consumer.version
    if touch.template == "opt_out_confirmation":
        return unchanged
    is_open = ProfileRow.email_open if touch.channel is Channel.EMAIL else ProfileRow.sms_open
    return unchanged & (is_open == consumer.consent(touch.channel).version)


def _contacts_at(version: int) -> Any:
    return ContactsRow.version == version if version else ContactsRow.version.does_not_exist()


def _pause_key(creditor: str, account_id: str) -> str:
    return f"PAUSE#{creditor}#{shard(account_id, PAUSE_SHARDS)}"


def _running() -> Any:
    return PauseRow.by_platform.does_not_exist() & PauseRow.by_creditor.does_not_exist()


def _paused(row: Any) -> str:
    if row is None:
        return ""
    return "platform" if row.by_platform else "creditor" if row.by_creditor else ""


def _identify(
    by_key: dict[tuple[str, str, str], tuple[type[Model], str, str]],
    table: str,
    item: dict[str, Any],
) -> tuple[type[Model], str, str]:
    for (name, key, sk), row in by_key.items():
        hash_name, range_name = row[0]._hash_keyname or "", row[0]._range_keyname or ""
        if name == table and item[hash_name]["S"] == key and item[range_name]["S"] == sk:
            return row
    raise Unavailable("dynamodb", f"an item of {table} that was not asked for")


def _get(row: type[Any], key: str, sk: str) -> Any:
    try:
        return row.get(key, sk, consistent_read=True)
    except DoesNotExist:
        return None
