"""Strategies by creditor in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_strategy


class MemoryCreditors:
    """Strategies by creditor, newest last."""

    def __init__(self) -> None:
        self._documents: dict[str, list[dict[str, Any]]] = {}
        self._read: dict[tuple[str, int], Strategy] = {}

    def strategy(self, creditor: str, version: int | None = None) -> Strategy | None:
        documents = self._documents.get(creditor, [])
        number = len(documents) if version is None else version
        if not 1 <= number <= len(documents):
            return None
        if (creditor, number) not in self._read:
            self._read[creditor, number] = read_strategy(
                documents[number - 1], creditor=creditor, version=number
            )
        return self._read[creditor, number]

    def put_strategy(self, creditor: str, document: Mapping[str, Any], at: datetime) -> int:
        documents = self._documents.setdefault(creditor, [])
        read_strategy(document, creditor=creditor, version=len(documents) + 1)
        if not documents or documents[-1] != document:
            documents.append(dict(document))
        return len(documents)

    def all(self) -> list[str]:
        return sorted(self._documents)
