"""The lists of accounts in the Ops table, as `DynamoCounters` writes them."""

from __future__ import annotations

import heapq
from itertools import islice
from typing import TYPE_CHECKING

from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.counters import PlaceRow
from dunlin.domain.accounts.lists import Stretch

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient


class DynamoAccountLists:
    """`client` is a boto3 `dynamodb` client, `table` the name of the Ops table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def keys(self, stretch: Stretch, *, after: str = "", most: int) -> list[str]:
        left = stretch.behind(after) if after else stretch
        if left.first > left.last:  # DynamoDB refuses such bounds
            return []
        lists = [self._list(name, left, most + 1) for name in left.lists]
        merged = heapq.merge(*lists, reverse=left.backwards)
        return list(islice((key for key in merged if key != after), most))

    def _list(self, name: str, stretch: Stretch, most: int) -> list[str]:
        with translated("a list of accounts"):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :list AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues={
                    ":list": {"S": PlaceRow.list_key(name)},
                    ":first": {"S": stretch.first},
                    ":last": {"S": stretch.last},
                },
                ProjectionExpression="sk",
                ScanIndexForward=not stretch.backwards,
                Limit=most,
            )
        return [item["sk"]["S"] for item in answer["Items"]]
