"""Arrangements in every account book: in memory and over DynamoDB on the local cloud."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.arrangements.arrangement import Arrangement, ArrangementState, instant, scheduled
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.errors import Conflict
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change
from dunlin.ports.strategies import Creditors
from dunlin.service import arrangements
from dunlin.service.accounts.writing import entry_of, next_version
from tests.arrangements.ground import CONSENT, FIRST
from tests.support import builders
from tests.support.builders import CREDITOR, NOON
from tests.support.wholes import AccountBook


@pytest.fixture(scope="module", params=["memory", pytest.param("dynamo", marks=pytest.mark.cloud)])
def books(request: pytest.FixtureRequest) -> tuple[AccountBook, Creditors]:
    if request.param == "memory":
        book = MemoryBook()
        return book, book.creditors
    request.getfixturevalue("still_stack")
    from dunlin.runtime import wiring

    return wiring.account_book(), wiring.creditors()


@pytest.fixture
def arranged_account(
    books: tuple[AccountBook, Creditors], request: pytest.FixtureRequest
) -> tuple[AccountBook, Arrangement]:
    """The book with one account of its own whose arrangement is in force."""
    book, creditors = books
    name = request.node.name.split("[")[0]
    person = builders.consumer(name)
    account = builders.account(
        f"INV-{name}",
        consumer_id=person.consumer_id,
        status=Status.ACTIVE,
        ladder_run=1,
        balance=Money(60_000, "USD"),
    )
    builders.store(book, creditors, account, person=person)
    terms = arrangements.propose(
        account,
        arrangements.in_force(CREDITOR, creditors, NOON.date()),
        instalment=None,
        count=6,
        frequency="monthly",
        first_on=FIRST,
        today=NOON.date(),
    )
    assert isinstance(terms, Terms)
    asked = arrangements.ask(
        account.account_id,
        terms,
        consent=CONSENT,
        book=book,
        creditors=creditors,
        waker=MemoryWaker(),
        now=NOON,
    )
    assert isinstance(asked, Arrangement)
    return book, asked


def account_of(book: AccountBook, arrangement: Arrangement) -> Account:
    account = book.account(arrangement.account_id)
    assert account is not None
    return account


def write(book: AccountBook, *changed: Arrangement) -> None:
    account = account_of(book, changed[0])
    entry = entry_of(account, now=NOON, what="Changed", data={})
    book.apply(Change(account=next_version(account, entry), arrangements=changed, audit=[entry]))


def test_the_one_in_force_is_read_as_it_was_written(
    arranged_account: tuple[AccountBook, Arrangement],
) -> None:
    book, arrangement = arranged_account
    assert book.arrangement(arrangement.account_id) == arrangement
    assert book.arrangements(arrangement.account_id) == [arrangement]
    assert account_of(book, arrangement).arranged
    assert book.arrangement("acc_unknown") is None


def test_a_write_binds_its_version_and_its_account(
    arranged_account: tuple[AccountBook, Arrangement],
) -> None:
    book, arrangement = arranged_account
    later = replace(arrangement, why="moved", version=arrangement.version + 1)
    write(book, later)
    version = account_of(book, arrangement).version
    with pytest.raises(Conflict):
        write(book, replace(arrangement, why="late", version=arrangement.version + 1))
    with pytest.raises(Conflict):
        write(book, replace(arrangement, version=1))
    assert book.arrangement(arrangement.account_id) == later
    assert account_of(book, arrangement).version == version


def test_two_are_written_together_and_come_newest_first(
    arranged_account: tuple[AccountBook, Arrangement],
) -> None:
    book, arrangement = arranged_account
    old = replace(
        arrangement, state=ArrangementState.REPLACED, next_at=None, version=arrangement.version + 1
    )
    new = replace(arrangement, arrangement_id=f"{arrangement.arrangement_id}x", number=2, version=1)
    write(book, new, old)
    assert book.arrangements(arrangement.account_id) == [new, old]
    record = book.account_record(arrangement.account_id)
    assert record is not None
    assert (record.arrangements, record.arrangement) == ((new, old), old)


def test_what_is_due_is_found_by_its_instant_and_no_account_is_mistaken_for_it(
    arranged_account: tuple[AccountBook, Arrangement],
) -> None:
    book, arrangement = arranged_account
    assert arrangement.next_at == instant(FIRST - timedelta(days=3))

    def due(later: timedelta) -> list[str]:
        assert arrangement.next_at is not None
        due_ids = book.due_arrangements(arrangement.next_at + later)
        return [a.arrangement_id for a in due_ids if a.account_id == arrangement.account_id]

    assert due(timedelta(0)) == [arrangement.arrangement_id]
    assert due(timedelta(seconds=-1)) == []
    assert arrangement.account_id not in [
        a.account_id for a in book.due(NOON + timedelta(days=400))
    ]
    ended = replace(arrangement, state=ArrangementState.KEPT, version=arrangement.version + 1)
    write(book, scheduled(ended))
    assert due(timedelta(0)) == []
