"""The drop box in memory: for tests and the rehearsal."""

from __future__ import annotations

from collections.abc import Iterable

from dunlin.domain.errors import DomainError


class MemoryDropBox:
    """`DropBox` in a dictionary; a file has one version."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.written: set[str] = set()

    def read(
        self, key: str, *, version: str | None = None, start: int = 0, end: int | None = None
    ) -> bytes:
        if key not in self.files:
            raise DomainError(f"no file {key}")
        return self.files[key][start:end]

    def write(self, key: str, content: bytes | Iterable[bytes], content_type: str) -> None:
        self.files.pop(key, None)  # a dictionary keeps the place of a key that is written again
        self.files[key] = content if isinstance(content, bytes) else b"".join(content)
        self.written.add(key)

    def ours(self, key: str, version: str) -> bool:
        return key in self.written

    def remove(self, key: str) -> None:
        self.files.pop(key, None)
        self.written.discard(key)

    def keys(self, prefix: str) -> list[str]:
        return sorted(key for key in self.files if key.startswith(prefix))

    def newest(self, prefix: str, suffix: str, most: int) -> list[str]:
        keys = [k for k in self.files if k.startswith(prefix) and k.endswith(suffix)]
        return keys[::-1][:most]
