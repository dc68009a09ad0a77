"""Ladders walked over days: rungs by their basis, triggers, ladders that change, never a repeat."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from dunlin.adapters.memory.counters import MemoryBus
from dunlin.adapters.memory.stored import StoredAccounts
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.money import Money
from dunlin.domain.payments.posting import give_back
from dunlin.domain.staff import events
from tests.contact.walk import FOUR, Walk, rungs
from tests.support.builders import NOON

DUE = date(2026, 12, 10)  # a Thursday


def account_on(walk: Walk, **changes: object) -> str:
    account_id = walk.owes("INV-1", walk.person(), **changes)
    walk.start(account_id)
    return account_id


def test_every_rung_once_in_order_and_then_the_end() -> None:
    walk = Walk()
    account_id = account_on(walk)
    walk.until(60)
    assert walk.names() == ["one", "two", "three", "last"]
    days = [t.permitted_at.date() for t in walk.touches()]
    assert all(10 <= (b - a).days <= 13 for a, b in pairwise(days))
    stored = walk.account(account_id)
    assert (stored.status, stored.sent) == (Status.EXHAUSTED, ("one", "two", "three", "last"))
    assert stored.rung == 4


class StreamedRows(StoredAccounts):
    """Accounts that remember each change of theirs, as the stream of the table gives it."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[tuple[Account | None, Account]] = []

    def __setitem__(self, account_id: str, account: Account) -> None:
        self.changes.append((self.get(account_id), account))
        super().__setitem__(account_id, account)


def test_the_end_of_a_ladder_is_told_once_a_run_in_a_week_of_looks_and_of_repeats() -> None:
    walk, bus = Walk(), MemoryBus()
    walk.book.accounts = rows = StreamedRows()
    account_id = account_on(walk)

    def a_week() -> int:
        """How often the end was told, once a week of looking and telling again is over."""
        for _ in range(7 * 24):
            walk.now += timedelta(hours=1)
            walk.look(account_id)
        for _ in range(7):
            for old, new in rows.changes:
                bus.publish(events.of_account(f"{new.account_id}/{new.version}", old, new))
        return sum(event.name == "AccountExhausted" for event in bus.events.values())

    walk.until(60)
    assert walk.account(account_id).status is Status.EXHAUSTED
    assert a_week() == 1
    standard = [*FOUR["ladders"]["standard"], FOUR["ladders"]["standard"][0] | {"name": "fifth"}]
    walk.put({"ladders": {"standard": standard}})
    walk.change(account_id, status=Status.IMPORTED, ladder="")
    walk.start(account_id)
    walk.until(60)
    assert walk.account(account_id).ladder_run == 2
    assert a_week() == 2


def test_a_ladder_looked_at_a_hundred_times_in_an_hour_sends_once() -> None:
    walk = Walk()
    account_id = account_on(walk)
    walk.until(1)
    for _ in range(100):
        walk.now += timedelta(seconds=36)
        walk.look(account_id)
    assert walk.names() == ["one"]


NOTICES = rungs(
    {"name": "soon", "basis": "due_date", "days": -5, "template": "upcoming"},
    {"name": "today", "basis": "due_date", "days": 0, "template": "upcoming"},
    {"name": "late", "basis": "due_date", "days": 10},
    {"name": "later", "days": 7},
    coordination={"weekends": True, "holidays": True},
)


def test_notice_rungs_fire_before_and_on_the_due_date() -> None:
    walk = Walk(document=NOTICES)
    account_on(walk, due_on=DUE, issued_on=date(2026, 11, 20))
    walk.until(40)
    assert [(t.rung_name, t.permitted_at.date()) for t in walk.touches()] == [
        ("soon", date(2026, 12, 5)),
        ("today", DUE),
        ("late", date(2026, 12, 20)),
        ("later", date(2026, 12, 27)),
    ]


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (date(2026, 11, 23), ["today", "late", "later"]),  # the notice of five days is missed
        (date(2026, 11, 22), ["late", "later"]),
        (date(2026, 9, 1), ["late", "later"]),  # old accounts are planned, not ignored
        (None, ["late", "later"]),
    ],
)
def test_a_notice_whose_day_has_passed_is_never_made_up_for(
    due: date | None, expected: list[str]
) -> None:
    walk = Walk(document=NOTICES)
    account_on(walk, due_on=due, issued_on=date(2026, 8, 1))
    walk.until(45)
    assert walk.names() == expected


def test_nothing_on_the_day_of_issue_nor_before_the_debt_is_late() -> None:
    walk = Walk()
    account_id = account_on(walk, due_on=NOON.date(), issued_on=NOON.date())
    walk.change(account_id, due_at=walk.now)
    assert walk.look(account_id) == "wait"
    walk.until(30)
    first = walk.touches()[0]
    assert first.permitted_at >= datetime(2026, 11, 24, 15, tzinfo=UTC)


