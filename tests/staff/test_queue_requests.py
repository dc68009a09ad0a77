"""The staff queue worked: requests for an arrangement, and triggers that call named staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Case, Hold
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.contact import planner
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.staff.events import of_account
from dunlin.domain.staff.queue import kind_of
from dunlin.ports.accounts import Change
from dunlin.service import arrangements
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.staff import queue
from tests.staff import builders
from tests.staff.builders import NOW
from tests.staff.deciding import ORDER, answer, decide, last, stands
from tests.support import builders as support
from tests.support import ground


def requested() -> tuple[MemoryBook, Account, MemoryWaker]:
    """Somebody asks to pay over five years, beyond the creditor's limits."""
    book, account = builders.held_book(hold=None, hold_reason="", due_at=NOW)
    waker = MemoryWaker()
    terms = five_years(book, account)
    arrangement = arrangements.ask(
        account.account_id,
        terms,
        consent=None,
        book=book,
        creditors=book.creditors,
        waker=waker,
        now=NOW,
    )
    assert isinstance(arrangement, Arrangement)
    assert not arrangement.in_force
    return book, stands(book, account), waker


def five_years(book: MemoryBook, account: Account, count: int = 60) -> Terms:
    terms = arrangements.propose(
        account,
        arrangements.in_force(account.creditor, book.creditors, NOW.date()),
        instalment=None,
        count=count,
        frequency="monthly",
        first_on=NOW.date() + timedelta(days=10),
        today=NOW.date(),
    )
    assert isinstance(terms, Terms)
    return terms


def test_a_request_is_an_item_that_is_agreed_to_as_it_was_asked() -> None:
    book, account, waker = requested()
    (item,) = queue.listing(creditor="", book=book, creditors=book.creditors, now=NOW)
    assert item.kind == "arrangement_request"
    with pytest.raises(DomainError, match="approve, counter or decline"):
        decide(book, waker, account, "release")
    older = replace(account, version=account.version - 1)
    assert decide(book, waker, older, "approve") == "stale"
    assert decide(book, waker, account, "approve") == "done"
    (arrangement,) = book.arrangements(account.account_id)
    assert arrangement.in_force
    assert not stands(book, account).waits_for_staff
    assert last(book, account).actor == "staff:supervisor"
    assert "arrangement_confirmation" in {kind for _, kind, _ in waker.notices}


def test_a_request_is_declined_or_countered_and_the_person_is_told() -> None:
    book, account, waker = requested()
    assert decide(book, waker, account, "decline") == "done"
    assert ("arrangement_declined" in {kind for _, kind, _ in waker.notices}) is True
    book, account, waker = requested()
    order = replace(ORDER, version=account.version)
    given: dict[str, Any] = {"book": book, "waker": waker, "now": NOW}
    terms = five_years(book, account, 12)
    stale = replace(order, version=account.version - 1)
    assert queue.counter(account.account_id, stale, terms, **given).outcome == "stale"
    assert queue.counter(account.account_id, order, terms, **given).outcome == "done"
    assert "counter_offer" in {kind for _, kind, _ in waker.notices}
    after = stands(book, account)
    assert (after.waits_for_staff, after.hold) == (False, Hold.SNOOZED)
    assert queue.counter(account.account_id, ORDER, terms, **given).outcome == "gone"


def test_a_question_that_came_with_a_request_is_settled_by_itself() -> None:
    book, account, waker = requested()
    asked = replace(account, case=Case(since=NOW, kind="question", asked_at=NOW))
    entry = entry_of(account, now=NOW, what="AccountHeld", data={})
    book.apply(Change(account=next_version(asked, entry), audit=[entry]))
    assert answer(book, waker, stands(book, account)).outcome == "done"
    assert kind_of(stands(book, account)) == "arrangement_request"


@pytest.mark.parametrize(
    ("trigger", "limits"),
    [("balance", {"balance_over_minor": 5_000}), ("days_past_due", {"days_past_due": 20})],
)
def test_a_trigger_calls_named_staff_once_and_the_ladder_goes_on_at_the_rung_set(
    trigger: str, limits: dict[str, int]
) -> None:
    book, account = ground.memory_world()
    document = support.strategy_document()
    last_rung = document["ladders"]["standard"][-1]["name"]
    document["escalation"] = {**limits, "rung": last_rung, "notify": ["desk@example.com"]}
    book.creditors.put_strategy(support.CREDITOR, document, support.NOON)

    def look() -> str:
        return check_ladder(
            account.account_id,
            1,
            book=book,
            gate=ground.gate("PLAT-FREQ-ALL"),
            templates=ground.PlainLetters(),
            now=support.NOON,
        ).outcome

    assert [look(), look()] == ["escalated", "escalated"]
    held = stands(book, account)
    assert held.version == account.version + 1, "recorded once"
    notices = [e for e in of_account("1", account, held) if e.name == "StaffNeeded"]
    assert [e.detail["kind"] for e in notices] == ["escalation"]
    order = StaffCommand(by="ana", why="case-7", version=held.version)
    released = queue.decide(
        account_id=account.account_id,
        decision="release",
        order=order,
        now=support.NOON,
        book=book,
        waker=MemoryWaker(),
    )
    assert (released.outcome, stands(book, account).approved_triggers) == ("done", (trigger,))
    assert look() in ("email", "sms", "wait")
    assert stands(book, account).escalated == ""
    facts = book.facts(account.account_id)
    following = planner.next_rung(facts.account, facts.strategy, support.NOON)
    assert following is not None
    assert following.name == last_rung


def test_an_answer_cannot_let_a_request_pass_that_nobody_decided() -> None:
    book, account, waker = requested()
    with pytest.raises(DomainError, match="approve, counter or decline"):
        answer(book, waker, account, release=True)
    assert stands(book, account) == account
    assert book.account_history(account.account_id).answers == ()
    assert answer(book, waker, account).outcome == "done"
    assert kind_of(stands(book, account)) == "arrangement_request"


def test_a_request_that_nobody_decided_waits_again_when_its_debt_is_back() -> None:
    _, account, _ = requested()
    gone = [
        lifecycle.settle(replace(account, balance=Money(0, "USD"))),
        lifecycle.close(account),
    ]
    assert [kind_of(ended) for ended in gone] == ["", ""]
    back = [replace(ended, balance=account.balance) for ended in gone]
    again = [
        lifecycle.reopen(back[0], "refund"),
        lifecycle.reimport(back[0]),
        lifecycle.reimport(back[1]),
    ]
    waiting = [kind_of(lifecycle.complete(returned, NOW)) for returned in again]
    assert waiting == ["arrangement_request"] * 3
