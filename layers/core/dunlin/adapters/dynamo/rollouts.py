"""Saved segments and rollouts in the table Ops; a rollout's id names its creditor."""

from __future__ import annotations

from typing import Any

from pynamodb.connection import Connection

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.rollouts import (
    LOOK,
    LOOKING,
    REQUEST,
    ROLLOUT,
    SEGMENT,
    LookRow,
    RequestRow,
    RolloutRow,
    SegmentRow,
    key_of,
)
from dunlin.adapters.dynamo.rows.tables import TableMeta
from dunlin.adapters.dynamo.transaction import Transacting
from dunlin.domain.reports.outcome import RolloutLook
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import Rollout, Segment, creditor_of


class DynamoRollouts(Transacting):
    """`Rollouts` over Ops."""

    def __init__(self) -> None:
        self._connection = Connection(
            connect_timeout_seconds=TableMeta.connect_timeout_seconds,
            read_timeout_seconds=TableMeta.read_timeout_seconds,
            max_retry_attempts=TableMeta.max_retry_attempts,
        )

    def segments(self, creditor: str) -> list[Segment]:
        return [row.to_domain() for row in reading.under(SegmentRow, key_of(creditor), SEGMENT)]

    def put_segment(self, creditor: str, segment: Segment) -> None:
        with translated("segment"):
            SegmentRow.of(creditor, segment).save()

    def rollout(self, rollout_id: str) -> Rollout | None:
        row = reading.get(RolloutRow, key_of(creditor_of(rollout_id)), ROLLOUT + rollout_id)
        return row.to_domain() if row else None

    def rollouts(self, creditor: str) -> list[Rollout]:
        rows = reading.under(RolloutRow, key_of(creditor), ROLLOUT)
        return sorted((row.to_domain() for row in rows), key=lambda r: r.started_at)

    def put_rollout(self, rollout: Rollout) -> None:
        with translated(f"rollout {rollout.rollout_id}"):
            RolloutRow.of(rollout).save(condition=_one_on(RolloutRow, rollout.version))

    def request(self, creditor: str, request_id: str) -> RolloutRequest | None:
        row = reading.get(RequestRow, key_of(creditor), REQUEST + request_id)
        return row.to_domain() if row else None

    def put_request(self, request: RolloutRequest, rollout: Rollout | None = None) -> None:
        with self._begin() as t:
            t.put(RequestRow.of(request), _one_on(RequestRow, request.version))
            if rollout is not None:
                t.put(RolloutRow.of(rollout), _one_on(RolloutRow, rollout.version))

    def look(self, rollout_id: str, *, finished: bool = True) -> RolloutLook | None:
        sk = (LOOK if finished else LOOKING) + rollout_id
        row = reading.get(LookRow, key_of(creditor_of(rollout_id)), sk)
        return row.to_domain() if row else None

    def put_look(self, look: RolloutLook) -> None:
        with translated(f"look at {look.rollout_id}"):
            LookRow.of(look).save()


def _one_on(row: type[RolloutRow | RequestRow], version: int) -> Any:
    """The condition that what is stored is one version older."""
    return row.pk.does_not_exist() if version == 1 else row.version == version - 1
