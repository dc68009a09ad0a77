"""Work that takes at least so long, so that nobody learns by a clock what it found."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta


@contextmanager
def lasting(least: timedelta) -> Iterator[None]:
    """A block that ends no earlier than `least` after it began, whatever happens in it."""
    ends = time.monotonic() + least.total_seconds()
    try:
        yield
    finally:
        time.sleep(max(0.0, ends - time.monotonic()))
