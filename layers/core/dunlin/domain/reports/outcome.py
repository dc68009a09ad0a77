"""Outcome: what a rollout did, counted from its accounts and their audit chains alone.

Pure: the same accounts give the same report, so it can be drawn again at any time and checked
against the log. Opens are shown and count for nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from statistics import NormalDist

from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.rollouts.ramp import GuardrailTest, RampDecision, ramp_decision, readings
from dunlin.domain.rollouts.rollout import Rollout

FIRST_LOOK = timedelta(hours=48)
_Z = NormalDist().inv_cdf(0.975)
# States in which a message was certainly or possibly handed over.
_CONTACTED = frozenset(TouchState) - {TouchState.PERMITTED, TouchState.RELEASED}
_PAID = ("payment", "refund", "chargeback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One account of a rollout with all that happened on it. `labels`: the classes of each reply,
    with its instant. `entries` are the account's audit chain, `personal` its person's."""

    account: Account
    ledger: Sequence[LedgerEntry]
    touches: Sequence[Touch]
    labels: Sequence[tuple[datetime, tuple[str, ...]]]
    entries: Sequence[AuditEntry]
    personal: Sequence[AuditEntry]


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Touches of one template on one channel, by what became of them. `complained` and `opened`
    are among the delivered."""

    sent: int = 0
    delivered: int = 0
    bounced: int = 0
    failed: int = 0
    unknown: int = 0
    complained: int = 0
    opened: int = 0
    clicked: int = 0

    def __add__(self, other: Deliveries) -> Deliveries:
        return Deliveries(
            **{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a rollout did until `at`.

    `planned`: first touches that fell due in the first 48 hours; `actual`: how many of those
    accounts were contacted by then. `refused` counts decisions by rule. `paid` is net of refunds,
    minor units by currency; `payers` counts accounts.
    """

    rollout: Rollout
    at: datetime
    accounts: int
    held_out: int
    planned: int
    actual: int
    deliveries: Mapping[tuple[str, str], Deliveries]
    replies: Mapping[str, int]
    refused: Mapping[str, int]
    paid: Mapping[str, int]
    payers: int
    guardrails: tuple[GuardrailTest, ...]

    @property
    def contacts(self) -> int:
        return sum((d.sent for d in self.deliveries.values()), start=0)

    @property
    def course(self) -> RampDecision:
        return ramp_decision(self.guardrails)


@dataclass(slots=True)
class Moments:
    """How many figures there were, their mean, and the sum of squares around it (Welford)."""

    number: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, figure: float) -> None:
        """One figure more."""
        self.number += 1
        before = figure - self.mean
        self.mean += before / self.number
        self.squares += before * (figure - self.mean)

    @property
    def variance(self) -> float:
        """Of a sample; of at least two figures."""
        return self.squares / (self.number - 1)


def _moments(figures: Sequence[float]) -> Moments:
    mean = sum(figures) / len(figures) if figures else 0.0
    return Moments(len(figures), mean, sum((f - mean) ** 2 for f in figures))


@dataclass(slots=True)
class Outcomes:
    """What the accounts of a rollout did, summed one after another: as large for a million as for
    ten but for `opted_out` and `complained`, which hold a short mark of each person who did.

    `treated` and `left_alone` are the shares that either arm has paid, as in `recovered`.
    """

    accounts: int = 0
    held_out: int = 0
    planned: int = 0
    actual: int = 0
    payers: int = 0
    deliveries: dict[tuple[str, str], Deliveries] = field(default_factory=dict)
    replies: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)
    opted_out: set[str] = field(default_factory=set)
    complained: set[str] = field(default_factory=set)
    treated: Moments = field(default_factory=Moments)
    left_alone: Moments = field(default_factory=Moments)

    def add(self, member: Member, since: datetime, at: datetime) -> None:
        """One account more: what happened on it from `since` until `at`."""
        arm = self.left_alone if member.account.held_out else self.treated
        for share in recovered([member], since, at):
            arm.add(share)
        if member.account.held_out:
            self.held_out += 1
            return
        self.accounts += 1
        complaints = _told([member], since, "complaint")
        self.complained |= {_mark(subject) for subject in complaints}
        self.opted_out |= {_mark(subject) for subject in _told([member], since, "opt_out")}
        handed_over = contacts(member, since)
        if _first_due(member, since) <= since + FIRST_LOOK:
            self.planned += 1
            self.actual += any(t.permitted_at <= since + FIRST_LOOK for t in handed_over)
        for touch in handed_over:
            key = (touch.template, touch.channel.value)
            seen = _delivery(touch, complained=touch.touch_id in complaints.values())
            self.deliveries[key] = self.deliveries.get(key, Deliveries()) + seen
        for when, labels in member.labels:
            if when >= since:
                self.replies.update(labels or ("other",))
        for entry in member.entries:
            if entry.at >= since:
                self.refused.update(_refusals(entry))
        net = {c: minor for c, minor in paid_in(member, since.date()).items() if minor}
        self.paid.update(net)
        self.payers += any(minor > 0 for minor in net.values())

    def report(self, rollout: Rollout, *, at: datetime) -> Report:
        """The report of these sums."""
        events = {
            "opt_out": len(self.opted_out - self.complained),
            "complaint": len(self.complained),
            "bounce": sum(d.bounced for d in self.deliveries.values()),
        }
        return Report(
            rollout=rollout,
            at=at,
            accounts=self.accounts,
            held_out=self.held_out,
            planned=self.planned,
            actual=self.actual,
            deliveries=dict(sorted(self.deliveries.items())),
            replies=_counted(self.replies),
            refused=_counted(self.refused),
            paid=dict(sorted(self.paid.items())),
            payers=self.payers,
            guardrails=readings(sum(d.sent for d in self.deliveries.values()), events),
        )

    @property
    def lift(self) -> Lift | None:
        """What contact recovered beyond the holdout."""
        return lift_of(self.treated, self.left_alone)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutLook:
    """A count of a rollout's accounts as they stood at `at`. `after`: the page that was counted
    last, "" once all are. `number`: the how manieth look it is."""

    rollout_id: str
    at: datetime
    outcomes: Outcomes
    after: str = ""
    number: int = 1


