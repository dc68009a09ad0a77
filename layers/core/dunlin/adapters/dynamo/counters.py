"""Counters and lists in the Ops table.

`AGG#SHARE#{account_id}` / `SHARE` remembers what one account adds and at which version; its places
on the lists, `AGG#LIST#{list}` / `{key}`, are written with it and with nothing else.
`AGG#{creditor}#{shard}` / `{month}#{status}#{hold}#{currency}` holds one month of due dates: `n17`
accounts and `m17` minor units are due on its 17th. A transaction writes all its cells in one
shard, so writers side by side seldom meet; a shard alone may go below zero, their sum never.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from dunlin.adapters.dynamo.back_off import LONG, try_again
from dunlin.adapters.dynamo.rows.counters import PlaceRow, ShareRow
from dunlin.adapters.dynamo.rows.tables import shard
from dunlin.domain.accounts.counters import CountedShare, CounterCell, Figure, Moves, moves, newest
from dunlin.domain.accounts.lists import ListPlace, places
from dunlin.domain.errors import Conflict

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

SHARDS = 16
_AT_ONCE = 100  # shares that one transaction reads (AWS)
_MOST = 100  # writes of one transaction (AWS)
_UNDATED = "0000-00-00"
_CELLS_SHAPE = 1  # of the rows of a month
_NOTHING = {"N": "0"}


class DynamoCounters:
    """`client` is a boto3 `dynamodb` client, `table` the name of the Ops table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def count(self, shares: Sequence[CountedShare]) -> int:
        latest = list(newest(shares).values())
        return sum(
            self._count(latest[start : start + _AT_ONCE])
            for start in range(0, len(latest), _AT_ONCE)
        )

    def _count(self, shares: Sequence[CountedShare]) -> int:
        from botocore.exceptions import ClientError

        attempts = count(0)
        written = 0

        def attempt() -> None:
            nonlocal written
            try:
                known = self._known(shares)
                for some in _packed(known, moves(known, shares).shares):
                    self._write(known, moves(known, some), next(attempts))
                    written += len(some)
            except ClientError as error:
                if error.response["Error"]["Code"] != "TransactionCanceledException":
                    raise
                met = "the counters are being written by others"
                raise Conflict(met, contended=True) from error

        try_again(attempt, pauses=LONG)
        return written

    def _known(self, shares: Iterable[CountedShare]) -> dict[str, CountedShare]:
        """The shares as counted now, all of one moment."""
        answer = self._client.transact_get_items(
            TransactItems=[
                {"Get": {"TableName": self._table, "Key": ShareRow.key(share.account_id)}}
                for share in shares
            ]
        )
        known = [
            ShareRow.from_raw_data(r["Item"]).to_domain()
            for r in answer["Responses"]
            if r.get("Item")
        ]
        return {share.account_id: share for share in known}

    def _write(self, known: Mapping[str, CountedShare], change: Moves, attempt: int) -> None:
        # Another try takes another shard: whoever was in the way is then passed by.
        number = shard(f"{change.shares[0].account_id}{attempt}", SHARDS)
        writes = []
        for share in change.shares:
            before = known.get(share.account_id)
            writes += [self._put_share(share, before), *self._relisted(share, before)]
        writes += [self._add(key, days) for key, days in _rows(change.deltas, number).items()]
        self._client.transact_write_items(TransactItems=writes)  # type: ignore[arg-type]

    def _put_share(self, share: CountedShare, before: CountedShare | None) -> dict[str, Any]:
        item = ShareRow.of(share).serialize()
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        if before is None:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "version = :version"
            put["ExpressionAttributeValues"] = {":version": {"N": str(before.version)}}
        return {"Put": put}

    def _relisted(self, share: CountedShare, before: CountedShare | None) -> list[dict[str, Any]]:
        """The places that an account leaves and those that it takes."""
        left, taken = _moved(share, before)
        table = {"TableName": self._table}
        deletes = [{"Delete": {**table, "Key": PlaceRow.key(place)}} for place in left]
        puts = [{"Put": {**table, "Item": PlaceRow.of(place).serialize()}} for place in taken]
        return [*deletes, *puts]

    def _add(self, key: tuple[str, str], days: Mapping[str, Figure]) -> dict[str, Any]:
        names: dict[str, str] = {}
        values: dict[str, Any] = {}
        for day, figure in days.items():
            for letter, number in (("n", figure.accounts), ("m", figure.minor)):
                names[f"#{letter}{day}"] = f"{letter}{day}"
                values[f":{letter}{day}"] = {"N": str(number)}
        adds = ", ".join(f"{name} :{name[1:]}" for name in names)
        names["#shape"], values[":shape"] = "shape", {"N": str(_CELLS_SHAPE)}
        return {
            "Update": {
                "TableName": self._table,
                "Key": {"pk": {"S": key[0]}, "sk": {"S": key[1]}},
                "UpdateExpression": f"SET #shape = :shape ADD {adds}",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values,
            }
        }

    def tally(self, creditor: str) -> dict[CounterCell, Figure]:
        sums: dict[CounterCell, Figure] = {}
        for number in range(SHARDS):
            for item in self._query(f"AGG#{creditor}#{number}"):
                for cell, figure in cells(creditor, item):
                    sums[cell] = sums.get(cell, Figure()) + figure
        return {cell: figure for cell, figure in sums.items() if figure != Figure()}

    def _query(self, pk: str) -> Iterable[Mapping[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]


def _moved(
    share: CountedShare, before: CountedShare | None
) -> tuple[set[ListPlace], set[ListPlace]]:
    """The places that an account has no more, and those that are new."""
    stood, stands = places(before) if before is not None else set(), places(share)
    return stood - stands, stands - stood


def _packed(
    known: Mapping[str, CountedShare], shares: Iterable[CountedShare]
) -> Iterator[list[CountedShare]]:
    """Shares in lots of which each fits a transaction: a share, the cell it leaves and the one it
    enters, and the places that change."""
    lot: list[CountedShare] = []
    size = 0
    for share in shares:
        before = known.get(share.account_id)
        cells = [each.cell for each in (before, share) if each is not None and each.cell]
        weight = 1 + len(cells) + sum(map(len, _moved(share, before)))
        if lot and size + weight > _MOST:
            yield lot
            lot, size = [], 0
        lot.append(share)
        size += weight
    if lot:
        yield lot


def _rows(
    deltas: Mapping[CounterCell, Figure], number: int
) -> dict[tuple[str, str], dict[str, Figure]]:
    """The deltas by row of the table, then by day of the month."""
    rows: dict[tuple[str, str], dict[str, Figure]] = {}
    for cell, figure in deltas.items():
        due = cell.due_on or _UNDATED
        sk = f"{due[:7]}#{cell.status}#{cell.hold}#{cell.currency}"
        rows.setdefault((f"AGG#{cell.creditor}#{number}", sk), {})[due[8:]] = figure
    return rows


def cells(creditor: str, item: Mapping[str, Any]) -> Iterable[tuple[CounterCell, Figure]]:
    month, status, hold, currency = item["sk"]["S"].split("#")
    for name in item:
        if name[0] != "n" or not name[1:].isdigit():
            continue
        due = f"{month}-{name[1:]}"
        yield (
            CounterCell(
                creditor=creditor,
                status=status,
                hold=hold,
                currency=currency,
                due_on="" if due == _UNDATED else due,
            ),
            Figure(int(item[name]["N"]), int(item.get(f"m{name[1:]}", _NOTHING)["N"])),
        )
