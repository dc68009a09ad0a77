"""Nothing is owed any more: whoever finds it, the account stands the same afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.money import Money
from dunlin.service.contact.ladders import check_ladder
from tests.support import ground
from tests.support.builders import NOON

OWED = Money(12_500, "USD")
NOTHING = replace(OWED, minor=0)
DISPUTED = "Disputes what is owed"


def look(book: MemoryBook, account: Account) -> tuple[str, Account]:
    decision = check_ladder(
        account.account_id,
        account.ladder_run,
        book=book,
        gate=ground.gate(),
        templates=ground.PlainLetters(),
        now=NOON,
    )
    return decision.outcome, book.accounts[account.account_id]


def test_a_ladder_leaves_a_closed_account_closed() -> None:
    book, account = ground.memory_world(status=Status.CLOSED, balance=NOTHING, due_at=None)
    outcome, after = look(book, account)
    assert (after.status, outcome) == (Status.CLOSED, "exhausted")
    assert after.version == account.version


@pytest.mark.parametrize("hold", [Hold.DISPUTE, Hold.REVIEW])
def test_a_ladder_that_finds_nothing_owed_leaves_what_a_person_must_answer(hold: Hold) -> None:
    book, account = ground.memory_world(
        balance=NOTHING, hold=hold, hold_reason=DISPUTED, escalated="balance"
    )
    _, after = look(book, account)
    assert (after.status, after.hold, after.hold_reason) == (Status.SETTLED, hold, DISPUTED)
    assert (after.escalated, after.due_at, after.next_action) == ("", None, None)


def test_a_ladder_that_finds_nothing_owed_lifts_every_other_hold_with_its_reason() -> None:
    book, account = ground.memory_world(
        balance=NOTHING, hold=Hold.SNOOZED, hold_reason="Asked for quiet"
    )
    _, after = look(book, account)
    assert (after.status, after.hold, after.hold_reason) == (Status.SETTLED, None, "")
