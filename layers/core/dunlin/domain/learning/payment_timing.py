"""When an account will pay: learned from invoices that were paid before.

How many days after the due date an invoice is paid follows Kaplan and Meier (JASA 53, 1958), so
that those still open count for as long as they have been. An account's own invoices stand beside
those of the portfolio, which count as `PRIOR` of its own: a newcomer is the portfolio, and whoever
has a habit is soon known by it. Days of the week, paydays and months make a day likelier or less
likely, as far as they did before.

Nothing later than `as_of` is looked at: a payment that came afterwards is an open invoice.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

PRIOR = 3.0
HORIZON = 120
"""Days after the due date up to which calendar effects are learned."""
CALENDAR_PRIOR = 40.0
"""Payments that the belief weighs that a kind of day is like any other."""
USUAL = 4
"""Payments from which a weekday may be called usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastInvoice:
    """An invoice of the import. `amount` in any one unit; `paid_on` is when it was paid in full,
    None where it is open."""

    account_id: str
    issued: date
    due: date
    amount: float
    paid_on: date | None

    def delay(self, as_of: date) -> tuple[int, bool]:
        """Days from due date to payment, or to `as_of` where it was open then; and whether it was
        paid."""
        if self.paid_on is not None and self.paid_on <= as_of:
            return (self.paid_on - self.due).days, True
        return (as_of - self.due).days, False


@dataclass(frozen=True, slots=True)
class DelayCurve:
    """Delays of many invoices in days: how many were paid at each, and how many were still open
    just before it."""

    days: tuple[int, ...]
    paid: tuple[float, ...]
    open: tuple[float, ...]
    count: int

    def at(self, day: int) -> tuple[float, float]:
        """(paid on, open before) a day of delay."""
        place = bisect_left(self.days, day)
        if place == len(self.days):
            return 0.0, 0.0
        return (self.paid[place] if self.days[place] == day else 0.0), self.open[place]


def _curve(delays: Iterable[tuple[int, bool]]) -> DelayCurve:
    ends: Counter[int] = Counter()
    paid: Counter[int] = Counter()
    for day, done in delays:
        ends[day] += 1
        paid[day] += done
    days = tuple(sorted(ends))
    still_open, left = [], float(ends.total())
    for day in days:
        still_open.append(left)
        left -= ends[day]
    return DelayCurve(
        days, tuple(float(paid[day]) for day in days), tuple(still_open), ends.total()
    )


_NOBODY = DelayCurve((), (), (), 0)


def _kinds(day: date) -> tuple[str, str, str]:
    payday = day.day in (1, 2, 15, 16) or (
        day.weekday() == 4 and (day.day <= 3 or 13 <= day.day <= 17 or day.day >= 28)
    )
    return f"weekday {day.weekday()}", f"payday {payday}", f"month {day.month}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayWindow:
    """Of those who pay at all: one in ten by `first`, half by `likely`, nine in ten by `last`.
    `chance` is that of being paid within `HORIZON` days."""

    first: date
    likely: date
    last: date
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTiming:
    """What was learned up to `as_of`. `calendar` says by how much a kind of day is likelier than
    another (1 is no effect)."""

    as_of: date
    portfolio: DelayCurve
    accounts: dict[str, DelayCurve]
    calendar: dict[str, float]

    def factor(self, day: date) -> float:
        """By how much likelier a payment is on a day, all its kinds together."""
        return math.prod(self.calendar.get(kind, 1.0) for kind in _kinds(day))

    def chances(self, account_id: str, *, due: date, after: date, days: int) -> list[float]:
        """For each of the `days` after a day: the chance that an invoice which is open on that day
        is paid then. They sum to 1 at most; the rest is what is not paid by the end."""
        own = self.accounts.get(account_id, _NOBODY)
        scale = PRIOR / self.portfolio.count if self.portfolio.count else 0.0
        left, chances = 1.0, []
        for ahead in range(1, days + 1):
            day = after + timedelta(days=ahead)
            delay = (day - due).days
            paid, still_open = own.at(delay)
            others_paid, others_open = self.portfolio.at(delay)
            weight = still_open + scale * others_open
            hazard = (paid + scale * others_paid) / weight if weight else 0.0
            hazard = _at_odds(hazard, self.factor(day))
            chances.append(left * hazard)
            left *= 1 - hazard
        return chances

    def window(self, account_id: str, *, due: date, after: date) -> PayWindow | None:
        """When an invoice that is open on a day is likely paid; None where nothing that was ever
        so late was paid."""
        days = max(1, (due - after).days + HORIZON)
        chances = self.chances(account_id, due=due, after=after, days=days)
        total = sum(chances)
        if not total:
            return None
        first, likely, last = (
            after + timedelta(days=1 + _place(chances, share * total)) for share in (0.1, 0.5, 0.9)
        )
        return PayWindow(first=first, likely=likely, last=last, chance=total)


