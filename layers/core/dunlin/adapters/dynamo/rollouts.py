"""Saved segments and rollouts in the table Ops; a rollout's id names its creditor."""

from __future__ import annotations

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.rollouts import ROLLOUT, SEGMENT, RolloutRow, SegmentRow, key_of
from dunlin.domain.rollouts.rollout import Rollout, Segment, creditor_of


class DynamoRollouts:
    """`Rollouts` over Ops."""

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
        at = (
            RolloutRow.pk.does_not_exist()
            if rollout.version == 1
            else RolloutRow.version == rollout.version - 1
        )
        with translated(f"rollout {rollout.rollout_id}"):
            RolloutRow.of(rollout).save(condition=at)
