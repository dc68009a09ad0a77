"""The clock, read once a request."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    pass


class Clock(Protocol):
    """Reads the time once a request; production reads real time, a time-lapse stack a row."""

    def now(self) -> datetime: ...
