"""Coordination: one person, one budget over all their accounts.

At most one touch in a window; accounts of a person that are due in it are named in one message,
led by the account from which most may be expected. Each account counts for itself, later, that it
was named: a message that was never sent so names nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dunlin.domain import ids
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import ContactHistory, PastContact
from dunlin.domain.accounts.touch import PERMIT_LIFE
from dunlin.domain.contact import cadence
from dunlin.domain.contact.adapting import NEVER_ARRIVED, family_of
from dunlin.domain.strategy.strategy import Rung, RungOffer, Strategy

MOST_NAMED = 20  # accounts in one message beside the one that leads
# A message whose sender is at work is sent or certainly not sent after so long.
SETTLES = PERMIT_LIFE + timedelta(seconds=30)
_MOVED = ("clicked", "visited")


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Until when a person is left in peace, and why."""

    until: datetime
    reason: str


def busy(
    account: Account, history: ContactHistory, strategy: Strategy, *, now: datetime
) -> Busy | None:
    """The window that is still open after the newest contact with this person, on whichever
    account and channel; None where it has closed."""
    window = timedelta(hours=strategy.coordination.window_hours)
    own = _attempts(account)
    moments = [
        moment
        for contact in history.contacts
        if contact.outcome not in NEVER_ARRIVED and contact.touch_id not in own
        for moment in _moments(contact)
    ]
    newest = max(moments, default=None)
    if newest is None or newest[0] + window <= now:
        return None
    at, why = newest
    return Busy(until=at + window, reason=f"{why} One touch in {window // _HOUR} hours.")


_HOUR = timedelta(hours=1)


def _moments(contact: PastContact) -> list[tuple[datetime, str]]:
    if contact.direction == "in":
        return [(contact.at, "The person wrote.")]
    moments = [(contact.at, "The person was just written to.")]
    if contact.read in _MOVED and contact.read_at is not None:
        moments.append((contact.read_at, "The person just looked."))
    return moments


def _attempts(account: Account) -> frozenset[str]:
    """The touches of the rung that is being tried: they are no reason against it."""
    return frozenset(
        ids.ladder_touch_id(account.account_id, run, account.rung, occurrence)
        for run in range(1, account.ladder_run + 1)
        for occurrence in range(account.occurrence)
    )


def naming(account: Account, rung: Rung, history: ContactHistory) -> PastContact | None:
    """The message about another account of the person that named this one since its own newest
    rung; it stands for `rung`, unless that says what only its own message may say."""
    since = account.touched_at or account.activated_at
    for contact in reversed(history.contacts):
        if contact.outcome in NEVER_ARRIVED or account.account_id not in contact.covers:
            continue
        if since is not None and contact.at <= since:
            return None
        return contact if not _alone(rung) or family_of(contact.template) == rung.template else None
    return None


def _alone(rung: Rung) -> bool:
    return rung.offer is RungOffer.FINAL or rung.approval


def value(account: Account) -> int:
    """What may be expected from the next touch: what is asked for, less with each rung used."""
    return cadence.claimable_minor(account) // (1 + len(account.sent))


def _rank(account: Account) -> tuple[int, str]:
    return value(account), account.account_id


def due_together(
    account: Account,
    rung: Rung,
    others: Sequence[Account],
    strategy: Strategy,
    *,
    now: datetime,
) -> list[Account]:
    """The person's other accounts that one message may name besides, most valuable first."""
    window = timedelta(hours=strategy.coordination.window_hours)
    if not window:
        return []
    horizon = now + window
    joining = [a for a in others if _joins(account, rung, a, strategy, horizon=horizon, now=now)]
    return sorted(joining, key=_rank, reverse=True)


def _joins(
    account: Account,
    rung: Rung,
    other: Account,
    strategy: Strategy,
    *,
    horizon: datetime,
    now: datetime,
) -> bool:
    if other.status is not Status.ACTIVE or other.hold or other.paused or other.escalated:
        return False
    if other.due_at is None or other.due_at > horizon or cadence.claimable_minor(other) <= 0:
        return False
    if _kind(account) != _kind(other) or other.account_id == account.account_id:
        return False
    step = cadence.next_step(other, strategy, now=now)
    if step is None or step.rung.pre_due is not rung.pre_due:
        return False
    late = cadence.payable_from(other)
    if not rung.pre_due and late is not None and late > now:
        return False
    if _alone(step.rung) or _alone(rung):
        return step.rung.name == rung.name and not rung.approval
    return True


def _kind(account: Account) -> tuple[object, ...]:
    """What must be alike for one message to speak of two accounts."""
    return (
        account.creditor, account.consumer_id, account.debt_role, account.debt_kind,
        account.balance.currency, account.strategy_version, account.shadow,
    )  # fmt: skip


def leader(account: Account, together: Sequence[Account]) -> Account | None:
    """The account that leads in place of this one, None where this one leads."""
    best = max(together, key=_rank, default=None)
    return best if best is not None and _rank(best) > _rank(account) else None
