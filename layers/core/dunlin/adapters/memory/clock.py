"""A clock in memory."""

from __future__ import annotations

from datetime import datetime


class FixedClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at
