"""The list of accounts: what it shows, in which order, and what a page of it costs."""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.counters import MemoryAccountLists, MemoryCounters
from dunlin.cli.main import app
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.aging import AgingBucket, aging_bucket, due_within
from dunlin.domain.accounts.counters import CountedShare, share_of
from dunlin.domain.accounts.lists import AccountFilter, ListOrder, order_key, places
from dunlin.domain.batches import batches
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.runtime import wiring
from dunlin.service.reports.publishing import count_anew
from dunlin.service.staff.account_list import (
    LOOKED_AT,
    AccountListPorts,
    ListRequest,
    every_page,
    list_accounts,
)
from tests.bench.scale import Counted
from tests.staff import builders
from tests.staff.builders import CREDITOR, NOW
from tests.support.deployment import LAPTOP

TODAY = NOW.date()
RUN = CliRunner()


def some_accounts(number: int, seed: int = 5) -> list[Account]:
    """Accounts that differ in all that a list is asked by."""
    dice = random.Random(seed)
    return [
        builders.account(
            f"R{n}",
            status=dice.choice(list(Status)),
            hold=dice.choice([None, None, None, Hold.DISPUTE, Hold.PROMISE]),
            balance=Money(dice.randrange(-500, 90_000), dice.choice(["USD", "USD", "JPY"])),
            due_on=dice.choice([None, TODAY - timedelta(days=dice.randrange(-20, 150))]),
            industry=dice.choice(["dental", "generic"]),
            extras={"property": dice.choice(["", "Pier Road", "Mill"])},
            cohort=dice.choice(["", f"{CREDITOR}.1"]),
            strategy_version=dice.choice([1, 2]),
        )
        for n in range(number)
    ]


def ports_of(accounts: list[Account]) -> AccountListPorts:
    """The ports of a house with these accounts, all of them listed."""
    book, counters = builders.book(*accounts), MemoryCounters()
    counters.count([share_of(account) for account in accounts])
    return AccountListPorts(lists=MemoryAccountLists(counters), book=book, creditors=book.creditors)


FILTERS: list[dict[str, str]] = [
    {},
    {"status": "active"},
    {"status": "open", "bucket": "31-60"},
    {"status": "settled,closed"},
    {"hold": "dispute"},
    {"hold": "dispute", "status": "active", "location": "pier  road"},
    {"bucket": "over-90"},
    {"bucket": "not due"},
    {"bucket": "no-due-date", "industry": "Dental"},
    {"location": "Mill", "strategy": "2"},
    {"pilot": f"{CREDITOR}.1", "max_balance": "20000"},
    {"currency": "jpy"},
    {"min_balance": "-100", "max_balance": "40000"},
    {"strategy": "v1", "min_balance": "30000"},
]


@pytest.mark.parametrize("order", list(ListOrder))
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("words", FILTERS, ids=str)
def test_the_pages_hold_all_that_is_asked_for_once_and_in_order(
    words: dict[str, str], backwards: bool, order: ListOrder
) -> None:
    accounts = some_accounts(150)
    wanted = AccountFilter.read(words)
    request = ListRequest(
        creditor=CREDITOR, wanted=wanted, order=order, backwards=backwards, size=7
    )
    pages = list(every_page(request, ports=ports_of(accounts), today=TODAY))
    expected = sorted(
        (a for a in accounts if wanted.takes(a, TODAY)),
        key=lambda a: order_key(a, order),
        reverse=backwards,
    )
    assert expected
    assert [a for page in pages for a in page] == expected
    assert all(len(page) == 7 for page in pages[:-1])


def test_the_days_of_a_bucket_are_those_that_fall_into_it() -> None:
    for days in range(-3, 200):
        due = TODAY - timedelta(days=days)
        for bucket in AgingBucket:
            within = due_within(bucket, TODAY)
            inside = within is not None and within[0] <= due <= within[1]
            assert inside is (aging_bucket(due, TODAY) is bucket)
    assert due_within(AgingBucket.UNKNOWN, TODAY) is None


