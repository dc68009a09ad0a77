"""Asking and deciding: at once inside the limits, never beyond them, one write and one entry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dunlin.domain.accounts.account import Hold, Override
from dunlin.domain.arrangements.arrangement import Arrangement, ArrangementState, InstalmentState
from dunlin.domain.arrangements.terms import Bound
from dunlin.domain.audit.audit import verify
from dunlin.domain.contact.planner import plan
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change
from dunlin.service import arrangements
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.arrangements import AskRefusal
from tests.arrangements.ground import FIRST, NOW, TODAY, Place, days
from tests.support import builders


def changed(place: Place, **changes: Any) -> None:
    account = place.account
    entry = entry_of(account, now=NOW, what="Changed", data={})
    after = next_version(replace(account, **changes), entry)
    ledger = builders.adjusted(account, after.balance, NOW)
    place.book.apply(Change(account=after, ledger=ledger, audit=[entry]))


def by_staff(place: Place) -> dict[str, object]:
    return {"by": "ana", "book": place.book, "waker": place.waker, "now": NOW}


def test_inside_the_limits_it_is_in_force_with_one_entry() -> None:
    place = Place()
    before = place.account
    arrangement = place.agreed(terms=place.terms(12))
    after = place.account
    assert after.version == before.version + 1
    assert (after.hold, after.arrangement_id) == (Hold.ARRANGEMENT, arrangement.arrangement_id)
    assert place.current == arrangement
    assert arrangement.left == before.balance == Money(60_000, "USD")
    assert [i.state(TODAY) for i in arrangement.instalments] == [InstalmentState.DUE] * 12
    assert place.entries()[-1] == "ArrangementAgreed"
    assert not verify(place.book.chains[f"account#{place.account_id}"], head=after.audit_head)
    assert place.waker.notices == [
        (place.account_id, "arrangement_confirmation", arrangement.arrangement_id)
    ]
    assert f"{arrangement.arrangement_id}-1" in place.waker.arrangements


def test_the_planner_is_silent_while_it_stands() -> None:
    place = Place()
    place.agreed()
    facts = place.book.facts(place.account_id)
    for later in (NOW, NOW + days(30), NOW + days(300)):
        step = plan(
            account=facts.account,
            consumer=facts.consumer,
            history=facts.history,
            strategy=facts.strategy,
            paused="",
            now=later,
        )
        assert step.step == "held"


@pytest.mark.parametrize(
    ("minor", "count", "over"),
    [(59_999, 12, Bound.LOWEST_INSTALMENT), (65_000, 13, Bound.LONGEST_TERM)],
)
def test_a_step_beyond_is_never_agreed_by_itself(minor: int, count: int, over: Bound) -> None:
    place = Place(minor)
    arrangement = place.ask(place.terms(count))
    assert isinstance(arrangement, Arrangement)
    assert arrangement.state is ArrangementState.REQUESTED
    assert arrangement.beyond == (over,)
    assert place.account.escalated == "arrangement_request"
    assert place.account.waits_for_staff
    assert place.account.hold is None
    assert not place.waker.arrangements
    assert arrangements.open_request(place.account_id, place.book) == arrangement


def test_the_same_terms_twice_are_one_arrangement() -> None:
    place = Place()
    terms = place.terms()
    assert place.ask(terms) == place.ask(terms)
    assert len(place.book.arrangements(place.account_id)) == 1
    assert place.entries().count("ArrangementAgreed") == 1
    assert len(place.waker.notices) == 1


def test_terms_of_another_balance_are_stale() -> None:
    place = Place()
    terms = place.terms()
    changed(place, balance=Money(59_000, "USD"))
    assert place.ask(terms) is AskRefusal.STALE


def test_what_is_contested_is_left_out() -> None:
    place = Place()
    changed(place, contested_minor=10_000)
    assert place.agreed().left == Money(50_000, "USD")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"balance": Money(0, "USD")}, AskRefusal.NOTHING_OWED),
        ({"hold": Hold.PAYMENT_PENDING}, AskRefusal.PENDING),
        ({"contested_minor": 60_000}, AskRefusal.NOTHING_OWED),
    ],
)
def test_why_there_is_none_is_a_word(changes: dict[str, object], word: AskRefusal) -> None:
    place = Place()
    terms = place.terms()
    changed(place, **changes)
    assert place.ask(terms) is word


def test_an_account_with_staff_is_decided_by_staff() -> None:
    place = Place()
    changed(place, hold=Hold.REVIEW, hold_reason="Says that paying is hard at present")
    arrangement = place.ask()
    assert isinstance(arrangement, Arrangement)
    assert arrangement.beyond == (Bound.HELD,)
    assert place.account.hold is Hold.REVIEW
    agreed = arrangements.approve(place.account_id, **by_staff(place))  # type: ignore[arg-type]
    assert isinstance(agreed, Arrangement)
    assert agreed.in_force
    assert (place.account.hold, place.account.escalated) == (Hold.ARRANGEMENT, "")


def test_an_override_of_staff_is_the_limit() -> None:
    place = Place()
    changed(place, override=Override(longest_months=24, lowest_instalment_minor=1_000))
    assert place.agreed(terms=place.terms(24)).beyond == ()


def test_a_change_of_limits_binds_the_next_request_alone() -> None:
    place = Place()
    first = place.agreed(terms=place.terms(12))
    stricter = {"lowest_instalment_minor": 10_000, "longest_months": 6, "first_within_days": 31}
    place.book.creditors.put_strategy(
        builders.CREDITOR, builders.strategy_document(arrangement=stricter), NOW
    )
    assert place.current == first
    second = place.ask(place.terms(12, frequency="monthly", first_on=FIRST + days(1)))
    assert isinstance(second, Arrangement)
    assert second.beyond == (Bound.LOWEST_INSTALMENT, Bound.LONGEST_TERM)
    assert second.strategy_version == first.strategy_version + 1
    assert place.current == first


def test_limits_of_a_later_day_leave_the_older_ones_in_force() -> None:
    place = Place()
    coming = {"longest_months": 3, "from": (TODAY + days(10)).isoformat()}
    place.book.creditors.put_strategy(
        builders.CREDITOR, builders.strategy_document(arrangement=coming), NOW
    )
    creditors = place.book.creditors
    today = arrangements.in_force(builders.CREDITOR, creditors, TODAY)
    assert today.arrangement.longest_months == 12
    then = arrangements.in_force(builders.CREDITOR, creditors, TODAY + days(10))
    assert then.arrangement.longest_months == 3


def test_a_counter_offer_stands_two_weeks_and_is_taken_by_the_person() -> None:
    place = Place(59_999)
    place.ask(place.terms(12))
    terms = place.terms(10)
    offered = arrangements.counter(place.account_id, terms, **by_staff(place))  # type: ignore[arg-type]
    assert isinstance(offered, Arrangement)
    assert place.account.hold is Hold.SNOOZED
    assert place.account.due_at == NOW + days(14)
    assert not place.account.waits_for_staff
    late = arrangements.accept_counter(
        place.account_id, book=place.book, waker=place.waker, now=NOW + days(14)
    )
    assert late is AskRefusal.GONE
    taken = arrangements.accept_counter(
        place.account_id, book=place.book, waker=place.waker, now=NOW + days(13)
    )
    assert isinstance(taken, Arrangement)
    assert taken.terms == terms
    assert place.account.hold is Hold.ARRANGEMENT
    assert [kind for _, kind, _ in place.waker.notices] == [
        "counter_offer", "arrangement_confirmation",
    ]  # fmt: skip
    place.ask(place.terms(13))
    broken = replace(terms, instalments=terms.instalments[1:])
    with pytest.raises(DomainError):
        arrangements.counter(place.account_id, broken, **by_staff(place))


def test_a_counter_offer_that_is_refused_lets_the_ladder_go_on() -> None:
    place = Place(59_999)
    place.ask(place.terms(12))
    arrangements.counter(place.account_id, place.terms(10), **by_staff(place))  # type: ignore[arg-type]
    arrangements.cancel(
        place.account_id, by="consumer", book=place.book, waker=place.waker, now=NOW
    )
    account = place.account
    assert (account.hold, account.arrangement_id, account.due_at) == (None, "", NOW + days(2))


def test_declined_it_lets_the_ladder_go_on() -> None:
    place = Place(59_999)
    place.ask(place.terms(12))
    arrangements.decline(place.account_id, why="too-low", **by_staff(place))  # type: ignore[arg-type]
    account = place.account
    assert (account.hold, account.escalated, account.arrangement_id) == (None, "", "")
    assert account.due_at is not None
    assert account.due_at > NOW
    assert place.newest.state is ArrangementState.DECLINED
    assert place.waker.notices[-1][1] == "arrangement_declined"
    assert place.waker.woken[-1] == place.account_id
    again = arrangements.decline(place.account_id, why="too-low", **by_staff(place))  # type: ignore[arg-type]
    assert again is AskRefusal.GONE


def test_declined_it_leaves_a_later_plan_of_the_ladder_alone() -> None:
    place = Place(59_999)
    changed(place, due_at=NOW + days(10))
    place.ask(place.terms(12))
    arrangements.decline(place.account_id, why="too-low", **by_staff(place))  # type: ignore[arg-type]
    assert place.account.due_at == NOW + days(10)


def test_a_second_agreement_replaces_the_first_in_one_write() -> None:
    place = Place()
    first = place.agreed()
    version = place.account.version
    second = place.agreed(terms=place.terms(10))
    assert place.account.version == version + 1
    assert second.replaces == first.arrangement_id
    old = place.book.arrangements(place.account_id)[1]
    assert old.state is ArrangementState.REPLACED
    assert old.next_at is None
    assert first.arrangement_id in place.waker.woken_arrangements


def test_after_two_it_is_for_staff() -> None:
    place = Place()
    for count in (6, 7, 8):
        place.agreed(terms=place.terms(count))
    arrangement = place.ask(place.terms(9))
    assert isinstance(arrangement, Arrangement)
    assert arrangement.beyond == (Bound.REARRANGED,)
    assert place.current.terms == place.terms(8)


def test_a_request_beyond_leaves_the_one_in_force_alone() -> None:
    place = Place()
    first = place.agreed()
    asked = place.ask(place.terms(13))
    assert isinstance(asked, Arrangement)
    assert asked.undecided
    assert place.current == first
    assert place.account.hold is Hold.ARRANGEMENT
    place.ask(place.terms(14))
    states = [a.state for a in place.book.arrangements(place.account_id)]
    assert states == [
        ArrangementState.REQUESTED, ArrangementState.REPLACED, ArrangementState.ACTIVE,
    ]  # fmt: skip
    agreed = arrangements.approve(place.account_id, **by_staff(place))  # type: ignore[arg-type]
    assert isinstance(agreed, Arrangement)
    assert agreed.replaces == first.arrangement_id
    assert place.account.escalated == ""


def test_cancelled_it_lets_the_ladder_go_on_once() -> None:
    place = Place()
    arrangement = place.agreed()
    gone = arrangements.cancel(
        place.account_id, by="consumer", book=place.book, waker=place.waker, now=NOW
    )
    assert gone is not None
    assert gone.state is ArrangementState.CANCELLED
    assert (place.account.hold, place.account.arrangement_id) == (None, "")
    assert place.account.due_at == NOW + days(2)
    assert arrangement.arrangement_id in place.waker.woken_arrangements
    again = arrangements.cancel(
        place.account_id, by="consumer", book=place.book, waker=place.waker, now=NOW
    )
    assert again is None


def test_made_by_hand_it_freezes_the_ladder_and_says_nothing() -> None:
    place = Place()
    terms = place.terms(2)
    arrangement = arrangements.record(place.account_id, terms, why="case-7", **by_staff(place))  # type: ignore[arg-type]
    assert isinstance(arrangement, Arrangement)
    assert arrangement.manual
    assert arrangement.in_force
    assert place.account.hold is Hold.ARRANGEMENT
    assert place.waker.notices == []
    assert place.book.chains[f"account#{place.account_id}"][-1].actor == "staff:ana"
