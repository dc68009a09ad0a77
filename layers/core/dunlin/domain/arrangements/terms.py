"""Terms of an arrangement: what may be offered, what a person proposes, and how far that lies
inside the creditor's limits. Pure calendar and whole cents.

A due date is a calendar date: it is never shifted by a time zone, a weekend or a holiday, and a
month that is too short gives its last day, after which the stated day comes back.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from dunlin.domain.accounts.account import Override
from dunlin.domain.money import Money
from dunlin.domain.strategy.strategy import ArrangementLimits

MOST_PAYMENTS = 520  # ten years of weeks: beyond it nothing is computed, whoever asks
_FURTHEST = timedelta(days=366)


class Frequency(StrEnum):
    """How often an instalment is due. `by_hand`: staff named each date; nobody else can."""

    BY_HAND = "by_hand"
    WEEKLY = "weekly"
    EVERY_TWO_WEEKS = "every_two_weeks"
    MONTHLY = "monthly"


_REGULAR = (Frequency.WEEKLY, Frequency.EVERY_TWO_WEEKS, Frequency.MONTHLY)


class Bound(StrEnum):
    """A limit that terms go beyond; any of them sends the request to staff."""

    LOWEST_INSTALMENT = "lowest_instalment"
    LONGEST_TERM = "longest_term"
    DOWN_PAYMENT = "down_payment"
    FREQUENCY = "frequency"
    FIRST_DATE = "first_date"
    APPROVE_UP_TO = "approve_up_to"
    NOT_YET = "not_yet"  # the limits come into force on a later day
    REARRANGED = "rearranged"  # two arrangements of this debt were replaced or broken before
    HELD = "held"  # staff are looking at the account for another reason


class NoTerms(StrEnum):
    """Why no schedule can be made at all, whoever would approve it."""

    NOTHING_OWED = "nothing_owed"
    AMOUNT = "amount"  # nothing, less than nothing, another currency, more than is owed
    COUNT = "count"
    FREQUENCY = "frequency"
    DATE = "date"  # in the past, or more than a year ahead
    TOO_FEW = "too_few"  # one payment is no arrangement: it is a promise or a payment
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One payment of a schedule. Number 0 is the down payment."""

    number: int
    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A schedule. Its payments sum to `total`, to the cent; they are in order of their dates."""

    frequency: Frequency
    instalments: tuple[Planned, ...]

    @property
    def total(self) -> Money:
        first, *others = (p.amount for p in self.instalments)
        return sum(others, start=first)

    @property
    def down_payment(self) -> Money:
        """What is due at once, nothing where none is asked."""
        first = self.instalments[0]
        return first.amount if first.number == 0 else replace(first.amount, minor=0)

    @property
    def regular(self) -> tuple[Planned, ...]:
        """The payments after the down payment."""
        return tuple(p for p in self.instalments if p.number)

    @property
    def instalment(self) -> Money:
        """The usual payment: every one of them but perhaps the last."""
        return self.regular[0].amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerProfile:
    """What is known of how a person pays; it chooses among lawful terms, and nothing else.

    `usual_minor`: their usual payment, None where there was none. `broken`: arrangements of
    theirs that broke. `payday`: the day of the month they named.
    """

    usual_minor: int | None = None
    broken: int = 0
    payday: int | None = None


def limits_for(limits: ArrangementLimits, override: Override | None) -> ArrangementLimits:
    """The creditor's limits with what staff decided for one account, which wins."""
    if override is None:
        return limits
    if override.longest_months is not None:
        limits = replace(limits, longest_months=override.longest_months)
    if override.lowest_instalment_minor is not None:
        limits = replace(limits, lowest_instalment_minor=override.lowest_instalment_minor)
    return limits


def most_payments(frequency: Frequency, months: int) -> int:
    """How many payments the longest term holds: 12 months are 12, 26 or 52."""
    per_year = {Frequency.WEEKLY: 52, Frequency.EVERY_TWO_WEEKS: 26, Frequency.MONTHLY: 12}
    return months * per_year[frequency] // 12


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def due_dates(
    frequency: Frequency, first_on: date, count: int, *, day: int | None = None
) -> list[date]:
    """`count` dates from `first_on`. Months keep the day of the month, `day` where it is named
    (a payday on the 31st may begin on the 30th): each is counted from the first."""
    if frequency is Frequency.MONTHLY:
        wanted = day or first_on.day
        months = (add_months(first_on.replace(day=1), n) for n in range(count))
        return [_day_of(month, wanted) for month in months]
    days = 7 if frequency is Frequency.WEEKLY else 14
    return [first_on + timedelta(days=days * n) for n in range(count)]


def _day_of(month: date, day: int) -> date:
    return month.replace(day=min(day, calendar.monthrange(month.year, month.month)[1]))


