"""Arms: the ways to put a touch. Channel, two-hour block of the local day, tone and offer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

CHANNELS = ("email", "sms")
BLOCKS = (8, 10, 12, 14, 16, 18)
"""Local hours at which the blocks of two hours begin: nothing is sent outside 8 to 20."""
TONES = ("gentle", "neutral", "firm")
OFFERS = ("none", "plan")


@dataclass(frozen=True, slots=True, order=True)
class Arm:
    """One way to put a touch; `block` is the local hour at which its two hours begin."""

    channel: str
    block: int
    tone: str
    offer: str

    @property
    def index(self) -> int:
        """Its place in `ARMS`."""
        return _PLACES[self]

    @property
    def message(self) -> tuple[str, str, str]:
        """Everything but the hour."""
        return self.channel, self.tone, self.offer


ARMS = tuple(Arm(*way) for way in product(CHANNELS, BLOCKS, TONES, OFFERS))
"""The 72 arms, in the order of every list of probabilities."""
_PLACES = {arm: place for place, arm in enumerate(ARMS)}


def _differences(first: Arm, second: Arm) -> int:
    return sum(
        getattr(first, factor) != getattr(second, factor)
        for factor in ("channel", "block", "tone", "offer")
    )


NEIGHBOURS = tuple(
    tuple(place for place, other in enumerate(ARMS) if _differences(arm, other) == 1)
    for arm in ARMS
)
"""For each arm the places of those that differ in exactly one factor."""
EMAIL, SMS = (frozenset(a.index for a in ARMS if a.channel == channel) for channel in CHANNELS)
FIRM = frozenset(arm.index for arm in ARMS if arm.tone == "firm")
EVERY = frozenset(range(len(ARMS)))
