"""The planner: which touch comes next on an account, in which order of preference.

Pure: (account, consumer, history, strategy, now) give the same plan every time. It offers; the
rulebook decides. The learner stands behind the same function later.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from dunlin.domain.account import TIMED_HOLDS, Account, NextAction, Status
from dunlin.domain.consumer import Channel, ConsentState, Consumer
from dunlin.domain.strategy import Rung, Strategy

# Touches that fall due together would all leave in one minute: spread them (SERVERLESS 1.2).
SPREAD = timedelta(minutes=45)
CLOSING_DAYS = 7  # how long the last rung may work before the ladder ends
PAUSE_RECHECK = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One touch that could come next."""

    channel: Channel
    template: str
    rung: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the account calls for now.

    step: offer (ask the gate about `offers`, in order), wait (until `until`), held, escalated,
    settled, exhausted. `reason` is in plain words, for staff and the log.
    """

    step: Literal["offer", "wait", "held", "escalated", "settled", "exhausted"]
    reason: str
    offers: tuple[Offer, ...] = ()
    until: datetime | None = None
    trigger: str = ""


def spread(account_id: str, at: datetime) -> datetime:
    """`at` moved later by a steady part of `SPREAD`, the same for an account and a day."""
    digest = hashlib.sha256(f"{account_id}{at.date().isoformat()}".encode()).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32
    return at + timedelta(seconds=int(SPREAD.total_seconds() * share))


def _trigger(account: Account, strategy: Strategy, today: date) -> str:
    limit, late = strategy.escalation.balance_over_minor, strategy.escalation.days_past_due
    if limit is not None and account.balance.minor > limit:
        return "balance"
    days = account.days_past_due(today)
    if late is not None and days is not None and days > late:
        return "days_past_due"
    return ""


def plan(
    *, account: Account, consumer: Consumer, strategy: Strategy, paused: str, now: datetime
) -> Plan:
    """The next step of an account's ladder. `now` is aware; worst first, first match wins."""
    if account.balance.minor <= 0 or account.status is Status.SETTLED:
        return Plan(step="settled", reason="Nothing is owed any more.")
    if account.status in (Status.EXHAUSTED, Status.CLOSED):
        return Plan(step="exhausted", reason="The ladder of this account has ended.")
    if account.paused:
        return Plan(step="held", reason=account.hold_reason or "Paused by staff.")
    if account.hold in TIMED_HOLDS and account.due_at is not None and account.due_at > now:
        return Plan(step="wait", until=account.due_at, reason=account.hold_reason)
    if account.hold is not None and account.hold not in TIMED_HOLDS:
        return Plan(step="held", reason=account.hold_reason or account.hold.value)
    if paused:
        return Plan(step="wait", until=now + PAUSE_RECHECK, reason=f"Paused for the {paused}.")
    if account.escalated:
        return Plan(step="escalated", trigger=account.escalated, reason="A person must look first.")
    trigger = _trigger(account, strategy, now.date())
    if trigger and trigger not in account.released:
        return Plan(step="escalated", trigger=trigger, reason=f"Escalated by {trigger}.")
    if account.due_at is not None and account.due_at > now:
        return Plan(step="wait", until=account.due_at, reason="The next rung is not due yet.")
    rungs = rungs_of(account, strategy, now.date())
    if account.rung >= len(rungs):
        return Plan(step="exhausted", reason="Every rung was used.")
    return Plan(
        step="offer",
        reason=f"Rung {account.rung + 1} of {len(rungs)} is due.",
        offers=_offers(rungs[account.rung], account.rung, consumer),
    )


def rungs_of(account: Account, strategy: Strategy, today: date) -> tuple[Rung, ...]:
    """The rungs of the account's ladder: the one it is on, else the one that takes it."""
    found = strategy.ladder(account.ladder)
    return found or strategy.ladder(strategy.assign(account, today).ladder)


def _offers(rung: Rung, number: int, consumer: Consumer) -> tuple[Offer, ...]:
    return tuple(
        Offer(
            channel=channel,
            template=rung.template,
            rung=number,
            reason=f"{rung.name}: {channel.value} is choice {place} of this rung",
        )
        for place, channel in enumerate(rung.channels, start=1)
        if _usable(consumer, channel)
    )


def _usable(consumer: Consumer, channel: Channel) -> bool:
    """There is a living address, and no file said no to e-mail. What a person said, and whether
    a text is permitted, is the rulebook's to judge, so that its refusal is on record."""
    if consumer.address(channel) is None or consumer.dead(channel):
        return False
    return channel is not Channel.EMAIL or (
        consumer.consent(channel).state is not ConsentState.NONE
    )


def after_sending(account: Account, strategy: Strategy, rung: int, at: datetime) -> NextAction:
    """When and what comes after rung number `rung` was sent at `at`."""
    following = rung + 1
    rungs = rungs_of(account, strategy, at.date())
    if following >= len(rungs):
        return NextAction(
            at=at + timedelta(days=CLOSING_DAYS),
            channel="",
            template="",
            reason="The last rung was sent; the ladder ends if nothing comes of it.",
        )
    step = rungs[following]
    gap = max(timedelta(days=step.days), timedelta(hours=strategy.coordination.minimum_gap_hours))
    return NextAction(
        at=spread(account.account_id, at + gap),
        channel=step.channels[0].value,
        template=step.template,
        reason=f"{step.name}, {step.days} days after the rung before.",
    )


def first_action(account: Account, strategy: Strategy, at: datetime) -> NextAction:
    """When and what comes first after activation at `at`."""
    step = rungs_of(account, strategy, at.date())[0]
    return NextAction(
        at=spread(account.account_id, at + timedelta(days=step.days)),
        channel=step.channels[0].value,
        template=step.template,
        reason=f"{step.name}, {step.days} days after activation.",
    )
