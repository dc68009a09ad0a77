"""Refit: what a creditor's own payment history says about the timing and limits of its strategy.

Plain quantiles that a person can check, proposed and never applied: a strategy changes when
somebody has read the proposal and saved it. Too little history proposes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, zip_longest
from typing import Any

from dunlin.domain.reports.outcome import Member, contacts
from dunlin.domain.strategy.document import Path
from dunlin.domain.strategy.strategy import Basis, Strategy

LEAST = 20  # payments or accounts before anything is said
_GAP = (3, 60)  # days between two rungs: what the rules leave and what is still a ladder
_MONTHS = (2, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategySuggestion:
    """One figure of the document that history would set otherwise, and why in plain words."""

    path: Path
    before: int
    after: int
    why: str


def quantile(values: Sequence[int], share: float) -> int:
    """The smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    place = max(1, -(-round(share * 1000) * len(ordered) // 1000))
    return ordered[place - 1]


def proposals(
    document: Mapping[str, Any], strategy: Strategy, members: Iterable[Member]
) -> list[StrategySuggestion]:
    """What the history proposes for a document, of which `strategy` is what was read. Only
    figures that stand in the document are touched."""
    members = list(members)
    suggestions = [
        *_timing(strategy, members),
        *_limits(strategy, members),
        *_escalation(strategy, members),
    ]
    return [p for p in suggestions if p.before != p.after and _stands(document, p.path)]


def _stands(document: Any, path: Path) -> bool:
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return False
    return isinstance(document, int) and not isinstance(document, bool)


def _timing(strategy: Strategy, members: Sequence[Member]) -> Iterable[StrategySuggestion]:
    """The next rung comes when three of four of those who pay after the one before have paid.
    Where a rung was never sent, the due date stands for it: that is all an import knows."""
    after_due = _days_after_due(members)
    for name, ladder in strategy.ladders.items():
        for place, (rung, following) in enumerate(pairwise(ladder), start=1):
            if following.basis is not Basis.PREVIOUS or rung.pre_due:
                continue
            days, since = _days_after(members, rung.name), f"after {rung.name!r}"
            if len(days) < LEAST:
                days, since = after_due, "after the due date"
            if len(days) < LEAST:
                continue
            low, high = _GAP
            fit = min(max(quantile(days, 0.75), low), high)
            yield StrategySuggestion(
                path=("ladders", name, place, "days"),
                before=following.days,
                after=fit,
                why=f"Three of four who paid {since} had paid within {quantile(days, 0.75)} days "
                f"({len(days)} payments).",
            )


def _days_after(members: Sequence[Member], rung: str) -> list[int]:
    """Days from a rung's contact to the payment that came before the next contact."""
    delays = []
    for member in members:
        contacted = contacts(member)
        for touch, following in zip_longest(contacted, contacted[1:]):
            if touch.rung_name != rung:
                continue
            sent = touch.permitted_at.date()
            end = following.permitted_at.date() if following else date.max
            paid = [e.on for e in member.ledger if e.kind == "payment" and sent <= e.on < end]
            if paid:
                delays.append((min(paid) - sent).days)
    return delays


def _days_after_due(members: Sequence[Member]) -> list[int]:
    """Days from the due date to the first payment after it, on accounts that nobody contacted."""
    delays = []
    for member in members:
        due = member.account.due_on
        if due is None or contacts(member):
            continue
        late = [e.on for e in member.ledger if e.kind == "payment" and e.on > due]
        if late:
            delays.append((min(late) - due).days)
    return delays


def _limits(strategy: Strategy, members: Sequence[Member]) -> Iterable[StrategySuggestion]:
    """Instalments as people in fact paid them: on accounts paid in three parts or more, nine of
    ten parts are at least the lowest, and nine of ten accounts were paid within the longest."""
    parts: list[int] = []
    months: list[int] = []
    accounts = 0
    for member in members:
        paid = [e for e in member.ledger if e.kind == "payment"]
        if len(paid) < 3:
            continue
        accounts += 1
        parts += [-e.amount.minor for e in paid]
        if sum(e.amount.minor for e in member.ledger) <= 0:
            first, last = min(e.on for e in paid), max(e.on for e in paid)
            months.append((last.year - first.year) * 12 + last.month - first.month + 1)
    if accounts < LEAST:
        return
    yield StrategySuggestion(
        path=("arrangement", "lowest_instalment_minor"),
        before=strategy.arrangement.lowest_instalment_minor,
        # Whole units of money, and so many that nine of ten parts are no smaller.
        after=max(100, quantile(parts, 0.1) // 100 * 100),
        why=f"Nine of ten part payments were at least so much ({len(parts)} payments).",
    )
    if len(months) >= LEAST:
        low, high = _MONTHS
        yield StrategySuggestion(
            path=("arrangement", "longest_months"),
            before=strategy.arrangement.longest_months,
            after=min(max(quantile(months, 0.9), low), high),
            why=f"Nine of ten accounts paid in parts were paid in so many months "
            f"({len(months)} accounts).",
        )


def _escalation(strategy: Strategy, members: Sequence[Member]) -> Iterable[StrategySuggestion]:
    """A person looks when hardly anybody still pays by themselves: 19 of 20 had by then."""
    before = strategy.escalation.days_past_due
    late = [
        (min(days) - member.account.due_on).days
        for member in members
        if member.account.due_on is not None
        and (days := [e.on for e in member.ledger if e.kind == "payment"])
        and min(days) > member.account.due_on
    ]
    if before is not None and len(late) >= LEAST:
        yield StrategySuggestion(
            path=("escalation", "days_past_due"),
            before=before,
            after=min(max(quantile(late, 0.95), 1), 3_650),
            why=f"19 of 20 who paid late had paid something by then ({len(late)} accounts).",
        )
