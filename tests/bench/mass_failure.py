"""Five hundred executions of a deployed stack are stopped at once: how soon they are back."""

from __future__ import annotations

import os
import time
from pathlib import Path

from local import cloud as clouds
from local import local_stack
from tests.bench.ladder import DIRECTORY, free_ports
from tests.bench.tables import say
from tests.scenarios.mass_failure import lose_and_look

LADDERS = 500
_START = "2026-11-23T15:00:00Z"


def report(built: Path) -> str:
    """The section of the bench."""
    port = free_ports()
    local_stack.close_stack(DIRECTORY)
    (DIRECTORY / "cloud").mkdir(parents=True, exist_ok=True)
    clouds.start(port, schedules=False, directory=DIRECTORY / "cloud")
    try:
        stack = local_stack.open_stack(
            port=port,
            directory=DIRECTORY,
            time_lapse=_START,
            built=built / "template.yaml",
            say=say,
        )
        os.environ.update(stack.environment())
        began = time.monotonic()
        first, second = lose_and_look(stack, LADDERS)
        seconds = time.monotonic() - began
    finally:
        local_stack.close_stack(DIRECTORY)
    return (
        "## Mass failure\n\n"
        f"{LADDERS} executions stopped at once: the next look restarted {first}, the one after it"
        f" {second}; {seconds:.0f} s with beginning, stopping and both looks."
    )
