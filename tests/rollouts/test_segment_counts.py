"""Segments counted one account after another are those of the whole portfolio at once."""

from __future__ import annotations

import random
from datetime import date, timedelta

from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.money import Money
from dunlin.domain.rollouts.rollout import Segment, ineligible
from dunlin.domain.rollouts.segment_counts import SegmentCounts
from dunlin.domain.strategy.strategy import Selection, Span, Strategy
from dunlin.domain.strategy.strategy_document import read_strategy
from tests.support import builders
from tests.support.builders import CREDITOR

TODAY = date(2026, 11, 23)
SEGMENTS = [
    Segment(name="recent", when=Selection(days_past_due=Span(high=45))),
    Segment(name="small", when=Selection(balance_minor=Span(high=20_000))),
    Segment(name="dental", when=Selection(industry=("dental",))),
    Segment(name="nobody", when=Selection(industry=("mining",))),
]


def strategy() -> Strategy:
    return read_strategy(builders.strategy_document(), creditor=CREDITOR, version=1)


def portfolio(number: int = 300) -> list[Account]:
    dice = random.Random(8)
    return [
        builders.account(
            f"INV-{n}",
            status=dice.choice([Status.IMPORTED, Status.IMPORTED, Status.ACTIVE, Status.SETTLED]),
            hold=dice.choice([None, None, None, Hold.DISPUTE]),
            balance=Money(dice.randrange(100, 40_000), dice.choice(["USD", "EUR"])),
            due_on=dice.choice([None, TODAY - timedelta(days=dice.randrange(-20, 130))]),
            industry=dice.choice(["dental", "dental", "generic"]),
            debt_kind=dice.choice(["consumer", "business"]),
        )
        for n in range(number)
    ]


def counted(accounts: list[Account], segments: list[Segment]) -> SegmentCounts:
    counts = SegmentCounts(segments, strategy(), TODAY)
    for account in accounts:
        counts.add(account)
    return counts


def inside(segment: Segment, accounts: list[Account], *, ready: bool) -> set[str]:
    """Who of those that a ladder has or may begin is in a segment; the ready alone."""
    return {
        a.account_id
        for a in accounts
        if a.on_ladder
        and segment.when.takes(a, TODAY)
        and not (ready and ineligible(a, strategy(), TODAY))
    }


def test_saved_segments_are_counted_with_what_they_share() -> None:
    accounts = portfolio()
    for count in counted(accounts, SEGMENTS).counts():
        mine = inside(count.segment, accounts, ready=False)
        assert count.accounts == len(mine)
        assert count.ready == len(inside(count.segment, accounts, ready=True))
        assert sum(count.owed.values()) == sum(
            a.balance.minor for a in accounts if a.account_id in mine
        )
        assert dict(count.overlaps) == {
            other.name: shared
            for other in SEGMENTS
            if other is not count.segment
            if (shared := len(mine & inside(other, accounts, ready=False)))
        }


def test_suggested_segments_hold_the_ready_and_none_holds_the_same_as_a_simpler_one() -> None:
    accounts = portfolio()
    suggested = counted(accounts, []).suggested()
    assert suggested[0].segment.name == "everybody"
    order = [(c.segment.when.conditions, -c.ready) for c in suggested]
    assert order == sorted(order)
    assert len(suggested) == 1 + 4 + 4 * 2 + 4 * 2
    members = [frozenset(inside(c.segment, accounts, ready=True)) for c in suggested]
    assert len(set(members)) == len(members)
    for count, mine in zip(suggested, members, strict=True):
        assert count.accounts == count.ready == len(mine) > 0
        assert count.overlaps["everybody" if count is not suggested[0] else "0-30 days"] > 0
    alone = [a for a in accounts if a.industry == "generic" and a.debt_kind == "consumer"]
    assert len(counted(alone, []).suggested()) == 1 + 4
