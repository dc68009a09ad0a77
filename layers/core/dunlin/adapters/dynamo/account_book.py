"""The account book over DynamoDB: the reads that decide and the transactions that bind."""

from __future__ import annotations

from datetime import datetime

from pynamodb.connection import Connection

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.account_reads import AccountReads
from dunlin.adapters.dynamo.account_writes import AccountWrites
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.permits import Permits
from dunlin.adapters.dynamo.rows.ops import PAUSE, PAUSE_SHARDS, PauseRow
from dunlin.adapters.dynamo.rows.tables import TableMeta
from dunlin.adapters.dynamo.texts import Texts
from dunlin.domain.errors import Conflict
from dunlin.domain.instants import sortable_text
from dunlin.domain.rollouts.rollout import Segment
from dunlin.ports.strategies import Creditors

_TRIES = 8


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

    def pause_segment(
        self, creditor: str, segment: Segment, *, on: bool, actor: str, at: datetime
    ) -> bool:
        by = f"{actor} {sortable_text(at)}"
        changed = [
            _switched(creditor, number, segment, by, on=on) for number in range(PAUSE_SHARDS)
        ]
        return any(changed)


def _switched(creditor: str, number: int, segment: Segment, by: str, *, on: bool) -> bool:
    """Switch a segment's pause in one shard, again where somebody else switched another's."""
    for _ in range(_TRIES):
        try:
            return _switch(creditor, number, segment, by, on=on)
        except Conflict:
            continue
    return _switch(creditor, number, segment, by, on=on)


def _switch(creditor: str, number: int, segment: Segment, by: str, *, on: bool) -> bool:
    """Switch a segment's pause in one shard; False where it was so already."""
    key = PauseRow.key_of(creditor, number)
    row = reading.get(PauseRow, key, PAUSE) or PauseRow(key)
    held = segment in row.paused_segments if on else segment.name not in (row.segments or {})
    if held:
        return False
    version = row.segments_version or 0
    with translated("pause"):
        row.update(
            actions=[
                PauseRow.segments.set(row.with_segment(segment, by, on=on)),
                PauseRow.segments_version.set(version + 1),
                row.shape_set(),
            ],
            condition=PauseRow.segments_at(version),
        )
    return True
