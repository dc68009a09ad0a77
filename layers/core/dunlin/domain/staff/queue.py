"""The staff queue: what waits for a person at the creditor, of which kind, by when, and whose.

Nothing is stored for it: an account that waits is an item, and everything follows from the account
and the creditor's hours for each kind (`Strategy.queue`). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.strategy.strategy import StaffQueuePolicy

# Hours by which staff answer where the creditor says nothing else, by kind, the gravest first.
HOURS: Mapping[str, int] = {
    "failed": 4,
    "dispute": 24,
    "wrong_party": 24,
    "hardship": 24,
    "chargeback": 24,
    "arrangement_request": 24,
    "question": 24,
    "reply": 24,
    "unplaced_payment": 24,
    "approval": 48,
    "stuck_payment": 48,
    "escalation": 48,
    "match": 72,
    "review": 72,
}
KINDS = tuple(HOURS)
# Kinds that somebody must hear of at once; the others are found in the queue.
URGENT = frozenset(KINDS) - {"match", "review"}
# What a hold's reason says, where the reason makes a kind of its own.
_SAYS = {"chargeback": "chargeback", "Probably the same person": "match"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One account in the queue. `since` and `due` are None where nobody knows when it began."""

    account: Account
    kind: str
    since: datetime | None
    due: datetime | None
    owner: str

    def late(self, now: datetime) -> bool:
        """True once its service timer has run out."""
        return self.due is not None and now >= self.due


def kind_of(account: Account) -> str:
    """Why the account waits, by the first that holds: what the person asked; what it was escalated
    for; a dispute; its ladder failed; its hold. "" where it waits for nobody."""
    if not account.waits_for_staff:
        return ""
    if account.has_open_message and account.case is not None and account.case.kind in KINDS:
        return account.case.kind
    if account.escalated:
        trigger = account.escalated.split(":", 1)[0]
        return trigger if trigger in KINDS else "escalation"
    if account.hold is Hold.DISPUTE:
        return "dispute"
    if account.status is Status.FAILED:
        return "failed"
    kinds = (kind for text, kind in _SAYS.items() if text in account.hold_reason)
    return next(kinds, "review")


def item_of(account: Account, policy: StaffQueuePolicy) -> Item | None:
    """The account's place in the queue; None where it waits for nobody."""
    kind = kind_of(account)
    if not kind:
        return None
    since = account.case.since if account.case else None
    hours = policy.hours.get(kind, HOURS[kind])
    return Item(
        account=account,
        kind=kind,
        since=since,
        due=since + timedelta(hours=hours) if since else None,
        owner=(account.case.owner if account.case else "") or policy.owners.get(kind, ""),
    )
