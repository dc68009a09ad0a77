"""Cadence: which rung comes next on an account and when. Calendar and choice of the creditor;
whether it may go is the gate's to say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dunlin.domain.accounts.account import Account
from dunlin.domain.rulebook.holidays import federal_holidays
from dunlin.domain.strategy.strategy import Basis, Coordination, Rung, Strategy

# Touches that fall due together would all leave in one minute: spread them (SERVERLESS 1.2).
SPREAD = timedelta(minutes=45)
CLOSING_DAYS = 7  # how long the last rung may work before the ladder ends
# A calendar day begins at an hour that lies on that day everywhere in the country.
_MORNING = 15
_OPENS = 9
_CENTRAL = timedelta(hours=6)
# What may fire before a rung; a person's release lets the ladder go on.
TRIGGERS = ("balance", "days_past_due", "silent", "broken_arrangement")


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """The next rung and the earliest moment for it."""

    rung: Rung
    at: datetime


def spread(person: str, at: datetime) -> datetime:
    """`at` moved later by a steady part of `SPREAD`, the same for a person and a day."""
    digest = hashlib.sha256(f"{person}{at.date().isoformat()}".encode()).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32
    return at + timedelta(seconds=int(SPREAD.total_seconds() * share))


def paced(at: datetime, place: int, channel: str, choice: Coordination) -> datetime:
    """`at` for the account at `place` (from 0) of a wave: no more leave a minute than the creditor
    wants on the channel of their first rung."""
    rate = next((rate for c, rate in choice.per_minute.items() if c == channel), 0)
    return at + timedelta(minutes=place) / rate if rate else at


def working(day: date, choice: Coordination) -> bool:
    """Whether the creditor sends on a day at all."""
    if not choice.weekends and day.weekday() >= 5:
        return False
    return choice.holidays or day not in federal_holidays(day.year)


def on_a_working_day(at: datetime, choice: Coordination) -> datetime:
    """`at`, moved by whole days to one that the creditor sends on. The day is that of the middle
    of the country; the sender's look at the person's own day has the last word."""
    while not working((at - _CENTRAL).date(), choice):
        at += timedelta(days=1)
    return at


def working_from(now: datetime, zones: Sequence[str], choice: Coordination) -> datetime | None:
    """The morning of the next day that the creditor sends on, wherever the person may be; None
    where `now` is such a day already."""
    latest: datetime | None = None
    for name in zones:
        wall = now.astimezone(ZoneInfo(name))
        day = wall.date()
        while not working(day, choice):
            day += timedelta(days=1)
        if day != wall.date():
            opening = datetime(day.year, day.month, day.day, _OPENS, tzinfo=wall.tzinfo)
            latest = max(filter(None, (latest, opening.astimezone(UTC))))
    return latest


def today(now: datetime) -> date:
    """The calendar day in the middle of the country: never ahead of a person's own by more than
    some hours, so that nothing counts as late a day early."""
    return (now - _CENTRAL).date()


def morning(day: date) -> datetime:
    """An hour that lies on `day` in every zone of the country."""
    return datetime(day.year, day.month, day.day, _MORNING, tzinfo=UTC)


def payable_from(account: Account) -> datetime | None:
    """The first moment at which a debt is late everywhere: the day after its due date, or after
    its issue where no due date is known; None where neither is."""
    days = [day for day in (account.due_on or account.issued_on, account.issued_on) if day]
    return morning(max(days) + timedelta(days=1)) if days else None


def claimable_minor(account: Account) -> int:
    """What is asked for, in minor units: the balance without its contested part."""
    return account.balance.minor - account.contested_minor


def ladder_of(account: Account, strategy: Strategy, now: datetime) -> str:
    """The ladder an account is on now: the rules decide anew at every look, and where none takes
    it any more it stays where it is."""
    return strategy.assign(account, today(now)).ladder or account.ladder


def pending(account: Account, strategy: Strategy, now: datetime) -> tuple[Rung, ...]:
    """The rungs still to come, in order. A name that was used is never used again. After a
    release the ladder goes on at the rung that the strategy sets for it."""
    rungs = strategy.ladder(ladder_of(account, strategy, now))
    wanted = strategy.escalation.rung
    if wanted and set(TRIGGERS) & set(account.approved_triggers):
        names = [rung.name for rung in rungs]
        named = [r for ladder in strategy.ladders.values() for r in ladder if r.name == wanted]
        rungs = rungs[names.index(wanted) :] if wanted in names else (named[0], *rungs)
    return tuple(
        rung
        for rung in rungs
        if rung.name not in account.sent and rung.basis is not Basis.INSTALMENT
    )


def next_step(account: Account, strategy: Strategy, *, now: datetime) -> LadderStep | None:
    """The rung that comes next and when; None where every rung was used or is out of place."""
    rungs = pending(account, strategy, now)
    for place, rung in enumerate(rungs):
        if not (rung.pre_due and _missed(rung, rungs[place + 1 :], account, now)):
            at = max(_basis(rung, account, now), earliest(rung, account, strategy) or now)
            at = on_a_working_day(at, strategy.coordination)
            return LadderStep(rung=rung, at=spread(account.consumer_id, at))
    return None


def stands_in(rung: Rung, account: Account, strategy: Strategy, now: datetime) -> bool:
    """True where `rung` comes next because a notice before it is out of place."""
    return rung is not next(iter(pending(account, strategy, now)), None)


def _missed(rung: Rung, later: tuple[Rung, ...], account: Account, now: datetime) -> bool:
    """A notice before the due date is out of place once the date has passed, and where a later
    notice is already due in its stead."""
    if account.due_on is None or today(now) > account.due_on:
        return True
    return any(
        other.pre_due and account.due_on + timedelta(days=other.days) <= today(now)
        for other in later
        if other.days > rung.days
    )


def earliest(rung: Rung, account: Account, strategy: Strategy) -> datetime | None:
    """Never before the debt is late, but for a notice; never within the minimum gap, nor while
    money that came rests the ladder."""
    gap = timedelta(hours=strategy.coordination.minimum_gap_hours)
    bounds = [account.touched_at + gap] if account.touched_at else []
    if account.paid_at is not None:
        bounds.append(account.paid_at + _rest_after_payment(rung, account, strategy))
    late = None if rung.pre_due else payable_from(account)
    bounds += [late] if late else []
    return max(bounds, default=None)


def _rest_after_payment(rung: Rung, account: Account, strategy: Strategy) -> timedelta:
    """As long as the strategy says, else as long as `rung` lies behind the one before it, and the
    minimum gap at least."""
    days = strategy.coordination.rest_after_payment_days
    if days is not None:
        return timedelta(days=days)
    gap = timedelta(hours=strategy.coordination.minimum_gap_hours)
    if rung.basis is Basis.PREVIOUS:
        return max(gap, timedelta(days=rung.days))
    rungs = strategy.ladder(account.ladder)
    place = next((n for n, other in enumerate(rungs) if other.name == rung.name), 0)
    before = rungs[place - 1] if place else rung
    alike = before.basis is rung.basis
    return max(gap, timedelta(days=rung.days - before.days if alike else 0))


def _basis(rung: Rung, account: Account, now: datetime) -> datetime:
    """The moment from which the rung's days count, and they."""
    began = account.activated_at or now
    late = payable_from(account)
    if late is not None and not rung.pre_due:
        began = max(began, late)
    if rung.basis is Basis.DUE_DATE and account.due_on is not None:
        return morning(account.due_on + timedelta(days=rung.days))
    if rung.basis is Basis.PREVIOUS:
        return (account.touched_at or began) + timedelta(days=rung.days)
    return began + timedelta(days=max(rung.days, 0))


def said(rung: Rung) -> str:
    """When a rung comes, in words."""
    match rung.basis:
        case Basis.ACTIVATION:
            return f"{rung.days} days after activation"
        case Basis.DUE_DATE if rung.days < 0:
            return f"{-rung.days} days before the due date"
        case Basis.DUE_DATE:
            return f"{rung.days} days after the due date"
        case _:
            return f"{rung.days} days after the rung before"