def test_a_change_however_it_comes_leaves_each_account_where_it_stands() -> None:
    """Repeated, late and reordered records: the lists are those of the newest versions."""
    dice = random.Random(3)
    newest = some_accounts(40)
    older = [
        replace(account, version=version)
        for version in (1, 2, 3)
        for account in some_accounts(40, seed=version)
    ]
    newest = [replace(account, version=4) for account in newest]
    records = [share_of(account) for account in older + newest]
    records += dice.sample(records, 60)
    dice.shuffle(records)
    counters = MemoryCounters()
    for batch in batches(records, 9):
        counters.count(batch)
    standing = {(name, key) for name, keys in counters.lists.items() for key in keys}
    assert standing == {(p.name, p.key) for a in newest for p in places(share_of(a))}


def test_who_was_counted_before_there_were_lists_is_listed_by_the_recount() -> None:
    account = builders.account()
    held, counters = builders.book(account), MemoryCounters()
    counters.count([replace(share_of(account), listed=False)])
    tally = counters.tally(CREDITOR)
    lists = MemoryAccountLists(counters)
    stretch = AccountFilter().stretch([CREDITOR], ListOrder.DUE, TODAY)
    assert lists.keys(stretch, most=9) == []
    assert count_anew(CREDITOR, book=held, counters=counters) == 1
    assert lists.keys(stretch, most=9) == [order_key(account, ListOrder.DUE)]
    assert counters.tally(CREDITOR) == tally
    assert count_anew(CREDITOR, book=held, counters=counters) == 0


def test_an_account_that_is_gone_stands_nowhere() -> None:
    account, counters = builders.account(), MemoryCounters()
    counters.count([share_of(account)])
    counters.count([CountedShare(account_id=account.account_id, version=2, cell=None)])
    assert not any(counters.lists.values())


def test_a_place_that_lags_behind_shows_nobody_who_is_not_asked_for() -> None:
    ports = ports_of([account := builders.account(status=Status.ACTIVE)])
    book: Any = ports.book
    book.accounts[account.account_id] = replace(account, status=Status.SETTLED, version=2)
    request = ListRequest(creditor=CREDITOR, wanted=AccountFilter(statuses=(Status.ACTIVE,)))
    assert list_accounts(request, ports=ports, today=TODAY).accounts == ()


def test_creditors_are_listed_apart_and_together() -> None:
    mine, theirs = builders.account("A"), builders.account("B", creditor="other")
    ports = ports_of([mine, theirs])
    book: Any = ports.book
    book.creditors.put_strategy("other", {**builders.STRATEGY, "creditor": "other"}, NOW)

    def shown(creditor: str) -> set[str]:
        page = list_accounts(ListRequest(creditor=creditor), ports=ports, today=TODAY)
        return {account.reference for account in page.accounts}

    assert (shown(CREDITOR), shown("other"), shown("")) == ({"A"}, {"B"}, {"A", "B"})


def test_a_search_by_name_shows_whoever_is_called_so_and_is_asked_for() -> None:
    accounts = [builders.account(f"R{n}", due_on=TODAY - timedelta(days=n)) for n in range(3)]
    accounts.append(builders.account("R9", hold=Hold.DISPUTE))
    ports = ports_of(accounts)
    book: Any = ports.book
    for account in accounts:
        book.consumers[account.consumer_id] = builders.consumer(account)
    book.consumers[accounts[1].consumer_id] = builders.consumer(accounts[1], name="Lea Castellano")

    def found(find: str, **words: str) -> list[str]:
        request = ListRequest(find=find, wanted=AccountFilter.read(words))
        page = list_accounts(request, ports=ports, today=TODAY)
        return [account.reference for account in page.accounts]

    assert found("castellano") == ["R9", "R2", "R1", "R0"]
    assert found("Robin CASTELLANO", hold="dispute") == ["R9"]
    assert found("lea") == ["R1"]
    assert found("R2") == ["R2"]
    assert found("nobody") == []


