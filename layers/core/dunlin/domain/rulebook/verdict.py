"""The answer of the rulebook: allow, defer until, or block, with every rule and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Outcome = Literal["allow", "defer", "block"]
Result = Literal["pass", "block", "defer", "not_applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a rule counted: so many contacts within `window_seconds` (None: a local day), with
    the ids of those that have one, oldest first."""

    count: int
    window_seconds: int | None
    events: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As a decision record keeps it."""
        return {"count": self.count, "window_s": self.window_seconds, "events": list(self.events)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule says. `until` is set where it defers, `inputs` where it defers by counting;
    `because` is for staff to read."""

    id: str
    result: Result
    because: str
    until: datetime | None = None
    lifted_by: str = ""
    inputs: Inputs | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateZone:
    """A time zone the consumer may be in, and what pointed to it (`zip:32501`, `npa:850`)."""

    name: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One decision. `until` is set only where it defers, `valid_until` only where it allows:
    the instant before which the contact must have been handed over."""

    outcome: Outcome
    until: datetime | None
    results: tuple[RuleResult, ...]
    valid_until: datetime | None
    zones: tuple[CandidateZone, ...]

    @property
    def failed(self) -> tuple[RuleResult, ...]:
        """The rules that block or defer."""
        return tuple(r for r in self.results if r.result in ("block", "defer"))

    @property
    def blocked_by(self) -> tuple[str, ...]:
        """Ids of the rules that block or defer."""
        return tuple(r.id for r in self.failed)

    @property
    def needs_person(self) -> bool:
        """Whether some blocking rule is one that only a person can lift (attorney, dispute, a
        missing fact), as against a closed channel, where another channel may be tried."""
        return any(r.result == "block" and r.lifted_by == "person" for r in self.results)
