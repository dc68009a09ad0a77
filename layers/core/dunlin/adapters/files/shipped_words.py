"""The words that the packs of industries come with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from dunlin.adapters.files.yaml_documents import parse
from dunlin.domain.strategy.strategy import Strategy


@cache
def _shipped() -> tuple[Mapping[str, Any], ...]:
    folder = resources.files("dunlin") / "strategies" / "packs"
    packs: list[Any] = [parse(p.read_bytes()) for p in sorted(folder.iterdir(), key=str)]
    return tuple(pack["templates"] for pack in packs if pack.get("templates"))


def as_shipped(strategy: Strategy) -> bool:
    """Whether every word of the creditor's own is one that a pack came with, unchanged."""
    return all(
        any(pack.get(name) == words for pack in _shipped())
        for name, words in strategy.templates.items()
    )
