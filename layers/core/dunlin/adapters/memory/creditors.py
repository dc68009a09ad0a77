"""Strategies by creditor in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dunlin.domain.errors import Conflict
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_strategy, same_words


class MemoryCreditors:
    """Strategies by creditor, newest last."""

    def __init__(self) -> None:
        self._documents: dict[str, list[dict[str, Any]]] = {}
        self._read: dict[tuple[str, int], Strategy] = {}
        self._approvals: dict[tuple[str, int], str] = {}

    def strategy(self, creditor: str, version: int | None = None) -> Strategy | None:
        documents = self._documents.get(creditor, [])
        number = len(documents) if version is None else version
        if not 1 <= number <= len(documents):
            return None
        if (creditor, number) not in self._read:
            self._read[creditor, number] = read_strategy(
                documents[number - 1], creditor=creditor, version=number
            )
        return replace(
            self._read[creditor, number], approved_by=self._approvals.get((creditor, number), "")
        )

    def put_strategy(
        self, creditor: str, document: Mapping[str, Any], at: datetime, *, approved_by: str = ""
    ) -> int:
        documents = self._documents.setdefault(creditor, [])
        read_strategy(document, creditor=creditor, version=len(documents) + 1)
        if not documents or documents[-1] != document:
            if documents and same_words(documents[-1], document):
                approved_by = approved_by or self._approvals.get((creditor, len(documents)), "")
            documents.append(dict(document))
            if approved_by:
                self._approvals[creditor, len(documents)] = approved_by
        return len(documents)

    def approve(self, creditor: str, version: int, *, by: str, at: datetime) -> None:
        if (creditor, version) in self._approvals:
            raise Conflict(f"the words of strategy {version} of {creditor} are approved")
        self._approvals[creditor, version] = by

    def all(self) -> list[str]:
        return sorted(self._documents)
