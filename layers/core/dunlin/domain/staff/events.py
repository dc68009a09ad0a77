"""Domain events: what happened, told in the past tense to whoever listens on the bus.

Each carries ids and code words only; who wants a name or an amount asks the tables with the id.
`infra/events/{name}.schema.json` is the contract of each and is tested in both directions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.staff.queue import kind_of

SOURCE = "dunlin"

_ACCOUNT = ("account_id", "creditor", "consumer_id")
_TOUCH = ("touch_id", "account_id", "creditor", "consumer_id", "channel", "template")
_ENTRY = ("entry_id", "account_id")

FIELDS: Mapping[str, tuple[str, ...]] = {
    "AccountImported": _ACCOUNT,
    "AccountActivated": _ACCOUNT,
    "AccountHeld": (*_ACCOUNT, "hold"),
    "HoldLifted": (*_ACCOUNT, "hold"),
    "AccountEscalated": (*_ACCOUNT, "trigger"),
    "StaffNeeded": (*_ACCOUNT, "kind"),
    "StaffTimerLapsed": (*_ACCOUNT, "kind"),
    "ArrangementStarted": (*_ACCOUNT, "arrangement_id"),
    "ArrangementEnded": (*_ACCOUNT, "arrangement_id"),
    "AccountSettled": _ACCOUNT,
    "AccountExhausted": _ACCOUNT,
    "AccountFailed": _ACCOUNT,
    "AccountClosed": _ACCOUNT,
    "ChargePosted": _ENTRY,
    "PaymentPosted": _ENTRY,
    "RefundPosted": _ENTRY,
    "CreditPosted": _ENTRY,
    "AdjustmentPosted": _ENTRY,
    "ChargebackPosted": _ENTRY,
    "TouchPermitted": _TOUCH,
    "TouchUnknown": _TOUCH,
    "TouchSent": _TOUCH,
    "TouchDelivered": _TOUCH,
    "TouchBounced": _TOUCH,
    "TouchFailed": _TOUCH,
    "TouchReleased": _TOUCH,
    "TouchOpened": _TOUCH,
    "TouchClicked": _TOUCH,
    "ReplyReceived": ("reply_id", "account_id", "consumer_id", "channel"),
}

_BY_STATUS = {
    Status.ACTIVE: "AccountActivated",
    Status.SETTLED: "AccountSettled",
    Status.EXHAUSTED: "AccountExhausted",
    Status.FAILED: "AccountFailed",
    Status.CLOSED: "AccountClosed",
}
_BY_KIND = {
    "charge": "ChargePosted",
    "fee": "ChargePosted",
    "interest": "ChargePosted",
    "payment": "PaymentPosted",
    "refund": "RefundPosted",
    "credit": "CreditPosted",
    "adjustment": "AdjustmentPosted",
    "chargeback": "ChargebackPosted",
}
_BY_STATE = {state: f"Touch{state.value.capitalize()}" for state in TouchState}


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """One event. `event_id` is the same when it is told again; `detail` has the fields that
    `FIELDS` gives its name, all texts."""

    event_id: str
    name: str
    detail: Mapping[str, str]


def _event(record_id: str, name: str, detail: Mapping[str, str]) -> DomainEvent:
    return DomainEvent(event_id=f"{record_id}/{name}", name=name, detail=detail)


def of_account(record_id: str, old: Account | None, new: Account | None) -> list[DomainEvent]:
    """What a change of an account means; a change of plans or figures alone means nothing."""
    if new is None:
        return []
    ids = {
        "account_id": new.account_id,
        "creditor": new.creditor,
        "consumer_id": new.consumer_id,
    }
    events = [] if old is not None else [_event(record_id, "AccountImported", ids)]
    was = old.status if old is not None else Status.IMPORTED
    if new.status is not was and new.status in _BY_STATUS:
        events.append(_event(record_id, _BY_STATUS[new.status], ids))
    held, hold = (old.hold if old is not None else None), new.hold
    if hold is not held:
        if held is not None:
            events.append(_event(record_id, "HoldLifted", {**ids, "hold": held.value}))
        if hold is not None:
            events.append(_event(record_id, "AccountHeld", {**ids, "hold": hold.value}))
    fresh = [t for t in new.waiting if old is None or t not in old.waiting]
    if fresh:
        events.append(_event(record_id, "AccountEscalated", {**ids, "trigger": fresh[0]}))
    events += _of_arrangements(record_id, old, new, ids)
    kind = kind_of(new)
    if kind and (
        old is None or kind != kind_of(old) or (new.has_open_message and not old.has_open_message)
    ):
        events.append(_event(record_id, "StaffNeeded", {**ids, "kind": kind}))
    if new.case and new.case.lapsed and not (old and old.case and old.case.lapsed):
        events.append(_event(record_id, "StaffTimerLapsed", {**ids, "kind": kind}))
    return events


def _of_arrangements(
    record_id: str, old: Account | None, new: Account, ids: Mapping[str, str]
) -> list[DomainEvent]:
    """An arrangement came into force, ended, or gave way to another."""
    before = old.arrangement_id if old is not None and old.arranged else ""
    after = new.arrangement_id if new.arranged else ""
    if before == after:
        return []
    ended_and_started = (("ArrangementEnded", before), ("ArrangementStarted", after))
    return [
        _event(record_id, name, {**ids, "arrangement_id": i}) for name, i in ended_and_started if i
    ]


def of_entry(record_id: str, entry: LedgerEntry) -> DomainEvent | None:
    """A ledger entry that was posted; None for a kind that is no event."""
    name = _BY_KIND.get(entry.kind)
    if name is None:
        return None
    return _event(record_id, name, {"entry_id": entry.entry_id, "account_id": entry.account_id})


def of_touch(record_id: str, old: Touch | None, new: Touch | None) -> list[DomainEvent]:
    """How far a touch came: a new state, the first open, the first click."""
    if new is None:
        return []
    detail = {
        "touch_id": new.touch_id,
        "account_id": new.account_id,
        "creditor": new.creditor,
        "consumer_id": new.consumer_id,
        "channel": new.channel.value,
        "template": new.template,
    }
    events = []
    if old is None or old.state is not new.state:
        events.append(_event(record_id, _BY_STATE[new.state], detail))
    if new.opened_at is not None and (old is None or old.opened_at is None):
        events.append(_event(record_id, "TouchOpened", detail))
    if new.clicked_at is not None and (old is None or old.clicked_at is None):
        events.append(_event(record_id, "TouchClicked", detail))
    return events


def of_reply(
    record_id: str, *, reply_id: str, account_id: str | None, consumer_id: str, channel: str
) -> DomainEvent:
    """An inbound message; `account_id` is empty where no account could be told."""
    return _event(
        record_id,
        "ReplyReceived",
        {
            "reply_id": reply_id,
            "account_id": account_id or "",
            "consumer_id": consumer_id,
            "channel": channel,
        },
    )