def _mark(subject: str) -> str:
    """Enough of an id, which is a hash, to tell people of one rollout apart."""
    return subject[-12:]


def report(rollout: Rollout, members: Iterable[Member], *, at: datetime) -> Report:
    """Count a rollout's accounts. Members of the holdout are counted, not reported on."""
    outcomes = Outcomes()
    for member in members:
        outcomes.add(member, rollout.started_at, at)
    return outcomes.report(rollout, at=at)


def contacts(member: Member, since: datetime | None = None) -> list[Touch]:
    """The rungs that were handed over (notices are none), oldest first."""
    contacted = [t for t in member.touches if t.run and t.state in _CONTACTED]
    return [t for t in contacted if since is None or t.permitted_at >= since]


def _first_due(member: Member, since: datetime) -> datetime:
    """When the first touch was due as its ladder was started."""
    for entry in member.entries:
        if entry.what == "AccountActivated" and entry.at >= since:
            return datetime.fromisoformat(entry.data["first_at"])
    return datetime.max.replace(tzinfo=since.tzinfo)


def _delivery(touch: Touch, *, complained: bool) -> Deliveries:
    state = touch.state
    return Deliveries(
        sent=1,
        delivered=state is TouchState.DELIVERED,
        bounced=state is TouchState.BOUNCED,
        failed=state is TouchState.FAILED,
        unknown=state is TouchState.UNKNOWN,
        complained=complained,
        opened=touch.opened_at is not None,
        clicked=touch.clicked_at is not None,
    )


def _told(members: Iterable[Member], since: datetime, kind: str) -> dict[str, str]:
    """The people who raised a signal of this kind since, each once, with the touch it followed."""
    return {
        entry.subject: str(entry.data.get("touch_id", ""))
        for member in members
        for entry in member.personal
        if entry.at >= since and entry.what == "OptedOut"
        if (entry.data.get("kind") == "complaint") == (kind == "complaint")
    }


def _refusals(entry: AuditEntry) -> list[str]:
    """The rules that blocked or deferred in this decision, each once."""
    offers = [*entry.data.get("offers", ()), *entry.data.get("lost", ())]
    refusals = {
        rule
        for offer in offers
        for rule, result in offer.get("rules", {}).items()
        if result in ("block", "defer")
    }
    return sorted(refusals)


def paid_in(member: Member, since: date, until: date | None = None) -> Counter[str]:
    """What was paid from `since` to `until`, both included, net of what went back."""
    return _net(member.ledger, since, until)


def _net(ledger: Sequence[LedgerEntry], since: date, until: date | None) -> Counter[str]:
    net: Counter[str] = Counter()
    for entry in ledger:
        if entry.kind in _PAID and since <= entry.on and (until is None or entry.on <= until):
            net[entry.amount.currency] -= entry.amount.minor
    return net


def _counted(counts: Counter[str]) -> dict[str, int]:
    """Counts by word, most frequent first."""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """How much better the treated did than the held out, in one figure with its 95 % interval.

    `treated`, `held_out`: the figure of each arm; `low` to `high` holds the difference. Nobody is
    named the winner while the interval holds zero.
    """

    treated: float
    held_out: float
    treated_accounts: int
    held_out_accounts: int
    low: float
    high: float

    @property
    def difference(self) -> float:
        return self.treated - self.held_out

    @property
    def decided(self) -> bool:
        return self.low > 0 or self.high < 0

    @property
    def winner(self) -> str:
        """treated or held_out, "" while the interval holds zero."""
        if not self.decided:
            return ""
        return "treated" if self.low > 0 else "held_out"


def lift(treated: Sequence[float], held_out: Sequence[float]) -> Lift | None:
    """The difference of two means with Welch's interval; None where an arm has fewer than two."""
    return lift_of(_moments(treated), _moments(held_out))


def lift_of(treated: Moments, held_out: Moments) -> Lift | None:
    """The same of two arms whose figures were added one after another."""
    if min(treated.number, held_out.number) < 2:
        return None
    error = _Z * math.sqrt(treated.variance / treated.number + held_out.variance / held_out.number)
    return Lift(
        treated=treated.mean,
        held_out=held_out.mean,
        treated_accounts=treated.number,
        held_out_accounts=held_out.number,
        low=treated.mean - held_out.mean - error,
        high=treated.mean - held_out.mean + error,
    )


def recovered(members: Sequence[Member], since: datetime, until: datetime) -> list[float]:
    """The share of what it owed at `since` that each account has paid by `until`, 0 to 1."""
    shares = (share_paid(member.ledger, since, until) for member in members)
    return [share for share in shares if share is not None]


def share_paid(ledger: Sequence[LedgerEntry], since: datetime, until: datetime) -> float | None:
    """Of what an account owed as the day of `since` began, how much it has paid by `until`, 0 to
    1; None where it owed nothing."""
    before = sum(e.amount.minor for e in ledger if e.on < since.date())
    paid = sum(_net(ledger, since.date(), until.date()).values())
    return min(1.0, max(0.0, paid / before)) if before > 0 else None
