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
    "locked_out": 24,
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
    """One account in the queue. `since` and `due` are None where nobody knows when it began;
    `also` is what else it waits for."""

    account: Account
    kind: str
    also: tuple[str, ...]
    since: datetime | None
    due: datetime | None
    owner: str

    def late(self, now: datetime) -> bool:
        """True once its service timer has run out."""
        return self.due is not None and now >= self.due


def kinds_of(account: Account) -> tuple[str, ...]:
    """All for which the account waits, and the kind that it goes by first: what the person asked;
    what it was escalated for; a dispute; its ladder failed; its hold."""
    if not account.waits_for_staff:
        return ()
    kinds = []
    if account.has_open_message and account.case is not None and account.case.kind in KINDS:
        kinds.append(account.case.kind)
    for trigger in account.waiting:
        name = trigger.split(":", 1)[0]
        kinds.append(name if name in KINDS else "escalation")
    if account.hold is Hold.DISPUTE:
        kinds.append("dispute")
    if account.status is Status.FAILED:
        kinds.append("failed")
    if account.hold is Hold.REVIEW or not kinds:
        of_hold = (kind for text, kind in _SAYS.items() if text in account.hold_reason)
        held = next(of_hold, "review")
        of_message = bool(kinds) and account.has_open_message  # it holds until it is answered
        if held != "review" or not of_message:
            kinds.append(held)
    return tuple(dict.fromkeys(kinds))


def kind_of(account: Account) -> str:
    """Why the account waits, by the first that holds. "" where it waits for nobody."""
    return next(iter(kinds_of(account)), "")


def item_of(account: Account, policy: StaffQueuePolicy) -> Item | None:
    """The account's place in the queue; None where it waits for nobody."""
    kinds = kinds_of(account)
    if not kinds:
        return None
    kind, also = kinds[0], kinds[1:]
    since = account.case.since if account.case else None
    hours = policy.hours.get(kind, HOURS[kind])
    return Item(
        account=account,
        kind=kind,
        also=also,
        since=since,
        due=since + timedelta(hours=hours) if since else None,
        owner=(account.case.owner if account.case else "") or policy.owners.get(kind, ""),
    )
