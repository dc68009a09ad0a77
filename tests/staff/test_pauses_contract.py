"""Staff pause one account, a segment, a creditor or all: what was queued does not leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.audit import audit
from dunlin.domain.errors import Conflict, DomainError
from dunlin.domain.rollouts.rollout import Segment
from dunlin.domain.strategy.strategy import Selection, Span
from dunlin.ports.accounts import Change
from dunlin.ports.audit import AuditLog
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.staff_command import CommandResult, StaffCommand
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.contact.sending import send
from dunlin.service.signals.signals import apply_signal
from dunlin.service.staff import pauses
from tests.staff.builders import ChainLog
from tests.support import builders, ground
from tests.support.builders import CREDITOR, NOON
from tests.support.wholes import AccountBook

ORDER = StaffCommand(by="ana", why="case-7")
GATE = ground.gate("PLAT-FREQ-ALL", "PLAT-OPTOUT-ALL")
DUE = 25  # accounts queued for each switch: a hundred over the four switches


@dataclass(frozen=True)
class Stores:
    book: AccountBook
    creditors: Creditors
    log: AuditLog
    waker: MemoryWaker


@pytest.fixture(params=["memory", pytest.param("dynamo", marks=pytest.mark.cloud)])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        book = MemoryBook()
        return Stores(book, book.creditors, ChainLog(book), MemoryWaker())
    request.getfixturevalue("still_stack")
    from dunlin.runtime import wiring

    return Stores(wiring.account_book(), wiring.creditors(), wiring.audit_archive(), MemoryWaker())


def put(stores: Stores, name: str, **changes: Any) -> Account:
    account = ground.active(name, **changes)
    builders.store(stores.book, stores.creditors, account, person=builders.consumer(name))
    return read(stores, account)


def read(stores: Stores, account: Account) -> Account:
    stored = stores.book.account(account.account_id)
    assert stored is not None
    return stored


def check(stores: Stores, account: Account, at: timedelta = timedelta(0)) -> LadderDecision:
    return check_ladder(
        account.account_id,
        account.ladder_run,
        book=stores.book,
        gate=GATE,
        templates=ground.PlainLetters(),
        now=NOON + at,
    )


def pause(stores: Stores, account: Account) -> CommandResult:
    return pauses.pause(account.account_id, ORDER, book=stores.book, now=NOON)


def resume(stores: Stores, account: Account, order: StaffCommand = ORDER) -> CommandResult:
    return pauses.resume(account.account_id, order, book=stores.book, waker=stores.waker, now=NOON)


def switch(stores: Stores, scope: str, *, on: bool) -> None:
    ports: dict[str, Any] = {
        "book": stores.book,
        "creditors": stores.creditors,
        "log": stores.log,
        "now": NOON,
    }
    if on:
        pauses.pause_scope(scope, ORDER, **ports)
    else:
        pauses.resume_scope(scope, ORDER, waker=stores.waker, **ports)


SOLD_OFF = Segment(name="sold off", when=Selection(industry=("fleet",)))


def flip_segment(stores: Stores, *, on: bool) -> bool:
    ports: dict[str, Any] = {
        "book": stores.book,
        "creditors": stores.creditors,
        "log": stores.log,
        "now": NOON,
    }
    if on:
        return pauses.pause_segment(CREDITOR, SOLD_OFF, ORDER, **ports)
    return pauses.resume_segment(CREDITOR, SOLD_OFF, ORDER, waker=stores.waker, **ports)


def pause_each(stores: Stores, accounts: list[Account]) -> dict[str, int]:
    ids = [account.account_id for account in accounts]
    return pauses.pause_each(ids, ORDER, book=stores.book, now=NOON)


@pytest.mark.parametrize("scope", ["account", "segment", "creditor", "platform"])
def test_what_is_queued_does_not_leave_once_a_switch_is_flipped(stores: Stores, scope: str) -> None:
    queued = []
    for number in range(DUE):
        account = put(stores, f"{scope}{number}", industry=SOLD_OFF.when.industry[0])
        decision = check(stores, account)
        assert decision.outcome == "email"
        queued.append((account, decision))
    flip: dict[str, Callable[[], object]] = {
        "account": lambda: [pause(stores, account) for account, _ in queued],
        "segment": lambda: flip_segment(stores, on=True),
        "creditor": lambda: switch(stores, CREDITOR, on=True),
        "platform": lambda: switch(stores, "platform", on=True),
    }
    flip[scope]()
    mailbox = MemoryMailbox()
    outbox = ground.outbox(mailbox=mailbox)
    outcomes = [
        send(a.account_id, d.touch_key, d.permit_id, book=stores.book, ports=outbox, now=NOON)
        for a, d in queued
    ]
    assert (len(mailbox.sent), {o.outcome for o in outcomes}) == (0, {"void"})
    assert {check(stores, a, timedelta(minutes=10)).outcome for a, _ in queued} <= {"held", "wait"}
    if scope != "account":
        if scope == "segment":
            flip_segment(stores, on=False)
        else:
            switch(stores, scope if scope == "platform" else CREDITOR, on=False)
        chain = stores.log.chain(f"creditor#{CREDITOR}")
        assert audit.verify(chain, head=chain[-1].hash) == []
        assert [(e.what, e.actor, e.data["why"]) for e in chain[-2:]] == [
            ("ContactPaused", "staff:ana", "case-7"),
            ("ContactResumed", "staff:ana", "case-7"),
        ]


def test_a_paused_segment_binds_whoever_joins_it_and_writes_no_account(stores: Stores) -> None:
    inside = put(stores, "inside", industry="fleet")
    outside = put(stores, "outside", industry="dental")
    assert flip_segment(stores, on=True)
    assert not flip_segment(stores, on=True)
    assert read(stores, inside) == inside
    joining = put(stores, "joining", industry="fleet")
    for account in (inside, joining):
        assert check(stores, account).outcome == "wait"
        planned = read(stores, account).next_action
        assert planned is not None
        assert planned.reason == "Paused for the segment sold off."
    assert check(stores, outside).outcome == "email"
    # Once it is none of the segment's any more, it goes on.
    moved = replace(read(stores, joining), industry="dental", due_at=NOON)
    entry = entry_of(moved, now=NOON, what="Changed", data={})
    stores.book.apply(Change(account=next_version(moved, entry), audit=[entry]))
    assert check(stores, joining).outcome == "email"
    assert flip_segment(stores, on=False)
    assert not flip_segment(stores, on=False)
    assert inside.account_id in stores.waker.woken
    assert check(stores, inside).outcome == "email"


def test_two_segments_are_paused_and_one_of_them_goes_on(stores: Stores) -> None:
    other = Segment(name="large", when=Selection(balance_minor=Span(low=10_000)))
    account = put(stores, "twice", industry="fleet")
    book, at = stores.book, NOON
    for paused in (SOLD_OFF, other):
        assert book.pause_segment(CREDITOR, paused, on=True, actor="ana", at=at)
    assert book.facts(account.account_id).segments == (other, SOLD_OFF)
    assert book.pause_segment(CREDITOR, SOLD_OFF, on=False, actor="ana", at=at)
    assert check(stores, account).outcome == "wait"
    assert book.pause_segment(CREDITOR, other, on=False, actor="ana", at=at)
    assert book.facts(account.account_id).pause(NOON.date()) == ""


def test_many_are_paused_at_once_with_a_count(stores: Stores) -> None:
    kept = put(stores, "other")
    taken = [put(stores, f"many{n}") for n in range(3)]
    assert pause(stores, taken[0]).outcome == "done"
    assert pause_each(stores, taken) == {"done": 2, "unchanged": 1}
    assert read(stores, kept).hold is None
    assert {read(stores, account).hold for account in taken} == {Hold.PAUSED}
    assert pause_each(stores, []) == {}


def test_a_paused_account_keeps_its_plan_and_says_who_and_why(stores: Stores) -> None:
    account = put(stores, "plan", due_at=NOON + timedelta(days=3))
    assert pause(stores, account).outcome == "done"
    assert pause(stores, account).outcome == "unchanged"
    paused = read(stores, account)
    assert (paused.hold, paused.due_at, paused.paused) == (Hold.PAUSED, account.due_at, True)
    entry = stores.log.chain(f"account#{account.account_id}")[-1]
    assert (entry.actor, entry.what, entry.data["why"]) == ("staff:ana", "AccountPaused", "case-7")
    assert resume(stores, account, replace(ORDER, version=account.version)).outcome == "stale"
    assert resume(stores, account).outcome == "done"
    after = read(stores, account)
    assert (after.hold, after.due_at, after.override) == (None, account.due_at, None)


def test_a_pause_outlives_a_reply_that_came_and_was_answered() -> None:
    book, account = ground.memory_world()
    stores = Stores(book, book.creditors, ChainLog(book), MemoryWaker())
    pause(stores, account)
    reply = Signal(signal_id="rep_1", kind=SignalKind.REPLY, at=NOON, account_id=account.account_id)
    apply_signal(reply, book=book, waker=stores.waker, now=NOON)
    held = read(stores, account)
    assert (held.hold, held.paused) == (Hold.REVIEW, True)
    lifted = entry_of(held, now=NOON, what="ReleaseApproved", data={})
    book.apply(
        Change(account=next_version(replace(held, hold=None, due_at=NOON), lifted), audit=[lifted])
    )
    assert check(stores, account).outcome == "held"
    assert read(stores, account).hold is Hold.PAUSED


def test_a_pause_under_another_hold_leaves_that_hold_to_those_who_lift_it() -> None:
    book, account = ground.memory_world(hold=Hold.DISPUTE, hold_reason="Disputes what is owed")
    stores = Stores(book, book.creditors, ChainLog(book), MemoryWaker())
    assert pause(stores, account).outcome == "done"
    assert read(stores, account).hold is Hold.DISPUTE
    assert resume(stores, account).outcome == "done"
    assert read(stores, account).hold is Hold.DISPUTE


def test_a_snooze_ends_by_itself_and_not_before(stores: Stores) -> None:
    account = put(stores, "snoozed")
    until = NOON.date() + timedelta(days=9)
    done = pauses.snooze(
        account.account_id, ORDER, until=until, book=stores.book, waker=stores.waker, now=NOON
    )
    assert done.outcome == "done"
    snoozed = read(stores, account)
    assert snoozed.hold is Hold.SNOOZED
    assert snoozed.next_action is not None
    assert snoozed.due_at is not None
    assert snoozed.due_at.date() == until == snoozed.next_action.at.date()
    assert check(stores, account, timedelta(days=8)).outcome == "wait"
    assert check(stores, account, timedelta(days=9)).outcome == "email"


def test_a_snooze_neither_shortens_another_wait_nor_lifts_a_hold() -> None:
    later = NOON + timedelta(days=30)
    until = NOON.date() + timedelta(days=9)
    for fields in (
        {"hold": Hold.PROMISE, "due_at": later},
        {"hold": Hold.DISPUTE},
        {"hold": Hold.PAUSED},
    ):
        book, account = ground.memory_world(**fields)
        done = pauses.snooze(
            account.account_id, ORDER, until=until, book=book, waker=MemoryWaker(), now=NOON
        )
        assert done.outcome == "held"
        assert book.accounts[account.account_id] == account


def test_staff_end_their_own_snooze_and_not_the_persons(stores: Stores) -> None:
    mine = put(stores, "mine")
    until = NOON.date() + timedelta(days=9)
    pauses.snooze(
        mine.account_id, ORDER, until=until, book=stores.book, waker=stores.waker, now=NOON
    )
    assert resume(stores, mine).outcome == "done"
    assert read(stores, mine).due_at == NOON
    theirs = put(stores, "theirs", hold=Hold.SNOOZED, hold_reason="Asked for quiet.", due_at=NOON)
    assert resume(stores, theirs).outcome == "unchanged"


@pytest.mark.parametrize("until", [date(2026, 11, 23), date(2026, 11, 1), date(2028, 1, 1)])
def test_a_snooze_ends_on_a_later_day_within_a_year(until: date) -> None:
    book, account = ground.memory_world()
    with pytest.raises(DomainError, match="later day"):
        pauses.snooze(
            account.account_id, ORDER, until=until, book=book, waker=MemoryWaker(), now=NOON
        )


def test_nothing_is_written_without_a_code_for_who_and_why() -> None:
    book, account = ground.memory_world()
    for order in (
        StaffCommand(by="", why="x"),
        StaffCommand(by="ana", why="she asked us to, please"),
    ):
        with pytest.raises(DomainError, match="is a code"):
            pauses.pause(account.account_id, order, book=book, now=NOON)
    assert book.accounts[account.account_id] == account


def test_an_unknown_creditor_has_no_switch() -> None:
    book, _ = ground.memory_world()
    stores = Stores(book, book.creditors, ChainLog(book), MemoryWaker())
    with pytest.raises(DomainError, match="no creditor"):
        switch(stores, "nobody", on=True)


def test_an_account_that_moved_as_many_were_paused_is_read_again() -> None:
    class Busy(MemoryBook):
        """Somebody writes the account between the bulk's read and its write, once."""

        moved = False

        def apply_many(self, changes: object) -> list[Change]:
            assert isinstance(changes, list)
            if not self.moved:
                self.moved = True
                stored = self.accounts[changes[0].account.account_id]
                entry = entry_of(stored, now=NOON, what="Changed", data={})
                self.apply(Change(account=next_version(stored, entry), audit=[entry]))
            return super().apply_many(changes)

    book = Busy()
    stores = Stores(book, book.creditors, ChainLog(book), MemoryWaker())
    account = put(stores, "moved")
    assert pause_each(stores, [account]) == {"done": 1}
    assert read(stores, account).hold is Hold.PAUSED
    with pytest.raises(Conflict):
        book.apply(Change(account=account))


