"""The account book's writes: one change at a time, and many in as few transactions as hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dunlin.adapters.dynamo.back_off import LONG, try_again
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.permits import contacts_at
from dunlin.adapters.dynamo.rows.accounts import AccountRow, LedgerRow, NameRow
from dunlin.adapters.dynamo.rows.arrangements import ArrangementRow
from dunlin.adapters.dynamo.rows.audit import AuditRow
from dunlin.adapters.dynamo.rows.ops import SeenRow
from dunlin.adapters.dynamo.rows.people import AddressRow, ContactsRow, ProfileRow
from dunlin.adapters.dynamo.rows.touches import AnswerRow, ReplyRow, TouchRow
from dunlin.adapters.dynamo.transaction import Transacting, Transaction
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.errors import Conflict
from dunlin.ports.accounts import Change

_MOST_ITEMS, _MOST_BYTES = 100, 3_500_000
"""Of one TransactWriteItems (AWS: 100 items, 4 MB)."""


class AccountWrites(Transacting):
    """The writes of the account book."""

    def apply(self, change: Change) -> None:
        with self._begin(seen=change.seen) as t:
            if change.seen:
                seen = SeenRow(f"SEEN#{change.seen}", digest=change.digest or None)
                t.put(seen, SeenRow.pk.does_not_exist())
            if change.reply is not None:
                t.put(ReplyRow.of(change.reply), ReplyRow.account_id.does_not_exist())
            if change.answer is not None:
                t.put(AnswerRow.of(change.answer), AnswerRow.account_id.does_not_exist())
            _write_book(t, change)
            if change.history is not None:
                t.update(ContactsRow.of(change.history), contacts_at(change.history.version - 1))
            if change.touch_move is not None:
                touch, states = change.touch_move
                t.update(
                    TouchRow.of(touch),
                    TouchRow.state.is_in(*map(TouchState, states)),
                    only=TouchRow.MOVES,
                )

    def apply_many(self, changes: Sequence[Change]) -> list[Change]:
        refused: list[Change] = []
        for batch in packed(changes):
            if not self._apply_batch(batch):
                refused += batch
        return refused

    def index_people(self, people: Iterable[Consumer]) -> None:
        with translated("people"), AddressRow.batch_write() as batch:
            for person in people:
                for hashed in AddressRow.hashes(person):
                    batch.save(AddressRow.of(person.consumer_id, hashed))

    def _apply_batch(self, batch: Sequence[Change]) -> bool:
        """One transaction, tried again while throttled. False: refused, nothing was written."""

        def write() -> None:
            with self._begin() as t:
                for change in batch:
                    _write_book(t, change)

        try:
            try_again(write, pauses=LONG)
        except Conflict:
            return False
        return True


def _write_book(t: Transaction, change: Change) -> None:
    """The parts of a change that every kind of write has."""
    at = change.audit[0].at.isoformat() if change.audit else ""
    for entry in change.ledger:
        t.put(LedgerRow.of(entry), LedgerRow.account_id.does_not_exist())
    for audit in change.audit:
        t.put(AuditRow.of(audit), AuditRow.subject.does_not_exist())
    if change.account is not None:
        _write_account(t, change.account, at, moved=bool(change.ledger))
    if change.consumer is not None:
        _write_consumer(t, change.consumer)
    if change.taken_in is not None:
        _write_consumer(t, change.taken_in)
    for arrangement in change.arrangements:
        _write_arrangement(t, arrangement)


def _write_account(t: Transaction, account: Account, at: str, *, moved: bool) -> None:
    """`moved`: the balance did. Else it is not named, so that a role may be denied it."""
    row = AccountRow.of(account, at)
    if account.version == 1:
        t.put(row, AccountRow.account_id.does_not_exist())
        for named in NameRow.of(account):
            t.put(named, None)
    else:
        only = () if moved else AccountRow.beside_balance()
        t.update(row, AccountRow.version == account.version - 1, only=only)


def _write_arrangement(t: Transaction, arrangement: Arrangement) -> None:
    row = ArrangementRow.of(arrangement)
    if arrangement.version == 1:
        t.put(row, ArrangementRow.account_id.does_not_exist())
    else:
        t.update(row, ArrangementRow.version == arrangement.version - 1)


def _write_consumer(t: Transaction, consumer: Consumer) -> None:
    for hashed in AddressRow.hashes(consumer):
        t.put(AddressRow.of(consumer.consumer_id, hashed), None)
    if day := consumer.email_closed_on():
        t.put(AddressRow.of(consumer.consumer_id, AddressRow.closed(day)), None)
    row = ProfileRow.of(consumer)
    if consumer.version == 1:
        t.put(row, ProfileRow.consumer_id.does_not_exist())
    else:
        t.update(row, ProfileRow.version == consumer.version - 1)


def packed(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes in order, in batches that fit a transaction and touch each subject once."""
    batch: list[Change] = []
    items = size = 0
    subjects: set[str] = set()
    for change in changes:
        own = {entry.subject for entry in change.audit}
        weight, heft = items_of(change), _bytes(change)
        full = items + weight > _MOST_ITEMS or size + heft > _MOST_BYTES
        if batch and (full or own & subjects):
            yield batch
            batch, items, size, subjects = [], 0, 0, set()
        batch.append(change)
        items, size = items + weight, size + heft
        subjects |= own
    if batch:
        yield batch


def items_of(change: Change) -> int:
    """How many items of a transaction a bulk write of the change takes."""
    person = change.consumer
    points = 2 + len(AddressRow.hashes(person)) if person else 0
    account = change.account
    rows = 0 if account is None else 1 + (len(NameRow.of(account)) if account.version == 1 else 0)
    return len(change.ledger) + len(change.audit) + len(change.arrangements) + rows + points


def _bytes(change: Change) -> int:
    """An upper estimate: a row is some hundred bytes beside what the file wrote into it."""
    account = change.account
    size = sum(len(k) + len(v) for k, v in account.extras.items()) if account else 0
    instalments = sum(len(a.instalments) for a in change.arrangements)
    return 1_500 * (items_of(change) + instalments) + 4 * size
