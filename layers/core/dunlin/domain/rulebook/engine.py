"""The engine: a rulebook compiled from data, and the decision, a pure function of (facts, now).

Order: all blocking tests once, at now; any failure blocks.
Otherwise the earliest instant at which no wait stands is searched, and every wait that failed on
the way is reported. Strictest wins; the order of the rules changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dunlin.domain.rulebook.conditions import (
    RuleError,
    Setting,
    StaticCondition,
    compile_static,
    why_not,
)
from dunlin.domain.rulebook.constraints import Constraint, compile_constraint
from dunlin.domain.rulebook.facts import ContactFacts
from dunlin.domain.rulebook.layers import effective_policy, layered_rules
from dunlin.domain.rulebook.limitations import with_limitation
from dunlin.domain.rulebook.situation import Situation, channels_of, is_consumer_debt
from dunlin.domain.rulebook.values import instant, switched_off
from dunlin.domain.rulebook.verdict import Inputs, Result, RuleResult, Verdict
from dunlin.domain.rulebook.waits import Wait, Within
from dunlin.domain.rulebook.zones import ZoneTables, area_code, five_digits

DECISION_LIFE = timedelta(seconds=300)
_MAX_STEPS = 400
_NO_CLOCK = "PLAT-FAILCLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One version of one rule, ready to run."""

    id: str
    document: Mapping[str, Any]
    applies: StaticCondition
    constraints: tuple[Constraint, ...]
    carries: tuple[str, ...]
    starts: datetime | None
    ends: datetime | None
    suspended_until: datetime | None
    on: bool
    passes: RuleResult

    def in_force(self, t: datetime) -> bool:
        return (
            self.on
            and (self.starts is None or t >= self.starts)
            and (self.ends is None or t < self.ends)
            and (self.suspended_until is None or t >= self.suspended_until)
        )


def _boundary(value: Any) -> datetime | None:
    """An effective date: an instant as it stands, a date as midnight in New York."""
    if value is None:
        return None
    if isinstance(value, str) and len(value) == 10:
        day = date.fromisoformat(value)
        wall = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("America/New_York"))
        return wall.astimezone(UTC)
    return instant(value)


def compile_rule(document: Mapping[str, Any], tables: Mapping[str, Any]) -> Rule:
    """One rule document of the compiled rulebook as a rule. Raises `RuleError`."""
    rule_id = str(document["id"])
    specs = document["constraint"]
    specs = [specs] if isinstance(specs, Mapping) else list(specs)
    carries = tuple(x for spec in specs if spec.get("kind") == "carries" for x in spec["of"])
    constraints = tuple(compile_constraint(rule_id, spec, tables) for spec in specs)
    effective = document["effective"]
    return Rule(
        id=rule_id,
        document=document,
        applies=compile_static(rule_id, document["applies_when"]),
        constraints=constraints,
        carries=carries,
        starts=_boundary(effective.get("from")),
        ends=_boundary(effective.get("to")),
        suspended_until=_boundary(document.get("suspended_until")),
        on=not switched_off(document.get("switched")),
        passes=RuleResult(id=rule_id, result="pass", because="Asked; nothing stands against it."),
    )


def _presuming(document: Mapping[str, Any]) -> Iterable[str]:
    """The states of which a rule presumes that their area codes are there."""
    applies = document["applies_when"]
    parts = applies.get("all", [applies]) if isinstance(applies, Mapping) else ()
    for part in parts:
        if isinstance(part, Mapping):
            yield from part.get("presumed_state_in", ())


@dataclass(frozen=True, slots=True)
class _Plan:
    """The rules that apply in one setting, with the results of all that do not."""

    results: tuple[RuleResult, ...]
    rules: tuple[tuple[int, Rule], ...]


