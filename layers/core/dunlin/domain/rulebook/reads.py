"""Which facts the rules of a rulebook read, by the names that conditions give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_FACT = re.compile(r"(flags|consents|message|policy)\.([a-z0-9_]+)")


def facts_read(documents: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The facts that the constraints of these rules read, such as `flags.attorney`; what an
    object holds inside is not told apart."""
    return frozenset(name for d in documents for name in _facts(d["constraint"]))


def _facts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        match = _FACT.match(part)
        if match:
            yield f"{match[1]}.{match[2]}"
    elif isinstance(part, Mapping):
        yield from (f"message.{name}" for name in part.get("defects", ()))
        if part.get("kind") == "quiet_times":
            yield f"flags.{part['flag']}"
        for inner in part.values():
            yield from _facts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _facts(inner)
