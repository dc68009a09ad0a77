"""Merkle trees over audit heads: one signed root a day vouches for every chain that moved.

Leaves and inner nodes are hashed with different prefixes, so neither can pose as the other
(RFC 6962, section 2.1).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

_DIGEST = re.compile("[0-9a-f]{64}")


def leaf(subject: str, sequence: int, head: str) -> str:
    """The leaf of one chain: its subject, last sequence and last hash."""
    return hashlib.sha256(b"\x00" + f"{subject}|{sequence}|{head}".encode()).hexdigest()


def _node(left: str, right: str) -> str:
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def _next_level(level: Sequence[str]) -> list[str]:
    """Pairs are joined; an odd one at the end goes up as it is."""
    pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs if len(level) % 2 == 0 else [*pairs, level[-1]]


def root(leaves: Iterable[str]) -> str:
    """The root over leaves in their given order; of no leaves, the hash of nothing.

    Of the leaves that came, only the roots of whole subtrees are held, one of a height.
    """
    whole: list[tuple[int, str]] = []
    for each in leaves:
        height, node = 0, each
        while whole and whole[-1][0] == height:
            node = _node(whole.pop()[1], node)
            height += 1
        whole.append((height, node))
    if not whole:
        return hashlib.sha256(b"").hexdigest()
    node = whole.pop()[1]
    while whole:
        node = _node(whole.pop()[1], node)
    return node


class Tree:
    """A tree with all its levels, for the ways of many leaves of it. Holds two hashes a leaf."""

    def __init__(self, leaves: Iterable[str]) -> None:
        level = list(leaves)
        self._levels = [level]
        while len(level) > 1:
            level = _next_level(level)
            self._levels.append(level)

    def path(self, index: int) -> list[str]:
        """The siblings on the way from the leaf at `index` to the root, from the bottom up."""
        siblings = []
        for level in self._levels[:-1]:
            if index ^ 1 < len(level):
                siblings.append(level[index ^ 1])
            index //= 2
        return siblings


def climb(start: str, index: int, leaves: int, path: Sequence[str]) -> str | None:
    """The root of a tree of so many leaves that the leaf at `index` leads to by the siblings on
    its way, from the bottom up; None where the way does not fit such a tree."""
    if not 0 <= index < leaves:
        return None
    at, siblings = start, iter(path)
    while leaves > 1:
        if index ^ 1 < leaves:
            sibling = next(siblings, "")
            if not _DIGEST.fullmatch(sibling):  # other spellings would be the same bytes
                return None
            at = _node(sibling, at) if index & 1 else _node(at, sibling)
        index, leaves = index // 2, (leaves + 1) // 2
    return at if next(siblings, None) is None else None
