"""The account book over DynamoDB: the reads that decide and the transactions that bind."""

from __future__ import annotations

from datetime import datetime

from pynamodb.connection import Connection

from dunlin.adapters.dynamo.account_reads import AccountReads
from dunlin.adapters.dynamo.account_writes import AccountWrites
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.permits import Permits
from dunlin.adapters.dynamo.rows.ops import PAUSE_SHARDS, PauseRow
from dunlin.adapters.dynamo.rows.tables import TableMeta
from dunlin.adapters.dynamo.texts import Texts
from dunlin.domain.instants import sortable_text
from dunlin.ports.strategies import Creditors


class DynamoBook(AccountReads, Permits, AccountWrites, Texts):
    """The account book over the tables Accounts, People, Touches, Permits, Audit and Ops."""

    def __init__(self, creditors: Creditors) -> None:
        self._creditors = creditors
        self._connection = Connection(
            connect_timeout_seconds=TableMeta.connect_timeout_seconds,
            read_timeout_seconds=TableMeta.read_timeout_seconds,
            max_retry_attempts=TableMeta.max_retry_attempts,
        )

    def pause(self, scope: str, *, on: bool, actor: str, at: datetime) -> None:
        platform = scope == "platform"
        switch = PauseRow.by_platform if platform else PauseRow.by_creditor
        action = switch.set(f"{actor} {sortable_text(at)}") if on else switch.remove()
        for creditor in self._creditors.all() if platform else [scope]:
            for number in range(PAUSE_SHARDS):
                row = PauseRow(PauseRow.key_of(creditor, number))
                with translated("pause"):
                    row.update(actions=[action, row.shape_set()])
