"""Rollout: one tested configuration on its way from a pilot to every account of a segment.

Who belongs to a pilot and who to the holdout is drawn by hash: at random, the same each time, and
by person, so that nobody is treated in one account and left alone in another.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from dunlin.domain.accounts.account import TIMED_HOLDS, Account, Status
from dunlin.domain.strategy.strategy import Selection, Strategy


class RolloutStage(StrEnum):
    """How far a rollout reaches. shadow: it plans and logs, nothing is sent. pilot: a chosen
    few. ramp: more by the statistical test. full: every account, new ones as they come."""

    SHADOW = "shadow"
    PILOT = "pilot"
    RAMP = "ramp"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A saved selection of a creditor's accounts, by name."""

    name: str
    when: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A segment as it stood before the first touch: accounts, what they owed in minor units by
    currency, and how many stood in which aging bucket."""

    on: date
    accounts: int
    owed: Mapping[str, int]
    buckets: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far a rollout has come in starting those it may start or, once it is halted, in pausing
    its accounts. `after`: the page of the creditor's accounts that was done last, "" before the
    first. `request` is answered at the end, "" where nobody asked. `outcomes` counts accounts by
    what became of them; `passes`, how often all pages were gone through."""

    after: str = ""
    request: str = ""
    outcomes: Mapping[str, int] = field(default_factory=dict)
    passes: int = 0

    def further(self, after: str, outcomes: Mapping[str, int]) -> Walk:
        """The walk after some more accounts."""
        counts = dict(Counter(self.outcomes) + Counter(outcomes))
        return replace(self, after=after, outcomes=counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """One configuration over one segment. `size`: how many accounts it may have started.

    `configuration` is the hash of strategy and templates as tested. `chosen` are the accounts of
    a pilot or a shadow, drawn once: it starts these and no other. `walk` is how far it has come
    while it starts or pauses accounts, None at rest. `halted` says why, "" while it runs, with
    who halted it and when.
    """

    rollout_id: str
    creditor: str
    segment: Segment
    strategy_version: int
    configuration: str
    stage: RolloutStage
    size: int
    started_at: datetime
    baseline: Baseline
    chosen: tuple[str, ...] = ()
    walk: Walk | None = None
    halted: str = ""
    halted_by: str = ""
    halted_at: datetime | None = None
    version: int = 0


def rollout_id_of(creditor: str, number: int) -> str:
    """The id of a creditor's rollout; it names the creditor."""
    return f"{creditor}.{number}"


def creditor_of(rollout_id: str) -> str:
    """Whose rollout it is."""
    return rollout_id.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutChoice:
    """The accounts that a rollout starts next, how many it leaves without contact to measure by,
    and how many it passes over, by reason."""

    start: tuple[Account, ...]
    held_out: int
    passed_over: Mapping[str, int]


def _draw(*parts: str) -> float:
    """A steady draw from [0, 1) for these words."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def held_out(strategy: Strategy, consumer_id: str) -> bool:
    """True for the share of people whom a creditor leaves without contact."""
    return _draw("holdout", strategy.creditor, consumer_id) * 100 < strategy.holdout_percent


def ineligible(account: Account, strategy: Strategy, today: date) -> str:
    """Why a ladder may not start on an account of the segment, "" where it may."""
    if account.status is not Status.IMPORTED:
        return "already active" if account.status is Status.ACTIVE else account.status.value
    if account.balance.minor <= 0:
        return "nothing owed"
    if account.hold is not None and account.hold not in TIMED_HOLDS:
        return f"held: {account.hold.value}"
    if not strategy.assign(account, today).ladder:
        return "no ladder takes it"
    return ""


def why_not(reason: str) -> str:
    """Why accounts are passed over, in plain words: what `choose` calls it."""
    held = reason.removeprefix("held: ")
    if held != reason:
        return f"held until a person has looked ({held.replace('_', ' ')})"
    return {
        "held out": "left alone by lot, so that what contact does can be measured",
        "nothing owed": "nothing is owed",
        "no ladder takes it": "no ladder of the strategy takes it (its rules under `assign`)",
    }.get(reason, reason)


def outside(account: Account, rollout: Rollout, strategy: Strategy, today: date) -> str:
    """Why a rollout may not start an account, "" where it may."""
    if not rollout.segment.when.takes(account, today):
        return "outside the segment"
    return ineligible(account, strategy, today)


def choose(
    accounts: Iterable[Account],
    rollout: Rollout,
    strategy: Strategy,
    *,
    room: int,
    today: date,
) -> RolloutChoice:
    """At most `room` accounts of the segment, drawn at random and the same each time. Holds no
    more accounts than it takes, however many there are."""
    passed: Counter[str] = Counter()

    def eligible() -> Iterator[Account]:
        for account in accounts:
            why = outside(account, rollout, strategy, today)
            if not why and held_out(strategy, account.consumer_id):
                why = "held out"
            passed[why or "over the size"] += 1
            if not why:
                yield account

    start = heapq.nsmallest(
        max(room, 1), eligible(), key=lambda a: _draw(rollout.segment.name, a.account_id)
    )[:room]
    passed["over the size"] -= len(start)
    held = passed.pop("held out", 0)
    return RolloutChoice(start=tuple(start), held_out=held, passed_over=dict(+passed))
