"""Strategies by creditor in Ops, each version a row; versions never change, so they are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pynamodb.exceptions import DoesNotExist, PutError

from dunlin.adapters.dynamo.rows import PAUSE_SHARDS, PauseRow, StrategyRow, instant
from dunlin.domain.errors import Conflict
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_strategy

_LIST = "CREDITORS"


class DynamoCreditors:
    """`Creditors` over Ops."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], Strategy] = {}

    def strategy(self, creditor: str, version: int | None = None) -> Strategy | None:
        number = self._newest(creditor) if version is None else version
        if number == 0:
            return None
        if (creditor, number) not in self._known:
            row = self._row(creditor, number)
            if row is None:
                return None
            self._known[creditor, number] = read_strategy(
                json.loads(row.document), creditor=creditor, version=number
            )
        return self._known[creditor, number]

    def put_strategy(self, creditor: str, document: Mapping[str, Any], at: datetime) -> int:
        newest = self._newest(creditor)
        read_strategy(document, creditor=creditor, version=newest + 1)
        text = json.dumps(document, sort_keys=True, default=str)
        current = self._row(creditor, newest) if newest else None
        if current is not None and current.document == text:
            return newest
        row = StrategyRow(
            f"CREDITOR#{creditor}",
            f"STRATEGY#{newest + 1:06d}",
            document=text,
            at=instant(at),
        )
        try:
            row.save(condition=StrategyRow.pk.does_not_exist())
        except PutError as error:
            raise Conflict(f"strategy {newest + 1} of {creditor} was just written") from error
        if newest == 0:
            StrategyRow(_LIST, creditor, document="{}", at=instant(at)).save()
            self._inherit_pause(creditor)
        return newest + 1

    def _inherit_pause(self, creditor: str) -> None:
        """A creditor that arrives while the platform is paused is paused too."""
        others = [name for name in self.all() if name != creditor]
        if not others:
            return
        for row in PauseRow.batch_get(
            [(f"PAUSE#{others[0]}#{n}", "PAUSE") for n in range(PAUSE_SHARDS)]
        ):
            if row.by_platform:
                number = row.pk.rsplit("#", 1)[1]
                PauseRow(f"PAUSE#{creditor}#{number}").update(
                    actions=[PauseRow.by_platform.set(row.by_platform)]
                )

    def all(self) -> list[str]:
        return [row.sk for row in StrategyRow.query(_LIST, consistent_read=True)]

    def _newest(self, creditor: str) -> int:
        for row in StrategyRow.query(
            f"CREDITOR#{creditor}",
            StrategyRow.sk.startswith("STRATEGY#"),
            scan_index_forward=False,
            consistent_read=True,
            limit=1,
        ):
            return int(row.sk.removeprefix("STRATEGY#"))
        return 0

    def _row(self, creditor: str, version: int) -> StrategyRow | None:
        try:
            return StrategyRow.get(
                f"CREDITOR#{creditor}", f"STRATEGY#{version:06d}", consistent_read=True
            )
        except DoesNotExist:
            return None
