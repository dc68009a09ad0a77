"""What staff look up and decide, over the ports in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dunlin.adapters.memory import MemoryAlarm, MemoryBook
from dunlin.adapters.memory_counters import MemoryCounters
from dunlin.domain import audit
from dunlin.domain.account import Account, Hold, Status
from dunlin.domain.counters import share_of
from dunlin.domain.errors import Conflict, DomainError
from dunlin.domain.money import Money
from dunlin.ports import Change
from dunlin.service import staff
from tests.staff import builders
from tests.staff.builders import CREDITOR, NOW


class Log:
    """The audit log of a book in memory."""

    def __init__(self, book: MemoryBook) -> None:
        self.book = book

    def chain(self, subject: str) -> list[audit.AuditEntry]:
        return self.book.chains.get(subject, [])

    def archive(self, entries: object) -> None:
        raise AssertionError("staff pages archive nothing")


def held_book(**changes: object) -> tuple[MemoryBook, Account]:
    """A book with one account that was put on hold two days ago, with its audit entry."""
    fields = {"hold": Hold.DISPUTE, "hold_reason": "Says it was paid.", "version": 0} | changes
    account = builders.account(**fields)
    book = builders.book()
    book.consumers[account.consumer_id] = builders.consumer(account)
    entry = audit.append(
        subject=f"account#{account.account_id}",
        sequence=1,
        previous="",
        at=NOW - timedelta(days=2),
        actor="dunlin",
        what="AccountHeld",
        data={},
    )
    account = replace(account, version=1, audit_head=entry.hash)
    book.apply(Change(account=account, audit=[entry]))
    return book, account


def decide(book: MemoryBook, alarm: MemoryAlarm, account: Account, decision: str) -> str:
    return staff.decide(
        account_id=account.account_id,
        version=account.version,
        decision=decision,
        actor="staff:supervisor",
        now=NOW,
        book=book,
        alarm=alarm,
    ).outcome


def test_approve_lifts_the_hold_wakes_the_ladder_and_is_audited() -> None:
    book, account = held_book()
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
    book, account = held_book(hold=None, escalated="balance")
    assert decide(book, MemoryAlarm(), account, "approve") == "done"
    after = book.accounts[account.account_id]
    assert (after.escalated, after.released) == ("", ("balance",))


def test_approving_leaves_a_hold_that_is_not_for_staff_to_lift() -> None:
    book, account = held_book(hold=Hold.ARRANGEMENT, escalated="balance")
    decide(book, MemoryAlarm(), account, "approve")
    assert book.accounts[account.account_id].hold is Hold.ARRANGEMENT


def test_approving_a_failed_ladder_starts_a_new_run() -> None:
    book, account = held_book(hold=None, status=Status.FAILED)
    alarm = MemoryAlarm()
    assert decide(book, alarm, account, "approve") == "done"
    after = book.accounts[account.account_id]
    assert (after.status, after.ladder_run) == (Status.ACTIVE, 2)
    assert list(alarm.started) == [f"{account.account_id}-2"]


def test_decline_keeps_the_account_with_a_person_and_wakes_nothing() -> None:
    book, account = held_book(hold=None, escalated="balance")
    alarm = MemoryAlarm()
    assert decide(book, alarm, account, "decline") == "done"
    after = book.accounts[account.account_id]
    assert (after.hold, after.waits_for_staff, alarm.woken) == (Hold.REVIEW, True, [])


def test_close_ends_the_account_and_wakes_the_ladder_to_end() -> None:
    book, account = held_book()
    alarm = MemoryAlarm()
    assert decide(book, alarm, account, "close") == "done"
    after = book.accounts[account.account_id]
    assert (after.status, after.hold, after.due_at) == (Status.CLOSED, None, None)
    assert alarm.woken == [account.account_id]


def test_a_second_click_changes_nothing() -> None:
    book, account = held_book()
    alarm = MemoryAlarm()
    assert [decide(book, alarm, account, "approve") for _ in range(2)] == ["done", "stale"]
    assert len(book.chains[f"account#{account.account_id}"]) == 2
    assert alarm.woken == [account.account_id]


def test_somebody_who_writes_in_between_makes_it_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    book, account = held_book()

    def refuse(change: Change) -> None:
        raise Conflict("moved")

    monkeypatch.setattr(book, "apply", refuse)
    alarm = MemoryAlarm()
    assert decide(book, alarm, account, "approve") == "stale"
    assert alarm.woken == []


def test_nothing_to_decide_on_an_account_that_does_not_wait() -> None:
    book, account = held_book(hold=None)
    assert decide(book, MemoryAlarm(), account, "approve") == "gone"
    assert decide(book, MemoryAlarm(), builders.account("NONE"), "approve") == "gone"


def test_nothing_is_approved_that_nobody_could_be_told() -> None:
    book, account = held_book(hold=Hold.NO_CONTACT_POINT)
    person = book.consumers[account.consumer_id]
    book.consumers[account.consumer_id] = replace(person, emails=(), phones=())
    (one,), _ = staff.waiting(creditor="", book=book, log=Log(book))
    assert not one.approvable
    assert decide(book, MemoryAlarm(), account, "approve") == "unmet"
    assert book.accounts[account.account_id] == account
    book.consumers[account.consumer_id] = person
    assert decide(book, MemoryAlarm(), account, "approve") == "done"


def test_another_word_is_refused() -> None:
    book, account = held_book()
    with pytest.raises(DomainError):
        decide(book, MemoryAlarm(), account, "delete")


def test_an_account_is_found_by_id_and_by_reference() -> None:
    book, account = held_book()
    for wanted in (account.account_id, f"  {account.reference} "):
        found = staff.look_up(
            wanted, creditor="", book=book, log=Log(book), creditors=book.creditors
        )
        assert found is not None
        assert found.thread.account == account
        assert [entry.what for entry in found.history] == ["AccountHeld"]


def test_a_widget_of_one_creditor_shows_no_account_of_another() -> None:
    book, account = held_book()
    found = staff.look_up(
        account.account_id,
        creditor="somebody-else",
        book=book,
        log=Log(book),
        creditors=book.creditors,
    )
    assert found is None


def test_what_waits_comes_longest_first_with_its_age() -> None:
    book, account = held_book()
    newer = builders.account("INV-2", hold=Hold.REVIEW, version=0)
    entry = audit.append(
        subject=f"account#{newer.account_id}",
        sequence=1,
        previous="",
        at=NOW - timedelta(hours=1),
        actor="dunlin",
        what="AccountHeld",
        data={},
    )
    book.apply(Change(account=replace(newer, version=1), audit=[entry]))
    shown, total = staff.waiting(creditor="", book=book, log=Log(book))
    assert [w.account.account_id for w in shown] == [account.account_id, newer.account_id]
    assert (shown[0].since, total) == (NOW - timedelta(days=2), 2)


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
