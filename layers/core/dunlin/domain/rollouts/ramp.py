"""Ramp: whether a configuration may reach more people, told from what the first of them did.

Wald's sequential probability ratio test (Annals of Mathematical Statistics 16, 1945) on each
guarded rate: it may be asked after every touch without inflating its error rates. A configuration
starts with a pilot, doubles while the tests are undecided, reaches everybody once all of them
clear it, and halts by itself once one of them condemns it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

PILOT_SIZE = 50


class RampDecision(StrEnum):
    """What a test or a whole ramp says: cleared, undecided, or halt."""

    CLEARED = "cleared"
    UNDECIDED = "undecided"
    HALT = "halt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """One guarded rate: `accepted` is normal, `unacceptable` must be found. Shares of contacts
    that reached a provider's verdict, between 0 and 1."""

    name: str
    accepted: float
    unacceptable: float


GUARDRAILS = (
    Guardrail(name="opt_out", accepted=0.01, unacceptable=0.05),
    # SES puts a sender under review at 0.1 % complaints and 5 % bounces, and may pause it at
    # 0.5 % and 10 %.
    Guardrail(name="complaint", accepted=0.0005, unacceptable=0.01),
    Guardrail(name="bounce", accepted=0.03, unacceptable=0.10),
)
FALSE_HALT = 0.05
"""The chance that a configuration at the accepted rates is halted, over all guardrails."""
MISSED = 0.05
"""The chance that one guardrail clears a configuration at its unacceptable rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailTest:
    """One guardrail's test: `events` among `contacts`, and the log-likelihood ratio between
    its bounds (`clears_at` < 0 < `halts_at`)."""

    guardrail: str
    contacts: int
    events: int
    ratio: float
    clears_at: float
    halts_at: float

    @property
    def course(self) -> RampDecision:
        if self.ratio >= self.halts_at:
            return RampDecision.HALT
        return RampDecision.CLEARED if self.ratio <= self.clears_at else RampDecision.UNDECIDED

    @property
    def rate(self) -> float:
        return self.events / self.contacts if self.contacts else 0.0


def read(guardrail: Guardrail, *, contacts: int, events: int, guardrails: int) -> GuardrailTest:
    """The test of one guardrail; `guardrails` is how many are asked together, which share the
    chance of a false halt (Bonferroni)."""
    p0, p1 = guardrail.accepted, guardrail.unacceptable
    ratio = events * math.log(p1 / p0) + (contacts - events) * math.log((1 - p1) / (1 - p0))
    alpha = FALSE_HALT / guardrails
    return GuardrailTest(
        guardrail=guardrail.name,
        contacts=contacts,
        events=events,
        ratio=ratio,
        clears_at=math.log(MISSED / (1 - alpha)),
        halts_at=math.log((1 - MISSED) / alpha),
    )


def readings(
    contacts: int, events: Mapping[str, int], guardrails: Sequence[Guardrail] = GUARDRAILS
) -> tuple[GuardrailTest, ...]:
    """The tests of all guardrails; `events` counts by guardrail, none where it is absent."""
    return tuple(
        read(rail, contacts=contacts, events=events.get(rail.name, 0), guardrails=len(guardrails))
        for rail in guardrails
    )


def ramp_decision(tests: Sequence[GuardrailTest]) -> RampDecision:
    """Halt where one test says so, cleared where all do, else undecided."""
    if any(r.course is RampDecision.HALT for r in tests):
        return RampDecision.HALT
    if tests and all(r.course is RampDecision.CLEARED for r in tests):
        return RampDecision.CLEARED
    return RampDecision.UNDECIDED


def next_size(size: int, course: RampDecision, eligible: int) -> int:
    """How many accounts may be active in all: none more on a halt, everybody once cleared,
    twice as many while undecided."""
    match course:
        case RampDecision.HALT:
            return size
        case RampDecision.CLEARED:
            return max(size, eligible)
        case RampDecision.UNDECIDED:
            return min(max(PILOT_SIZE, size * 2), max(size, eligible))
