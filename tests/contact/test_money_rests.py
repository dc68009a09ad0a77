"""Money that came rests the ladder, and a debt too small to be paid is not asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.money import Money
from dunlin.domain.payments import posting
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from tests.contact.walk import FOUR, Walk, rungs


def pays(walk: Walk, account_id: str, minor: int, kind: str = "payment") -> Account:
    """Money that came, posted as a webhook posts it."""
    before = walk.account(account_id)
    line = LedgerEntry(
        entry_id=f"{kind}-{walk.now.isoformat()}",
        account_id=account_id,
        kind=kind,
        amount=Money(-minor, "USD"),
        on=walk.now.date(),
        source=f"{kind}-{walk.now.isoformat()}",
    )
    after = posting.add(before, [line], walk.now).account
    entry = entry_of(after, now=walk.now, what="PaymentPosted", data={})
    walk.book.apply(Change(account=next_version(after, entry), audit=[entry], ledger=(line,)))
    return walk.account(account_id)


def before_the_last(document: dict[str, Any] | None = None) -> tuple[Walk, str]:
    """A ladder whose last rung is due within 33 hours."""
    walk = Walk(document=document or FOUR)
    account_id = walk.owes("INV-1", walk.person(), balance=Money(60_000, "USD"))
    walk.start(account_id)
    while len(walk.touches()) < 3:
        walk.until(1)
    due = walk.account(account_id).due_at
    assert due is not None
    walk.until((due - timedelta(hours=33) - walk.now) / timedelta(days=1))
    assert len(walk.touches()) == 3
    return walk, account_id


def test_the_last_notice_waits_as_long_as_it_lies_behind_the_rung_before_it() -> None:
    walk, account_id = before_the_last()
    paid = pays(walk, account_id, 15_000)
    assert (paid.balance.minor, paid.paid_at) == (45_000, walk.now)
    walk.until(9.9)
    assert len(walk.touches()) == 3
    walk.until(5)
    assert walk.names() == ["one", "two", "three", "last"]


@pytest.mark.parametrize(("days", "later"), [(0, 3), (21, 26)])
def test_a_strategy_may_say_how_long_money_rests_the_ladder(days: int, later: int) -> None:
    document = FOUR | {"coordination": {"rest_after_payment_days": days}}
    walk, account_id = before_the_last(document)
    pays(walk, account_id, 15_000)
    walk.until(max(days - 0.1, 0.5))
    assert len(walk.touches()) == 3
    walk.until(later - max(days - 0.1, 0.5))
    assert len(walk.touches()) == 4


def test_a_credit_is_no_money_that_came() -> None:
    walk, account_id = before_the_last()
    assert pays(walk, account_id, 15_000, kind="credit").paid_at is None
    walk.until(5)
    assert len(walk.touches()) == 4


SMALL = rungs({"name": "one", "days": 0}, {"name": "two"})


@pytest.mark.parametrize(
    ("minor", "policy", "sent"),
    [
        (2, {}, 0),
        (49, {}, 0),
        (50, {}, 2),
        (499, {"smallest_minor": 500}, 0),
        (500, {"smallest_minor": 500}, 2),
    ],
)
def test_nobody_is_asked_for_less_than_can_be_paid(
    minor: int, policy: dict[str, Any], sent: int
) -> None:
    walk = Walk(document=SMALL | {"payments": policy})
    account_id = walk.owes("INV-1", walk.person(), balance=Money(minor, "USD"))
    walk.start(account_id)
    walk.until(45)
    assert len(walk.touches()) == sent
    if not sent:
        assert walk.account(account_id).status is Status.ACTIVE
        assert len(walk.entries(account_id, "TouchDeferred")) <= 3


def test_what_grows_beyond_it_is_asked_for_at_once() -> None:
    walk = Walk(document=SMALL)
    account_id = walk.owes("INV-1", walk.person(), balance=Money(20, "USD"))
    walk.start(account_id)
    walk.until(3)
    assert walk.touches() == []
    walk.change(account_id, balance=Money(5_020, "USD"))
    walk.look(account_id)
    walk.until(3)
    assert walk.names() == ["one"]
