"""Every request that this process makes of DynamoDB, counted as it leaves botocore.

The cloud is asked for the capacity that each consumed; the local one reckons it as AWS does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient

_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCall:
    """One request; a retry is another. `reads` and `writes` are capacity units, 0 of a request
    that was refused."""

    operation: str
    reads: float = 0.0
    writes: float = 0.0


@contextmanager
def table_calls() -> Iterator[list[TableCall]]:
    """The calls made until the block ends, in order."""
    calls: list[TableCall] = []
    send: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def counted(client: Any, operation: str, asked: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name != "dynamodb":
            return send(client, operation, asked)
        try:
            answer = send(client, operation, {**asked, "ReturnConsumedCapacity": "TOTAL"})
        except Exception:
            calls.append(TableCall(operation=operation))
            raise
        capacities = answer.get("ConsumedCapacity") or []
        units = sum(
            t["CapacityUnits"]
            for t in (capacities if isinstance(capacities, list) else [capacities])
        )
        wrote = operation in _WRITES
        calls.append(
            TableCall(
                operation=operation, reads=0.0 if wrote else units, writes=units if wrote else 0.0
            )
        )
        return answer

    with patch.object(BaseClient, "_make_api_call", counted):
        yield calls
