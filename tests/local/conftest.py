"""Two emulators for the tests of the patches: one with all of them, one with none.

Each patch's test shows a behaviour on both. When the bare one behaves, upstream needs the patch
no longer and the test fails.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local import cloud
from local.cloud import Cloud
from tests.local.place import Place, free_port


@pytest.fixture(scope="session")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Cloud]]:
    """Starts clouds on free ports and ends them with the session."""
    started: list[Cloud] = []

    def start(**options: Any) -> Cloud:
        folder: Path = tmp_path_factory.mktemp("cloud")
        started.append(cloud.start(free_port(), directory=folder, **options))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture(scope="session")
def patched(clouds: Callable[..., Cloud]) -> Place:
    return Place(clouds())


@pytest.fixture(scope="session")
def bare(clouds: Callable[..., Cloud]) -> Place:
    return Place(clouds(skip=["all"]))
