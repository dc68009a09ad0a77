"""What a signed day says of a chain: where it stood, or that it did not move.

The leaves of a day are in the order of their subjects, so that two neighbours between which a
subject would stand prove that it is not among them. Without that a chain could be cut back to an
earlier day by leaving out the days after it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dunlin.domain.audit import merkle
from dunlin.domain.audit.audit import Leaf, SignedRoot
from dunlin.domain.errors import DomainError


def prove(leaves: Sequence[Leaf], subjects: Iterable[str]) -> dict[str, Any]:
    """For each subject the proof of what a day's leaves say of it: `{leaf}` where it moved, else
    `{left, right}`, the leaves beside the place where it would stand, None at either end."""
    tree = merkle.Tree(merkle.leaf(x.subject, x.sequence, x.head) for x in leaves)
    names = [leaf.subject for leaf in leaves]

    def way(index: int) -> dict[str, Any] | None:
        if not 0 <= index < len(leaves):
            return None
        leaf = leaves[index]
        return {
            "subject": leaf.subject,
            "sequence": leaf.sequence,
            "head": leaf.head,
            "index": index,
            "path": tree.path(index),
        }

    proofs: dict[str, Any] = {}
    for subject in subjects:
        place = bisect_left(names, subject)
        if place < len(names) and names[place] == subject:
            proofs[subject] = {"leaf": way(place)}
        else:
            proofs[subject] = {"left": way(place - 1), "right": way(place)}
    return proofs


def check(subject: str, proof: Mapping[str, Any], root: SignedRoot) -> Leaf | None:
    """The leaf of a chain in a day's tree, None where the day proves that it has none. Raises
    `DomainError` where the proof proves neither."""
    if set(proof) == {"leaf"}:
        leaf, _ = _climbed(proof["leaf"], root)
        if leaf.subject != subject:
            raise DomainError(f"the proof is of {leaf.subject}")
        return leaf
    if set(proof) != {"left", "right"}:
        raise DomainError("the proof is of no known kind")
    place = 0
    if proof["left"] is not None:
        left, index = _climbed(proof["left"], root)
        if not left.subject < subject:
            raise DomainError("the leaf on the left does not stand before it")
        place = index + 1
    if proof["right"] is None:
        if place != root.leaves:
            raise DomainError("the leaf on the left is not the last one")
        return None
    right, index = _climbed(proof["right"], root)
    if not subject < right.subject or index != place:
        raise DomainError("the leaves on either side are not neighbours")
    return None


_WAY = frozenset({"subject", "sequence", "head", "index", "path"})


def _climbed(way: Mapping[str, Any], root: SignedRoot) -> tuple[Leaf, int]:
    """A leaf and its place, once its way leads to the root."""
    if set(way) != _WAY or type(way["index"]) is not int or type(way["sequence"]) is not int:
        raise DomainError("the proof is of no known kind")
    leaf = Leaf(subject=way["subject"], sequence=way["sequence"], head=way["head"])
    start = merkle.leaf(leaf.subject, leaf.sequence, leaf.head)
    if merkle.climb(start, way["index"], root.leaves, way["path"]) != root.root:
        raise DomainError("the proof does not lead to the signed root")
    return leaf, way["index"]
