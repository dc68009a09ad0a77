"""The creditor's layer: what a `policy:` block may tighten, switch or have counsel lift.

Layers only add constraints. The exceptions are the platform switches a rule names in
`loosenable`, and counsel overrides of contested (tier C) rules with reason, memo and expiry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dunlin.domain.rulebook.conditions import RuleError
from dunlin.domain.rulebook.values import holds, instant, switched_off
from dunlin.domain.rulebook.waits import clock_seconds
from dunlin.domain.strategy.strategy import StrategyError

_POLICY = ("strategy", "policy")
SWITCHES = frozenset({
    "first_party_call_cap", "first_party_conv7", "first_party_email_hours", "b2b_hours",
})  # fmt: skip
FACTS = frozenset({"licensed_states", "tx_surety_bond"})
BLOCK_KEYS = frozenset({
    "client", "role_default", "signed_by", "tighten", "policy_switches", "counsel_overrides",
})  # fmt: skip
_QUIET = frozenset({"sunday", "saturday", "federal_holidays"})


def effective_policy(policy: Mapping[str, Any]) -> Mapping[str, Any]:
    """The switches of a policy, whether flat or in its `policy_switches`."""
    switches = policy.get("policy_switches")
    return {**policy, **switches} if isinstance(switches, Mapping) else policy


def layered_rules(
    documents: Sequence[Mapping[str, Any]], policy: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """The rule documents with a creditor's tightenings and overrides. Raises `RuleError`."""
    changed: dict[str, Mapping[str, Any]] = {}
    by_id = {str(d["id"]): d for d in documents}
    for entry in policy.get("tighten") or ():
        rule_id = str(entry.get("rule"))
        if rule_id not in by_id:
            raise RuleError(rule_id, "the policy names a rule that does not exist")
        changed[rule_id] = _tightened(changed.get(rule_id, by_id[rule_id]), entry)
    for entry in policy.get("counsel_overrides") or ():
        rule_id = str(entry.get("rule"))
        if rule_id not in by_id:
            raise RuleError(rule_id, "the policy names a rule that does not exist")
        changed[rule_id] = _overridden(changed.get(rule_id, by_id[rule_id]), entry)
    return [changed.get(str(d["id"]), d) for d in documents]


