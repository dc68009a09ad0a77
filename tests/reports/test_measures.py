"""Figures of a portfolio, against sums worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.reports.measures import (
    ResponseCell,
    before_and_after,
    calls_made,
    collected,
    kind_of,
    lateness,
    medians,
    responses,
    returns,
)
from tests.reports.members import LAUNCH, day, member

END = LAUNCH + timedelta(days=70)


def test_what_was_recovered_by_day_sixty_counts_whole_runs_alone() -> None:
    # 600 of 1,000 by day 60; the payment of day 61 comes too late for the figure.
    paid = member("a", owed=60_000, paid=[(10, 20_000), (60, 40_000)])
    late = member("b", owed=40_000, paid=[(61, 40_000)])
    other = member("c", owed=5_000, paid=[(3, 1_000)], currency="EUR")
    never = member("d", launched=False, paid=[(5, 10_000)])
    rate = collected([paid, late, other, never], until=END.date(), days=60)
    assert (rate.accounts, rate.targeted) == (3, {"EUR": 5_000, "USD": 100_000})
    assert rate.share("USD") == Fraction(6, 10)
    assert rate.share("EUR") == Fraction(1, 5)
    # Before day 60 is over the figure does not exist.
    early = collected([paid], until=day(59), days=60)
    assert (early.accounts, early.share("USD")) == (0, None)


def test_calls_are_counted_and_zero_calls_are_none() -> None:
    silent = member("a", touched=[0, 10])
    called = member("b", entries=[(-1, "CallLogged", {}), (4, "CallLogged", {})])
    assert calls_made([silent], LAUNCH.date(), END.date()) == 0
    assert calls_made([silent, called], LAUNCH.date(), END.date()) == 1


def test_small_and_written_off_balances_are_recovered_apart() -> None:
    gone = member("a", owed=90_000, paid=[(5, 30_000)], extras={"written_off": "yes"})
    small = member("b", owed=49_999, paid=[(5, 100)])
    other = member("c", owed=50_000, paid=[(5, 50_000)])
    members = [gone, small, other]
    assert [kind_of(m) for m in members] == ["written_off", "small", "other"]
    apart = {kind_of(m): collected([m], until=END.date()).recovered for m in members}
    assert apart == {
        "written_off": {"USD": 30_000}, "small": {"USD": 100}, "other": {"USD": 50_000},
    }  # fmt: skip


def test_days_to_collect_before_and_after_are_of_equal_periods() -> None:
    # Due thirty days before the launch. Before: 100 on day -10, 300 on day -2 -> (20 + 3*28) / 4.
    # After: 200 on day 0, 600 on day 10 -> (30 + 3*40) / 4. Day -12 lies outside.
    first = member("a", owed=500_000, paid=[(-12, 99_000), (-10, 10_000), (-2, 30_000)])
    second = member("b", owed=500_000, paid=[(0, 20_000), (10, 60_000), (11, 7_000)])
    comparison = before_and_after([first, second], day(0), day(10))
    assert comparison is not None
    before, after = comparison
    assert (before.since, before.until) == (day(-11), day(-1))
    assert (before.recovered, after.recovered) == ({"USD": 40_000}, {"USD": 80_000})
    assert before.days_to_collect == {"USD": Fraction(26)}
    assert after.days_to_collect == {"USD": Fraction(75, 2)}
    assert before_and_after([first], day(0), day(0)) is None


def test_medians_of_paying_agreeing_and_settling() -> None:
    money = {"entries": [["ent", "payment", -1, "pi"]]}
    back = {"entries": [["ent", "refund", 1, "re"]]}
    first = member(
        "a",
        paid=[(3, 10_000)],
        touched=[0, 2],
        entries=[(3, "PaymentPosted", money), (4, "PaymentPosted", back)],
        status=Status.SETTLED,
    )
    second = member(
        "b",
        touched=[0],
        paid=[(5, 10_000)],
        entries=[
            (1, "ArrangementRequested", {}),
            (3, "ArrangementAgreed", {}),
            (5, "PaymentPosted", money),
        ],
        status=Status.SETTLED,
    )
    third = member("c", touched=[0], entries=[(6, "ArrangementAgreed", {})])
    typical = medians([first, second, third], LAUNCH, END)
    assert typical.touch_to_payment_hours == Fraction(24 + 120, 2)
    assert typical.request_to_active_hours == Fraction(48 + 0, 2)
    assert typical.touches_per_resolution == Fraction(3, 2)
    assert medians([], LAUNCH, END).touch_to_payment_hours is None


def test_lateness_is_counted_from_the_plan() -> None:
    def permitted(seconds: int) -> tuple[int, str, dict[str, str]]:
        planned = LAUNCH + timedelta(days=1) - timedelta(seconds=seconds)
        return 1, "TouchPermitted", {"planned_at": planned.isoformat()}

    first = member("a", entries=[permitted(s) for s in (0, 60, 61, 301, -500)])
    second = member("b", entries=[permitted(90_000), (1, "TouchPermitted", {})])
    delays = lateness([first, second], LAUNCH, END)
    assert (delays.touches, delays.longest_seconds) == (6, 90_000)
    assert delays.within == {60: 3, 300: 1, 3_600: 1, 0: 1}
    assert delays.on_time == Fraction(1, 2)
    assert lateness([], LAUNCH, END).on_time is None


def test_responses_are_told_by_template_channel_and_segment() -> None:
    # One paid four days after the first of two contacts; the payment of day 10 is the second's.
    first = member("a", touched=[0, 10], paid=[(4, 1_000), (10, 1_000)], industry="dental")
    # One followed the link and called the message clear; the other wrote back after a fortnight.
    touch = f"tch-{member('b').account.account_id}-0"
    second = member(
        "b",
        touched=[0],
        clicked=[0],
        labels=[(1, ("rating", "clear", touch))],
        industry="dental",
    )
    third = member("c", touched=[0], labels=[(15, ("question",))], industry="legal")

    def segments(account: Account, _on: object) -> list[str]:
        return [account.industry] if account.industry == "dental" else []

    never = member("d", paid=[(1, 500)])
    rates = responses([first, second, third, never], segments, LAUNCH, END)
    assert rates == {
        ("reminder.gentle", "email", "dental"): ResponseCell(
            contacts=3, responded=3, paid=2, days_to_pay=Fraction(2), feedback={"clear": 1}
        ),
        ("reminder.gentle", "email", "none"): ResponseCell(
            contacts=1, responded=0, paid=0, days_to_pay=None, feedback={}
        ),
    }


def test_the_return_is_held_against_the_holdout_and_an_agency() -> None:
    treated = [member(f"t{n}", paid=[(1, 6_000 if n % 2 else 4_000)]) for n in range(40)]
    held_out = [member(f"h{n}", paid=[(1, 2_000)], launched=False) for n in range(40)]
    comparison = returns(
        treated,
        held_out,
        currency="USD",
        since=LAUNCH,
        until=END,
        costs={"aws": 1_000, "staff": 9_000},
        agency_percent=25,
    )
    assert (comparison.recovered, comparison.cost, comparison.net) == (200_000, 10_000, 190_000)
    assert comparison.cost_of_a_unit == Fraction(1, 20)
    assert (comparison.agency_fee, comparison.saved) == (50_000, 40_000)
    # 5,000 against 2,000 over 40 accounts; the variance of the treated is 40e6/39.
    assert comparison.extra is not None
    low, middle, high = comparison.extra
    assert middle == 120_000
    half = round(40 * 1.959964 * (40_000_000 / 39 / 40) ** 0.5)
    assert (low, high) == (120_000 - half, 120_000 + half)
    assert comparison.extra_net == (low - 10_000, 110_000, high - 10_000)