def test_no_second_touch_within_the_minimum_gap() -> None:
    gap = rungs(
        {"name": "one", "days": 0}, {"name": "two", "days": 0},
        coordination={"minimum_gap_hours": 72, "window_hours": 1},
    )  # fmt: skip
    walk = Walk(document=gap)
    account_on(walk)
    walk.until(20)
    first, second = walk.touches()
    assert second.permitted_at - first.permitted_at >= timedelta(hours=72)


@pytest.mark.parametrize(
    ("due", "choice", "sent"),
    [
        (16, {}, date(2026, 11, 27)),  # ten days on is Thanksgiving
        (16, {"weekends": True}, date(2026, 11, 27)),
        (16, {"holidays": True}, date(2026, 11, 26)),
        (18, {}, date(2026, 11, 30)),  # a Saturday
        (18, {"weekends": True}, date(2026, 11, 28)),
    ],
)
def test_weekends_and_holidays_are_the_creditors_choice(
    due: int, choice: dict[str, bool], sent: date
) -> None:
    document = rungs({"name": "one", "basis": "due_date", "days": 10}, coordination=choice)
    walk = Walk(document=document)
    account_on(walk, due_on=date(2026, 11, due))
    walk.until(10)
    assert [t.permitted_at.date() for t in walk.touches()] == [sent]


def test_the_persons_own_day_decides_what_a_weekend_is() -> None:
    """Sunday evening in Honolulu is Monday in Greenwich."""
    walk = Walk()
    person = walk.person(state="HI", zip="96813", phones=("+18085550142",))
    account_id = walk.owes("INV-1", person)
    walk.start(account_id)
    walk.now = datetime(2026, 12, 7, 4, tzinfo=UTC)
    assert walk.look(account_id) == "wait"
    due = walk.account(account_id).due_at
    assert due is not None
    assert due >= datetime(2026, 12, 7, 19, tzinfo=UTC)


TENANT = {
    "ladders": {
        "living": [
            {"name": "hello", "days": 0, "channels": ["email"], "template": "reminder"},
            {"name": "second", "days": 7, "channels": ["email"], "template": "reminder"},
            {"name": "third", "days": 7, "channels": ["email"], "template": "reminder"},
        ],
        "moved": [
            {"name": "hello", "days": 0, "channels": ["email"], "template": "reminder"},
            {"name": "statement", "days": 3, "channels": ["email"], "template": "answers"},
            {"name": "second", "days": 7, "channels": ["email"], "template": "reminder"},
            {"name": "last", "days": 14, "channels": ["email"], "template": "final_notice"},
        ],
    },
    "assign": [
        {"ladder": "moved", "when": {"relationship": ["former_tenant"]}},
        {"ladder": "living"},
    ],
}


def test_a_move_out_in_the_middle_changes_the_ladder_and_repeats_nothing() -> None:
    walk = Walk(document=TENANT)
    account_id = account_on(walk, extras={"relationship": "current_tenant"})
    walk.until(12)
    assert walk.names() == ["hello", "second"]
    walk.change(account_id, extras={"relationship": "former_tenant"})
    walk.look(account_id)
    walk.until(60)
    assert walk.names() == ["hello", "second", "statement", "last"]
    assert walk.account(account_id).ladder == "moved"
    assert walk.account(account_id).status is Status.EXHAUSTED


def test_paying_a_part_skips_no_rung() -> None:
    walk = Walk()
    account_id = account_on(walk)
    walk.until(5)
    walk.change(account_id, balance=Money(4_000, "USD"))
    walk.until(60)
    assert walk.names() == ["one", "two", "three", "last"]


LIEN = rungs(
    {"name": "one", "days": 0},
    {"name": "lien", "template": "lien_notice", "offer": "final", "approval": True},
    {"name": "after", "days": 5},
)


def test_a_rung_that_needs_a_person_waits_and_goes_once_released() -> None:
    walk = Walk(document=LIEN)
    account_id = account_on(walk)
    walk.until(30)
    assert walk.names() == ["one"]
    assert walk.account(account_id).escalated == "approval:lien"
    assert walk.account(account_id).waits_for_staff
    walk.change(account_id, escalated="", approved_triggers=("approval:lien",), due_at=walk.now)
    walk.until(30)
    assert walk.names() == ["one", "lien", "after"]
    assert len(walk.entries(account_id, "AccountEscalated")) == 1


