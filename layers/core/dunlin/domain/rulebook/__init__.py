"""The rulebook: rules as data, and the pure decision whether a contact or action may happen.

`decide(rulebook, facts, now)` is the whole of it; loading from files is an adapter's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dunlin.domain.rulebook.conditions import RuleError
from dunlin.domain.rulebook.engine import Rule, Rulebook, decide
from dunlin.domain.rulebook.facts import (
    ACTIONS,
    CONTACT_CHANNELS,
    Contact,
    ContactFacts,
    ContactProfile,
    industry_of,
)
from dunlin.domain.rulebook.layers import check_policy_block
from dunlin.domain.rulebook.verdict import (
    CandidateZone,
    Inputs,
    Outcome,
    Result,
    RuleResult,
    Verdict,
)


def check_policy(rulebook: Rulebook, document: Any, today: date | None = None) -> None:
    """Refuse a strategy document whose `policy:` block the rulebook does not allow.

    Raises `StrategyError` with the path and the reason.
    """
    if isinstance(document, Mapping):
        check_policy_block(rulebook.documents, document.get("policy") or {}, today)


__all__ = [
    "ACTIONS",
    "CONTACT_CHANNELS",
    "CandidateZone",
    "Contact",
    "ContactFacts",
    "ContactProfile",
    "Inputs",
    "Outcome",
    "Result",
    "Rule",
    "RuleError",
    "RuleResult",
    "Rulebook",
    "Verdict",
    "check_policy",
    "check_policy_block",
    "decide",
    "industry_of",
]