def _at_odds(hazard: float, factor: float) -> float:
    return 1 - (1 - hazard) ** factor if hazard < 1 else 1.0


def _place(chances: Sequence[float], wanted: float) -> int:
    passed = 0.0
    for place, chance in enumerate(chances):
        passed += chance
        if passed >= wanted * (1 - 1e-12):
            return place
    return len(chances) - 1


def learn(invoices: Iterable[PastInvoice], as_of: date) -> PaymentTiming:
    """Learn from what was known on a day: invoices that were issued by then."""
    known = [invoice for invoice in invoices if invoice.issued <= as_of]
    by_account: defaultdict[str, list[tuple[int, bool]]] = defaultdict(list)
    for invoice in known:
        by_account[invoice.account_id].append(invoice.delay(as_of))
    portfolio = _curve(delay for delays in by_account.values() for delay in delays)
    return PaymentTiming(
        as_of=as_of,
        portfolio=portfolio,
        accounts={key: _curve(delays) for key, delays in by_account.items()},
        calendar=_calendar(known, portfolio, as_of),
    )


def _calendar(known: Sequence[PastInvoice], curve: DelayCurve, as_of: date) -> dict[str, float]:
    """Payments of each kind of day over those that the curve expects there, drawn to 1 while they
    are few; each sort of kinds beyond those before it."""
    expected: defaultdict[date, float] = defaultdict(float)
    paid: Counter[date] = Counter()
    hazards = {
        day: p / o for day, p, o in zip(curve.days, curve.paid, curve.open, strict=True) if p
    }
    for invoice in known:
        delay, done = invoice.delay(as_of)
        earliest = (invoice.issued - invoice.due).days
        for late in range(earliest, min(delay, HORIZON) + 1):
            if late in hazards:
                expected[invoice.due + timedelta(days=late)] += hazards[late]
        if done and delay <= HORIZON:
            paid[invoice.due + timedelta(days=delay)] += 1
    effects: dict[str, float] = {}
    for sort in range(3):
        seen: defaultdict[str, float] = defaultdict(float)
        awaited: defaultdict[str, float] = defaultdict(float)
        for day, chance in expected.items():
            kinds = _kinds(day)
            seen[kinds[sort]] += paid[day]
            awaited[kinds[sort]] += chance * math.prod(effects.get(kind, 1.0) for kind in kinds)
        for kind, count in seen.items():
            effects[kind] = (count + CALENDAR_PRIOR) / (awaited[kind] + CALENDAR_PRIOR)
    return effects


def usual_weekday(paid_on: Sequence[date]) -> int | None:
    """The weekday (Monday 0) on which at least half of the payments came; None with fewer than
    `USUAL` of them or without such a day."""
    if len(paid_on) < USUAL:
        return None
    weekday, count = Counter(day.weekday() for day in paid_on).most_common(1)[0]
    return weekday if 2 * count >= len(paid_on) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashWeek:
    """Money expected in the seven days from `begins` on, with an interval of 95 %."""

    begins: date
    expected: float
    low: float
    high: float


