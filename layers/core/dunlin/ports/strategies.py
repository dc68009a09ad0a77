"""The creditors and their strategies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from dunlin.domain.strategy.strategy import Strategy

if TYPE_CHECKING:
    pass


class Creditors(Protocol):
    """Strategies by creditor, versioned. A creditor exists once its strategy does."""

    def strategy(self, creditor: str, version: int | None = None) -> Strategy | None: ...

    def put_strategy(
        self, creditor: str, document: Mapping[str, Any], at: datetime, *, approved_by: str = ""
    ) -> int:
        """Store a checked document as the next version and return it; the same document as
        the newest version returns that version and writes nothing. Raises `StrategyError`.

        `approved_by` says who approved its own words; those of the newest version keep their
        approval while they stay the same.
        """

    def approve(self, creditor: str, version: int, *, by: str, at: datetime) -> None:
        """Keep with a version who approved its own words, the first time. Raises `Conflict`."""

    def all(self) -> list[str]: ...
