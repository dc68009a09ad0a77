"""Arrangements: read by account, with the strategy they are decided under, and by time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.ports.accounts import (
    Accounts,
    BoundAccounts,
)


class Arrangements(Protocol):
    """Every arrangement that was asked for or made."""

    def arrangements(self, account_id: str) -> list[Arrangement]:
        """Every arrangement of an account, newest first."""


class ArrangedAccounts(BoundAccounts, Arrangements, Protocol):
    """An account, its arrangements and the strategy that they are decided under."""


class DueArrangements(Accounts, Protocol):
    """The arrangements that want something done."""

    def due_arrangements(self, until: datetime) -> Iterable[Arrangement]:
        """Arrangements in force at which something is to be done by `until`, earliest first."""
