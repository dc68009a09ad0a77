"""Opt-out lists of the providers in memory; tests put entries on them."""

from __future__ import annotations

from collections.abc import Iterator

from dunlin.ports.messages import Suppressed


class MemoryLists:
    def __init__(self) -> None:
        self.numbers: list[str] = []
        self.suppressed: dict[str, bool] = {}

    def phones(self) -> Iterator[str]:
        yield from list(self.numbers)

    def emails(self) -> Iterator[Suppressed]:
        for address, complained in list(self.suppressed.items()):
            yield Suppressed(address=address, complained=complained)

    def suppress(self, address: str) -> None:
        self.suppressed.setdefault(address, True)
