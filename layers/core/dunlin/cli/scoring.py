"""Scores an answer against a case: same outcome, same first second, the rules that spoke
(docs/rulebook.md, Cases)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def _is_opening(instant: datetime) -> bool:
    # 08:00:01 in a zone of whole hours is a minute and second of 00:01 in UTC too.
    return (instant.minute, instant.second) == (0, 1)


def faults(case: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """What is wrong with an answer; empty where it agrees with the case."""
    if "error" in answer:
        return [f"error: {answer['error']}"]
    expect, failures = case["expect"], []
    if answer["outcome"] != expect["outcome"]:
        failures.append(f"outcome {answer['outcome']}, expected {expect['outcome']}")
    wanted = expect.get("earliest_utc")
    if answer["outcome"] == "defer" and wanted:
        due, got = datetime.fromisoformat(wanted), datetime.fromisoformat(answer["earliest_utc"])
        slack = 1 if _is_opening(due) else 0
        if abs((got - due).total_seconds()) > slack:
            failures.append(f"earliest {answer['earliest_utc']}, expected {wanted}")
    if answer["outcome"] != "defer" and answer["earliest_utc"] is not None:
        failures.append("earliest_utc without a deferral")
    results = {r["id"]: r["result"] for r in answer["rules"]}
    fine = ("block", "defer") if expect["outcome"] != "allow" else ("pass", "not_applicable")
    wrong = [r for r in expect["rule_ids"] if results.get(r) not in fine]
    return [*failures, *(f"{r} is {results.get(r)}" for r in wrong)]
