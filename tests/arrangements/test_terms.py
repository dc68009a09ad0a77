"""Offers and proposals: exact cents, exact bounds, dates that never shift."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunlin.domain.accounts.account import Override
from dunlin.domain.arrangements.terms import (
    Bound,
    Frequency,
    NoTerms,
    PayerProfile,
    Terms,
    add_months,
    beyond,
    by_hand,
    due_dates,
    limits_for,
    most_payments,
    offers,
    propose,
)
from dunlin.domain.money import Money
from dunlin.domain.strategy.strategy import ArrangementLimits

TODAY = date(2026, 11, 23)
LIMITS = ArrangementLimits(
    lowest_instalment_minor=5_000, longest_months=12, frequencies=("monthly",), first_within_days=31
)
DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2030, 12, 31))
LIMITED = st.builds(
    ArrangementLimits,
    lowest_instalment_minor=st.integers(1, 20_000),
    longest_months=st.integers(1, 60),
    down_payment_percent=st.integers(0, 50),
    frequencies=st.lists(
        st.sampled_from([f for f in Frequency if f is not Frequency.BY_HAND]),
        min_size=1,
        unique=True,
    ).map(lambda fs: tuple(f.value for f in fs)),
    first_within_days=st.integers(2, 60),
)
PROFILES = st.builds(
    PayerProfile,
    usual_minor=st.none() | st.integers(1, 50_000),
    broken=st.integers(0, 2),
    payday=st.none() | st.integers(1, 31),
)


def dollars(cents: int) -> Money:
    return Money(cents, "USD")


def asked(cents: int = 60_000, **changes: object) -> Terms | NoTerms:
    given_: dict[str, object] = {
        "instalment": None, "count": 12, "frequency": "monthly",
        "first_on": date(2026, 12, 1), "today": TODAY,
    }  # fmt: skip
    return propose(dollars(cents), LIMITS, **(given_ | changes))  # type: ignore[arg-type]


def reasons(terms: Terms | NoTerms, limits: ArrangementLimits = LIMITS) -> tuple[Bound, ...]:
    assert isinstance(terms, Terms)
    return beyond(terms, limits, asked_on=TODAY)


@given(st.integers(1, 10_000_000), LIMITED, DAYS, PROFILES)
def test_offers_are_exact_and_inside_the_limits(
    minor: int, limits: ArrangementLimits, today: date, profile: PayerProfile
) -> None:
    offered = offers(dollars(minor), limits, today=today, profile=profile)
    assert len(offered) <= 4
    assert len({(t.frequency, t.instalments) for t in offered}) == len(offered)
    for terms in offered:
        assert terms.total == dollars(minor)
        assert beyond(terms, limits, asked_on=today) == ()
        assert len(terms.instalments) >= 2
        dates = [p.due_on for p in terms.regular]
        assert dates == sorted(set(dates))
        assert today < dates[0] <= today + timedelta(days=limits.first_within_days)
        assert dates[-1] < add_months(dates[0], limits.longest_months) + timedelta(days=4)
        amounts = [p.amount.minor for p in terms.regular]
        assert len(set(amounts[:-1])) <= 1
        assert abs(amounts[-1] - amounts[0]) < len(amounts)
        if limits.down_payment_percent == 0:
            assert terms.down_payment.minor == 0
        else:
            short = terms.down_payment.minor * 100 - minor * limits.down_payment_percent
            assert 0 <= short < 100


@given(st.integers(10_000, 5_000_000), LIMITED, PROFILES)
def test_a_debt_that_can_be_split_has_two_offers(
    minor: int, limits: ArrangementLimits, profile: PayerProfile
) -> None:
    left = minor - -(-minor * limits.down_payment_percent // 100)
    most = max(
        min(
            left // limits.lowest_instalment_minor,
            most_payments(Frequency(f), limits.longest_months),
        )
        for f in limits.frequencies
    )
    offered = offers(dollars(minor), limits, today=TODAY, profile=profile)
    assert (len(offered) >= 2) == (most >= (1 if limits.down_payment_percent else 2))


@given(st.integers(10_000, 1_000_000), st.integers(1, 40), LIMITED)
def test_a_proposal_by_count_sums_to_the_cent(
    minor: int, count: int, limits: ArrangementLimits
) -> None:
    terms = propose(
        dollars(minor), limits, instalment=None, count=count, frequency="weekly",
        first_on=TODAY, today=TODAY,
    )  # fmt: skip
    if isinstance(terms, NoTerms):
        assert terms is NoTerms.TOO_FEW
        assert count == 1
        assert limits.down_payment_percent == 0
        return
    assert terms.total == dollars(minor)
    assert len(terms.regular) == count


@given(st.integers(1, 1_000_000), st.integers(1, 1_000_000), LIMITED)
def test_a_proposal_by_payment_pays_what_was_named(
    minor: int, each: int, limits: ArrangementLimits
) -> None:
    terms = propose(
        dollars(minor), limits, instalment=dollars(each), count=None, frequency="monthly",
        first_on=TODAY, today=TODAY,
    )  # fmt: skip
    if isinstance(terms, NoTerms):
        assert terms in (NoTerms.AMOUNT, NoTerms.TOO_FEW, NoTerms.TOO_MANY)
        return
    assert terms.total == dollars(minor)
    assert all(p.amount.minor == each for p in terms.regular[:-1])
    assert terms.regular[-1].amount.minor < each + limits.lowest_instalment_minor


def test_the_bounds_themselves_are_inside_and_a_step_further_is_not() -> None:
    assert reasons(asked(60_000, count=12)) == ()  # exactly the lowest, exactly the longest
    assert reasons(asked(59_999, count=12)) == (Bound.LOWEST_INSTALMENT,)
    assert reasons(asked(65_000, count=13)) == (Bound.LONGEST_TERM,)
    assert reasons(asked(count=None, instalment=dollars(5_000))) == ()
    assert reasons(asked(count=None, instalment=dollars(4_999))) == (Bound.LOWEST_INSTALMENT,)
    assert reasons(asked(first_on=TODAY + timedelta(days=31))) == ()
    assert reasons(asked(first_on=TODAY + timedelta(days=32))) == (Bound.FIRST_DATE,)
    assert reasons(asked(frequency="weekly")) == (Bound.FREQUENCY,)


def test_a_sum_above_what_is_approved_at_once_is_for_staff() -> None:
    capped = replace(LIMITS, approve_up_to_minor=60_000)
    assert reasons(asked(60_000), capped) == ()
    assert reasons(asked(60_001), capped) == (Bound.APPROVE_UP_TO,)
    assert len(offers(dollars(60_001), capped, today=TODAY)) >= 2


def test_limits_bind_from_their_day_on() -> None:
    later = replace(LIMITS, from_on=TODAY + timedelta(days=1))
    assert reasons(asked(), later) == (Bound.NOT_YET,)
    assert offers(dollars(60_000), later, today=TODAY) == ()
    assert reasons(asked(), replace(LIMITS, from_on=TODAY)) == ()


def test_a_down_payment_below_the_percentage_is_refused() -> None:
    terms = asked(60_000, count=6)
    assert reasons(terms, replace(LIMITS, down_payment_percent=10)) == (Bound.DOWN_PAYMENT,)
    with_down = propose(
        dollars(60_000), replace(LIMITS, down_payment_percent=10), instalment=None, count=6,
        frequency="monthly", first_on=date(2026, 12, 1), today=TODAY,
    )  # fmt: skip
    assert isinstance(with_down, Terms)
    assert with_down.down_payment == dollars(6_000)
    assert with_down.instalments[0].due_on == TODAY
    assert reasons(with_down, replace(LIMITS, down_payment_percent=10)) == ()


def test_what_staff_decided_for_one_account_beats_the_strategy() -> None:
    wide = limits_for(LIMITS, Override(longest_months=24, lowest_instalment_minor=1_000))
    assert reasons(asked(60_000, count=24), wide) == ()
    assert limits_for(LIMITS, Override(tone="gentle")) == LIMITS
    narrow = limits_for(LIMITS, Override(longest_months=3))
    assert reasons(asked(60_000, count=4), narrow) == (Bound.LONGEST_TERM,)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"count": 0}, NoTerms.COUNT),
        ({"count": -3}, NoTerms.COUNT),
        ({"count": 1}, NoTerms.TOO_FEW),
        ({"count": 521}, NoTerms.TOO_MANY),
        ({"count": None, "instalment": Money(0, "USD")}, NoTerms.AMOUNT),
        ({"count": None, "instalment": Money(-5, "USD")}, NoTerms.AMOUNT),
        ({"count": None, "instalment": Money(60_001, "USD")}, NoTerms.AMOUNT),
        ({"count": None, "instalment": Money(60_000, "USD")}, NoTerms.TOO_FEW),
        ({"count": None, "instalment": Money(5_000, "EUR")}, NoTerms.AMOUNT),
        ({"count": None, "instalment": Money(1, "USD")}, NoTerms.TOO_MANY),
        ({"count": None}, NoTerms.AMOUNT),
        ({"frequency": "daily"}, NoTerms.FREQUENCY),
        ({"frequency": "by_hand"}, NoTerms.FREQUENCY),
        ({"first_on": TODAY - timedelta(days=1)}, NoTerms.DATE),
        ({"first_on": TODAY + timedelta(days=367)}, NoTerms.DATE),
        ({"cents": 0}, NoTerms.NOTHING_OWED),
        ({"cents": -100}, NoTerms.NOTHING_OWED),
    ],
)
def test_what_cannot_be_a_schedule_is_a_word(changes: dict[str, object], word: NoTerms) -> None:
    assert asked(**changes) is word  # type: ignore[arg-type]


def test_staff_name_any_dates_in_order_that_sum_to_what_is_owed() -> None:
    soon, later = TODAY, TODAY + timedelta(days=50)
    terms = by_hand(dollars(600), [(soon, 100), (later, 500)], today=TODAY)
    assert isinstance(terms, Terms)
    assert terms.total == dollars(600)
    assert [p.due_on for p in terms.instalments] == [soon, later]
    for dated, word in (
        ([(soon, 100), (later, 499)], NoTerms.AMOUNT),
        ([(soon, -100), (later, 700)], NoTerms.AMOUNT),
        ([(later, 100), (soon, 500)], NoTerms.DATE),
        ([(soon, 100), (soon, 500)], NoTerms.DATE),
        ([(TODAY - timedelta(days=1), 600)], NoTerms.DATE),
        ([], NoTerms.TOO_FEW),
    ):
        assert by_hand(dollars(600), dated, today=TODAY) is word


def test_the_last_day_of_a_month_comes_back() -> None:
    dates = due_dates(Frequency.MONTHLY, date(2027, 12, 31), 5)
    assert [d.isoformat() for d in dates] == [
        "2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30",
    ]  # fmt: skip
    leap = due_dates(Frequency.MONTHLY, date(2028, 2, 29), 13)
    assert leap[1] == date(2028, 3, 29)
    assert leap[-1] == date(2029, 2, 28)
    weeks = due_dates(Frequency.EVERY_TWO_WEEKS, date(2026, 12, 25), 3)
    assert [d.isoformat() for d in weeks] == ["2026-12-25", "2027-01-08", "2027-01-22"]


def test_three_ways_to_pay_give_three_sets_of_choices() -> None:
    limits = ArrangementLimits()

    def shown(profile: PayerProfile) -> list[tuple[str, int, date]]:
        offered = offers(dollars(60_000), limits, today=TODAY, profile=profile)
        assert all(beyond(t, limits, asked_on=TODAY) == () for t in offered)
        return [(t.frequency.value, t.instalment.minor, t.regular[0].due_on) for t in offered]

    new, steady, fell = (
        shown(PayerProfile()),
        shown(PayerProfile(usual_minor=20_000, payday=30)),
        shown(PayerProfile(broken=1)),
    )
    assert new != steady != fell != new
    assert ("monthly", 20_000, date(2026, 11, 30)) in steady
    assert all(first == date(2026, 11, 30) for _, _, first in steady)
    assert max(each for _, each, _ in fell) < max(each for _, each, _ in new)
    assert [f for f, _, _ in fell].count("weekly") > [f for f, _, _ in new].count("weekly")


def test_a_payday_at_the_end_of_the_month_stays_there() -> None:
    offer = offers(
        dollars(60_000), LIMITS, today=date(2027, 2, 10), profile=PayerProfile(payday=31)
    )[0]
    assert [p.due_on.isoformat() for p in offer.regular][:3] == [
        "2027-02-28", "2027-03-31", "2027-04-30",
    ]  # fmt: skip
