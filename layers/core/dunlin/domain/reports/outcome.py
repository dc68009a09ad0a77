"""Outcome: what a rollout did, counted from its accounts and their audit chains alone.

Pure: the same accounts give the same report, so it can be drawn again at any time and checked
against the log. Opens are shown and count for nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
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


def report(rollout: Rollout, members: Sequence[Member], *, at: datetime) -> Report:
    """Count a rollout's accounts. Members of the holdout are counted, not reported on."""
    since = rollout.started_at
    treated = [m for m in members if not m.account.held_out]
    complaints = _told(treated, since, "complaint")
    first = [m for m in treated if _first_due(m, since) <= since + FIRST_LOOK]
    deliveries: dict[tuple[str, str], Deliveries] = {}
    for member in treated:
        for touch in contacts(member, since):
            key = (touch.template, touch.channel.value)
            seen = _delivery(touch, complained=touch.touch_id in complaints.values())
            deliveries[key] = deliveries.get(key, Deliveries()) + seen
    events = {
        "opt_out": len(_told(treated, since, "opt_out").keys() - complaints.keys()),
        "complaint": len(complaints),
        "bounce": sum(d.bounced for d in deliveries.values()),
    }
    contact_count = sum(d.sent for d in deliveries.values())
    paid: Counter[str] = Counter()
    payers = 0
    for member in treated:
        net = {c: minor for c, minor in paid_in(member, since.date()).items() if minor}
        paid.update(net)
        payers += any(minor > 0 for minor in net.values())
    return Report(
        rollout=rollout,
        at=at,
        accounts=len(treated),
        held_out=len(members) - len(treated),
        planned=len(first),
        actual=sum(
            any(t.permitted_at <= since + FIRST_LOOK for t in contacts(m, since)) for m in first
        ),
        deliveries=dict(sorted(deliveries.items())),
        replies=_counted(
            label for m in treated for when, labels in m.labels if when >= since
            for label in labels or ("other",)
        ),
        refused=_counted(
            rule for m in treated for e in m.entries if e.at >= since for rule in _refusals(e)
        ),
        paid=dict(sorted(paid.items())),
        payers=payers,
        guardrails=readings(contact_count, events),
    )  # fmt: skip


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
    net: Counter[str] = Counter()
    for entry in member.ledger:
        if entry.kind in _PAID and since <= entry.on and (until is None or entry.on <= until):
            net[entry.amount.currency] -= entry.amount.minor
    return net


def _counted(words: Iterable[str]) -> dict[str, int]:
    """Counts by word, most frequent first."""
    return dict(sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0])))


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
    if min(len(treated), len(held_out)) < 2:
        return None
    (a, va), (b, vb) = _mean_and_variance(treated), _mean_and_variance(held_out)
    error = _Z * math.sqrt(va / len(treated) + vb / len(held_out))
    return Lift(
        treated=a,
        held_out=b,
        treated_accounts=len(treated),
        held_out_accounts=len(held_out),
        low=a - b - error,
        high=a - b + error,
    )


def _mean_and_variance(values: Sequence[float]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    return mean, sum((v - mean) ** 2 for v in values) / (len(values) - 1)


def recovered(members: Sequence[Member], since: datetime, until: datetime) -> list[float]:
    """The share of what it owed at `since` that each account has paid by `until`, 0 to 1."""
    shares = []
    for member in members:
        before = sum(e.amount.minor for e in member.ledger if e.on < since.date())
        paid = sum(paid_in(member, since.date(), until.date()).values())
        if before > 0:
            shares.append(min(1.0, max(0.0, paid / before)))
    return shares
