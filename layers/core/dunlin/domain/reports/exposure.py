"""Exposure: what the touches that the rulebook refused might have cost, as a range.

Statutory damages alone, from the table `exposure.yaml` of the rulebook: an estimate for staff,
never advice. What no statute of the table prices is counted and left without an amount.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunlin.domain.money import Money

CURRENCY = "USD"
NOTE = (
    "An estimate from statutory damages only, if every refused touch had been sent and every "
    "claim had succeeded. Not legal advice."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedTouch:
    """One touch that the rulebook did not let go on one day. `blocked` and `deferred` are rule
    ids; `state` is two letters or empty."""

    day: date
    account_id: str
    consumer_id: str
    channel: str
    template: str
    debt_role: str
    state: str
    blocked: tuple[str, ...]
    deferred: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExposure:
    """What one rule refused. `low` and `high` are what its statutes name for it; None where the
    table names no amount. Rules of one statute overlap: the lines do not add up to the total."""

    rule: str
    blocked: int
    deferred: int
    low: Money | None
    high: Money | None
    cites: tuple[str, ...]

    def estimate(self) -> str:
        return _span(self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Every rule that refused, the most refusals first, and the range over all. A touch counts
    once under each statute priced by the message, a person once under each other."""

    touches: int
    low: Money
    high: Money
    unpriced: int
    rules: tuple[RuleExposure, ...]
    note: str = NOTE

    def plain(self) -> dict[str, Any]:
        """As JSON, amounts in cents; always marked as an estimate."""
        return {
            "estimate": True,
            "note": self.note,
            "currency": CURRENCY,
            "touches": self.touches,
            "low_minor": self.low.minor,
            "high_minor": self.high.minor,
            "touches_without_an_amount": self.unpriced,
            "rules": [
                {
                    "rule": line.rule,
                    "blocked": line.blocked,
                    "deferred": line.deferred,
                    "low_minor": None if line.low is None else line.low.minor,
                    "high_minor": None if line.high is None else line.high.minor,
                    "cites": list(line.cites),
                }
                for line in self.rules
            ],
        }

    def estimate(self) -> str:
        """The whole in a sentence, always marked as an estimate."""
        return (
            f"Estimate: {_span(self.low, self.high)} for {self.touches:,} refused touches,"
            f" {self.unpriced:,} of them without an amount. {self.note}"
        )


def _span(low: Money | None, high: Money | None) -> str:
    if low is None or high is None:
        return "no amount named"
    return f"${low.minor / 100:,.0f} to ${high.minor / 100:,.0f}"


def exposure(refused: Iterable[RefusedTouch], tables: Mapping[str, Any]) -> Exposure:
    """The exposure of refused touches, each told once: a touch refused again on the same day is
    the same touch. `tables` are the rulebook's."""
    statutes = tables["exposure"]["statutes"]
    touches = _once(refused)
    blocked, deferred = defaultdict[str, int](int), defaultdict[str, int](int)
    units: defaultdict[tuple[int, str], set[object]] = defaultdict(set)
    whole: defaultdict[int, set[object]] = defaultdict(set)
    unpriced = 0
    for key, touch in touches.items():
        priced = False
        for rule in touch.blocked:
            blocked[rule] += 1
        for rule in touch.deferred:
            deferred[rule] += 1
        for position, statute in enumerate(statutes):
            hit = [r for r in (*touch.blocked, *touch.deferred) if _covers(statute, touch, r)]
            unit: object = key if statute["per"] == "message" else touch.consumer_id
            for rule in hit:
                units[position, rule].add(unit)
            if hit:
                whole[position].add(unit)
                priced = True
        unpriced += not priced
    lines = [
        _line(rule, blocked[rule], deferred[rule], statutes, units)
        for rule in sorted(
            blocked.keys() | deferred.keys(), key=lambda r: (-blocked[r] - deferred[r], r)
        )
    ]
    return Exposure(
        touches=len(touches),
        low=_sum((statutes[p]["low"], len(violations)) for p, violations in whole.items()),
        high=_sum((statutes[p]["high"], len(violations)) for p, violations in whole.items()),
        unpriced=unpriced,
        rules=tuple(lines),
    )


def _once(refused: Iterable[RefusedTouch]) -> dict[tuple[date, str, str, str], RefusedTouch]:
    """By day, account, channel and template; rules of repetitions are united."""
    unique: dict[tuple[date, str, str, str], RefusedTouch] = {}
    for touch in refused:
        key = (touch.day, touch.account_id, touch.channel, touch.template)
        before = unique.get(key)
        if before is None:
            unique[key] = touch
            continue
        stopped = tuple(dict.fromkeys((*before.blocked, *touch.blocked)))
        late = dict.fromkeys((*before.deferred, *touch.deferred))
        unique[key] = RefusedTouch(
            day=touch.day,
            account_id=touch.account_id,
            consumer_id=touch.consumer_id,
            channel=touch.channel,
            template=touch.template,
            debt_role=touch.debt_role,
            state=touch.state,
            blocked=stopped,
            deferred=tuple(rule for rule in late if rule not in stopped),
        )
    return unique


def _covers(statute: Mapping[str, Any], touch: RefusedTouch, rule: str) -> bool:
    if touch.debt_role not in statute.get("roles", (touch.debt_role,)):
        return False
    if touch.state not in statute.get("states", (touch.state,)):
        return False
    if touch.channel not in statute.get("channels", (touch.channel,)):
        return False
    return any(
        rule.startswith(name[:-1]) if name.endswith("*") else rule == name
        for name in statute["rules"]
    )


def _line(
    rule: str,
    blocked: int,
    deferred: int,
    statutes: list[Mapping[str, Any]],
    units: Mapping[tuple[int, str], set[object]],
) -> RuleExposure:
    mine = [(p, len(units[p, rule])) for p in range(len(statutes)) if (p, rule) in units]
    return RuleExposure(
        rule=rule,
        blocked=blocked,
        deferred=deferred,
        low=_sum((statutes[p]["low"], n) for p, n in mine) if mine else None,
        high=_sum((statutes[p]["high"], n) for p, n in mine) if mine else None,
        cites=tuple(str(statutes[p]["cite"]) for p, _ in mine),
    )


def _sum(parts: Iterable[tuple[int, int]]) -> Money:
    return Money(sum(dollars * 100 * count for dollars, count in parts), CURRENCY)