def cash_by_week(
    timing: PaymentTiming,
    invoices: Iterable[PastInvoice],
    *,
    weeks: int,
    spread: float = 1.0,
) -> tuple[CashWeek, ...]:
    """What the invoices that are open on `as_of` bring in each week after it. `spread` is by how
    much past weeks missed more than lots alone would (`measured_spread`)."""
    means, variances = [0.0] * weeks, [0.0] * weeks
    open_now = (i for i in invoices if i.issued <= timing.as_of and not i.delay(timing.as_of)[1])
    for invoice in open_now:
        chances = timing.chances(
            invoice.account_id, due=invoice.due, after=timing.as_of, days=7 * weeks
        )
        for week in range(weeks):
            chance = sum(chances[7 * week : 7 * week + 7])
            means[week] += invoice.amount * chance
            variances[week] += invoice.amount**2 * chance * (1 - chance)
    return tuple(
        CashWeek(
            begins=timing.as_of + timedelta(days=1 + 7 * week),
            expected=mean,
            low=max(0.0, mean - 1.959964 * spread * math.sqrt(variance)),
            high=mean + 1.959964 * spread * math.sqrt(variance),
        )
        for week, (mean, variance) in enumerate(zip(means, variances, strict=True))
    )


def came_in(invoices: Iterable[PastInvoice], after: date, weeks: int) -> list[float]:
    """What the invoices open on a day brought in each of the weeks after it."""
    sums = [0.0] * weeks
    for invoice in invoices:
        if invoice.issued <= after and invoice.paid_on is not None and invoice.paid_on > after:
            week = ((invoice.paid_on - after).days - 1) // 7
            if week < weeks:
                sums[week] += invoice.amount
    return sums


def measured_spread(invoices: Sequence[PastInvoice], days: Sequence[date], weeks: int) -> float:
    """How far forecasts made on past days missed, over what lots alone explain; never below 1.
    Only days whose weeks are over may be given."""
    misses = []
    for day in days:
        forecast = cash_by_week(learn(invoices, day), invoices, weeks=weeks)
        for week, cash in zip(forecast, came_in(invoices, day, weeks), strict=True):
            if week.high > week.expected:
                misses.append((cash - week.expected) / ((week.high - week.expected) / 1.959964))
    if not misses:
        return 1.0
    return max(1.0, math.sqrt(sum(miss * miss for miss in misses) / len(misses)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingBacktest:
    """Invoices forecast on the day before they were issued, in days of mean absolute error, beside
    the due date itself and the portfolio's median; `within` is the share paid inside the window
    that holds eight in ten."""

    invoices: int
    error: float
    error_of_due_date: float
    error_of_median: float
    within: float


def backtest(invoices: Sequence[PastInvoice], splits: Sequence[date]) -> TimingBacktest:
    """Learn up to each split, forecast the invoices issued from it to the next; the last split
    only ends the one before. Invoices that are never paid are in no error. An empty answer has
    no errors (NaN)."""
    misses: list[tuple[int, int, int, bool]] = []
    for split, until in pairwise(splits):
        timing = learn(invoices, split - timedelta(days=1))
        median = _median_delay(timing.portfolio)
        for invoice in invoices:
            if invoice.paid_on is None or not split <= invoice.issued < until:
                continue
            window = timing.window(
                invoice.account_id, due=invoice.due, after=invoice.issued - timedelta(days=1)
            )
            if window is None or median is None:
                continue
            late = (invoice.paid_on - invoice.due).days
            misses.append(
                (
                    abs((invoice.paid_on - window.likely).days),
                    abs(late),
                    abs(late - median),
                    window.first <= invoice.paid_on <= window.last,
                )
            )
    count = len(misses)
    means = [sum(column) / count for column in zip(*misses, strict=True)] or [math.nan] * 4
    return TimingBacktest(
        invoices=count,
        error=means[0],
        error_of_due_date=means[1],
        error_of_median=means[2],
        within=means[3],
    )


def _median_delay(curve: DelayCurve) -> int | None:
    left = 1.0
    for day, paid, still_open in zip(curve.days, curve.paid, curve.open, strict=True):
        left *= 1 - paid / still_open
        if left <= 0.5:
            return day
    return None
