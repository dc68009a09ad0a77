"""Waiting for what another thread does: poll with a deadline, never sleep and hope."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Return as soon as `holds()`; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.01)
