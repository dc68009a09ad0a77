"""Saved segments and rollouts, as rows of the Ops table.

`ROLLOUTS#{creditor}` with `SEGMENT#{name}` or `ROLLOUT#{id}`; the id names its creditor.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows import instant, read_instant
from dunlin.domain.rollouts.rollout import Baseline, Rollout, RolloutStage, Segment, creditor_of
from dunlin.domain.strategy.strategy import document_of
from dunlin.domain.strategy.strategy_document import read_selection


class _RolloutRow(Model):
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    document = UnicodeAttribute()
    version = NumberAttribute()


class DynamoRollouts:
    """`Rollouts` over Ops."""

    def __init__(self, *, ops_table: str) -> None:
        meta = type(
            "Meta",
            (),
            {"table_name": ops_table, "connect_timeout_seconds": 1, "read_timeout_seconds": 3},
        )
        self._rows: type[_RolloutRow] = type("Row", (_RolloutRow,), {"Meta": meta})

    def segments(self, creditor: str) -> list[Segment]:
        return [
            _segment(row.sk.removeprefix("SEGMENT#"), json.loads(row.document))
            for row in self._query(creditor, "SEGMENT#")
        ]

    def put_segment(self, creditor: str, segment: Segment) -> None:
        with translated("segment"):
            self._rows(
                _key(creditor),
                f"SEGMENT#{segment.name}",
                document=json.dumps(document_of(segment.when)),
                version=0,
            ).save()

    def rollout(self, rollout_id: str) -> Rollout | None:
        creditor = creditor_of(rollout_id)
        with translated("rollout"):
            try:
                row = self._rows.get(_key(creditor), f"ROLLOUT#{rollout_id}", consistent_read=True)
            except self._rows.DoesNotExist:
                return None
        return _rollout(creditor, row)

    def rollouts(self, creditor: str) -> list[Rollout]:
        found = [_rollout(creditor, row) for row in self._query(creditor, "ROLLOUT#")]
        return sorted(found, key=lambda r: r.started_at)

    def put_rollout(self, rollout: Rollout) -> None:
        row = self._rows(
            _key(rollout.creditor),
            f"ROLLOUT#{rollout.rollout_id}",
            document=json.dumps(_document(rollout)),
            version=rollout.version,
        )
        at = (
            self._rows.pk.does_not_exist()
            if rollout.version == 1
            else self._rows.version == rollout.version - 1
        )
        with translated(f"rollout {rollout.rollout_id}"):
            row.save(condition=at)

    def _query(self, creditor: str, prefix: str) -> list[_RolloutRow]:
        with translated("rollouts"):
            return list(
                self._rows.query(
                    _key(creditor), self._rows.sk.startswith(prefix), consistent_read=True
                )
            )


def _key(creditor: str) -> str:
    return f"ROLLOUTS#{creditor}"


def _segment(name: str, document: dict[str, Any]) -> Segment:
    return Segment(name=name, when=read_selection(document, name=name))


def _document(rollout: Rollout) -> dict[str, Any]:
    base = rollout.baseline
    return {
        "segment": rollout.segment.name,
        "when": document_of(rollout.segment.when),
        "strategy_version": rollout.strategy_version,
        "configuration": rollout.configuration,
        "stage": rollout.stage.value,
        "size": rollout.size,
        "started_at": instant(rollout.started_at),
        "halted": rollout.halted,
        "baseline": {
            "on": base.on.isoformat(),
            "accounts": base.accounts,
            "owed": dict(base.owed),
            "buckets": dict(base.buckets),
        },
    }


def _rollout(creditor: str, row: _RolloutRow) -> Rollout:
    doc = json.loads(row.document)
    base = doc["baseline"]
    return Rollout(
        rollout_id=row.sk.removeprefix("ROLLOUT#"),
        creditor=creditor,
        segment=_segment(doc["segment"], doc["when"]),
        strategy_version=doc["strategy_version"],
        configuration=doc["configuration"],
        stage=RolloutStage(doc["stage"]),
        size=doc["size"],
        started_at=read_instant(doc["started_at"]),
        halted=doc["halted"],
        baseline=Baseline(
            on=date.fromisoformat(base["on"]),
            accounts=base["accounts"],
            owed=base["owed"],
            buckets=base["buckets"],
        ),
        version=int(row.version),
    )
