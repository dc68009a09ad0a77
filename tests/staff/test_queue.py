"""The staff queue worked: decisions, answers, timers, over the ports in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dunlin.adapters.memory import MemoryAlarm, MemoryBook
from dunlin.domain import audit
from dunlin.domain.account import Account, Hold, Status
from dunlin.domain.errors import Conflict, DomainError
from dunlin.ports import Change
from dunlin.service import queue
from dunlin.service.by_staff import Order
from dunlin.service.permits import entry_of, written
from tests.staff import builders
from tests.staff.builders import NOW

ORDER = Order(by="ana", why="case-7")


def decide(book: MemoryBook, alarm: MemoryAlarm, account: Account, decision: str) -> str:
    return queue.decide(
        account_id=account.account_id,
        decision=decision,
        order=Order(by="supervisor", why="case-1", version=account.version),
        now=NOW,
        book=book,
        alarm=alarm,
    ).outcome


def test_approve_lifts_the_hold_wakes_the_ladder_and_is_audited() -> None:
    book, account = builders.held_book()
    alarm = MemoryAlarm()
    assert decide(book, alarm, account, "approve") == "done"
    after = book.accounts[account.account_id]
    assert (after.hold, after.hold_reason, after.due_at, after.version) == (None, "", NOW, 2)
    assert not after.waits_for_staff
    assert alarm.woken == [account.account_id]
    chain = book.chains[f"account#{account.account_id}"]
    assert audit.verify(chain, head=after.audit_head) == []
    assert (chain[-1].actor, chain[-1].what) == ("staff:supervisor", "ReleaseApproved")


def test_approving_an_escalation_lets_its_trigger_pass_for_good() -> None:
    book, account = builders.held_book(hold=None, escalated="balance")
    assert decide(book, MemoryAlarm(), account, "approve") == "done"
    after = book.accounts[account.account_id]
    assert (after.escalated, after.released) == ("", ("balance",))


def test_approving_leaves_a_hold_that_is_not_for_staff_to_lift() -> None:
    book, account = builders.held_book(hold=Hold.ARRANGEMENT, escalated="balance")
    decide(book, MemoryAlarm(), account, "approve")
    assert book.accounts[account.account_id].hold is Hold.ARRANGEMENT


def test_approving_a_failed_ladder_starts_a_new_run() -> None:
    book, account = builders.held_book(hold=None, status=Status.FAILED)
    alarm = MemoryAlarm()
    assert decide(book, alarm, account, "approve") == "done"
    after = book.accounts[account.account_id]
    assert (after.status, after.ladder_run) == (Status.ACTIVE, 2)
    assert list(alarm.started) == [f"{account.account_id}-2"]


def test_decline_keeps_the_account_with_a_person_and_wakes_nothing() -> None:
    book, account = builders.held_book(hold=None, escalated="balance")
    alarm = MemoryAlarm()
    assert decide(book, alarm, account, "decline") == "done"
    after = book.accounts[account.account_id]
    assert (after.hold, after.waits_for_staff, alarm.woken) == (Hold.REVIEW, True, [])


def test_close_ends_the_account_and_wakes_the_ladder_to_end() -> None:
    book, account = builders.held_book()
    alarm = MemoryAlarm()
    assert decide(book, alarm, account, "close") == "done"
    after = book.accounts[account.account_id]
    assert (after.status, after.hold, after.due_at) == (Status.CLOSED, None, None)
    assert alarm.woken == [account.account_id]


def test_a_second_click_changes_nothing() -> None:
    book, account = builders.held_book()
    alarm = MemoryAlarm()
    assert [decide(book, alarm, account, "approve") for _ in range(2)] == ["done", "stale"]
    assert len(book.chains[f"account#{account.account_id}"]) == 2
    assert alarm.woken == [account.account_id]


def test_somebody_who_writes_in_between_makes_it_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    book, account = builders.held_book()

    def interfere(change: Change) -> None:
        monkeypatch.undo()
        entry = entry_of(account, now=NOW, what="Changed", data={})
        book.apply(Change(account=written(account, entry), audit=[entry]))
        raise Conflict("moved")

    monkeypatch.setattr(book, "apply", interfere)
    alarm = MemoryAlarm()
    assert decide(book, alarm, account, "approve") == "stale"
    assert alarm.woken == []


def test_nothing_to_decide_on_an_account_that_does_not_wait() -> None:
    book, account = builders.held_book(hold=None)
    assert decide(book, MemoryAlarm(), account, "approve") == "gone"
    assert decide(book, MemoryAlarm(), builders.account("NONE"), "approve") == "gone"


def test_nothing_is_approved_that_nobody_could_be_told() -> None:
    book, account = builders.held_book(hold=Hold.NO_CONTACT_POINT)
    person = book.consumers[account.consumer_id]
    book.consumers[account.consumer_id] = replace(person, emails=(), phones=())
    (one,), _ = queue.waiting(creditor="", book=book, creditors=book.creditors, now=NOW)
    assert not one.approvable
    assert decide(book, MemoryAlarm(), account, "approve") == "unmet"
    assert book.accounts[account.account_id] == account
    book.consumers[account.consumer_id] = person
    assert decide(book, MemoryAlarm(), account, "approve") == "done"


def test_another_word_is_refused() -> None:
    book, account = builders.held_book()
    with pytest.raises(DomainError):
        decide(book, MemoryAlarm(), account, "delete")
