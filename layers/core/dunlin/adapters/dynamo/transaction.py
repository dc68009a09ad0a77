"""One TransactWriteItems, and what its refusal means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from dunlin.adapters.dynamo.faults import CERTAIN, answered
from dunlin.adapters.dynamo.rows.row import StoredRow
from dunlin.domain.errors import Conflict, Unavailable
from dunlin.ports.accounts import AlreadySeen


class Transaction:
    """Leaves everything undone and raises `Conflict` where a condition does not hold,
    `AlreadySeen` where the first put says so, `Unavailable` where it was throttled.

    PynamoDB sends checks, deletes, puts, updates in that order whatever the order of calls, and
    DynamoDB's reasons come in that order; the counts here find the first put again.
    """

    def __init__(self, connection: Connection, *, seen: str = "") -> None:
        self._write = TransactWrite(connection=connection)
        self._first_put = 0
        self._seen = seen

    def __enter__(self) -> Transaction:
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
            code = answered(error) or "unknown"
            return Unavailable("dynamodb", code, certain=code in CERTAIN)
        if self._seen and codes[self._first_put] == "ConditionalCheckFailed":
            return AlreadySeen(self._seen)
        text = ", ".join(c or "-" for c in codes)
        if "ConditionalCheckFailed" in codes:
            return Conflict(text)
        if "TransactionConflict" in codes:
            return Conflict(text, contended=True)
        return Unavailable("dynamodb", text, certain=True)

    def condition_check(self, row: type[StoredRow], key: str, sk: str, condition: Any) -> None:
        self._first_put += 1
        self._write.condition_check(row, key, sk, condition=condition)

    def delete(self, row: StoredRow, condition: Any) -> None:
        self._first_put += 1
        self._write.delete(row, condition=condition)

    def put(self, row: StoredRow, condition: Any) -> None:
        self._write.save(row, condition=condition)

    def update(self, row: StoredRow, condition: Any, *, only: Iterable[str] = ()) -> None:
        """Set the row's attributes, or only those named, to what it holds; absent ones are
        removed. What waits in the row stays."""
        actions = []
        for name in only or row.written():
            attribute, value = getattr(type(row), name), getattr(row, name)
            actions.append(attribute.remove() if value is None else attribute.set(value))
        self.raw_update(row, actions, condition)

    def raw_update(self, row: StoredRow, actions: list[Any], condition: Any) -> None:
        self._write.update(row, actions=actions, condition=condition)


class Transacting:
    """What the parts of the account book that write have in common: where their transactions
    go."""

    transaction: type[Transaction] = Transaction
    _connection: Connection

    def _begin(self, *, seen: str = "") -> Transaction:
        return self.transaction(self._connection, seen=seen)
