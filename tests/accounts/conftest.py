"""Every account book, in memory and on DynamoDB, with an account of its own for each test."""

from __future__ import annotations

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.domain.accounts.account import Status
from tests.accounts.books import Book
from tests.support import builders
from tests.support.builders import NOON
from tests.support.wholes import AccountBook


@pytest.fixture(scope="module", params=["memory", pytest.param("dynamo", marks=pytest.mark.cloud)])
def under_test(request: pytest.FixtureRequest) -> Book:
    if request.param == "memory":
        book = MemoryBook()
        return Book(book, book.creditors)
    request.getfixturevalue("stack")
    from dunlin.runtime import wiring

    return Book(wiring.account_book(), wiring.creditors())


@pytest.fixture
def stored_account(under_test: Book, request: pytest.FixtureRequest) -> tuple[AccountBook, str]:
    """The book with one active account of its own consumer; its id."""
    name = request.node.name.split("[")[0]
    person = builders.consumer(name)
    account = builders.account(
        f"INV-{name}",
        consumer_id=person.consumer_id,
        status=Status.ACTIVE,
        ladder_run=1,
        due_at=NOON,
    )
    builders.store(under_test.book, under_test.creditors, account, person=person)
    return under_test.book, account.account_id
