"""Dropped files and how they are opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from dunlin.domain.imports.contact_points import Checks
    from dunlin.domain.imports.matching import SpillStore


class DropBox(Protocol):
    """Files of the drop bucket."""

    def read(
        self, key: str, *, version: str | None = None, start: int = 0, end: int | None = None
    ) -> bytes:
        """Bytes [start, end) of one version of a file. Raises `DomainError` where absent."""

    def write(self, key: str, content: bytes | Iterable[bytes], content_type: str) -> None:
        """Write a file, whole or in pieces; pieces are never held together."""

    def ours(self, key: str, version: str) -> bool:
        """True where Dunlin wrote this version itself, False where a person dropped it."""

    def remove(self, key: str) -> None:
        """Take a file away; a versioned bucket keeps what it was."""

    def keys(self, prefix: str) -> list[str]:
        """Every key that begins with `prefix`, in order."""

    def newest(self, prefix: str, suffix: str, most: int) -> list[str]:
        """At most `most` keys between `prefix` and `suffix`, the last written first."""


class Intake(Protocol):
    """Opens dropped files for the import's stages."""

    @property
    def checks(self) -> Checks: ...

    def open(self, key: str, version: str | None) -> Any:
        """`service.imports.read_file.Dropped`, or the `FileProfile` that refuses the file."""

    def spill_store(self) -> SpillStore:
        """A store that holds a large file in little memory."""

    def answer(self, key: str, answers: Mapping[str, str]) -> Mapping[str, str]:
        """Put answers into the mapping file beside a file; all that it holds then. Raises
        `DomainError` where it cannot be read."""
