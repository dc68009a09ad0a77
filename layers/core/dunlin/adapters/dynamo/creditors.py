"""Strategies by creditor in Ops, each version a row; versions never change, so they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.ops import PAUSE, PAUSE_SHARDS, PauseRow
from dunlin.adapters.dynamo.rows.strategies import (
    CREDITORS,
    DOCUMENT,
    STRATEGY,
    CreditorRow,
    StrategyRow,
)
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_strategy, same_words


class DynamoCreditors:
    """`Creditors` over Ops."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Strategy] = {}

    def strategy(self, creditor: str, version: int | None = None) -> Strategy | None:
        number = self._newest(creditor) if version is None else version
        if number == 0:
            return None
        if (creditor, number) in self._known:
            return self._known[creditor, number]
        row = self._row(creditor, number)
        if row is None:
            return None
        strategy = replace(
            read_strategy(row.document, creditor=creditor, version=number),
            approved_by=row.approved_by or "",
        )
        # What waits for an approval is read anew until it has one.
        if not strategy.templates or strategy.approved_by:
            self._known[creditor, number] = strategy
        return strategy

    def put_strategy(
        self, creditor: str, document: Mapping[str, Any], at: datetime, *, approved_by: str = ""
    ) -> int:
        newest = self._newest(creditor)
        read_strategy(document, creditor=creditor, version=newest + 1)
        as_stored = DOCUMENT.read(DOCUMENT.write(document))
        before = self._row(creditor, newest) if newest else None
        if before is not None and before.document == as_stored:
            return newest
        row = StrategyRow(*StrategyRow.keys(creditor, newest + 1), document=document, at=at)
        if approved_by:
            row.approved_by, row.approved_at = approved_by, at
        elif before is not None and same_words(before.document, as_stored):
            row.approved_by, row.approved_at = before.approved_by, before.approved_at
        with translated(f"strategy {newest + 1} of {creditor}"):
            row.save(condition=StrategyRow.pk.does_not_exist())
        if newest == 0:
            with translated(f"creditor {creditor}"):
                CreditorRow(CREDITORS, creditor, at=at).save()
            self._inherit_pause(creditor)
        return newest + 1

    def approve(self, creditor: str, version: int, *, by: str, at: datetime) -> None:
        row = StrategyRow(*StrategyRow.keys(creditor, version))
        with translated(f"approval of strategy {version} of {creditor}"):
            row.update(
                # Not its shape: the document beside it stays as it was written.
                actions=[StrategyRow.approved_by.set(by), StrategyRow.approved_at.set(at)],
                condition=StrategyRow.pk.exists() & StrategyRow.approved_by.does_not_exist(),
            )

    def _inherit_pause(self, creditor: str) -> None:
        """A creditor that arrives while the platform is paused is paused too."""
        others = [name for name in self.all() if name != creditor]
        if not others:
            return
        keys = [(PauseRow.key_of(others[0], number), PAUSE) for number in range(PAUSE_SHARDS)]
        for paused in reading.found(PauseRow.batch_get(keys)):
            if paused.by_platform:
                number = paused.pk.rsplit("#", 1)[1]
                row = PauseRow(PauseRow.key_of(creditor, number))
                with translated("pause"):
                    row.update(
                        actions=[PauseRow.by_platform.set(paused.by_platform), row.shape_set()]
                    )

    def all(self) -> list[str]:
        rows = reading.found(CreditorRow.query(CREDITORS, consistent_read=True))
        return [row.sk for row in rows]

    def _newest(self, creditor: str) -> int:
        rows = StrategyRow.query(
            f"CREDITOR#{creditor}",
            StrategyRow.sk.startswith(STRATEGY),
            scan_index_forward=False,
            consistent_read=True,
            limit=1,
        )
        for row in reading.found(rows):
            return int(row.sk.removeprefix(STRATEGY))
        return 0

    def _row(self, creditor: str, version: int) -> StrategyRow | None:
        row = reading.get(StrategyRow, *StrategyRow.keys(creditor, version))
        if row is not None:
            row.complete()
        return row
