"""Reads of rows, with every fault in the words of the domain."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist

from dunlin.adapters.dynamo.back_off import LONG, SHORT, try_again
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.row import RawItem, StoredRow
from dunlin.domain.batches import batches
from dunlin.domain.errors import Unavailable

R = TypeVar("R", bound=StoredRow)
Key = tuple[type[StoredRow], str, str]  # which row, by its two keys
_AT_ONCE = 100  # of one BatchGetItem (AWS)
_WAITING = 1_000  # rows that were read and not taken


def get(row: type[R], key: str, sk: str | None = None, **options: Any) -> R | None:
    """One row, read consistently."""
    with translated(row.__name__):
        try:
            return row.get(key, sk, consistent_read=True, **options)
        except DoesNotExist:
            return None


def found(rows: Iterable[R]) -> Iterator[R]:
    """The rows of a query or a scan."""
    with translated("rows"):
        yield from rows


def side_by_side(parts: Sequence[Iterable[R]]) -> Iterator[R]:
    """The rows of several scans or queries, each read by a thread of its own; no more wait to be
    taken than `_WAITING`, so that a reader who is slow holds the threads up."""
    rows: queue.Queue[R | None] = queue.Queue(_WAITING)
    left = threading.Event()

    def read(part: Iterable[R]) -> None:
        try:
            for row in found(part):
                rows.put(row)
                if left.is_set():
                    return
        finally:
            rows.put(None)

    with ThreadPoolExecutor(len(parts)) as together:
        reading = [together.submit(read, part) for part in parts]
        try:
            for _ in parts:
                while (row := rows.get()) is not None:
                    yield row
        finally:
            left.set()
            while not all(part.done() for part in reading):
                with suppress(queue.Empty):
                    rows.get(timeout=0.05)
        for part in reading:
            part.result()


def under(row: type[R], key: str, prefix: str) -> Iterator[R]:
    """The rows of a partition whose sort key begins so, read consistently."""
    begins: Any = getattr(row, row._range_keyname or "")
    return found(row.query(key, begins.startswith(prefix), consistent_read=True))


def partition(
    connection: Connection,
    kinds: Mapping[str, type[StoredRow]],
    key: str,
    *,
    scan_index_forward: bool = True,
) -> dict[str, list[Any]]:
    """All that lies under one key, read consistently, by the beginning of its sort key. `kinds`
    are of one table; a row of another kind is not this version's to read."""
    table = next(iter(kinds.values()))
    asked: dict[str, Any] = {
        "TableName": table.Meta.table_name,
        "ConsistentRead": True,
        "KeyConditionExpression": "#key = :key",
        "ExpressionAttributeNames": {"#key": table._hash_keyname},
        "ExpressionAttributeValues": {":key": {"S": key}},
        "ScanIndexForward": scan_index_forward,
    }
    client: Any = connection.client
    read: dict[str, list[Any]] = {kind: [] for kind in kinds}
    while True:
        with translated("rows"):
            answer = client.query(**asked)
        for item in answer["Items"]:
            sk = item[table._range_keyname]["S"]
            kind = next((kind for kind in kinds if sk.startswith(kind)), "")
            if kind:
                read[kind].append(kinds[kind].from_raw_data(item))
        if not answer.get("LastEvaluatedKey"):
            return read
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def together(connection: Connection, wanted: Sequence[Key]) -> dict[Key, Any]:
    """Those of a few rows of any tables that exist, in one consistent BatchGetItem."""
    asked = {(row.Meta.table_name, key, sk): (row, key, sk) for row, key, sk in wanted}
    request: dict[str, Any] = {}
    for row, key, sk in wanted:
        request.setdefault(row.Meta.table_name, {"ConsistentRead": True, "Keys": []})[
            "Keys"
        ].append(_key(row, key, sk))
    read: dict[Key, Any] = {}
    for table, item in _batch_get(connection, request, pauses=SHORT):
        row, key, sk = _identify(asked, table, item)
        read[row, key, sk] = row.from_raw_data(item)
    return read


def by_keys(connection: Connection, row: type[R], keys: Iterable[str], sk: str) -> Iterator[R]:
    """Those rows of one table that exist, a hundred a call."""
    wanted = [_key(row, key, sk) for key in dict.fromkeys(keys)]
    for some in batches(wanted, _AT_ONCE):
        yield from _existing(connection, row, some, consistent=True)


def whole(
    connection: Connection, row: type[R], entries: Iterable[R], *, consistent: bool = True
) -> Iterator[R]:
    """The rows that entries of an index lead to, in its order, a hundred a call; those that are
    gone since are left out. `consistent=False` is half as dear and may lag as the index does."""
    for some in batches(found(entries), _AT_ONCE):
        wanted = [_key(row, *_keys_of(entry)) for entry in some]
        rows = _existing(connection, row, wanted, consistent=consistent)
        read = {_keys_of(item): item for item in rows}
        yield from (read[keys] for keys in map(_keys_of, some) if keys in read)


def _existing(
    connection: Connection, row: type[R], keys: Sequence[RawItem], *, consistent: bool
) -> Iterator[R]:
    request = {row.Meta.table_name: {"ConsistentRead": consistent, "Keys": keys}}
    for _, item in _batch_get(connection, request, pauses=LONG):
        yield row.from_raw_data(item)


def _keys_of(row: StoredRow) -> tuple[str, str]:
    return getattr(row, str(row._hash_keyname)), getattr(row, str(row._range_keyname))


def _key(row: type[StoredRow], key: str, sk: str) -> RawItem:
    return {str(row._hash_keyname): {"S": key}, str(row._range_keyname): {"S": sk}}


def _batch_get(
    connection: Connection, request: dict[str, Any], *, pauses: Sequence[float]
) -> list[tuple[str, RawItem]]:
    """Table and item of what a BatchGetItem asks for; what is left over is asked for again."""
    client: Any = connection.client
    read: list[tuple[str, RawItem]] = []
    left = request

    def ask() -> None:
        nonlocal left
        with translated("rows"):
            answer = client.batch_get_item(RequestItems=left)
        for table, items in answer["Responses"].items():
            read.extend((table, item) for item in items)
        left = answer.get("UnprocessedKeys") or {}
        if left:
            raise Unavailable("dynamodb", "unprocessed keys", certain=True)

    try_again(ask, pauses=pauses)
    return read


def _identify(asked: dict[tuple[str, str, str], Key], table: str, item: RawItem) -> Key:
    for (name, _, _), wanted in asked.items():
        if name == table and _key(*wanted).items() <= item.items():
            return wanted
    raise Unavailable("dynamodb", f"an item of {table} that was not asked for")
