"""Whether a debt is too old to sue upon, reckoned from its state, its kind and the day it fell due.

The strict reading: of several states and periods the shortest, from the earliest day, and where
the day is not known the debt counts as too old. What tolls or revives a debt is counsel's: whoever
knows better says `time_barred` of it, and nothing is reckoned.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from dunlin.domain.rulebook.facts import ContactFacts
from dunlin.domain.rulebook.values import local_date

FLAG = "time_barred"
UNKNOWN = "unknown"


def with_limitation(
    facts: ContactFacts, table: Mapping[str, Any] | None, states: Iterable[str], now: datetime
) -> ContactFacts:
    """The facts with `flags.time_barred` reckoned from `flags.owed_since`, a day or "unknown";
    as they are where somebody has said it, or nobody asks."""
    since = facts.flags.get("owed_since")
    if table is None or since is None or FLAG in facts.flags:
        return facts
    barred = time_barred(table, facts.industry, states, local_date(since), now.date())
    return replace(facts, flags={**facts.flags, FLAG: barred})


def time_barred(
    table: Mapping[str, Any], industry: str, states: Iterable[str], since: date | None, today: date
) -> bool:
    """Whether the shortest period of any of the states has run by `today`. No state known is for
    the rule that fails closed."""
    months = [_months(table, industry, state) for state in states]
    if not months:
        return False
    return since is None or _after(since, min(months)) <= today


def _months(table: Mapping[str, Any], industry: str, state: str) -> int:
    """The period of one state. The books of before name no services, trades or goods by state."""
    row = table["states"].get(state)
    if row is None:
        return 0
    if industry in table["written"]:
        return 12 * int(row["written"])
    if industry in table.get("services", ()):
        own = row.get(industry, row["other"])
    else:
        own = row.get("goods", table["goods"])
    months = 12 * min(int(row["written"]), int(row["other"]), int(own))
    return min(months, int(table.get("months", {}).get(industry, months)))


def _after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))