class Rulebook:
    """The rules, compiled. `version` names the content, with the tables of zones and holidays;
    it is written into every permit, and `tzdata`, the version of the clocks, beside it.

    Built from plain documents (see `rulebook_files.load_rulebook`) and never changed after.
    """

    def __init__(
        self,
        compiled: Mapping[str, Any],
        zones: Mapping[str, Any] | ZoneTables,
        *,
        tzdata: str = "",
    ) -> None:
        self.version = str(compiled["version"])
        self.tzdata = tzdata
        self.tables: Mapping[str, Any] = compiled["tables"]
        self.documents: tuple[Mapping[str, Any], ...] = tuple(compiled["rules"])
        self.zones = zones if isinstance(zones, ZoneTables) else ZoneTables(zones)
        self._rules = tuple(
            sorted(
                (compile_rule(d, self.tables) for d in self.documents),
                key=lambda r: (r.id, str(r.document["version"])),
            )
        )
        local = self.tables["local"]["nyc"]
        self._nyc3, self._nyc5 = frozenset(local["zip3"]), frozenset(local["zip5"])
        # Area codes of an edition before 2026.12, which listed some.
        self._listed: Mapping[str, str] = self.tables["local"].get("presumed_state", {})
        self._presuming = frozenset(s for d in self.documents for s in _presuming(d))
        self._plans = lru_cache(maxsize=4096)(self._plan)
        self._layers = lru_cache(maxsize=256)(self._layer)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every version of every rule, by id."""
        return self._rules

    @property
    def plain(self) -> dict[str, str]:
        """What each rule is for, in a sentence for people, by its id."""
        return {rule.id: str(rule.document["plain"]) for rule in self._rules}

    def under(self, policy: Mapping[str, Any]) -> Rulebook:
        """This rulebook under a creditor's layer. Raises `RuleError` where it loosens."""
        if not any(k in policy for k in ("tighten", "counsel_overrides")):
            return self
        return self._layers(json.dumps(policy, sort_keys=True, default=str))

    def _layer(self, policy: str) -> Rulebook:
        documents = layered_rules(self.documents, json.loads(policy))
        return Rulebook(
            {"version": self.version, "tables": self.tables, "rules": documents},
            self.zones,
            tzdata=self.tzdata,
        )

    def setting(self, facts: ContactFacts, several_zones: bool) -> Setting:
        """What decides which rules apply."""
        zip5 = five_digits(facts.zip) or ""
        places = self.zones
        return Setting(
            channels=channels_of(facts),
            debt_role=facts.debt_role,
            consumer_debt=is_consumer_debt(facts),
            industry=facts.industry,
            states=places.states(facts.state, zip5),
            presumed=frozenset(s for p in facts.phones if (s := self._presumed(p))),
            nyc=zip5[:3] in self._nyc3 or zip5 in self._nyc5,
            military=places.military(facts.state, zip5) and not places.clock_known(facts.tz_known),
            profile=facts.profile,
            several_zones=several_zones,
        )

    def _presumed(self, phone: str) -> str | None:
        """The state that an area code presumes, where some rule presumes by area code."""
        state = self._listed.get(area_code(phone) or "") or self.zones.area_state(phone)
        return state if state in self._presuming else None

    def plan(self, setting: Setting) -> _Plan:
        return self._plans(setting)

    def _plan(self, setting: Setting) -> _Plan:
        results: list[RuleResult] = []
        rules: list[tuple[int, Rule]] = []
        for rule in self._rules:
            if rule.applies(setting):
                rules.append((len(results), rule))
                results.append(rule.passes)
            else:
                reason = why_not(rule.document["applies_when"], setting)
                results.append(
                    RuleResult(id=rule.id, result="not_applicable", because=f"Applies {reason}.")
                )
        return _Plan(tuple(results), tuple(rules))


def decide(rulebook: Rulebook, facts: ContactFacts, now: datetime) -> Verdict:
    """The verdict on one contact or action at `now` (aware), at one-second resolution."""
    now = now.astimezone(UTC).replace(microsecond=0)
    book = rulebook.under(facts.policy)
    zip5 = five_digits(facts.zip)
    zones = book.zones.candidates(
        state=facts.state,
        zip5=zip5,
        phones=facts.phones,
        tz_known=facts.tz_known,
        tz_by=facts.tz_by,
    )
    setting = book.setting(facts, len(zones) > 1)
    facts = with_limitation(facts, book.tables.get("limitations"), setting.states, now)
    s = Situation(
        facts,
        now,
        zones,
        effective_policy(facts.policy),
        states=setting.states,
        nyc=setting.nyc,
        no_clock=setting.military,
    )
    plan = book.plan(setting)
    results = list(plan.results)
    waits: list[tuple[int, Rule, Constraint, Wait]] = []
    failed: dict[int, RuleResult] = {}
    for index, rule in plan.rules:
        if not rule.in_force(now):
            results[index] = _not_in_force(rule, now)
        for constraint in rule.constraints:
            if not constraint.applies(s):
                continue
            if constraint.test is not None and index not in failed and rule.in_force(now):
                tested = constraint.test(s)
                if tested is not None:
                    failed[index] = _failure(
                        rule,
                        "block",
                        tested or _because(rule, constraint),
                        inputs=_counted(constraint, s, now),
                    )
            if constraint.wait is not None and rule.on:
                wait = constraint.wait(s)
                if wait is not None:
                    dated = rule.starts or rule.ends or rule.suspended_until
                    bounded = Within(wait, _start(rule), rule.ends) if dated else wait
                    waits.append((index, rule, constraint, bounded))
    blocked = bool(failed)
    until = _search(waits, now, failed, s, once=blocked)
    if until is None and not blocked:
        blocked = True
        _fail_closed(plan, failed)
    for index, result in failed.items():
        results[index] = result
    if failed:
        _carry(plan, results)
        return Verdict(
            outcome="block" if blocked else "defer",
            until=None if blocked else until,
            results=_one_each(results),
            valid_until=None,
            zones=zones,
        )
    closing = [c for _, _, _, w in waits if (c := w.closes(now)) is not None and c > now]
    return Verdict(
        outcome="allow",
        until=None,
        results=_one_each(results),
        valid_until=min([now + DECISION_LIFE, *closing]),
        zones=zones,
    )


