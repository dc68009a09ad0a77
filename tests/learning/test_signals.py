"""Features follow from the log alone: order, repetition and floods of programs move nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.learning.features import KnownState
from dunlin.domain.learning.signals import (
    SIGNALS_VERSION,
    AccountSignals,
    SentMessage,
    account_signals,
    person_signals,
    with_signals,
)

BEGIN = datetime(2025, 3, 3, 15, tzinfo=UTC)
AS_OF = BEGIN + timedelta(days=30)
ZONE = ZoneInfo("America/Chicago")
SENT = (
    SentMessage(touch_id="t0", at=BEGIN, channel="email", tone="gentle"),
    SentMessage(touch_id="t1", at=BEGIN + timedelta(days=5), channel="sms", tone="neutral"),
    SentMessage(touch_id="t2", at=BEGIN + timedelta(days=10), channel="email", tone="firm"),
    SentMessage(touch_id="t3", at=BEGIN + timedelta(days=15), channel="email", tone="gentle"),
)


def signal(
    kind: SignalKind,
    days: float,
    *,
    touch: str | None = None,
    name: str = "",
    detail: dict[str, Any] | None = None,
) -> Signal:
    at = BEGIN + timedelta(days=days)
    return Signal(
        signal_id=name or f"{kind}-{touch}-{days}",
        kind=kind,
        at=at,
        touch_id=touch,
        channel="email",
        detail=detail or {},
    )


LOG = (
    signal(SignalKind.DELIVERED, 0.001, touch="t0"),
    signal(SignalKind.PORTAL_VISIT, 1, touch="t0"),
    signal(SignalKind.REPLY, 5.5, touch="t1"),
    signal(SignalKind.PLAN_REQUEST, 5.6, touch="t1"),
    signal(SignalKind.PAYMENT, 18),
)


def read(log: tuple[Signal, ...] = LOG, as_of: datetime = AS_OF) -> AccountSignals:
    return account_signals(SENT, log, as_of=as_of, zone=ZONE)


def rules(account: AccountSignals) -> dict[str, str]:
    return {out.signal_id: out.rule for out in account.left_out}


def features(account: AccountSignals) -> AccountSignals:
    """All but what was left out."""
    return replace(account, left_out=())


def test_what_a_log_says():
    account = read()
    assert account.version == SIGNALS_VERSION
    assert (account.touches, account.softer, account.payments) == (4, 3, 1)
    assert account.engaged == {"email": 2, "sms": 1}
    # The payment that no link explains belongs to t3, the last message within ten days.
    assert account.engaged_touches == {"t0", "t1", "t3"}
    assert account.ignored == {}
    assert account.delivered == {"email": 1}
    assert account.wants_plan
    assert not account.broken_promise
    assert account.left_out == ()


def test_messages_since_the_last_act_are_ignored_in_a_row():
    account = read(as_of=BEGIN + timedelta(days=16))
    assert account.ignored == {"email": 2}
    assert account.engaged == {"email": 1, "sms": 1}


def test_a_log_in_another_order_and_told_twice_says_the_same():
    draws = random.Random(1)
    for _ in range(20):
        shuffled = [*LOG, *LOG]
        draws.shuffle(shuffled)
        account = read(tuple(shuffled))
        assert features(account) == features(read())
        assert set(rules(account).values()) == {"repeated"}


def test_what_comes_later_is_not_known_yet():
    early = BEGIN + timedelta(days=6)
    account = read(as_of=early)
    assert features(account) == features(read(LOG[:4], as_of=early))
    assert rules(account) == {LOG[4].signal_id: "later"}


def flood() -> tuple[Signal, ...]:
    """A scanner at work: pictures fetched, every link followed at once, walks through a message
    that nobody answered, one message fetched every hour."""
    hour = 1 / 24
    return (
        *(signal(SignalKind.OPEN, 10 + n / 50, touch="t2", name=f"open-{n}") for n in range(500)),
        *(
            signal(SignalKind.CLICK, 10 + n / 86_400, touch="t2", name=f"soon-{n}")
            for n in range(9)
        ),
        *(
            signal(SignalKind.CLICK, 11 + n / 86_400, touch="t2", name=f"burst-{n}")
            for n in range(3)
        ),
        *(
            signal(SignalKind.PORTAL_VISIT, 15 + (n + 1) * hour, touch="t3", name=f"hourly-{n}")
            for n in range(30)
        ),
    )


def test_a_flood_of_scanners_moves_nothing_and_is_shown():
    quiet = LOG[:4]
    scanned = read((*flood(), *quiet))
    assert features(scanned) == features(read(quiet))
    rule = rules(scanned)
    assert {rule["open-0"], rule["soon-3"], rule["burst-1"], rule["hourly-7"]} == {
        *("open", "too soon", "burst", "flood"),
    }
    assert len(scanned.left_out) == len(flood())
    evidence = {out.signal_id: out.evidence for out in scanned.left_out}
    assert evidence["soon-3"] == "3 s after its message"
    assert evidence["burst-1"] == "3 within 2 s"
    assert evidence["hourly-7"] == "followed 30 times"


def test_a_person_who_follows_a_link_twice_is_a_person():
    log = (
        signal(SignalKind.CLICK, 11, touch="t2"),
        signal(SignalKind.PORTAL_VISIT, 11.0001, touch="t2"),
    )
    assert read(log).engaged_touches == {"t2"}


def test_a_person_who_comes_back_every_day_is_a_person():
    log = tuple(signal(SignalKind.PORTAL_VISIT, 1 + n, touch="t0") for n in range(28))
    assert read(log).engaged_touches == {"t0"}


def test_a_delivery_that_is_repeated_is_no_walk_of_a_scanner():
    click = signal(SignalKind.CLICK, 11, touch="t2")
    assert read((click, click, click, click)).engaged_touches == {"t2"}


@pytest.mark.parametrize(("minutes", "rule"), [(30, "clocks"), (2, "too soon")])
def test_a_click_before_its_message_counts_for_nobody(minutes, rule):
    early = signal(SignalKind.CLICK, 10 - minutes / 1440, touch="t2")
    account = read((early,))
    assert rules(account) == {early.signal_id: rule}
    assert account.engaged == {}


def test_a_payment_that_nobody_can_attribute_is_known_and_credited_to_nothing():
    account = read((signal(SignalKind.PAYMENT, 29),))
    assert (account.payments, account.unattributed) == (1, 1)
    assert account.engaged == {}


def test_a_link_of_a_message_that_is_not_in_the_log_goes_to_the_last():
    assert read((signal(SignalKind.REPLY, 6, touch="gone"),)).engaged_touches == {"t1"}


@pytest.mark.parametrize(
    ("log", "broken"),
    [
        ((), True),
        ((signal(SignalKind.PAYMENT, 4),), False),
        ((signal(SignalKind.PAYMENT, 9),), True),
        ((signal(SignalKind.PLAN_MISSED, 3), signal(SignalKind.PAYMENT, 4)), True),
    ],
)
def test_a_promise_without_a_payment_in_time_is_broken(log, broken):
    until = (BEGIN + timedelta(days=8)).isoformat()
    promise = signal(SignalKind.PROMISE, 2, touch="t0", detail={"rest": "promise", "until": until})
    assert read((promise, *log)).broken_promise is broken
    assert not read((promise,), as_of=BEGIN + timedelta(days=7)).broken_promise


def test_the_weekday_is_that_of_the_account_s_own_zone():
    """An hour after midnight on Saturday in UTC it is Friday in Chicago."""
    saturday = datetime(2025, 3, 8, 1, tzinfo=UTC)
    log = tuple(
        replace(signal(SignalKind.PAYMENT, 0, name=f"p{n}"), at=saturday + timedelta(days=7 * n))
        for n in range(4)
    )
    assert read(log).pay_weekday == 4


@pytest.mark.parametrize("kind", [SignalKind.OPT_OUT, SignalKind.COMPLAINT])
def test_harm_is_no_engagement(kind):
    account = read((signal(kind, 11, touch="t2"),))
    assert account.harmed
    assert account.engaged == {}


def test_accounts_of_a_person_are_put_together():
    person = person_signals([read(), read(LOG[:2])])
    assert (person.accounts, person.payments, person.wants_plan) == (2, 1, True)
    assert person.engaged == {"email": 3, "sms": 1}


def test_the_decision_s_facts_take_in_the_log():
    placed = KnownState(
        days_past_due=30, balance_ratio=1, invoices=2, on_time_ratio=0.5, partial_payments=0,
        prior_plan=False, portal_user=False, placed_days=30,
    )  # fmt: skip
    known = with_signals(placed, read(), as_of=AS_OF)
    assert (known.touches, known.softer, known.days_since_touch) == (4, 3, 15.0)
    assert (known.email_engaged, known.sms_engaged, known.email_ignored) == (2, 1, 0)
    assert known.wants_plan
    assert known.on_time_ratio == 0.5
    nothing = account_signals([], [], as_of=AS_OF, zone=ZONE)
    assert with_signals(placed, nothing, as_of=AS_OF) == placed
