"""Items of a long row, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in their order in lists of `size`, the last of what is left; no list is empty,
    and only one is held at a time."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