def _specs(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    specs = document["constraint"]
    return [specs] if isinstance(specs, Mapping) else list(specs)


def _tightened(document: Mapping[str, Any], entry: Mapping[str, Any]) -> Mapping[str, Any]:
    rule_id, allowed = str(document["id"]), document.get("tightenable") or {}
    asked = {k: v for k, v in entry.items() if k != "rule"}
    if not asked:
        raise RuleError(rule_id, "a tightening says nothing")
    specs = [dict(s) for s in _specs(document)]
    for key, value in asked.items():
        if key not in allowed:
            raise RuleError(rule_id, f"{key} cannot be tightened here")
        if key == "max":
            _tighten_max(rule_id, specs, value, str(allowed["max"]))
    if "switch" in asked and asked["switch"] not in ("on", True):
        raise RuleError(rule_id, "switch knows only on")
    switched = {"switched": "on"} if "switch" in asked else {}
    if "hours" in asked or "days_off" in asked:
        specs.append(_quiet_hours(rule_id, asked, str(allowed.get("hours", "08:00..21:00"))))
    return {**document, **switched, "constraint": specs}


def _tighten_max(rule_id: str, specs: list[dict[str, Any]], value: Any, span: str) -> None:
    low, high = (int(x) for x in span.split(".."))
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise RuleError(rule_id, f"max must be a whole number from {low} to {high}")
    for spec in specs:
        if spec["kind"] in ("rolling_cap", "day_cap"):
            if spec["kind"] == "rolling_cap":
                spec["at_most"] = min(value, int(spec.get("at_most", value)))
            spec["max"] = min(value, int(spec["max"]))


def _quiet_hours(rule_id: str, asked: Mapping[str, Any], span: str) -> dict[str, Any]:
    first, last = span.split("..")
    hours = asked.get("hours") or {}
    opens, closes = str(hours.get("open", first)), str(hours.get("close", last))
    clock = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
    if not clock.fullmatch(opens) or not clock.fullmatch(closes):
        raise RuleError(rule_id, "hours are HH:MM")
    if (
        not clock_seconds(first)
        <= clock_seconds(opens)
        < clock_seconds(closes)
        <= clock_seconds(last)
    ):
        raise RuleError(rule_id, f"hours must lie within {first} and {last}")
    days_off = list(asked.get("days_off") or ())
    if not set(days_off) <= _QUIET:
        raise RuleError(rule_id, f"days_off knows {', '.join(sorted(_QUIET))}")
    return {
        "kind": "hours",
        "opens": opens,
        "closes": closes,
        "days_off": days_off,
        "unless": {"reply": True},
        "because": "The creditor keeps shorter hours or quiet days.",
    }


def _overridden(document: Mapping[str, Any], entry: Mapping[str, Any]) -> Mapping[str, Any]:
    rule_id = str(document["id"])
    if document["tier"] != "C":
        raise RuleError(rule_id, "counsel may only lift a contested rule (tier C)")
    for key in ("reason", "memo_sha256", "expires"):
        if not entry.get(key):
            raise RuleError(rule_id, f"a counsel override needs {key}")
    if not re.fullmatch(r"[0-9a-f]{64}", str(entry["memo_sha256"])):
        raise RuleError(rule_id, "memo_sha256 is 64 hexadecimal digits")
    expires = str(entry["expires"])
    if instant(expires) is None:
        raise RuleError(rule_id, "expires is a date")
    return {**document, "suspended_until": expires}


def check_policy_block(
    documents: Sequence[Mapping[str, Any]], policy: Any, today: date | None = None
) -> None:
    """Refuse a `policy:` block that loosens what it may not. Raises `StrategyError`.

    With `today` an override that has expired is refused too."""
    if not isinstance(policy, Mapping):
        raise StrategyError(_POLICY, "must be a mapping")
    for key in policy:
        if key not in BLOCK_KEYS | SWITCHES | FACTS:
            raise StrategyError((*_POLICY, key), "is not a known setting")
    for key in ("tighten", "counsel_overrides"):
        entries = policy.get(key) or ()
        if not isinstance(entries, Sequence) or not all(isinstance(e, Mapping) for e in entries):
            raise StrategyError((*_POLICY, key), "must be a list of mappings")
    switches = policy.get("policy_switches") or {}
    if not isinstance(switches, Mapping) or set(switches) - SWITCHES:
        known = ", ".join(sorted(SWITCHES))
        raise StrategyError((*_POLICY, "policy_switches"), f"knows only {known}")
    given = {k: v for k, v in effective_policy(policy).items() if k in SWITCHES}
    _check_switches(given)
    if any(_loosens(k, v) for k, v in given.items()) and not holds(policy.get("signed_by")):
        raise StrategyError((*_POLICY, "signed_by"), "a loosened switch needs a signature")
    states = policy.get("licensed_states")
    if states is not None and not isinstance(states, (list, tuple)):
        raise StrategyError((*_POLICY, "licensed_states"), "must be a list of states")
    try:
        layered_rules(documents, policy)
    except RuleError as error:
        raise StrategyError(_POLICY, f"{error.rule}: {error.reason}") from error
    for entry in policy.get("counsel_overrides") or ():
        expires = instant(str(entry["expires"]))
        if today is not None and expires is not None and expires.date() <= today:
            raise StrategyError((*_POLICY, "counsel_overrides"), f"{entry['rule']} expired")


def _check_switches(given: Mapping[str, Any]) -> None:
    for key, value in given.items():
        path = (*_POLICY, key)
        if key == "first_party_call_cap":
            whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
            if value is not None and not whole:
                raise StrategyError(path, "a whole number, or null for none")
        elif value not in ("on", "off", True, False):
            raise StrategyError(path, "on or off")


def _loosens(key: str, value: Any) -> bool:
    if key == "first_party_call_cap":
        return value is None or value == 0 or value > 7
    return switched_off(value)
