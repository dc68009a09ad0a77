"""The audit of a policy by groups that it never sees: language, income of the ZIP, what a tenant
adds.

Groups differ in how far behind they are, and a policy may answer to that. So a group is compared
with all others within tenths of the score, by the estimators of Mantel and Haenszel (firm words as
a ratio, plans for those in hardship as a difference).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

RATIO = (0.80, 1.25)
"""Bounds of firm touches in a group over those of all others."""
GAP = 0.05
"""The most by which offers of a plan to people in hardship may differ."""
FEWEST = 200
"""Touches of the smaller side from which a group is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedTouch:
    """One decision to touch: `groups` by what they are groups of (`{"language": "es"}`), `tenth`
    of the score (0 to 9), probabilities of firm words and of a plan under the judged policy."""

    groups: dict[str, str]
    tenth: int
    firm: float
    plan: float
    hardship: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAudit:
    """What a policy does to a group beside all others. `firm_ratio` and `plan_gap` are None where
    there is too little to judge; `touches` are those of the smaller side."""

    dimension: str
    group: str
    touches: int
    firm_ratio: float | None
    plan_gap: float | None

    @property
    def fair(self) -> bool:
        """Within bounds as far as it can be judged."""
        ratio = self.firm_ratio is None or RATIO[0] <= self.firm_ratio <= RATIO[1]
        return ratio and (self.plan_gap is None or abs(self.plan_gap) <= GAP)


@dataclass(slots=True)
class _Stratum:
    """Sums of one tenth: of all, and by group."""

    count: int = 0
    total: float = 0.0
    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    totals: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, group: str, value: float) -> None:
        self.count += 1
        self.total += value
        self.counts[group] += 1
        self.totals[group] += value


_Strata = defaultdict[int, _Stratum]


def audit(touches: Iterable[AuditedTouch]) -> tuple[GroupAudit, ...]:
    """Every group of every dimension, in order of their names."""
    firm: defaultdict[str, _Strata] = defaultdict(lambda: defaultdict(_Stratum))
    plan: defaultdict[str, _Strata] = defaultdict(lambda: defaultdict(_Stratum))
    for touch in touches:
        for dimension, group in touch.groups.items():
            firm[dimension][touch.tenth].add(group, touch.firm)
            if touch.hardship:
                plan[dimension][touch.tenth].add(group, touch.plan)
    return tuple(
        GroupAudit(
            dimension=dimension,
            group=group,
            touches=_smaller_side(firm[dimension], group),
            firm_ratio=_ratio(firm[dimension], group),
            plan_gap=_gap(plan[dimension], group),
        )
        for dimension in sorted(firm)
        for group in sorted({g for stratum in firm[dimension].values() for g in stratum.counts})
    )


def _smaller_side(strata: _Strata, group: str) -> int:
    inside = sum(stratum.counts.get(group, 0) for stratum in strata.values())
    return min(inside, sum(stratum.count for stratum in strata.values()) - inside)


def _ratio(strata: _Strata, group: str) -> float | None:
    if _smaller_side(strata, group) < FEWEST:
        return None
    inside = outside = 0.0
    for stratum in strata.values():
        count = stratum.counts.get(group, 0)
        total = stratum.totals.get(group, 0.0)
        inside += total * (stratum.count - count) / stratum.count
        outside += (stratum.total - total) * count / stratum.count
    if not outside:
        # Nobody else is spoken to firmly: equal where this group is not either.
        return 1.0 if not inside else float("inf")
    return inside / outside


def _gap(strata: _Strata, group: str) -> float | None:
    if _smaller_side(strata, group) < FEWEST:
        return None
    difference = weight = 0.0
    for stratum in strata.values():
        count = stratum.counts.get(group, 0)
        others = stratum.count - count
        if count and others:
            total = stratum.totals[group]
            share = count * others / stratum.count
            difference += share * (total / count - (stratum.total - total) / others)
            weight += share
    return difference / weight if weight else None