@pytest.mark.parametrize("words", [{}, {"hold": "dispute"}, {"industry": "dental"}], ids=str)
def test_a_page_costs_the_same_for_many_as_for_few(words: dict[str, str]) -> None:
    def calls(number: int) -> Counter[str]:
        ports, counted = ports_of(some_accounts(number)), Counter[str]()
        request = ListRequest(creditor=CREDITOR, wanted=AccountFilter.read(words))
        first = list_accounts(request, ports=ports, today=TODAY)
        counting = AccountListPorts(
            lists=Counted(ports.lists, counted),
            book=Counted(ports.book, counted),
            creditors=ports.creditors,
        )
        page = list_accounts(replace(request, after=first.after), ports=counting, today=TODAY)
        assert len(page.accounts) == request.size
        return counted

    assert calls(1_000) == calls(4_000)


def test_what_hardly_anybody_has_is_looked_for_a_stretch_at_a_time() -> None:
    accounts = [builders.account(f"R{n}") for n in range(LOOKED_AT + 20)]
    accounts[-1] = replace(accounts[-1], industry="dental", due_on=date(2026, 11, 1))
    ports = ports_of(accounts)
    request = ListRequest(creditor=CREDITOR, wanted=AccountFilter(industry="dental"))
    first = list_accounts(request, ports=ports, today=TODAY)
    assert (first.accounts, first.looked_at) == ((), LOOKED_AT)
    rest = list_accounts(replace(request, after=first.after), ports=ports, today=TODAY)
    assert (rest.accounts, rest.after) == ((accounts[-1],), "")


@pytest.mark.parametrize(
    "words",
    [
        {"status": "resting"}, {"hold": "x"}, {"bucket": "99"}, {"strategy": "new"},
        {"currency": "dollars"}, {"min_balance": "1.50"},
    ],
    ids=str,
)  # fmt: skip
def test_words_that_mean_nothing_are_refused(words: dict[str, str]) -> None:
    with pytest.raises(DomainError):
        AccountFilter.read(words)


def test_an_end_of_a_page_that_no_page_said_is_refused() -> None:
    with pytest.raises(DomainError):
        list_accounts(ListRequest(after="50"), ports=ports_of([]), today=TODAY)


@pytest.fixture
def _house(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = [
        builders.account("=HYPERLINK(1)", due_on=date(2026, 7, 1)),
        builders.account("INV-2", hold=Hold.DISPUTE, balance=Money(5_000, "USD")),
        builders.account("INV-3", status=Status.SETTLED, balance=Money(0, "USD")),
    ]
    ports = ports_of(accounts)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    monkeypatch.setattr(wiring, "account_list", lambda: ports)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOW))


@pytest.mark.usefixtures("_house")
def test_the_command_shows_a_page_and_how_to_go_on() -> None:
    page = RUN.invoke(app, ["account", "list", CREDITOR, "--sort", "owed", "--size", "1"])
    assert page.exit_code == 0, page.output
    assert "INV-3" in page.output
    assert "--after 'USD#" in page.output
    disputed = RUN.invoke(app, ["account", "list", CREDITOR, "--hold", "dispute"]).output
    assert "Disputed" in disputed
    assert "INV-3" not in disputed
    by_reference = RUN.invoke(app, ["account", "list", "--find", "INV-2"]).output
    assert "INV-2" in by_reference
    assert RUN.invoke(app, ["account", "list", "--hold", "nothing"]).exit_code == 2


@pytest.mark.usefixtures("_house")
def test_all_of_them_are_written_as_a_file_that_no_spreadsheet_runs(tmp_path: Path) -> None:
    file = tmp_path / "open.csv"
    done = RUN.invoke(app, ["account", "list", CREDITOR, "--status", "open", "-o", str(file)])
    assert "holds 2 accounts" in " ".join(done.output.split())
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [(r["reference"], r["owed_minor"], r["hold"]) for r in rows] == [
        ("'=HYPERLINK(1)", "12345", ""),
        ("INV-2", "5000", "dispute"),
    ]
