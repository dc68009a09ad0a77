"""The report of a creditor, drawn from a book with a rollout, a holdout and a call log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.domain.accounts.account import LedgerEntry
from dunlin.domain.accounts.aging import AgingBucket
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.payments.posting import add
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.reports.measures import ReportDocument, draw, versus
from tests.rollouts.test_rollouts import Town
from tests.support.builders import CREDITOR, NOON


def report(town: Town, **asked: Any) -> ReportDocument:
    wanted: dict[str, Any] = {
        "since": None, "until": None, "costs": {"aws": 500}, "agency_percent": 20,
    }  # fmt: skip
    return draw(
        CREDITOR, ports=town.ports, drop_box=MemoryDropBox(), now=town.now, **wanted | asked
    )


def pay(town: Town, account_id: str, minor: int, after_days: int) -> None:
    stored = town.book.accounts[account_id]
    entry = entry_of(stored, now=NOON, what="BalanceChanged", data={})
    paid = LedgerEntry(
        entry_id=f"{account_id}-{after_days}",
        account_id=account_id,
        kind="payment",
        amount=Money(-minor, "USD"),
        on=(NOON + timedelta(days=after_days)).date(),
        source="desk",
    )
    account = next_version(add(stored, [paid], NOON).account, entry)
    town.book.apply(Change(account=account, ledger=[paid], audit=[entry]))


def test_a_cohort_is_reported_with_its_holdout_money_and_days() -> None:
    town = Town(100, holdout_percent=30)
    begun = town.begin(stage="full", size=0)
    town.contact(hours=2)
    treated = sorted(town.active())
    out = [a.account_id for a in town.accounts() if a.held_out]
    for account_id in treated[: len(treated) // 2]:
        pay(town, account_id, 12_500, 5)
    pay(town, out[0], 12_500, 5)
    town.now = NOON + timedelta(days=8)
    document = report(town)
    assert (document.launch, document.accounts) == (NOON.date(), 100)
    ((rollout, weeks),) = document.cohorts
    assert rollout.rollout_id == begun.rollout.rollout_id
    first = weeks[0].lift
    assert first is not None
    assert first.treated == pytest.approx((len(treated) // 2) / len(treated))
    assert first.held_out == pytest.approx(1 / len(out))
    assert first.winner == "treated"
    assert weeks[2].lift is None
    money = document.returns["USD"]
    assert money.recovered == len(treated) // 2 * 12_500
    assert money.net == money.recovered - 500
    # Due on 10 October: 44 days on the day of launch, 52 now.
    assert document.rolled == {"USD": {AgingBucket.TO_60: 0}}
    assert document.kept.rate is None
    # The town looks at its ladders two hours after the launch.
    assert (document.lateness.touches, document.lateness.on_time) == (len(treated), 0)
    assert 0 < document.lateness.longest_seconds <= 2 * 3_600
    ((_, cell),) = document.responses.items()
    assert (cell.contacts, cell.paid) == (len(treated), len(treated) // 2)
    assert document.kinds["small"].recovered == {"USD": money.recovered}
    # Day 60 is not over, and nobody called.
    assert (document.by_day_60.accounts, document.calls) == (0, 0)
    assert sum(site.accounts for site in document.locations) == 100


def test_two_rollouts_are_compared_over_equally_many_days() -> None:
    town = Town(120)
    rollout = town.begin()
    town.now = NOON + timedelta(days=3)
    other = town.begin(size=50)
    names = (rollout.rollout.rollout_id, other.rollout.rollout_id)
    assert names[0] != names[1]
    first = [a.account_id for a in town.accounts() if a.cohort == names[0]]
    # Paid on the sixth day: beyond the two days that the second has had.
    for account_id in first:
        pay(town, account_id, 12_500, 6)
    town.now = NOON + timedelta(days=5)
    early = versus(*names, ports=town.ports, ledgers=town.book, now=town.now)
    assert early is not None
    assert (early.treated, early.held_out, early.winner) == (0.0, 0.0, "")
    town.now = NOON + timedelta(days=20)
    late = versus(*names, ports=town.ports, ledgers=town.book, now=town.now)
    assert late is not None
    assert (late.treated, late.held_out, late.winner) == (1.0, 0.0, "treated")


def test_an_unknown_creditor_and_days_in_the_wrong_order_are_refused() -> None:
    town = Town(1)
    with pytest.raises(DomainError, match="has no strategy"):
        draw(
            "nobody", since=None, until=None, costs={}, agency_percent=0, ports=town.ports,
            drop_box=MemoryDropBox(), now=NOON,
        )  # fmt: skip
    with pytest.raises(DomainError, match="is after"):
        report(town, since=NOON.date(), until=(NOON - timedelta(days=1)).date())
