"""Diversity: how many different messages the accounts of a segment were sent, and how evenly.

People who all hear the same words say little about which words reach them, and one person who
hears the same words twice is merely repeated at.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantSent:
    """One message: to whom (an account), in which segment, and which variant of words it was."""

    segment: str
    account_id: str
    variant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """Of one segment: messages, different variants, how many equally used ones would be as
    diverse (the exponential of the entropy, 1 to `variants`), the share of the most used, and
    the accounts that heard one variant more than once."""

    segment: str
    messages: int
    variants: int
    effective: float
    most_used: str
    most_share: float
    repeated: int


def diversity(messages: Iterable[VariantSent]) -> tuple[Diversity, ...]:
    """One report a segment, by name."""
    by_segment: dict[str, list[VariantSent]] = {}
    for message in messages:
        by_segment.setdefault(message.segment, []).append(message)
    return tuple(_of(name, messages) for name, messages in sorted(by_segment.items()))


def _of(segment: str, messages: list[VariantSent]) -> Diversity:
    counts = Counter(message.variant for message in messages)
    shares = [count / len(messages) for count in counts.values()]
    most, times = min(counts.items(), key=lambda item: (-item[1], item[0]))
    heard = Counter((message.account_id, message.variant) for message in messages)
    return Diversity(
        segment=segment,
        messages=len(messages),
        variants=len(counts),
        effective=math.exp(-sum(share * math.log(share) for share in shares)),
        most_used=most,
        most_share=times / len(messages),
        repeated=len({account for (account, _), count in heard.items() if count > 1}),
    )
