"""Any process dies at any of its side effects, on the tables of the local cloud."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from dunlin.adapters.memory.portal_sessions import MemoryInbox, MemoryPortalSessions
from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.ledger import total
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.money import Money
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from local.local_stack import LocalStack
from tests.scenarios.dying import Deaths, called_again, every_death
from tests.scenarios.paying import pay
from tests.support import builders, ground
from tests.support.wholes import AccountBook

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def tables(still_stack: LocalStack) -> tuple[AccountBook, Any, datetime]:
    from dunlin.runtime import wiring

    return wiring.account_book(), wiring.creditors(), wiring.clock().now()


def test_on_dynamodb_a_death_at_any_side_effect_of_sending_sends_at_most_once(
    tables: tuple[AccountBook, Any, datetime],
) -> None:
    book, creditors, now = tables
    gate = ground.gate("PLAT-FREQ-ALL")
    count = iter(range(1000))

    def play(deaths: Deaths) -> None:
        name = f"dying-{next(count)}"
        owing = ground.active(name, at=now)
        builders.store(book, creditors, owing, person=builders.consumer(name), at=now)
        mailbox = MemoryMailbox()
        outbox = replace(
            ground.outbox(mailbox=deaths.guard(mailbox, "mailbox"), at=now),
            links=deaths.guard(MemoryPortalSessions(), "sessions"),
        )
        guarded = deaths.guard(book, "book")
        permit = check_ladder(
            owing.account_id, 1, book=book, gate=gate, templates=outbox.templates, now=now
        )
        outcome = called_again(
            lambda: send(
                owing.account_id,
                permit.touch_key,
                permit.permit_id,
                book=guarded,
                ports=outbox,
                now=now,
            )
        ).outcome
        (touch,) = book.account_history(owing.account_id).touches
        assert len(mailbox.sent) <= 1
        assert outcome in ("sent", "unknown")
        assert touch.state is (TouchState.SENT if outcome == "sent" else TouchState.UNKNOWN)
        stored = book.account(owing.account_id)
        assert stored is not None
        assert (stored.rung, stored.occurrence) == (1, 0)
        again = send(
            owing.account_id,
            permit.touch_key,
            permit.permit_id,
            book=book,
            ports=outbox,
            now=now,
        )
        assert again.outcome == outcome or touch.state is TouchState.UNKNOWN
        assert len(mailbox.sent) <= 1

    assert len(list(every_death(play))) == 8


def test_on_dynamodb_a_death_at_any_side_effect_of_posting_posts_once(
    tables: tuple[AccountBook, Any, datetime],
) -> None:
    book, creditors, now = tables
    count = iter(range(1000))

    def play(deaths: Deaths) -> None:
        name = f"paying-{next(count)}"
        owing = ground.active(name, at=now)
        builders.store(book, creditors, owing, person=builders.consumer(name), at=now)
        waker, processor, inbox = MemoryWaker(), MemoryProcessor(), MemoryInbox()
        called_again(
            lambda: pay(
                owing.account_id,
                12_500,
                book=deaths.guard(book, "book"),
                waker=deaths.guard(waker, "waker"),
                processor=processor,
                inbox=inbox,
            )
        )
        account_history = book.account_history(owing.account_id)
        assert [e.amount.minor for e in account_history.ledger if e.kind == "payment"] == [-12_500]
        assert (
            total(account_history.ledger, "USD")
            == account_history.account.balance
            == Money(0, "USD")
        )
        assert account_history.account.status is Status.SETTLED
        assert len(waker.notices) == 1

    assert len(list(every_death(play))) == 6
