"""How far the build, the deployment and the days are: one line that moves on a terminal, and a few
that stay where the output goes to a file."""

from __future__ import annotations

import time
from collections import Counter
from types import TracebackType

from rich.console import Console
from rich.status import Status

_WORDS = {
    "Building ": "functions and layers built",
    "Valid cache": "functions and layers built",
    "CREATE_COMPLETE": "resources deployed",
    "UPDATE_COMPLETE": "resources deployed",
}
_FAILED = ("CREATE_FAILED", "UPDATE_FAILED", "ROLLBACK_", "DELETE_FAILED")


class Progress:
    """Takes the lines of a build and a deployment, counts them, and says the counts."""

    def __init__(self, console: Console, doing: str) -> None:
        self._console = console
        self._doing = doing
        self._counts: Counter[str] = Counter()
        self._began = time.monotonic()
        self._status: Status | None = None

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._status = self._console.status(self._doing)
            self._status.start()
        else:
            self._console.print(f"  {self._doing} …", highlight=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()
        if kind is None:
            counts = ", ".join(f"{count} {what}" for what, count in self._counts.items())
            seconds = time.monotonic() - self._began
            self._console.print(f"  {counts or 'done'} in {seconds:.0f} s", highlight=False)

    def say(self, line: str) -> None:
        """One line of the build or the deployment. What failed is shown as it came."""
        if line.startswith(_FAILED):
            self._console.print(f"  {line}", style="red", markup=False, highlight=False)
        what = next((word for start, word in _WORDS.items() if line.startswith(start)), "")
        if what:
            self._counts[what] += 1
            self.show(f"{self._counts[what]} {what}")

    def show(self, how_far: str) -> None:
        """Say on a terminal how far it is."""
        if self._status is not None:
            self._status.update(f"{self._doing}: {how_far}")
