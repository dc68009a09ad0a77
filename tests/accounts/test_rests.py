"""A rest that no ladder ends is ended by the clock, and a promise that was not kept is seen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.money import Money
from dunlin.domain.staff.queue import kind_of
from dunlin.service.accounts.rests import end_rests
from dunlin.service.signals.signals import apply_signal
from tests.staff import builders
from tests.staff.builders import NOW

UNTIL = NOW + timedelta(days=9)


def resting(hold: Hold, status: Status = Status.EXHAUSTED) -> tuple[MemoryBook, Account]:
    return builders.held_book(hold=hold, hold_reason="Said so.", due_at=UNTIL, status=status)


def test_a_rest_holds_until_its_end_and_not_a_second_less() -> None:
    book, account = resting(Hold.PROMISE)
    assert end_rests(book=book, now=UNTIL - timedelta(seconds=1)) == 0
    assert book.accounts[account.account_id] == account
    assert end_rests(book=book, now=UNTIL) == 1
    assert end_rests(book=book, now=UNTIL) == 0


@pytest.mark.parametrize(
    ("hold", "escalated"), [(Hold.PROMISE, "broken_promise"), (Hold.SNOOZED, "")]
)
def test_after_a_promise_staff_look_and_after_a_quiet_time_nobody_need(
    hold: Hold, escalated: str
) -> None:
    book, account = resting(hold)
    end_rests(book=book, now=UNTIL)
    after = book.accounts[account.account_id]
    assert (after.status, after.hold, after.due_at) == (Status.EXHAUSTED, None, None)
    assert (after.escalated, after.waits_for_staff) == (escalated, bool(escalated))
    assert kind_of(after) == ("escalation" if escalated else "")
    entry = book.chains[f"account#{account.account_id}"][-1]
    assert (entry.what, entry.data["hold"]) == ("HoldEnded", hold.value)


@pytest.mark.parametrize("wishes", [("promise", "snooze"), ("snooze", "promise")])
@pytest.mark.parametrize("status", [Status.EXHAUSTED, Status.ACTIVE])
def test_a_longer_quiet_time_does_not_hide_a_promise_that_no_ladder_follows_up(
    wishes: tuple[str, str], status: Status
) -> None:
    book, account = builders.held_book(hold=None, hold_reason="", status=status)
    ends = {"promise": UNTIL, "snooze": UNTIL + timedelta(days=20)}
    for wish in wishes:
        signal = Signal(
            signal_id=wish,
            kind=SignalKind.PROMISE if wish == "promise" else SignalKind.PREFERENCE,
            at=NOW,
            account_id=account.account_id,
            detail={"rest": wish, "until": ends[wish].isoformat()},
        )
        apply_signal(signal, book=book, waker=MemoryWaker(), now=NOW)
    rests = book.accounts[account.account_id]
    assert rests.due_at == ends["snooze"]
    if status is Status.ACTIVE:
        assert rests.hold is Hold.SNOOZED
        return
    assert (rests.hold, rests.hold_reason) == (Hold.PROMISE, "Promises to pay")
    assert end_rests(book=book, now=UNTIL) == 0
    assert end_rests(book=book, now=ends["snooze"]) == 1
    assert book.accounts[account.account_id].escalated == "broken_promise"


def test_on_a_failed_ladder_the_failure_is_what_staff_see() -> None:
    book, account = resting(Hold.SNOOZED, Status.FAILED)
    assert end_rests(book=book, now=UNTIL) == 1
    assert kind_of(book.accounts[account.account_id]) == "failed"


@pytest.mark.parametrize("status", [Status.IMPORTED, Status.ACTIVE])
def test_a_rest_of_a_ladder_is_the_ladder_s_to_end(status: Status) -> None:
    book, account = resting(Hold.PROMISE, status)
    assert end_rests(book=book, now=UNTIL) == 0
    assert book.accounts[account.account_id] == account


def test_a_promise_that_was_kept_is_nobody_s_matter() -> None:
    book, account = builders.held_book(
        hold=None, hold_reason="", status=Status.SETTLED, balance=Money(0, "USD")
    )
    assert end_rests(book=book, now=UNTIL) == 0
    assert book.accounts[account.account_id] == account


@pytest.mark.parametrize(("rest", "hold"), [("promise", Hold.PROMISE), ("snooze", Hold.SNOOZED)])
def test_a_rest_goes_on_to_its_day_where_a_payment_that_came_upon_it_failed(
    rest: str, hold: Hold
) -> None:
    book, account = builders.held_book(hold=None, hold_reason="", status=Status.EXHAUSTED)
    signal = Signal(
        signal_id=rest,
        kind=SignalKind.PROMISE if rest == "promise" else SignalKind.PREFERENCE,
        at=NOW,
        account_id=account.account_id,
        detail={"rest": rest, "until": UNTIL.isoformat()},
    )
    apply_signal(signal, book=book, waker=MemoryWaker(), now=NOW)
    rested = book.accounts[account.account_id]
    frozen = lifecycle.await_payment(rested, "pi_1")
    assert (frozen.hold, frozen.resting) == (Hold.PAYMENT_PENDING, False)
    failed = lifecycle.payment_over(frozen, "pi_1", NOW + timedelta(days=2))
    assert (failed.hold, failed.hold_reason, failed.due_at) == (hold, rested.hold_reason, UNTIL)
    assert failed.resting


@pytest.mark.parametrize("hold", [Hold.PAUSED, Hold.PAYMENT_PENDING, Hold.INSURER])
@pytest.mark.parametrize("status", [Status.EXHAUSTED, Status.ACTIVE])
def test_a_promise_that_a_stricter_hold_keeps_from_binding_is_read_by_staff(
    hold: Hold, status: Status
) -> None:
    book, account = builders.held_book(hold=hold, hold_reason="pi_1", status=status)
    signal = Signal(
        signal_id="promise",
        kind=SignalKind.PROMISE,
        at=NOW,
        account_id=account.account_id,
        detail={"rest": "promise", "until": UNTIL.isoformat()},
    )
    apply_signal(signal, book=book, waker=MemoryWaker(), now=NOW)
    after = book.accounts[account.account_id]
    assert (after.hold, kind_of(after)) == (hold, "reply")
