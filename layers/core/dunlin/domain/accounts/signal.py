"""Signals: what a consumer or a provider did. One list of names, and which of them wake a ladder.

A signal writes the account first and then wakes the ladder; a lost wake costs time only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class SignalKind(StrEnum):
    DELIVERED = "delivered"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    OPEN = "open"
    CLICK = "click"
    PORTAL_VISIT = "portal_visit"
    REPLY = "reply"
    OPT_OUT = "opt_out"
    PLAN_REQUEST = "plan_request"
    PLAN_STARTED = "plan_started"
    PLAN_MISSED = "plan_missed"
    PROMISE = "promise"
    DISPUTE = "dispute"
    QUESTION = "question"
    HARDSHIP = "hardship"
    WRONG_PARTY = "wrong_party"
    PAYMENT = "payment"
    PAYMENT_PENDING = "payment_pending"
    PAYMENT_FAILED = "payment_failed"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    PREFERENCE = "preference"
    LOCKED_OUT = "locked_out"
    STAFF = "staff"


_SILENT = frozenset(
    {
        SignalKind.DELIVERED,
        SignalKind.COMPLAINT,
        SignalKind.OPEN,
        SignalKind.CLICK,
        SignalKind.PORTAL_VISIT,
        SignalKind.QUESTION,
        SignalKind.LOCKED_OUT,
    }
)


def wakes(kind: SignalKind) -> bool:
    """True where the ladder must look at once; the others are read at the next due time.

    A complaint is an opt-out in effect and is raised as one, which wakes.
    """
    return kind not in _SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing that happened. `signal_id` makes a repeated delivery harmless.

    `detail` holds ids, codes and figures; what a person wrote is stored apart, by `signal_id`.
    """

    signal_id: str
    kind: SignalKind
    at: datetime
    account_id: str | None = None
    consumer_id: str | None = None
    touch_id: str | None = None
    channel: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSignal:
    """One provider event as a signal; `message_id` finds the touch where no tag names it."""

    signal: Signal
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An event that moves nothing, with the reason it is counted under."""

    reason: str
