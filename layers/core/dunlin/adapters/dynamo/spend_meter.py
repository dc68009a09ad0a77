"""What messages have cost in a month, as a row of the Ops table: `SPEND#{month}`."""

from __future__ import annotations

from typing import Any

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.ops import SpendRow


class DynamoSpendMeter:
    """`SpendMeter` over Ops."""

    def add(self, month: str, micro: int) -> None:
        self._update(month, SpendRow.micro.add(micro))

    def spent(self, month: str) -> int:
        row = self._row(month)
        return row.micro or 0 if row else 0

    def stopped(self, month: str) -> int:
        row = self._row(month)
        return row.stopped_at or 0 if row else 0

    def note_stop(self, month: str, cap: int) -> None:
        self._update(month, SpendRow.stopped_at.set(cap))

    def _update(self, month: str, action: Any) -> None:
        with translated("spend"):
            SpendRow(f"SPEND#{month}").update(actions=[action, SpendRow.shape_set()])

    def _row(self, month: str) -> SpendRow | None:
        return reading.get(SpendRow, f"SPEND#{month}", "SPEND")
