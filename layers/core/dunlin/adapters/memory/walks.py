"""Where long walks have got to, in memory."""

from __future__ import annotations

from datetime import datetime


class MemoryWalks:
    """`Walks` in one process."""

    def __init__(self) -> None:
        self.cursors: dict[str, str] = {}
        self.held: dict[str, datetime] = {}

    def begin(self, walk: str, *, until: datetime, now: datetime) -> str | None:
        if walk in self.held and self.held[walk] > now:
            return None
        self.held[walk] = until
        return self.cursors.get(walk, "")

    def end(self, walk: str, cursor: str) -> None:
        self.cursors[walk] = cursor
        self.held.pop(walk, None)
