"""Activation starts each ladder once, and says why it passes one over."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.service.contact.activation import start_ladder
from tests.support import builders
from tests.support.builders import CREDITOR, NOON


def portfolio(*accounts: Account, **document: Any) -> MemoryBook:
    book = MemoryBook()
    builders.store(book, book.creditors, *accounts, **document)
    return book


def start(book: MemoryBook, waker: MemoryWaker) -> dict[str, int]:
    """Start every account's ladder; counts by answer."""
    strategy = book.creditors.strategy(CREDITOR)
    assert strategy is not None
    return Counter(
        start_ladder(
            account_id,
            strategy=strategy,
            cohort="acme-clinic.1",
            shadow=False,
            book=book,
            waker=waker,
            now=NOON,
        )
        for account_id in list(book.accounts)
    )


def test_each_ladder_is_started_once_with_its_first_due_time() -> None:
    book = portfolio(*(builders.account(f"INV-{n}") for n in range(5)))
    waker = MemoryWaker()
    assert start(book, waker) == {"started": 5}
    # Of the same rollout they count as started, and their executions are asked for once more.
    written = dict(book.accounts)
    assert start(book, waker) == {"started": 5}
    assert book.accounts == written
    assert len(waker.started) == 5
    for account, wait_seconds in waker.started.values():
        stored = book.accounts[account.account_id]
        assert (stored.status, stored.ladder_run, stored.rung) == (Status.ACTIVE, 1, 0)
        assert stored.due_at is not None
        assert 1 <= wait_seconds <= 45 * 60
        assert NOON <= stored.due_at <= NOON + timedelta(minutes=45)


def test_a_rest_that_the_person_asked_for_binds_the_first_rung_too() -> None:
    quiet = NOON + timedelta(days=5)
    book = portfolio(builders.account("INV-1", hold=Hold.SNOOZED, hold_reason="Q", due_at=quiet))
    assert start(book, MemoryWaker()) == {"started": 1}
    (stored,) = book.accounts.values()
    assert (stored.status, stored.hold, stored.due_at) == (Status.ACTIVE, None, quiet)
    assert stored.next_action is not None
    assert stored.next_action.at == quiet


def test_who_is_passed_over_is_told_by_reason() -> None:
    owed = builders.account().balance
    book = portfolio(
        builders.account("INV-1"),
        builders.account("INV-4", hold=Hold.DISPUTE),
        builders.account("INV-5", balance=owed - owed),
        builders.account("INV-6", status=Status.CLOSED),
        builders.account("INV-7", industry="gym"),
        assign=[{"ladder": "standard", "when": {"industry": ["generic"]}}],
    )
    assert start(book, MemoryWaker()) == {
        "started": 1,
        "held: dispute": 1,
        "nothing owed": 1,
        "closed": 1,
        "no ladder takes it": 1,
    }
