"""Where long walks have got to, as a row each of the Ops table: `WALK#{walk}`."""

from __future__ import annotations

from datetime import datetime

from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.ops import WalkRow
from dunlin.domain.errors import Conflict


class DynamoWalks:
    """`Walks` over Ops."""

    def begin(self, walk: str, *, until: datetime, now: datetime) -> str | None:
        row = WalkRow(f"WALK#{walk}")
        free = WalkRow.held_until.does_not_exist() | (WalkRow.held_until <= now)
        try:
            with translated("walks"):
                row.update(
                    actions=[WalkRow.held_until.set(until), WalkRow.shape_set()], condition=free
                )
        except Conflict:
            return None
        return row.cursor or ""

    def end(self, walk: str, cursor: str) -> None:
        with translated("walks"):
            WalkRow(f"WALK#{walk}").update(
                actions=[WalkRow.cursor.set(cursor), WalkRow.held_until.remove()]
            )