@pytest.mark.parametrize(
    ("limits", "changes", "trigger"),
    [
        ({"balance_over_minor": 12_499}, {}, "balance"),
        ({"balance_over_minor": 12_500}, {}, ""),
        ({"balance_over_minor": 12_000}, {"contested_minor": 1_000}, ""),
        ({"days_past_due": 52}, {}, "days_past_due"),  # due on the first of October
        ({"days_past_due": 53}, {}, ""),
    ],
)
def test_a_trigger_fires_past_its_bound_and_once(
    limits: dict[str, object], changes: dict[str, object], trigger: str
) -> None:
    walk = Walk(document=FOUR | {"escalation": limits | {"notify": ["lead@example.com"]}})
    account_id = account_on(walk, **changes)
    walk.look(account_id)
    walk.look(account_id)
    assert walk.account(account_id).escalated == trigger
    escalations = walk.entries(account_id, "AccountEscalated")
    assert [e.data["notify"] for e in escalations] == [["lead@example.com"]] * bool(trigger)
    if trigger:
        walk.change(account_id, escalated="", approved_triggers=(trigger,), due_at=walk.now)
        walk.until(60)
        assert walk.names() == ["one", "two", "three", "last"]
        assert len(walk.entries(account_id, "AccountEscalated")) == 1


def test_silence_fires_after_so_many_touches_and_a_click_breaks_it() -> None:
    document = FOUR | {"escalation": {"silent_touches": 2, "rung": "last"}}
    silent, answered = Walk(document=document), Walk(document=document)
    first, second = account_on(silent), account_on(answered)
    silent.until(60)
    assert (silent.names(), silent.account(first).escalated) == (["one", "two"], "silent")
    answered.until(2)
    answered.signal(SignalKind.CLICK, second, answered.touches()[0])
    answered.until(11)
    answered.signal(SignalKind.CLICK, second, answered.touches()[-1])
    answered.until(20)
    assert answered.account(second).escalated == ""
    # A person lets it go on: at the rung that is set for it, and to the end from there.
    silent.change(first, escalated="", approved_triggers=("silent",), due_at=silent.now)
    silent.until(40)
    assert silent.names() == ["one", "two", "last"]


def test_what_is_contested_as_a_whole_waits_for_a_person() -> None:
    walk = Walk()
    account_id = account_on(walk, contested_minor=12_500)
    walk.until(5)
    assert walk.touches() == []
    assert walk.account(account_id).hold is Hold.REVIEW


def test_a_promise_that_passes_is_followed_up() -> None:
    walk = Walk()
    account_id = account_on(walk)
    walk.until(2)
    until = walk.now + timedelta(days=20)
    walk.change(account_id, hold=Hold.PROMISE, hold_reason="Promised", due_at=until)
    walk.until(19)
    assert walk.names() == ["one"]
    walk.until(8)
    assert walk.names() == ["one", "two"]
    assert [e.data["hold"] for e in walk.entries(account_id, "HoldEnded")] == ["promise"]


def test_a_paused_strategy_sends_nothing() -> None:
    walk = Walk(document=FOUR | {"paused": True})
    account_on(walk)
    walk.until(3)
    assert walk.touches() == []


def test_a_message_that_bounced_still_uses_its_rung() -> None:
    walk = Walk()
    account_id = account_on(walk)
    walk.until(1)
    walk.signal(SignalKind.BOUNCE, account_id, walk.touches()[0])
    walk.until(60)
    assert walk.names().count("one") == 1
    assert {t.state for t in walk.touches()} <= {TouchState.SENT, TouchState.FAILED}
    assert {t.channel for t in walk.touches()} <= set(Channel)


def test_a_wave_leaves_no_faster_than_the_creditor_wants() -> None:
    walk = Walk(document=FOUR | {"coordination": {"per_minute": {"email": 2}}})
    ids = [walk.owes(f"INV-{n}", walk.person(f"p{n}")) for n in range(240)]
    walk.start(*ids)
    unpaced = Walk()
    same = [unpaced.owes(f"INV-{n}", unpaced.person(f"p{n}")) for n in range(240)]
    unpaced.start(*same)
    for place, account_id in enumerate(ids):
        later, at = walk.account(account_id).due_at, unpaced.account(account_id).due_at
        assert later is not None
        assert at is not None
        assert later - at == timedelta(minutes=place / 2)


def test_what_is_owed_once_more_is_asked_for_once_more() -> None:
    """A settled debt that a chargeback opens again: a new run, from the first rung."""
    walk = Walk()
    account_id = account_on(walk)
    walk.until(60)
    walk.change(account_id, balance=Money(0, "USD"), status=Status.SETTLED)
    opened = give_back(walk.account(account_id), [("re_1", Money(5_000, "USD"))], NOON)
    assert opened.reopened
    walk.now += timedelta(days=3)
    after = {"status": opened.account.status, "ladder_run": opened.account.ladder_run}
    walk.change(
        account_id, **after, balance=Money(5_000, "USD"), rung=0, sent=opened.account.sent,
        due_at=walk.now,
    )  # fmt: skip
    walk.until(60)
    assert walk.names() == ["one", "two", "three", "last"] * 2
