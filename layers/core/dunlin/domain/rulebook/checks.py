"""The checks a rulebook must pass before it may be compiled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from dunlin.domain.rulebook.conditions import RuleError
from dunlin.domain.rulebook.constraints import BLOCKING, DEFERRING
from dunlin.domain.rulebook.engine import compile_rule
from dunlin.domain.rulebook.values import switched_off

TIERS = frozenset({"S", "S*", "C", "N", "I", "P"})
LIFTERS = frozenset({"person", "consumer", "channel", "message", "time"})
KEYS = frozenset({
    "id", "title", "plain", "tier", "authority", "status", "version", "effective", "applies_when",
    "constraint", "on_fail", "loosenable", "tightenable", "lifted_by", "explain", "tests",
    "contested", "layer", "switched",
})  # fmt: skip
_OPTIONAL = frozenset({"tightenable", "contested", "layer", "switched"})
_WHO = {"S": "nobody", "S*": "nobody", "I": "nobody", "C": "counsel", "N": "nobody"}


def check_rules(
    documents: Sequence[Mapping[str, Any]],
    tables: Mapping[str, Any],
    *,
    test_ids: Iterable[str] | None = None,
) -> list[str]:
    """Everything wrong with a set of rule documents, one sentence each."""
    known = None if test_ids is None else frozenset(test_ids)
    ids = {str(d.get("id")) for d in documents}
    problems: list[str] = []
    for document in documents:
        rule_id = str(document.get("id"))
        problems += [f"{rule_id}: {p}" for p in _shape(document)]
        problems += [f"{rule_id}: {p}" for p in _authority(document)]
        problems += [f"{rule_id}: {p}" for p in _tests(document, known)]
        problems += [f"{rule_id}: {p}" for p in _constraint(document, ids)]
        try:
            compile_rule(document, tables)
        except (RuleError, KeyError, TypeError, ValueError) as error:
            problems.append(f"{rule_id}: does not compile: {error}")
    return problems + _versions(documents)


def _shape(document: Mapping[str, Any]) -> list[str]:
    problems = [f"unknown key {k}" for k in sorted(set(document) - KEYS)]
    problems += [f"{k} is missing" for k in sorted(KEYS - _OPTIONAL - set(document))]
    if document.get("tier") not in TIERS:
        problems.append(f"tier {document.get('tier')!r} is none of {', '.join(sorted(TIERS))}")
    if document.get("lifted_by") not in LIFTERS:
        problems.append(f"lifted_by is none of {', '.join(sorted(LIFTERS))}")
    if "switched" in document:
        problems += _off(document)
    for key in ("title", "plain", "explain"):
        if not str(document.get(key) or "").strip():
            problems.append(f"{key} is empty")
    return problems


def _off(document: Mapping[str, Any]) -> list[str]:
    """A rule is off by default only where a source of it was not read, and can be switched on."""
    problems = []
    if not switched_off(document["switched"]):
        problems.append("switched knows only off")
    if reading(document) == "read":
        problems.append("its sources were read, so it is not off")
    if (document.get("tightenable") or {}).get("switch") != "on":
        problems.append("it is off and cannot be switched on")
    return problems


def reading(document: Mapping[str, Any]) -> str:
    """How far the sources of a rule were read: `read`, `read in part` or `not read`."""
    read = [bool(source.get("read_on")) for source in document["authority"]]
    return "read" if all(read) else "read in part" if any(read) else "not read"


def readings(documents: Sequence[Mapping[str, Any]]) -> str:
    """How many rules were read in their sources, and how many are off, in a sentence."""
    counted = Counter(reading(d) for d in documents)
    off = sum(switched_off(d.get("switched")) for d in documents)
    total = counted.total()
    return (
        f"{total} rules: {counted['read']} read in their sources,"
        f" {counted['read in part']} in part, {counted['not read']} not; {off} off by default."
    )


def _authority(document: Mapping[str, Any]) -> list[str]:
    problems = []
    authority = document.get("authority") or []
    if not authority or not all(a.get("cite") for a in authority):
        problems.append("no authority is cited")
    effective = document.get("effective") or {}
    if not effective.get("from"):
        problems.append("no effective date")
    if not (document.get("status") or {}).get("next_review"):
        problems.append("no date of the next review")
    tier = str(document.get("tier"))
    by = (document.get("loosenable") or {}).get("by")
    if tier in _WHO and by != _WHO[tier]:
        problems.append(f"tier {tier} may be loosened by {_WHO[tier]} alone, not {by}")
    if tier == "P" and by not in ("nobody", "creditor"):
        problems.append(f"tier P may be loosened by nobody or the creditor, not {by}")
    return problems


def _tests(document: Mapping[str, Any], known: frozenset[str] | None) -> list[str]:
    tests = document.get("tests") or []
    if not tests:
        return ["no tests"]
    if known is None:
        return []
    return [f"test {t} does not exist" for t in tests if t not in known]


def _constraint(document: Mapping[str, Any], ids: set[str]) -> list[str]:
    specs = document.get("constraint") or []
    specs = [specs] if isinstance(specs, Mapping) else list(specs)
    if not specs:
        return ["no constraint"]
    problems = []
    kinds = {s.get("kind") for s in specs}
    blocks, defers = bool(kinds & BLOCKING), bool(kinds & DEFERRING)
    blocks = blocks or any(s.get("missing") == "block" for s in specs)
    on_fail = document.get("on_fail")
    expected = (
        "block_or_defer" if blocks and defers else "block" if blocks else "defer" if defers
        else "carry"
    )  # fmt: skip
    if on_fail != expected:
        problems.append(f"on_fail is {on_fail}, but its constraints {expected}")
    for spec in specs:
        problems += [f"carries {x}, which does not exist" for x in spec.get("of", ())
                     if x not in ids]  # fmt: skip
    return problems


def _versions(documents: Sequence[Mapping[str, Any]]) -> list[str]:
    spans: dict[str, list[tuple[str, str]]] = {}
    for d in documents:
        effective = d.get("effective") or {}
        span = (str(effective.get("from") or ""), str(effective.get("to") or "9999"))
        spans.setdefault(str(d.get("id")), []).append(span)
    problems = []
    for rule_id, versions in spans.items():
        versions.sort()
        for (_, end), (start, _) in pairwise(versions):
            if start < end:
                problems.append(f"{rule_id}: versions overlap from {start}")
    return problems


def overdue_reviews(documents: Sequence[Mapping[str, Any]], today: date) -> list[str]:
    """Ids of rules whose next review lies behind `today`."""
    return [
        str(d["id"])
        for d in documents
        if str((d.get("status") or {}).get("next_review", "9999")) < today.isoformat()
    ]
