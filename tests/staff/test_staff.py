"""What staff look up, over the ports in memory."""

from __future__ import annotations

from dunlin.adapters.memory_counters import MemoryCounters
from dunlin.domain.counters import share_of
from dunlin.domain.money import Money
from dunlin.service import staff
from tests.staff import builders
from tests.staff.builders import CREDITOR, NOW, ChainLog


def test_an_account_is_found_by_id_and_by_reference() -> None:
    book, account = builders.held_book()
    for wanted in (account.account_id, f"  {account.reference} "):
        found = staff.look_up(
            wanted, creditor="", book=book, log=ChainLog(book), creditors=book.creditors
        )
        assert found is not None
        assert found.thread.account == account
        assert [entry.what for entry in found.history] == ["AccountHeld"]


def test_a_widget_of_one_creditor_shows_no_account_of_another() -> None:
    book, account = builders.held_book()
    found = staff.look_up(
        account.account_id,
        creditor="somebody-else",
        book=book,
        log=ChainLog(book),
        creditors=book.creditors,
    )
    assert found is None


def test_the_portfolio_of_all_creditors_is_the_sum_of_each() -> None:
    book = builders.book()
    book.creditors.put_strategy("other", {**builders.STRATEGY, "creditor": "other"}, NOW)
    counters = MemoryCounters()
    counters.count(
        [
            share_of(builders.account("A", balance=Money(100, "USD"))),
            share_of(builders.account("B", creditor="other", balance=Money(11, "USD"))),
        ]
    )

    def owing(creditor: str) -> int:
        (part,) = staff.portfolio(
            creditor=creditor, today=NOW.date(), counters=counters, creditors=book.creditors
        )
        return part.owing.minor

    assert (owing(""), owing(CREDITOR), owing("other")) == (111, 100, 11)
