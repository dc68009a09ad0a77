"""Measures: one report of a creditor, drawn from ledgers, touches and the log, at any time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from fractions import Fraction

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.aging import AgingBucket
from dunlin.domain.errors import DomainError
from dunlin.domain.reports.daily_series import (
    INBOUND,
    OUTBOUND,
    Calls,
    DailySeries,
    acts,
    calls_by_day,
    first_day,
    merged,
    series,
    visits,
)
from dunlin.domain.reports.locations import Site, rolled_up
from dunlin.domain.reports.measures import (
    BY_DAY,
    Collected,
    Lateness,
    Medians,
    Period,
    ResponseCell,
    Return,
    Week,
    before_and_after,
    calls_made,
    collected,
    kind_of,
    lateness,
    launched_at,
    medians,
    responses,
    returns,
    weeks,
)
from dunlin.domain.reports.outcome import Lift, Member, Moments, lift_of, share_paid
from dunlin.domain.reports.portfolio_rates import Kept, kept, roll_rates
from dunlin.domain.rollouts.rollout import Rollout, RolloutStage, creditor_of
from dunlin.ports.accounts import Ledgers, PortfolioPages
from dunlin.ports.imports import DropBox
from dunlin.service.rollouts.looking import member
from dunlin.service.rollouts.rollout_ports import RolloutPorts

KINDS = ("other", "small", "written_off")
_CALLS = ("CallPermitted", "CallLogged")  # in the call log already


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDocument:
    """The report. `launch` is the day of the first ladder, None before: then only `locations` and
    `series` of the call log say anything. Days are UTC."""

    creditor: str
    since: date
    until: date
    launch: date | None
    accounts: int
    cohorts: tuple[tuple[Rollout, tuple[Week, ...]], ...]
    by_day_60: Collected
    calls: int
    kinds: Mapping[str, Collected]
    before_and_after: tuple[Period, Period] | None
    medians: Medians
    lateness: Lateness
    rolled: Mapping[str, Mapping[AgingBucket, Fraction]]
    kept: Kept
    responses: Mapping[tuple[str, str, str], ResponseCell]
    returns: Mapping[str, Return]
    series: tuple[DailySeries, ...]
    locations: tuple[Site, ...]


def members(creditor: str, *, ports: RolloutPorts) -> list[Member]:
    """Every account of a creditor with all that happened on it."""
    return [member(a, ports=ports) for a in ports.book.accounts_of_creditor(creditor)]


def draw(
    creditor: str,
    *,
    since: date | None,
    until: date | None,
    costs: Mapping[str, int],
    agency_percent: int,
    ports: RolloutPorts,
    drop_box: DropBox,
    now: datetime,
) -> ReportDocument:
    """Draw the report for the days `since` to `until`, both included; without them from the
    launch until now. `costs` are minor units of the strategy's only currency, by what they were
    spent on. Raises `DomainError` for an unknown creditor or days in the wrong order."""
    if ports.creditors.strategy(creditor) is None:
        raise DomainError(f"creditor {creditor} has no strategy")
    everybody = members(creditor, ports=ports)
    starts = [start for m in everybody if (start := launched_at(m)) is not None]
    launch = min(starts, default=None)
    log = call_log(creditor, drop_box)
    last = until or now.date()
    first = since or (launch or now).date()
    if first > last:
        raise DomainError(f"{first} is after {last}")
    begin = datetime.combine(first, time(), UTC)
    end = min(now, datetime.combine(last, time.max, UTC))
    treated = [m for m in everybody if launched_at(m) is not None and not m.account.shadow]
    held_out = [m for m in everybody if m.account.held_out]
    saved = ports.rollouts.segments(creditor)

    def segments_of(account: Account, on: date) -> list[str]:
        return [s.name for s in saved if s.when.takes(account, on)]

    currencies = sorted({m.account.balance.currency for m in treated})
    if costs and len(currencies) > 1:
        raise DomainError(f"costs are of one currency, the accounts of {', '.join(currencies)}")
    return ReportDocument(
        creditor=creditor,
        since=first,
        until=last,
        launch=launch.date() if launch else None,
        accounts=len(everybody),
        cohorts=tuple(_cohorts(creditor, everybody, ports, end)),
        by_day_60=collected(treated, until=last, days=BY_DAY),
        calls=calls_made(treated, first, last),
        kinds={
            kind: collected([m for m in treated if kind_of(m) == kind], until=last)
            for kind in KINDS
        },
        before_and_after=before_and_after(everybody, launch.date(), last) if launch else None,
        medians=medians(treated, begin, end),
        lateness=lateness(treated, begin, end),
        rolled=roll_rates(everybody, first, last),
        kept=kept(
            arrangement
            for m in everybody
            if m.account.arrangement_id or any(e.what == "ArrangementAgreed" for e in m.entries)
            for arrangement in ports.book.arrangements(m.account.account_id)
        ),
        responses=responses(treated, segments_of, begin, end),
        returns={
            currency: returns(
                treated,
                held_out,
                currency=currency,
                since=begin,
                until=end,
                costs=costs,
                agency_percent=agency_percent,
            )
            for currency in currencies
        },
        series=tuple(_series(everybody, log, (launch or begin).date(), last)),
        locations=tuple(rolled_up(everybody, first, last)),
    )


def _cohorts(
    creditor: str, everybody: Sequence[Member], ports: RolloutPorts, until: datetime
) -> Iterable[tuple[Rollout, tuple[Week, ...]]]:
    for rollout in ports.rollouts.rollouts(creditor):
        if rollout.stage is RolloutStage.SHADOW:
            continue
        mine = [m for m in everybody if m.account.cohort == rollout.rollout_id]
        measured = weeks(
            [m for m in mine if not m.account.held_out],
            [m for m in mine if m.account.held_out],
            everybody,
            since=rollout.started_at,
            until=until,
        )
        yield rollout, tuple(measured)


def _series(
    everybody: Sequence[Member], log: Sequence[Calls], launch: date, until: date
) -> Iterable[DailySeries]:
    """Calls of the creditor's log are known before launch; what people and staff did here is
    not, for nobody could. So staff's follow-ups are their calls before, and since then calls and
    every other act that the log of Dunlin names."""
    known = first_day(log)
    entries = [e for m in everybody for e in m.entries]
    touches = [t for m in everybody for t in m.touches]
    called = calls_by_day(log, OUTBOUND)
    done = acts((e for e in entries if e.what not in _CALLS), "staff")
    daily = {
        "inbound calls": (calls_by_day(log, INBOUND), known),
        "follow-ups of staff": (
            {on: called.get(on, 0) + done.get(on, 0) for on in {*called, *done}},
            known,
        ),
        "visits to the portal": (visits(touches), None),
        "acts of people": (acts(entries, "consumer"), None),
    }
    for name, (counted, known_from) in daily.items():
        yield series(name, counted, launch=launch, until=until, known_from=known_from)


def versus(
    first: str, other: str, *, ports: RolloutPorts, ledgers: Ledgers, now: datetime
) -> Lift | None:
    """What one rollout recovered beyond another over equally many days from the start of each, as
    shares of what was owed; `treated` is the first. Raises `DomainError`."""
    rollouts = [ports.rollouts.rollout(name) for name in (first, other)]
    if rollouts[0] is None or rollouts[1] is None:
        raise DomainError(f"no rollout {first if rollouts[0] is None else other}")
    known = [r for r in rollouts if r is not None]
    span = min(now - r.started_at for r in known)
    treated, compared = (_shares(r, r.started_at + span, ports.book, ledgers) for r in known)
    return lift_of(treated, compared)


def _shares(rollout: Rollout, until: datetime, pages: PortfolioPages, ledgers: Ledgers) -> Moments:
    """The shares of what they owed that the treated accounts of a rollout have paid; of each no
    more is read than its ledger, and a page is held at a time."""
    shares, after = Moments(), ""
    while True:
        accounts, after = pages.page_of_creditor(
            creditor_of(rollout.rollout_id), cohort=rollout.rollout_id, after=after
        )
        for account in accounts:
            if account.held_out:
                continue
            share = share_paid(ledgers.ledger(account.account_id), rollout.started_at, until)
            if share is not None:
                shares.add(share)
        if not after:
            return shares


def _key(creditor: str) -> str:
    return f"reports/calls/{creditor}.json"


def call_log(creditor: str, drop_box: DropBox) -> list[Calls]:
    """What is kept of a creditor's call log: counts by day and direction."""
    if _key(creditor) not in drop_box.keys(_key(creditor)):
        return []
    return [
        Calls(on=date.fromisoformat(on), direction=direction, calls=calls, minutes=minutes)
        for on, direction, calls, minutes in json.loads(drop_box.read(_key(creditor)))
    ]


def keep_calls(creditor: str, calls: Iterable[Calls], drop_box: DropBox) -> list[Calls]:
    """Keep a newer call log over the stored one; the whole log then."""
    log = merged(call_log(creditor, drop_box), calls)
    rows = [[c.on.isoformat(), c.direction, c.calls, c.minutes] for c in log]
    drop_box.write(_key(creditor), json.dumps(rows).encode(), "application/json")
    return log