def split(minor: int, count: int, *, lowest: int = 0) -> list[int]:
    """A sum in `count` payments: all equal but the last, which differs as little as it can
    without falling below `lowest`."""
    each, rest = divmod(minor, count)
    last = minor - (each + 1) * (count - 1)
    if rest > count - rest and last >= max(1, lowest):
        each += 1
    return [each] * (count - 1) + [minor - each * (count - 1)]


def down_payment_minor(total_minor: int, percent: int) -> int:
    """The least down payment: the percentage, rounded up to the cent."""
    return -(-total_minor * percent // 100)


def schedule(
    total: Money,
    amounts: Iterable[int],
    *,
    frequency: Frequency,
    first_on: date,
    down: int,
    today: date,
    day: int | None = None,
) -> Terms:
    """The terms of these regular payments after a down payment of `down` minor units today;
    `day` of the month as in `due_dates`."""
    minors = list(amounts)
    dates = due_dates(frequency, first_on, len(minors), day=day)
    planned = [
        Planned(number=n, due_on=on, amount=Money(minor, total.currency))
        for n, (on, minor) in enumerate(zip(dates, minors, strict=True), start=1)
    ]
    if down:
        planned.insert(0, Planned(number=0, due_on=today, amount=Money(down, total.currency)))
    return Terms(frequency=frequency, instalments=tuple(planned))


def propose(
    total: Money,
    limits: ArrangementLimits,
    *,
    instalment: Money | None,
    count: int | None,
    frequency: str,
    first_on: date,
    today: date,
) -> Terms | NoTerms:
    """The schedule a person builds: by the payment they can make, or by how many payments.

    By payment: as many of it as the debt holds; what is left over is a last, smaller payment, or
    joins the one before it where it would be below the creditor's lowest. By count: equal
    payments. The creditor's down payment comes first. The result may lie outside the limits:
    ask `beyond`.
    """
    if total.minor <= 0:
        return NoTerms.NOTHING_OWED
    if frequency not in _REGULAR:
        return NoTerms.FREQUENCY
    if not today <= first_on <= today + _FURTHEST:
        return NoTerms.DATE
    down = down_payment_minor(total.minor, limits.down_payment_percent)
    left = total.minor - down
    if (instalment is None) == (count is None):
        return NoTerms.AMOUNT
    if instalment is not None:
        amounts = _by_payment(left, instalment, total.currency, limits.lowest_instalment_minor)
    else:
        amounts = _by_count(left, count or 0, limits.lowest_instalment_minor)
    if isinstance(amounts, NoTerms):
        return amounts
    if len(amounts) + bool(down) < 2:
        return NoTerms.TOO_FEW
    return schedule(
        total, amounts, frequency=Frequency(frequency), first_on=first_on, down=down, today=today
    )


def by_hand(total: Money, dated: Sequence[tuple[date, int]], *, today: date) -> Terms | NoTerms:
    """The schedule that staff named, date by date in minor units: any dates from today on, in
    order, that sum to what is owed."""
    if total.minor <= 0:
        return NoTerms.NOTHING_OWED
    dates = [on for on, _ in dated]
    if not dates or len(dates) > MOST_PAYMENTS:
        return NoTerms.TOO_MANY if dates else NoTerms.TOO_FEW
    if dates != sorted(set(dates)) or dates[0] < today:
        return NoTerms.DATE
    if any(minor <= 0 for _, minor in dated) or sum(m for _, m in dated) != total.minor:
        return NoTerms.AMOUNT
    return Terms(
        frequency=Frequency.BY_HAND,
        instalments=tuple(
            Planned(number=n, due_on=on, amount=Money(minor, total.currency))
            for n, (on, minor) in enumerate(dated, start=1)
        ),
    )


def _by_payment(left: int, wanted: Money, currency: str, lowest: int) -> list[int] | NoTerms:
    if wanted.currency != currency or not 0 < wanted.minor <= left:
        return NoTerms.AMOUNT
    whole, rest = divmod(left, wanted.minor)
    if whole > MOST_PAYMENTS:
        return NoTerms.TOO_MANY
    amounts = [wanted.minor] * whole
    if rest >= lowest:
        amounts.append(rest)
    else:
        amounts[-1] += rest
    return amounts


def _by_count(left: int, count: int, lowest: int) -> list[int] | NoTerms:
    if count < 1 or count > left:
        return NoTerms.COUNT
    return NoTerms.TOO_MANY if count > MOST_PAYMENTS else split(left, count, lowest=lowest)


def beyond(terms: Terms, limits: ArrangementLimits, *, asked_on: date) -> tuple[Bound, ...]:
    """Every limit that terms go beyond; none means that they are agreed at once.

    The term is counted in payments (12 months hold 12, 26 or 52), so it is the same for every
    calendar and first date.
    """
    over: list[Bound] = []
    if limits.from_on is not None and asked_on < limits.from_on:
        over.append(Bound.NOT_YET)
    if min(p.amount.minor for p in terms.regular) < limits.lowest_instalment_minor:
        over.append(Bound.LOWEST_INSTALMENT)
    if len(terms.regular) > most_payments(terms.frequency, limits.longest_months):
        over.append(Bound.LONGEST_TERM)
    least = down_payment_minor(terms.total.minor, limits.down_payment_percent)
    if terms.down_payment.minor < least:
        over.append(Bound.DOWN_PAYMENT)
    if terms.frequency.value not in limits.frequencies:
        over.append(Bound.FREQUENCY)
    first = terms.regular[0].due_on
    if not asked_on <= first <= asked_on + timedelta(days=limits.first_within_days):
        over.append(Bound.FIRST_DATE)
    if limits.approve_up_to_minor is not None and terms.total.minor > limits.approve_up_to_minor:
        over.append(Bound.APPROVE_UP_TO)
    return tuple(over)


def offers(
    total: Money, limits: ArrangementLimits, *, today: date, profile: PayerProfile | None = None
) -> tuple[Terms, ...]:
    """Two to four schedules inside the limits, shortest first; none where the debt is too small
    to be split (or the limits are not in force yet).

    How a person pays chooses among them: a payment near their usual one, dates on their payday,
    and smaller steps for someone whose arrangement broke before.
    """
    known = profile or PayerProfile()
    down = down_payment_minor(total.minor, limits.down_payment_percent)
    left = total.minor - down
    by_shape: dict[tuple[Frequency, int, date], Terms] = {}

    def add(frequency: Frequency, count: int, first_on: date) -> None:
        most = _most(frequency, left, limits)
        if len(by_shape) == 4 or not 1 <= count <= most or count + bool(down) < 2:
            return
        on_payday = known.payday and first_on == _day_of(first_on, known.payday)
        terms = schedule(
            total,
            split(left, count, lowest=limits.lowest_instalment_minor),
            frequency=frequency,
            first_on=first_on,
            down=down,
            today=today,
            day=known.payday if on_payday else None,
        )
        if not beyond(terms, limits, asked_on=today) or _only_needs_staff(terms, limits, today):
            by_shape.setdefault((frequency, count, first_on), terms)

    allowed = _by_habit(limits, known)
    for frequency in allowed[:1]:
        first_on = _first(frequency, today, limits, known)
        for count in _counts(_most(frequency, left, limits), left, known)[:3]:
            add(frequency, count, first_on)
    for frequency in allowed[1:]:
        # The same length as the middle choice above, in other steps.
        most = _most(frequency, left, limits)
        add(
            frequency,
            max(2, most // 2) if most > 1 else most,
            _first(frequency, today, limits, known),
        )
    for frequency in allowed:
        if len(by_shape) >= 2:
            break
        for days in (1, limits.first_within_days):
            add(frequency, _most(frequency, left, limits), today + timedelta(days=days))
    return tuple(
        sorted(by_shape.values(), key=lambda t: (t.instalments[-1].due_on, len(t.regular)))
    )


def _only_needs_staff(terms: Terms, limits: ArrangementLimits, today: date) -> bool:
    """A debt above what is approved at once is offered the same terms; staff approve them."""
    return beyond(terms, limits, asked_on=today) == (Bound.APPROVE_UP_TO,)


def _most(frequency: Frequency, left: int, limits: ArrangementLimits) -> int:
    """The most payments of this kind that keep each at the lowest instalment or above."""
    affordable = left // max(1, limits.lowest_instalment_minor)
    return min(most_payments(frequency, limits.longest_months), affordable, MOST_PAYMENTS)


def _by_habit(limits: ArrangementLimits, profile: PayerProfile) -> list[Frequency]:
    """The frequencies in the order in which they are offered: months first, small steps first
    for someone whose arrangement broke."""
    order = [Frequency.MONTHLY, Frequency.EVERY_TWO_WEEKS, Frequency.WEEKLY]
    if profile.broken:
        order.reverse()
    return [f for f in order if f.value in limits.frequencies]


def _counts(most: int, left: int, profile: PayerProfile) -> list[int]:
    """How many payments: a third of the longest term, two thirds and all of it; near their usual
    payment first; not the shortest for someone whose arrangement broke."""
    shortest, middle = max(2, -(-most // 3)), max(2, -(-most * 2 // 3))
    counts = [middle, most] if profile.broken else [shortest, middle, most]
    if profile.usual_minor:
        counts.insert(0, min(most, max(2, -(-left // profile.usual_minor))))
    return list(dict.fromkeys(c for c in counts if c <= most)) or [most]


def _first(
    frequency: Frequency, today: date, limits: ArrangementLimits, profile: PayerProfile
) -> date:
    """The first date: the payday they named where it falls inside the limit, else after two
    weeks (one for weekly payments) or as late as the limit allows."""
    latest = today + timedelta(days=limits.first_within_days)
    if profile.payday is not None:
        for day in (_payday(today, profile.payday, n) for n in (0, 1)):
            if today < day <= latest:
                return day
    return min(latest, today + timedelta(days=7 if frequency is Frequency.WEEKLY else 14))


def _payday(today: date, day: int, months: int) -> date:
    return _day_of(add_months(today.replace(day=1), months), day)
