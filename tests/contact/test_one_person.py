"""One person, one budget over all their accounts: one touch in a window, one itemised message."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change
from tests.contact.walk import FOUR, Walk, rungs


def three(walk: Walk) -> tuple[str, str, str]:
    """Three invoices from two sites, one person; the second is worth most."""
    person = walk.person()
    ids = (
        walk.owes("NORTH-1", person, balance=Money(5_000, "USD")),
        walk.owes("NORTH-2", person, balance=Money(90_000, "USD")),
        walk.owes("SOUTH-1", person, balance=Money(20_000, "USD")),
    )
    walk.start(*ids)
    return ids


def windows(walk: Walk, hours: int = 24) -> None:
    moments = [t.permitted_at for t in walk.touches()]
    assert all(b - a >= timedelta(hours=hours) for a, b in pairwise(moments))


def test_accounts_due_together_are_one_message_led_by_the_most_valuable() -> None:
    walk = Walk()
    small, large, middle = three(walk)
    walk.until(2)
    (touch,) = walk.touches()
    assert touch.account_id == large
    assert touch.covers == (middle, small)
    for account_id in (small, middle):
        stored = walk.account(account_id)
        assert stored.sent == ("one",)
        (entry,) = walk.entries(account_id, "RungCovered")
        assert entry.data["touch_id"] == touch.touch_id
        assert stored.due_at is not None  # its own next action stays
        assert stored.next_action is not None
    assert len(walk.mail.sent) == 1


def test_ten_accounts_over_a_whole_ladder_are_four_messages() -> None:
    walk = Walk()
    person = walk.person()
    ids = [walk.owes(f"INV-{n}", person, balance=Money(1_000 * n, "USD")) for n in range(1, 11)]
    walk.start(*ids)
    walk.until(70)
    assert len(walk.mail.sent) + len(walk.texts.sent) == len(walk.touches()) == 4
    windows(walk)
    for account_id in ids:
        assert walk.account(account_id).sent == ("one", "two", "three", "last")
        assert walk.account(account_id).status is Status.EXHAUSTED


def test_two_accounts_in_one_minute_that_cannot_be_one_message_go_in_two_windows() -> None:
    walk = Walk()
    person = walk.person()
    own = walk.owes("INV-1", person)
    other = walk.owes("INV-2", person, debt_kind="business")
    walk.start(own, other)
    walk.change(own, due_at=walk.now)
    walk.change(other, due_at=walk.now)
    assert walk.look(own) == "email"
    assert walk.look(other) == "wait"
    (entry,) = walk.entries(other, "TouchDeferred")
    assert "One touch in 24 hours" in entry.data["reason"]
    walk.until(3)
    assert sorted(t.account_id for t in walk.touches()) == sorted((own, other))
    assert all(not t.covers for t in walk.touches())
    windows(walk)


def test_a_final_notice_speaks_of_its_own_account_and_of_those_at_the_same_rung() -> None:
    walk = Walk()
    person = walk.person()
    last, behind = walk.owes("INV-1", person), walk.owes("INV-2", person)
    walk.start(last, behind)
    walk.until(2)
    walk.change(last, sent=("one", "two", "three"), rung=3, due_at=walk.now + timedelta(days=10))
    walk.change(behind, due_at=walk.now + timedelta(days=10))
    walk.until(16)
    messages = [(t.rung_name, t.account_id, t.covers) for t in walk.touches()[1:]]
    assert sorted(messages) == sorted([("last", last, ()), ("two", behind, ())])
    windows(walk)


@pytest.mark.parametrize(
    "changes",
    [
        {"hold": Hold.DISPUTE},
        {"escalated": "balance"},
        {"status": Status.SETTLED, "balance": Money(0, "USD")},
        {"contested_minor": 90_000},
        {"due_on": date(2027, 3, 1)},
    ],
)
def test_what_is_not_due_or_not_free_is_not_named(changes: dict[str, object]) -> None:
    walk = Walk()
    small, large, middle = three(walk)
    walk.change(large, **changes)
    walk.until(2)
    touch = walk.touches()[0]
    assert (touch.account_id, touch.covers) == (middle, (small,))


def test_a_message_that_never_left_names_nobody() -> None:
    walk = Walk()
    small, large, middle = three(walk)
    while not walk.touches():
        walk.until(0.01)
    (touch,) = walk.touches()
    walk.book.touches[touch.account_id, touch.key] = touch
    history = walk.book.histories[walk.account(small).consumer_id]
    from dataclasses import replace

    lost = replace(history.contacts[-1], outcome=TouchState.RELEASED.value)
    contacts = (*history.contacts[:-1], lost)
    walk.book.apply(
        Change(history=replace(history, contacts=contacts, version=history.version + 1))
    )
    walk.until(2)
    assert walk.entries(small, "RungCovered")[0].data["touch_id"] != touch.touch_id
    assert len(walk.touches()) == 2
    assert {large, middle} == {t.account_id for t in walk.touches()}


@pytest.mark.parametrize("kind", [SignalKind.PORTAL_VISIT, SignalKind.CLICK])
def test_a_visit_on_one_account_leaves_the_person_in_peace_on_all(kind: SignalKind) -> None:
    walk = Walk()
    person = walk.person()
    first = walk.owes("INV-1", person)
    second = walk.owes("INV-2", person, debt_kind="business")
    walk.start(first, second)
    walk.until(1)
    due = walk.account(second).due_at
    assert due is not None
    visited = max(due, walk.now) - timedelta(hours=1)
    walk.until((visited - walk.now).total_seconds() / 86_400)
    walk.signal(kind, first, walk.touches(first)[0])
    walk.until(2)
    later = [t for t in walk.touches(second) if t.permitted_at > visited]
    assert all(t.permitted_at >= visited + timedelta(hours=24) for t in later)
    assert later


def test_paying_one_leaves_the_others_their_next_actions_in_any_order() -> None:
    for paid in range(3):
        walk = Walk()
        ids = three(walk)
        walk.until(2)
        walk.change(ids[paid], balance=Money(0, "USD"))
        walk.look(ids[paid])
        assert walk.account(ids[paid]).status is Status.SETTLED
        rest = [walk.account(i) for n, i in enumerate(ids) if n != paid]
        assert all(a.status is Status.ACTIVE and a.due_at and a.next_action for a in rest)
        walk.until(60)
        assert all(walk.account(a.account_id).sent == ("one", "two", "three", "last") for a in rest)


def test_without_a_window_each_account_goes_its_own_way() -> None:
    walk = Walk(document=FOUR | {"coordination": {"window_hours": 0}})
    three(walk)
    walk.until(2)
    assert len(walk.touches()) == 3
    assert all(not t.covers for t in walk.touches())


RESTING = FOUR | {"coordination": {"resume_after_reply_days": 4}}


def reply(walk: Walk, account_id: str, *labels: str) -> None:
    from dunlin.domain.accounts.signal import Signal
    from dunlin.ports.accounts import Reply
    from dunlin.service.signals.signals import apply_signal

    account = walk.account(account_id)
    answer = Reply(
        reply_id=f"r-{walk.now.isoformat()}", account_id=account_id,
        consumer_id=account.consumer_id, channel="sms", at=walk.now, text="Thanks", labels=labels,
    )  # fmt: skip
    signal = Signal(
        signal_id=answer.reply_id, kind=SignalKind.REPLY, at=walk.now, account_id=account_id,
        consumer_id=account.consumer_id, channel="sms", detail={"labels": list(labels)},
    )  # fmt: skip
    apply_signal(signal, book=walk.book, waker=walk.waker, now=walk.now, reply=answer)


def test_a_reply_on_one_channel_holds_all_and_the_rule_lets_go() -> None:
    walk = Walk(document=RESTING)
    person = walk.person()
    first = walk.owes("INV-1", person)
    second = walk.owes("INV-2", person, debt_kind="business")
    walk.start(first, second)
    walk.until(1)
    replied_at = walk.now
    reply(walk, first)
    for account_id in (first, second):
        assert walk.account(account_id).hold is Hold.SNOOZED
    walk.until(3.9)
    assert all(t.permitted_at <= replied_at for t in walk.touches())
    walk.until(30)
    assert all(len(walk.account(i).sent) >= 2 for i in (first, second))


@pytest.mark.parametrize(
    ("document", "labels"), [(FOUR, ()), (RESTING, ("question",)), (RESTING, ("ambiguous",))]
)
def test_without_the_rule_or_with_a_question_a_reply_waits_for_staff(
    document: dict[str, object], labels: tuple[str, ...]
) -> None:
    walk = Walk(document=document)
    account_id = walk.owes("INV-1", walk.person())
    walk.start(account_id)
    walk.until(1)
    reply(walk, account_id, *labels)
    walk.until(40)
    assert walk.account(account_id).hold is Hold.REVIEW
    assert walk.names() == ["one"]


def test_a_hundred_windows_never_hold_two_touches() -> None:
    document = rungs(*({"name": f"r{n}", "days": 1} for n in range(12)))
    walk = Walk(document=document)
    person = walk.person()
    kinds = ("consumer", "business")
    ids = [
        walk.owes(f"INV-{n}", person, debt_kind=kinds[n % 2], balance=Money(500 * n, "USD"))
        for n in range(1, 7)
    ]
    walk.start(*ids)
    walk.until(120)
    windows(walk)
    for account_id in ids:
        assert len(walk.account(account_id).sent) == 12
