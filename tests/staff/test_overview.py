"""What staff look up, over the ports in memory."""

from __future__ import annotations

from dataclasses import replace

from dunlin.adapters.memory.counters import MemoryCounters
from dunlin.domain import ids
from dunlin.domain.accounts.consumer import Flag
from dunlin.domain.accounts.counters import share_of
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.money import Money
from dunlin.domain.tokens import address_hash
from dunlin.service.staff import overview
from tests.staff import builders
from tests.staff.builders import CREDITOR, NOW, ChainLog


def test_an_account_is_found_by_id_and_by_reference() -> None:
    book, account = builders.held_book()
    for wanted in (account.account_id, f"  {account.reference} "):
        overview_shown = overview.look_up(
            wanted, creditor="", book=book, log=ChainLog(book), creditors=book.creditors, now=NOW
        )
        assert isinstance(overview_shown, overview.StaffAccount)
        assert overview_shown.account_history.account == account
        assert [entry.what for entry in overview_shown.history] == ["AccountHeld"]


def test_a_widget_of_one_creditor_shows_no_account_of_another() -> None:
    book, account = builders.held_book()
    overview_shown = overview.look_up(
        account.account_id,
        creditor="somebody-else",
        book=book,
        log=ChainLog(book),
        creditors=book.creditors,
        now=NOW,
    )
    assert overview_shown == []


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
        (part,) = overview.portfolio(
            creditor=creditor, today=NOW.date(), counters=counters, creditors=book.creditors
        )
        return part.owing.minor

    assert (owing(""), owing(CREDITOR), owing("other")) == (111, 100, 11)


def test_each_dead_contact_point_is_listed_with_its_account_and_cause() -> None:
    first, second = builders.account("INV-1"), builders.account("INV-2")
    second = replace(second, consumer_id=first.consumer_id)
    fine = builders.account("INV-3")
    book = builders.book(first, second, fine)
    dead = "robin.castellano@example.com"
    flag = Flag(at=NOW, by="provider", detail={"address_hashes": [address_hash(dead)]})
    book.consumers[first.consumer_id] = builders.consumer(
        first, emails=("robin@example.org", dead), flags={"email_bounced": flag}
    )
    came_back = builders.touch(first, TouchState.BOUNCED, reason="General")
    book.touches[first.account_id, came_back.key] = came_back
    assert [
        (b.reference, b.channel, b.address, b.cause) for b in overview.bounced(CREDITOR, book=book)
    ] == sorted(
        [("INV-1", "email", dead, "General"), ("INV-2", "email", dead, "")],
        key=lambda b: book.accounts[ids.account_id(CREDITOR, b[0])].account_id,
    )
