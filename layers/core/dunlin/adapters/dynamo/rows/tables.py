"""The seven tables: what every row of one shares, and its name in this stack."""

from __future__ import annotations

import hashlib


class TableMeta:
    """PynamoDB's `Meta` of each row in one table. Short time-outs: a function must not hang."""

    connect_timeout_seconds = 1
    read_timeout_seconds = 3
    max_retry_attempts = 3

    def __init__(self, name: str) -> None:
        self.table_name = name


ACCOUNTS, PEOPLE, TOUCHES = TableMeta("Accounts"), TableMeta("People"), TableMeta("Touches")
PERMITS, AUDIT, OPS, WEBHOOKS = (
    TableMeta("Permits"),
    TableMeta("Audit"),
    TableMeta("Ops"),
    TableMeta("Webhooks"),
)


def bind(
    *,
    accounts: str,
    people: str,
    touches: str,
    permits: str,
    audit: str,
    ops: str,
    webhooks: str,
) -> None:
    """Tell the rows the names of this stack's tables."""
    ACCOUNTS.table_name, PEOPLE.table_name, TOUCHES.table_name = accounts, people, touches
    PERMITS.table_name, AUDIT.table_name = permits, audit
    OPS.table_name, WEBHOOKS.table_name = ops, webhooks


def shard(key: str, shards: int) -> int:
    """A steady shard of a key."""
    return hashlib.sha256(key.encode()).digest()[0] % shards
