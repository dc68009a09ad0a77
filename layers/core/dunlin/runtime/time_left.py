"""How long the call of a function may still take."""

from __future__ import annotations

import math
from typing import Any


def seconds_left(context: Any) -> float:
    """Seconds until Lambda ends the call; without end where no Lambda called."""
    if context is None:
        return math.inf
    return float(context.get_remaining_time_in_millis()) / 1000
