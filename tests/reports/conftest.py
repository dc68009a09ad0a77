"""An emulator for the counters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.cloud import Cloud
from tests.support.emulator import emulator


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A local cloud with nothing deployed."""
    with emulator(tmp_path_factory.mktemp("cloud")) as running:
        yield running
