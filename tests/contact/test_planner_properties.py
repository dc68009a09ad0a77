"""Whatever the strategy and the accounts: no rung twice, no two touches in a window, no touch
before its time, and the same walk gives the same messages."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunlin.domain.accounts.account import Status
from dunlin.domain.contact import cadence
from dunlin.domain.money import Money
from dunlin.domain.strategy.strategy import Span
from tests.contact.walk import Walk, rungs
from tests.support.builders import NOON

FAMILIES = ("reminder", "second_reminder", "arrangement_offer", "answers")
RUNG = st.fixed_dictionaries(
    {
        "basis": st.sampled_from(["activation", "due_date", "previous"]),
        "days": st.integers(0, 25),
        "channels": st.sampled_from([["email"], ["sms"], ["email", "sms"], ["sms", "email"]]),
        "template": st.sampled_from(FAMILIES),
        "tone": st.sampled_from(["gentle", "neutral", "firm"]),
        "offer": st.sampled_from(["pay_now", "arrangement", "final"]),
    }
)
CHOICE = st.fixed_dictionaries(
    {
        "window_hours": st.integers(1, 72),
        "minimum_gap_hours": st.integers(1, 96),
        "weekends": st.booleans(),
        "holidays": st.booleans(),
    }
)
DEBT = st.tuples(st.integers(-20, 120), st.integers(100, 200_000), st.booleans())


def named(specs: list[dict[str, Any]], choice: dict[str, Any]) -> dict[str, Any]:
    """A strategy of these rungs; the first cannot count from the one before it."""
    first = {"basis": "activation"} if specs[0]["basis"] == "previous" else {}
    ladder = [specs[0] | first, *specs[1:]]
    return rungs(*({"name": f"r{n}"} | rung for n, rung in enumerate(ladder)), coordination=choice)


def walk_of(document: dict[str, Any], debts: list[tuple[int, int, bool]]) -> tuple[Walk, list[str]]:
    walk = Walk(document=document)
    person = walk.person()
    ids = [
        walk.owes(
            f"INV-{n}", person, due_on=NOON.date() - timedelta(days=late),
            issued_on=NOON.date() - timedelta(days=max(late, 0) + 20),
            balance=Money(minor, "USD"), debt_kind="business" if business else "consumer",
        )
        for n, (late, minor, business) in enumerate(debts)
    ]  # fmt: skip
    walk.start(*ids)
    walk.until(70)
    return walk, ids


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(RUNG, min_size=1, max_size=5), CHOICE, st.lists(DEBT, min_size=1, max_size=4))
def test_one_person_is_never_written_to_twice(
    specs: list[dict[str, Any]], choice: dict[str, Any], debts: list[tuple[int, int, bool]]
) -> None:
    document = named(specs, choice)
    walk, ids = walk_of(document, debts)
    touches = walk.touches()
    window = timedelta(hours=choice["window_hours"])
    assert all(b.permitted_at - a.permitted_at >= window for a, b in pairwise(touches))
    for account_id in ids:
        account, own = walk.account(account_id), walk.touches(account_id)
        assert len(account.sent) == len(set(account.sent))
        assert [t.rung_name for t in own] == [
            n for n in account.sent if n in walk.names(account_id)
        ]
        gap = timedelta(hours=choice["minimum_gap_hours"])
        assert all(b.permitted_at - a.permitted_at >= gap for a, b in pairwise(own))
        notices = {
            f"r{n}" for n, r in enumerate(specs) if r["days"] == 0 and _on_due_date(n, specs)
        }
        late = cadence.payable_from(account)
        assert late is not None
        for touch in own:
            assert touch.rung_name in notices or touch.permitted_at >= late
            for other in touch.covers:
                assert walk.account(other).consumer_id == account.consumer_id
        idle = account.due_at is None and account.hold is None and not account.escalated
        assert not (idle and account.status is Status.ACTIVE)
    for touch in touches:  # Springfield, Illinois
        day = (touch.permitted_at - timedelta(hours=6)).date()
        assert choice["weekends"] or day.weekday() < 5
    again, _ = walk_of(document, debts)
    assert [(t.key, t.permitted_at, t.covers) for t in again.touches()] == [
        (t.key, t.permitted_at, t.covers) for t in touches
    ]


def _on_due_date(place: int, specs: list[dict[str, Any]]) -> bool:
    return bool(specs[place]["basis"] == "due_date")


@given(st.integers(-50, 50) | st.none(), st.integers(-50, 50) | st.none(), st.integers(-60, 60))
def test_a_span_holds_both_its_ends(low: int | None, high: int | None, number: int) -> None:
    span = Span(low=low, high=high)
    assert span.takes(number) is (
        (low is None or low <= number) and (high is None or number <= high)
    )
    assert not span.takes(None)


@given(st.text(min_size=1, max_size=20), st.integers(0, 400))
def test_jitter_is_the_same_each_time_and_small(person: str, days: int) -> None:
    at = NOON + timedelta(days=days)
    moved = cadence.spread(person, at)
    assert moved == cadence.spread(person, at)
    assert timedelta(0) <= moved - at < cadence.SPREAD