def _start(rule: Rule) -> datetime | None:
    starts = [x for x in (rule.starts, rule.suspended_until) if x is not None]
    return max(starts, default=None)


def _because(rule: Rule, constraint: Constraint) -> str:
    return constraint.because or str(rule.document["explain"])


def _counted(constraint: Constraint, s: Situation, t: datetime) -> Inputs | None:
    return constraint.counting(s, t) if constraint.counting is not None else None


def _failure(
    rule: Rule,
    result: Result,
    because: str,
    until: datetime | None = None,
    *,
    inputs: Inputs | None = None,
) -> RuleResult:
    return RuleResult(
        id=rule.id,
        result=result,
        because=because,
        until=until,
        lifted_by=str(rule.document["lifted_by"]),
        inputs=inputs,
    )


def _not_in_force(rule: Rule, now: datetime) -> RuleResult:
    if not rule.on:
        because = "Off: its source was not confirmed, and the creditor did not switch it on."
    elif rule.suspended_until is not None and now < rule.suspended_until:
        because = "Switched off by counsel for this creditor until the override expires."
    else:
        because = "Not in force at this date."
    return RuleResult(id=rule.id, result="not_applicable", because=because)


def _search(
    waits: list[tuple[int, Rule, Constraint, Wait]],
    now: datetime,
    failed: dict[int, RuleResult],
    s: Situation,
    *,
    once: bool,
) -> datetime | None:
    """The first instant from `now` on at which no wait stands, noting each that failed on the
    way; with `once` only `now` is asked. None where the search does not end."""
    t = now
    for _ in range(_MAX_STEPS):
        latest = t
        for index, rule, constraint, wait in waits:
            release = wait.until(t)
            if release is None:
                continue
            latest = max(latest, release)
            earlier = failed.get(index)
            if earlier is None or (earlier.until is not None and earlier.until < release):
                because = f"{_because(rule, constraint)} Earliest {_local(release, s)}."
                failed[index] = _failure(
                    rule, "defer", because, release, inputs=_counted(constraint, s, t)
                )
        if latest == t or once:
            return t
        t = latest
    return None


def _local(at: datetime, s: Situation) -> str:
    zone = s.infos[-1] if s.infos else UTC
    return at.astimezone(zone).strftime("%a %d %b %Y %H:%M:%S %Z")


def _fail_closed(plan: _Plan, failed: dict[int, RuleResult]) -> None:
    for index, rule in plan.rules:
        if rule.id == _NO_CLOCK:
            failed[index] = _failure(rule, "block", "No lawful time was found.")
            return
    raise RuleError(_NO_CLOCK, "the rulebook lacks the rule that fails closed")


def _carry(plan: _Plan, results: list[RuleResult]) -> None:
    """Give the rules that widen or feed others the result of the ones they made fail."""
    by_id = {r.id: r for r in results if r.result in ("block", "defer")}
    for index, rule in plan.rules:
        if not rule.carries or results[index].result == "not_applicable":
            continue
        sources = [by_id[x] for x in rule.carries if x in by_id]
        worst = next((x for x in sources if x.result == "block"), sources[0] if sources else None)
        mine = results[index]
        if worst is None or mine.result in ("block", worst.result):
            continue
        results[index] = _failure(
            rule, worst.result, f"Through {worst.id}: {worst.because}", worst.until
        )


def _one_each(results: Iterable[RuleResult]) -> tuple[RuleResult, ...]:
    """One result an id: of several versions the one in force speaks."""
    by_rule: dict[str, RuleResult] = {}
    for result in results:
        earlier = by_rule.get(result.id)
        if earlier is None or earlier.result == "not_applicable":
            by_rule[result.id] = result
    return tuple(by_rule.values())
