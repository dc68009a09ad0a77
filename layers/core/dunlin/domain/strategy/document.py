"""Documents that people write, read key by key, so that every error names its place and reason.

A `Part` is one mapping of a document and the way to it. The adapter that parsed the text knows
on which line a place stands; here it is a path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunlin.domain.errors import DomainError

Path = tuple[str | int, ...]


class DocumentError(DomainError):
    """A document that cannot be used: where and why. `field` is the path as people write it,
    `line` the line of its text, 0 where nobody looked."""

    def __init__(self, path: Path, reason: str, *, line: int = 0) -> None:
        self.path = path
        self.line = line
        self.field = "".join(
            f"[{step}]" if isinstance(step, int) else f".{step}" for step in path
        ).removeprefix(".")
        self.reason = reason
        where = f"line {line}: " if line else ""
        super().__init__(f"{where}{self.field}: {reason}")


@dataclass(frozen=True, slots=True)
class Part:
    """One mapping inside a document. Every reader raises `DocumentError`."""

    value: Mapping[str, Any]
    path: Path

    @classmethod
    def of(cls, value: Any, path: Path) -> Part:
        if not isinstance(value, Mapping):
            raise DocumentError(path, "a mapping is required")
        return cls(value, path)

    def fail(self, key: str, reason: str) -> DocumentError:
        return DocumentError((*self.path, key), reason)

    def only(self, *known: str) -> None:
        """Refuse a key that nobody reads: it is a slip of the pen."""
        for key in self.value:
            if key not in known:
                raise self.fail(str(key), "is not a known setting")

    def has(self, key: str) -> bool:
        return self.value.get(key) is not None

    def part(self, key: str) -> Part:
        """The mapping under a key, an empty one where the key is absent."""
        return Part.of(self.value[key] if self.has(key) else {}, (*self.path, key))

    def items(self, key: str, *, most: int) -> list[tuple[Any, Path]]:
        """The entries of a list under a key, none where the key is absent."""
        value = self.value.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > most:
            raise self.fail(key, f"a list of at most {most} is required")
        return [(item, (*self.path, key, place)) for place, item in enumerate(value)]

    def text(self, key: str, default: str | None = None, *, most: int = 200) -> str:
        value = self.value.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.fail(key, "a text is required")
        if any(c in value for c in "\r\n"):
            raise self.fail(key, "must be one line")
        if len(value) > most:
            raise self.fail(key, f"must be at most {most} characters")
        return value

    def word(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        value = self.value.get(key, default)
        if value not in allowed:
            raise self.fail(key, f"must be one of {', '.join(allowed)}")
        return str(value)

    def words(
        self, key: str, allowed: Sequence[str] | None = None, *, least: int = 0
    ) -> tuple[str, ...]:
        """A list of different texts under a key; `allowed` None takes any."""
        words: list[str] = []
        for value, path in self.items(key, most=60):
            if not isinstance(value, str) or not value.strip():
                raise DocumentError(path, "a text is required")
            if allowed is not None and value not in allowed:
                raise DocumentError(path, f"{value!r} is not one of {', '.join(allowed)}")
            if value in words:
                raise DocumentError(path, f"{value!r} stands there twice")
            words.append(value)
        if len(words) < least:
            named = "texts" if allowed is None else ", ".join(allowed)
            raise self.fail(key, f"a list of {named} is required")
        return tuple(words)

    def whole(self, key: str, *, low: int, high: int, default: int | None = None) -> int:
        value = self.value.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.fail(key, f"a whole number from {low} to {high} is required")
        return value

    def maybe(self, key: str, *, low: int, high: int) -> int | None:
        return self.whole(key, low=low, high=high) if self.has(key) else None

    def flag(self, key: str, default: bool) -> bool:
        value = self.value.get(key, default)
        if not isinstance(value, bool):
            raise self.fail(key, "must be true or false")
        return value

    def day(self, key: str) -> date | None:
        """A calendar day; quoted or not, as YAML has it."""
        value = self.value.get(key)
        if value is None or (isinstance(value, date) and type(value) is date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise self.fail(key, "must be a day such as 2027-01-31") from None
