"""The counters over DynamoDB keep what the counters in memory keep."""

from __future__ import annotations

import itertools
import random
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.dynamo.account_lists import DynamoAccountLists
from dunlin.adapters.dynamo.counters import SHARDS, DynamoCounters
from dunlin.adapters.memory.counters import MemoryAccountLists, MemoryCounters
from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.counters import CountedShare, fold, newest, share_of
from dunlin.domain.accounts.lists import AccountFilter, ListOrder, account_at
from dunlin.domain.money import Money
from dunlin.ports.reports import Counters
from local.cloud import Cloud
from tests.staff import builders
from tests.staff.builders import CREDITOR, NOW

CLOUD = pytest.param("dynamo", marks=pytest.mark.cloud)


@pytest.fixture
def counters(request: pytest.FixtureRequest) -> Iterator[Counters]:
    if request.param == "memory":
        yield MemoryCounters()
        return
    bare: Cloud = request.getfixturevalue("bare")
    client: Any = bare.client("dynamodb")
    name = f"ops-{uuid.uuid4().hex}"
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in ("pk", "sk")],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    )
    yield DynamoCounters(client, name)
    client.delete_table(TableName=name)


def shares(number: int, versions: int, seed: int = 7) -> list[CountedShare]:
    """A history of accounts that move between cells, in the order of their versions."""
    dice = random.Random(seed)
    return [
        share_of(
            builders.account(
                f"R{n}",
                version=version,
                status=dice.choice([Status.IMPORTED, Status.ACTIVE, Status.SETTLED]),
                hold=dice.choice([None, None, Hold.DISPUTE]),
                balance=Money(dice.randrange(-500, 90_000), dice.choice(["USD", "JPY"])),
                due_on=dice.choice([None, NOW.date() - timedelta(days=dice.randrange(400))]),
            )
        )
        for version in range(1, versions + 1)
        for n in range(number)
    ]


both = pytest.mark.parametrize("counters", ["memory", CLOUD], indirect=True)


@both
def test_a_history_is_counted_exactly_however_often_it_comes(counters: Counters) -> None:
    history = shares(40, 4)
    assert counters.tally(CREDITOR) == {}
    moved = sum(counters.count(history[start : start + 40]) for start in range(0, 160, 40))
    assert moved == 160
    truth = fold(newest(history).values())
    assert counters.tally(CREDITOR) == truth
    assert counters.count(history) == 0
    assert counters.count(list(reversed(history))) == 0
    assert counters.tally(CREDITOR) == truth


@both
def test_what_is_gone_counts_no_more_and_an_old_record_cannot_bring_it_back(
    counters: Counters,
) -> None:
    (share,) = shares(1, 1)
    counters.count([share])
    gone = CountedShare(account_id=share.account_id, version=2, cell=None)
    assert counters.count([gone]) == 1
    assert counters.tally(CREDITOR) == {}
    assert counters.count([share]) == 0
    assert counters.tally(CREDITOR) == {}


@pytest.mark.parametrize("counters", [CLOUD], indirect=True)
def test_the_lists_are_those_of_the_counted_shares_in_every_order(counters: DynamoCounters) -> None:
    """In DynamoDB as in memory: repeated, late and from many accounts at once."""
    held = MemoryCounters()
    history = [
        replace(share, site=f"Site {n % 2}", cohort="c.1" if n % 3 else "")
        for n, share in enumerate(shares(40, 3))
    ]
    for some in (history[:70], history[40:], history[:40]):
        counters.count(some)
        held.count(some)
    lists = DynamoAccountLists(counters._client, counters._table)
    for words in ({}, {"hold": "dispute"}, {"location": "site 1"}, {"bucket": "over-90"}):
        for order, backwards in itertools.product(ListOrder, (False, True)):
            stretch = AccountFilter.read(words).stretch(
                [CREDITOR], order, NOW.date(), backwards=backwards
            )
            there = MemoryAccountLists(held).keys(stretch, most=99)
            assert there
            assert lists.keys(stretch, most=99) == there
            assert lists.keys(stretch, after=there[1], most=2) == there[2:4]
            assert lists.keys(stretch, after=there[-1], most=2) == []


@pytest.mark.parametrize("counters", [CLOUD], indirect=True)
def test_what_was_counted_before_there_were_lists_is_listed_when_it_is_counted_anew(
    counters: DynamoCounters,
) -> None:
    (share,) = shares(1, 1)
    counters.count([replace(share, listed=False)])
    tally = counters.tally(CREDITOR)
    assert [counters.count([share]) for _ in range(2)] == [1, 0]
    stretch = AccountFilter().stretch([CREDITOR], ListOrder.OWED, NOW.date())
    lists = DynamoAccountLists(counters._client, counters._table)
    assert [account_at(k) for k in lists.keys(stretch, most=9)] == [share.account_id]
    assert counters.tally(CREDITOR) == tally


@both
def test_creditors_are_counted_apart(counters: Counters) -> None:
    counters.count([share_of(builders.account("A")), share_of(builders.account(creditor="other"))])
    assert sum(f.accounts for f in counters.tally(CREDITOR).values()) == 1
    assert sum(f.accounts for f in counters.tally("other").values()) == 1
    assert counters.tally("nobody") == {}


@pytest.mark.parametrize("counters", [CLOUD], indirect=True)
def test_writers_side_by_side_all_get_through_and_count_once(counters: Counters) -> None:
    history = shares(20, 3)
    batches = [history[start : start + 10] for start in range(0, 60, 10)] * 2
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(counters.count, batches))
    assert counters.tally(CREDITOR) == fold(newest(history).values())


@pytest.mark.parametrize("counters", [CLOUD], indirect=True)
def test_a_month_of_due_dates_is_one_row_of_a_shard(counters: DynamoCounters) -> None:
    month = [
        share_of(builders.account(f"D{day}", due_on=NOW.date().replace(day=day)))
        for day in range(1, 31)
    ]
    counters.count(month)
    rows = [r for s in range(SHARDS) for r in counters._query(f"AGG#{CREDITOR}#{s}")]
    assert len({row["sk"]["S"] for row in rows}) == 1
    assert len({row["pk"]["S"] for row in rows}) == len(rows) <= 2  # of the two transactions
    assert len(counters.tally(CREDITOR)) == 30
