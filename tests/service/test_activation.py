"""Activation starts each ladder once; the reconciler finds what was lost, and only that."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.memory import MemoryAlarm, MemoryBook
from dunlin.domain import audit
from dunlin.domain.account import Account, Hold, Status
from dunlin.domain.touch import TouchState
from dunlin.service.activation import Recovery, reconcile, start_ladder
from dunlin.service.ladders import check_ladder
from tests.support import builders, ground
from tests.support.builders import CREDITOR, NOON


class Deaf(MemoryAlarm):
    """No execution waits; those in `alive` are at work."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: set[str] = set()

    def wake(self, account_id: str) -> bool:
        super().wake(account_id)
        return False

    def running(self, account: Account) -> bool:
        return account.account_id in self.alive


def portfolio(*accounts: Account, **document: Any) -> MemoryBook:
    book = MemoryBook()
    builders.store(book, book.creditors, *accounts, **document)
    return book


def start(book: MemoryBook, alarm: MemoryAlarm) -> dict[str, int]:
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
            alarm=alarm,
            now=NOON,
        )
        for account_id in list(book.accounts)
    )


def find(book: MemoryBook, alarm: MemoryAlarm, after: timedelta) -> Recovery:
    return reconcile(book=book, creditors=book.creditors, alarm=alarm, now=NOON + after)


def test_each_ladder_is_started_once_with_its_first_due_time() -> None:
    book = portfolio(*(builders.account(f"INV-{n}") for n in range(5)))
    alarm = MemoryAlarm()
    assert start(book, alarm) == {"started": 5}
    assert start(book, alarm) == {"already active": 5}
    assert len(alarm.started) == 5
    for account, wait_seconds in alarm.started.values():
        stored = book.accounts[account.account_id]
        assert (stored.status, stored.ladder_run, stored.rung) == (Status.ACTIVE, 1, 0)
        assert stored.due_at is not None
        assert 1 <= wait_seconds <= 45 * 60
        assert NOON <= stored.due_at <= NOON + timedelta(minutes=45)


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
    assert start(book, MemoryAlarm()) == {
        "started": 1,
        "held: dispute": 1,
        "nothing owed": 1,
        "closed": 1,
        "no ladder takes it": 1,
    }


@pytest.mark.parametrize(("minutes", "found"), [(9, 0), (11, 1)])
def test_a_ladder_counts_as_lost_a_while_after_its_due_time(minutes: int, found: int) -> None:
    book, account = ground.memory_world()
    alarm = Deaf()
    assert find(book, alarm, timedelta(minutes=minutes)).restarted == found
    assert len(alarm.started) == found
    stored = book.accounts[account.account_id]
    assert (stored.ladder_run, stored.rung) == (1 + found, 0)
    chain = book.chains[f"account#{account.account_id}"]
    assert not audit.verify(chain, head=stored.audit_head)


def test_a_ladder_at_work_or_awake_is_left_alone() -> None:
    book, account = ground.memory_world()
    awake, busy = MemoryAlarm(), Deaf()
    busy.alive.add(account.account_id)
    assert find(book, awake, timedelta(hours=1)).restarted == 0
    assert find(book, busy, timedelta(hours=1)).restarted == 0
    assert (awake.woken, awake.started, busy.started) == ([account.account_id], {}, {})
    assert book.accounts[account.account_id].version == account.version


@pytest.mark.parametrize(
    "changes",
    [
        {"hold": Hold.DISPUTE},
        {"status": Status.SETTLED},
        {"status": Status.EXHAUSTED},
        {"escalated": "balance", "due_at": None},
    ],
)
def test_what_waits_for_a_person_or_has_ended_is_not_started(changes: dict[str, Any]) -> None:
    book, account = ground.memory_world(**changes)
    alarm = Deaf()
    assert find(book, alarm, timedelta(days=1)) == Recovery(restarted=0, doubtful=0, unattended=())
    assert not alarm.started
    assert book.accounts[account.account_id].ladder_run == 1


def test_an_open_account_that_nothing_looks_after_is_reported() -> None:
    book, account = ground.memory_world(due_at=None)
    assert find(book, Deaf(), timedelta(0)).unattended == (account.account_id,)


def test_a_permit_whose_sender_never_came_is_closed_and_the_rung_goes_on() -> None:
    book, account = ground.memory_world()
    gate, letters = ground.gate("PLAT-FREQ-ALL"), ground.PlainLetters()
    check_ladder(account.account_id, 1, book=book, gate=gate, letters=letters, now=NOON)
    later = timedelta(hours=1)
    found = find(book, Deaf(), later)
    assert (found.restarted, found.doubtful) == (1, 1)
    (touch,) = book.touches.values()
    assert touch.state is TouchState.RELEASED
    assert find(book, Deaf(), later).doubtful == 0
    again = check_ladder(
        account.account_id,
        book.accounts[account.account_id].ladder_run,
        book=book,
        gate=gate,
        letters=letters,
        now=NOON + later,
    )
    assert again.outcome == "email"
    counted = [
        c for c in book.facts(account.account_id).history.contacts if c.outcome != "released"
    ]
    assert len(counted) == 1
