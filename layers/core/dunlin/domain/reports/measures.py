"""Measures: what came of contacting, from the ledgers, the touches and the log alone.

Every figure is defined here and can be worked out by hand. Money is in minor units by currency,
never mixed; what went back (refunds, chargebacks) is taken off. Measured, never promised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import zip_longest
from statistics import median

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.replies.unspoken import QUIET
from dunlin.domain.reports.outcome import Lift, Member, contacts, lift, paid_in, recovered
from dunlin.domain.strategy.strategy import status_of

WEEKS = (1, 2, 4)
BY_DAY = 60
SMALL_MINOR = 50_000
RESPONDS_WITHIN = timedelta(days=14)
BEFORE, HOLDOUT = "before", "holdout"
_NO_RESPONSE = QUIET | {"rating"}


def launched_at(member: Member) -> datetime | None:
    """When the account's first ladder began, None where none has."""
    return min((e.at for e in member.entries if e.what == "AccountActivated"), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Recovery by the end of a week as a share of what was owed, beside what it is held
    against: the accounts left without contact, or as many days before the launch, of the same
    creditor's accounts that owed something then. None before the week is over, or where too few
    accounts can be compared."""

    week: int
    against: str
    lift: Lift | None


def weeks(
    treated: Sequence[Member],
    held_out: Sequence[Member],
    everybody: Sequence[Member],
    *,
    since: datetime,
    until: datetime,
) -> list[Week]:
    """The comparison at the end of weeks 1, 2 and 4, against each baseline there is.

    Against the time before launch people are the same or like, but not drawn by lot: only the
    comparison with the holdout says what contact did.
    """
    measured = []
    for week in WEEKS:
        span = timedelta(weeks=week)
        over = until >= since + span
        ours = recovered(treated, since, since + span) if over else []
        then = recovered(held_out, since, since + span) if over else []
        # Its last day is the one before the launch.
        before = recovered(everybody, since - span - timedelta(days=1), since - timedelta(days=1))
        for against, theirs in ((HOLDOUT, then), (BEFORE, before)):
            measured.append(Week(week=week, against=against, lift=lift(ours, theirs)))
    return measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What some accounts owed as their ladders began, and what they paid since."""

    accounts: int
    targeted: Mapping[str, int]
    recovered: Mapping[str, int]

    def share(self, currency: str) -> Fraction | None:
        """Of what was owed, how much was recovered; None where nothing was."""
        owed = self.targeted.get(currency, 0)
        return Fraction(self.recovered.get(currency, 0), owed) if owed > 0 else None


def collected(members: Iterable[Member], *, until: date, days: int | None = None) -> Collected:
    """Sum accounts whose ladders have begun: paid by `until`, or within so many days from their
    own start, of those alone for which these are over."""
    accounts = 0
    targeted: Counter[str] = Counter()
    back: Counter[str] = Counter()
    for member in members:
        start = launched_at(member)
        if start is None or start.date() > until:
            continue
        end = until if days is None else start.date() + timedelta(days=days)
        if end > until:
            continue
        accounts += 1
        targeted[member.account.balance.currency] += owed_before(member, start.date())
        back.update(paid_in(member, start.date(), end))
    return Collected(
        accounts=accounts, targeted=_without_zeros(targeted), recovered=_without_zeros(back)
    )


def owed_before(member: Member, day: date) -> int:
    """The balance of an account as a day began, in minor units, at least zero."""
    return max(0, sum(e.amount.minor for e in member.ledger if e.on < day))


def calls_made(members: Iterable[Member], since: date, until: date) -> int:
    """Calls that staff logged in these days, both included."""
    return sum(
        since <= entry.at.date() <= until
        for member in members
        for entry in member.entries
        if entry.what == "CallLogged"
    )


def kind_of(member: Member) -> str:
    """How a recovery is reported apart: written_off, small (owed less than 500.00 as its
    ladder began), or other."""
    if status_of(member.account) == "written_off":
        return "written_off"
    start = launched_at(member)
    owed = owed_before(member, start.date()) if start else member.account.balance.minor
    return "small" if owed < SMALL_MINOR else "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Money that came in on `since` to `until`, both included. `days_to_collect`: days from the
    due date (else the issue date) to the payment, averaged over the money."""

    since: date
    until: date
    recovered: Mapping[str, int]
    days_to_collect: Mapping[str, Fraction]


def period(members: Iterable[Member], since: date, until: date) -> Period:
    """One period of the ledgers."""
    members = list(members)
    money: Counter[str] = Counter()
    paid: Counter[str] = Counter()
    waited: Counter[str] = Counter()
    for member in members:
        money.update(paid_in(member, since, until))
        start = member.account.due_on or member.account.issued_on
        for entry in member.ledger:
            if start is None or entry.kind != "payment" or not since <= entry.on <= until:
                continue
            paid[entry.amount.currency] -= entry.amount.minor
            waited[entry.amount.currency] -= entry.amount.minor * (entry.on - start).days
    return Period(
        since=since,
        until=until,
        recovered=_without_zeros(money),
        days_to_collect={c: Fraction(waited[c], paid[c]) for c in sorted(paid) if paid[c] > 0},
    )


def before_and_after(
    members: Sequence[Member], launch: date, until: date
) -> tuple[Period, Period] | None:
    """Equally long periods before and from the launch, None before its first day is over.
    What the second recovered beyond the first is the extra recovery."""
    length = until - launch
    if length.days < 1:
        return None
    return (
        period(members, launch - length - timedelta(days=1), launch - timedelta(days=1)),
        period(members, launch, until),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Medians:
    """Medians, None where nothing can be measured: hours from a contact to the next payment,
    hours from asking for an arrangement to its agreement, contacts on a settled account."""

    touch_to_payment_hours: Fraction | None
    request_to_active_hours: Fraction | None
    touches_per_resolution: Fraction | None


def medians(members: Iterable[Member], since: datetime, until: datetime) -> Medians:
    """Of what was paid, agreed and settled in [since, until]."""
    paying, agreeing, touches = [], [], []
    for member in members:
        asked: datetime | None = None
        for entry in member.entries:
            inside = since <= entry.at <= until
            if entry.what == "ArrangementRequested":
                asked = asked or entry.at
            elif entry.what == "ArrangementAgreed":
                if inside:
                    agreeing.append(entry.at - (asked or entry.at))
                asked = None
            elif entry.what == "PaymentPosted" and inside and _money_came(entry.data):
                before = [t.permitted_at for t in contacts(member) if t.permitted_at <= entry.at]
                if before:
                    paying.append(entry.at - max(before))
        if member.account.status is Status.SETTLED and launched_at(member) is not None:
            last = max((e.on for e in member.ledger), default=date.min)
            if since.date() <= last <= until.date():
                touches.append(len(contacts(member)))
    return Medians(
        touch_to_payment_hours=_median_hours(paying),
        request_to_active_hours=_median_hours(agreeing),
        touches_per_resolution=Fraction(median(touches)) if touches else None,
    )


def _money_came(data: Mapping[str, object]) -> bool:
    entries = data.get("entries", ())
    return isinstance(entries, list | tuple) and any(e[1] == "payment" for e in entries)


def _median_hours(spans: Sequence[timedelta]) -> Fraction | None:
    if not spans:
        return None
    return Fraction(median(int(s.total_seconds()) for s in spans)) / 3600


ON_TIME = 60
_LATE = (ON_TIME, 300, 3_600, 86_400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How long after its planned instant each touch was permitted: counts by the bound in
    seconds that was not exceeded, 0 for beyond them all, and the longest."""

    touches: int
    within: Mapping[int, int]
    longest_seconds: int

    @property
    def on_time(self) -> Fraction | None:
        """The share that started within a minute of its plan, None where nothing was sent."""
        return Fraction(self.within.get(ON_TIME, 0), self.touches) if self.touches else None


def lateness(members: Iterable[Member], since: datetime, until: datetime) -> Lateness:
    """Of touches permitted in [since, until]. What the rules put off was planned anew, and is
    measured from then; what a signal brought forward was not late."""
    late = [
        max(0, int((entry.at - datetime.fromisoformat(planned)).total_seconds()))
        for member in members
        for entry in member.entries
        if entry.what == "TouchPermitted" and since <= entry.at <= until
        if (planned := str(entry.data.get("planned_at", "")))
    ]
    counts = Counter(next((bound for bound in _LATE if s <= bound), 0) for s in late)
    return Lateness(
        touches=len(late),
        within={bound: counts[bound] for bound in (*_LATE, 0) if counts[bound]},
        longest_seconds=max(late, default=0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCell:
    """Contacts of one template on one channel to one segment, and what came within 14 days and
    before the next contact: an answer of any kind, of them payments, the median days to pay, and
    what people said of the message, by rating."""

    contacts: int
    responded: int
    paid: int
    days_to_pay: Fraction | None
    feedback: Mapping[str, int]


def responses(
    members: Iterable[Member],
    segments_of: Callable[[Account, date], Sequence[str]],
    since: datetime,
    until: datetime,
) -> dict[tuple[str, str, str], ResponseCell]:
    """Contacts made in [since, until] by (template, channel, segment). An account counts
    in each segment that takes it on the day of the contact. An open is no answer."""
    by_message: dict[tuple[str, str, str], list[_Answer]] = {}
    for member in members:
        contacted = contacts(member)
        for touch, following in zip_longest(contacted, contacted[1:]):
            if not since <= touch.permitted_at <= until:
                continue
            answer = _answer(member, touch, following)
            for name in segments_of(member.account, touch.permitted_at.date()) or ("none",):
                key = (touch.template, touch.channel.value, name)
                by_message.setdefault(key, []).append(answer)
    return {key: _cell(answers) for key, answers in sorted(by_message.items())}


@dataclass(frozen=True, slots=True)
class _Answer:
    responded: bool
    days_to_pay: int | None
    ratings: tuple[str, ...]


def _answer(member: Member, touch: Touch, following: Touch | None) -> _Answer:
    sent = touch.permitted_at
    end = sent + RESPONDS_WITHIN
    last = end.date()
    if following is not None:
        end = min(end, following.permitted_at)
        # A ledger knows days alone: what came on the day of a contact is that contact's.
        last = min(last, following.permitted_at.date() - timedelta(days=1))
    days = [
        (e.on - sent.date()).days
        for e in member.ledger
        if e.kind == "payment" and sent.date() <= e.on <= last
    ]
    replied = any(
        sent < when <= end
        for when, labels in member.labels
        if not _NO_RESPONSE.intersection(labels)
    )
    return _Answer(
        responded=bool(days) or replied or touch.clicked_at is not None,
        days_to_pay=min(days, default=None),
        ratings=tuple(
            labels[1]
            for _, labels in member.labels
            if len(labels) == 3 and labels[0] in ("rating", "flagged")
            if labels[2] == touch.touch_id
        ),
    )


def _cell(answers: Sequence[_Answer]) -> ResponseCell:
    days = [a.days_to_pay for a in answers if a.days_to_pay is not None]
    return ResponseCell(
        contacts=len(answers),
        responded=sum(a.responded for a in answers),
        paid=len(days),
        days_to_pay=Fraction(median(days)) if days else None,
        feedback=dict(sorted(Counter(r for a in answers for r in a.ratings).items())),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What contacting brought in one currency. `cost` is the sum of what it took,
    `extra` what the treated paid beyond as many accounts of the holdout, with its 95 % interval;
    None where too few were held out. An agency would have kept `agency_fee` of the recovered."""

    recovered: int
    cost: int
    agency_fee: int
    extra: tuple[int, int, int] | None

    @property
    def net(self) -> int:
        return self.recovered - self.cost

    @property
    def saved(self) -> int:
        """What is left beyond what an agency would have left."""
        return self.agency_fee - self.cost

    @property
    def extra_net(self) -> tuple[int, int, int] | None:
        """What contact itself brought after its cost: low, middle, high."""
        if self.extra is None:
            return None
        low, middle, high = (x - self.cost for x in self.extra)
        return low, middle, high

    @property
    def cost_of_a_unit(self) -> Fraction | None:
        """The cost of each unit of money recovered, None where nothing was."""
        return Fraction(self.cost, self.recovered) if self.recovered > 0 else None


def returns(
    treated: Sequence[Member],
    held_out: Sequence[Member],
    *,
    currency: str,
    since: datetime,
    until: datetime,
    costs: Mapping[str, int],
    agency_percent: int,
) -> Return:
    """The return of the treated accounts of one currency. `costs`: minor units of the same
    currency by what they were spent on (aws, processor, sms, staff ...)."""
    ours, theirs = (
        [
            float(paid_in(m, since.date(), until.date())[currency])
            for m in arm
            if m.account.balance.currency == currency
        ]
        for arm in (treated, held_out)
    )
    difference = lift(ours, theirs)
    total = int(sum(ours))
    return Return(
        recovered=total,
        cost=sum(costs.values()),
        agency_fee=total * agency_percent // 100,
        extra=None
        if difference is None
        else (
            round(difference.low * len(ours)),
            round(difference.difference * len(ours)),
            round(difference.high * len(ours)),
        ),
    )


def _without_zeros(sums: Mapping[str, int]) -> dict[str, int]:
    return {key: n for key, n in sorted(sums.items()) if n}
