"""Trying again after a pause. Each pause is drawn from zero to its longest, so workers spread."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from dunlin.domain.errors import Conflict, Unavailable

T = TypeVar("T")

SHORT = (0.01, 0.03, 0.1, 0.3)
"""The longest pauses, in seconds, where a person or a permit waits."""
LONG = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0)
"""The longest pauses of bulk work, which throttles itself."""

_DICE = random.SystemRandom()


def try_again(attempt: Callable[[], T], *, pauses: Sequence[float]) -> T:
    """The attempt's answer, after as many pauses as it takes. Only what the same attempt may well
    overcome is tried again, throttling and two transactions that met; everything else, and the
    last refusal, is raised as it came."""
    for longest in pauses:
        try:
            return attempt()
        except Unavailable as error:
            if not error.certain:
                raise
        except Conflict as error:
            if not error.contended:
                raise
        time.sleep(_DICE.uniform(0, longest))
    return attempt()
