"""Merkle trees over audit heads: one signed root a day vouches for every chain that moved.

Leaves and inner nodes are hashed with different prefixes, so neither can pose as the other
(RFC 6962, section 2.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


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


def proof(leaves: Sequence[str], index: int) -> list[tuple[str, str]]:
    """The way from one leaf to the root: (side of the sibling, sibling), from the bottom up."""
    path: list[tuple[str, str]] = []
    level = list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(("left" if sibling < index else "right", level[sibling]))
        level = _next_level(level)
        index //= 2
    return path


def climbs_to(start: str, path: Sequence[tuple[str, str]]) -> str:
    """The root that a leaf and its way lead to."""
    at = start
    for side, sibling in path:
        at = _node(sibling, at) if side == "left" else _node(at, sibling)
    return at