def test_a_paused_creditor_costs_a_look_a_day_and_one_entry_an_account(stores: Stores) -> None:
    account = put(stores, "patient")
    switch(stores, CREDITOR, on=True)
    looks = [check(stores, account, timedelta(days=day)) for day in range(29)]
    assert {(look.outcome, look.wait_seconds) for look in looks} == {("wait", 86_400)}
    chain = stores.log.chain(f"account#{account.account_id}")
    assert [e.what for e in chain].count("TouchDeferred") == 1
    assert chain[-1].data["reason"].startswith("Paused for")
    switch(stores, CREDITOR, on=False)
    assert account.account_id in stores.waker.woken
    assert check(stores, account, timedelta(days=29)).outcome == "email"


def test_what_is_not_due_yet_keeps_its_time_through_a_pause(stores: Stores) -> None:
    later = put(stores, "later", due_at=NOON + timedelta(hours=47))
    switch(stores, CREDITOR, on=True)
    look = check(stores, later)
    assert (look.outcome, look.wait_seconds) == ("wait", 47 * 3_600)
    switch(stores, CREDITOR, on=False)
    assert read(stores, later).due_at == later.due_at
    assert check(stores, later, timedelta(hours=46)).outcome == "wait"
    assert check(stores, later, timedelta(hours=47)).outcome == "email"
