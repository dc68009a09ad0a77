"""What messages have cost in a month, as a row of the Ops table: `SPEND#{month}`."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from dunlin.adapters.dynamo.faults import translated


class _SpendRow(Model):
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="SPEND")
    micro = NumberAttribute(default=0)
    stopped_at = NumberAttribute(null=True)


class DynamoSpendMeter:
    """`SpendMeter` over Ops."""

    def __init__(self, *, ops_table: str) -> None:
        meta = type(
            "Meta",
            (),
            {"table_name": ops_table, "connect_timeout_seconds": 1, "read_timeout_seconds": 3},
        )
        self._rows: type[_SpendRow] = type("Row", (_SpendRow,), {"Meta": meta})

    def add(self, month: str, micro: int) -> None:
        with translated("spend"):
            self._rows(f"SPEND#{month}", "SPEND").update(actions=[self._rows.micro.add(micro)])

    def spent(self, month: str) -> int:
        row = self._row(month)
        return int(row.micro) if row else 0

    def stopped(self, month: str) -> int:
        row = self._row(month)
        return int(row.stopped_at or 0) if row else 0

    def note_stop(self, month: str, cap: int) -> None:
        with translated("spend"):
            self._rows(f"SPEND#{month}", "SPEND").update(actions=[self._rows.stopped_at.set(cap)])

    def _row(self, month: str) -> _SpendRow | None:
        with translated("spend"):
            try:
                return self._rows.get(f"SPEND#{month}", "SPEND", consistent_read=True)
            except self._rows.DoesNotExist:
                return None
