"""A text that a person wrote, as it came in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One inbound SMS of a two-way number."""

    message_id: str
    sender: str
    receiver: str
    text: str
    answers: str = ""  # our message that it answers, where the carrier knows
