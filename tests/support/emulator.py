"""A local cloud with nothing deployed, for tests of single adapters."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import cloud
from local.cloud import Cloud


@contextmanager
def emulator(directory: Path) -> Iterator[Cloud]:
    """Start on a free port, IAM not enforced; stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    running = cloud.start(port, auth=False, directory=directory)
    try:
        yield running
    finally:
        running.stop()
