"""When accounts pay: habits are learned, what is not known yet is not looked at, and forecasts of
cash cover what comes at the nominal rate."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from dunlin.domain.learning.payment_timing import (
    PastInvoice,
    backtest,
    cash_by_week,
    learn,
    measured_spread,
    usual_weekday,
)

START = date(2025, 1, 6)
AS_OF = date(2025, 6, 30)


def invoice(
    account: str, issued: date, delay: int | None, *, amount: float = 100, terms: int = 14
) -> PastInvoice:
    due = issued + timedelta(days=terms)
    paid_on = None if delay is None else due + timedelta(days=delay)
    return PastInvoice(account_id=account, issued=issued, due=due, amount=amount, paid_on=paid_on)


def habits(seed: int = 7, accounts: int = 60) -> list[PastInvoice]:
    """An invoice every two weeks for half a year; each account has a delay of its own, give or
    take two days."""
    draws = random.Random(seed)
    return [
        invoice(f"a{account}", START + timedelta(days=14 * number), own + draws.randint(-2, 2))
        for account in range(accounts)
        for own in (draws.choice((0, 10, 25)),)
        for number in range(12)
    ]


def geometric(
    draws: random.Random, count: int, *, friday: float = 1.0, amount: float = 100
) -> list[PastInvoice]:
    """Each day from the due date on an open invoice is paid with 4 %, on Fridays `friday` times as
    likely; one in five is never paid."""
    invoices = []
    for number in range(count):
        issued = START + timedelta(days=draws.randrange(170))
        delay: int | None = 0
        while delay is not None and draws.random() > 0.04 * (
            friday if (issued + timedelta(days=14 + delay)).weekday() == 4 else 1
        ):
            delay += 1
        if draws.random() < 0.2:
            delay = None
        invoices.append(invoice(f"g{number}", issued, delay, amount=amount))
    return invoices


def test_a_habit_is_known_and_a_newcomer_is_the_portfolio():
    late = [invoice("late", START + timedelta(days=14 * n), 25 + n % 2) for n in range(8)]
    prompt = [i for i in habits() if i.paid_on and (i.paid_on - i.due).days < 5]
    timing = learn([*late, *prompt], AS_OF)
    due = AS_OF + timedelta(days=14)
    habit = timing.window("late", due=due, after=AS_OF)
    newcomer = timing.window("new", due=due, after=AS_OF)
    assert habit is not None
    assert newcomer is not None
    assert 23 <= (habit.likely - due).days <= 27
    assert -2 <= (newcomer.likely - due).days <= 2
    assert newcomer.first <= newcomer.likely <= newcomer.last


def test_who_is_late_already_is_forecast_from_where_they_are():
    timing = learn(habits(), AS_OF)
    window = timing.window("new", due=AS_OF - timedelta(days=15), after=AS_OF)
    assert window is not None
    # Of the three habits only the one of 25 days is left.
    assert AS_OF + timedelta(days=6) <= window.first
    assert window.last <= AS_OF + timedelta(days=14)


def test_what_was_paid_later_changes_nothing():
    invoices = habits()
    middle = date(2025, 4, 1)
    later = [replace(i, paid_on=None) if i.paid_on and i.paid_on > middle else i for i in invoices]
    assert learn(later, middle) == learn(invoices, middle)
    issued_later = [i for i in invoices if i.issued <= middle]
    assert learn(issued_later, middle) == learn(invoices, middle)


def test_open_invoices_count_for_as_long_as_they_have_been_open():
    """A quarter was paid at 10 days, the rest is open at 100: nobody may conclude that all pay."""
    issued = AS_OF - timedelta(days=114)
    invoices = [invoice(f"a{n}", issued, 10 if n % 4 == 0 else None) for n in range(200)]
    timing = learn(invoices, AS_OF)
    assert timing.portfolio.at(10) == (50, 200)
    chances = timing.chances("new", due=AS_OF, after=AS_OF, days=60)
    assert sum(chances) == pytest.approx(0.25, abs=0.05)


def test_friday_is_learned_where_it_counts_and_not_where_it_does_not():
    counts = learn(geometric(random.Random(1), 2_000, friday=3), AS_OF).calendar
    others = sum(counts[f"weekday {day}"] for day in (0, 1, 2, 3)) / 4
    assert 2.2 <= counts["weekday 4"] / others <= 3.8
    same = learn(geometric(random.Random(2), 2_000), AS_OF).calendar
    assert all(0.75 <= same[f"weekday {day}"] <= 1.3 for day in range(7))


def test_forecasts_of_cash_cover_what_comes_at_the_nominal_rate():
    draws = random.Random(3)
    covered = weeks = 0
    for _ in range(60):
        invoices = geometric(draws, 400)
        for week, cash in zip(
            cash_by_week(learn(invoices, AS_OF), invoices, weeks=3),
            came_in_by_hand(invoices, 3),
            strict=True,
        ):
            covered += week.low <= cash <= week.high
            weeks += 1
    # 180 weeks, three standard errors.
    assert 0.90 <= covered / weeks < 1.0


def came_in_by_hand(invoices: list[PastInvoice], weeks: int) -> list[float]:
    return [
        sum(
            i.amount
            for i in invoices
            if i.issued <= AS_OF
            and i.paid_on is not None
            and AS_OF + timedelta(days=7 * week) < i.paid_on <= AS_OF + timedelta(days=7 * week + 7)
        )
        for week in range(weeks)
    ]


def test_weeks_that_swing_together_widen_the_interval():
    days = [START + timedelta(days=70 + 21 * n) for n in range(4)]
    apart = measured_spread(geometric(random.Random(5), 1_500), days, 2)
    # Everybody waits for the same day: lots that are drawn for each apart do not explain it.
    waits = [
        replace(i, paid_on=i.paid_on + timedelta(days=(20 - i.paid_on.toordinal()) % 28))
        if i.paid_on
        else i
        for i in geometric(random.Random(5), 1_500)
    ]
    together = measured_spread(waits, days, 2)
    assert 1.0 <= apart < 1.8
    assert together > 1.5 * apart
    invoices = geometric(random.Random(6), 300)
    timing = learn(invoices, AS_OF)
    narrow, wide = (cash_by_week(timing, invoices, weeks=1, spread=s)[0] for s in (1.0, together))
    assert wide.high - wide.expected > 1.5 * (narrow.high - narrow.expected)


def test_habits_beat_the_due_date_and_the_median():
    days = [date(2025, 4, 1), date(2025, 5, 1), date(2025, 6, 1)]
    result = backtest(habits(), days)
    assert result.invoices > 200
    assert result.error < 3
    assert result.error < 0.5 * min(result.error_of_due_date, result.error_of_median)
    assert 0.7 <= result.within <= 1.0


def test_a_backtest_does_not_see_past_its_splits():
    """What is paid after a split changes what the forecast is measured by, never the forecast."""
    invoices = habits()
    split, end = date(2025, 5, 1), date(2025, 5, 15)
    moved = [
        replace(i, paid_on=i.paid_on + timedelta(days=300))
        if i.paid_on and i.paid_on >= split
        else i
        for i in invoices
    ]
    before, after = backtest(invoices, [split, end]), backtest(moved, [split, end])
    assert after.invoices == before.invoices
    assert after.error > 250


def test_a_tenant_with_a_single_payment_gets_a_forecast_and_one_without_none():
    single = learn([invoice("a", START, 5)], AS_OF)
    window = single.window("b", due=AS_OF, after=AS_OF)
    assert window is not None
    assert window.likely == AS_OF + timedelta(days=5)
    empty = learn([], AS_OF)
    assert empty.window("b", due=AS_OF, after=AS_OF) is None
    assert cash_by_week(empty, [], weeks=2)[1].expected == 0
    never = learn([invoice("a", START, None)], AS_OF)
    assert never.window("a", due=START, after=AS_OF) is None
    assert measured_spread([], [AS_OF], 4) == 1.0
    assert math.isnan(backtest([], [START, AS_OF]).error)


@pytest.mark.parametrize(
    ("days", "weekday"),
    [
        ([3, 10, 17], None),
        ([3, 10, 17, 18], 4),
        ([3, 10, 15, 16], 4),
        ([3, 11, 15, 16], None),
    ],
)
def test_a_weekday_is_usual_where_half_of_four_payments_say_so(days, weekday):
    assert usual_weekday([date(2025, 1, day) for day in days]) == weekday
