"""How widgets say things: holds, kinds and triggers in words, and values as people read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timezone

from dunlin.domain.accounts.account import Hold
from dunlin.domain.accounts.aging import AgingBucket
from dunlin.domain.money import Money

HOLDS = {
    Hold.NO_CONTACT_POINT: "No usable contact point",
    Hold.DISPUTE: "Disputed",
    Hold.PAYMENT_PENDING: "A payment is on its way",
    Hold.ARRANGEMENT: "Paying by arrangement",
    Hold.PROMISE: "Promised to pay",
    Hold.REVIEW: "Needs review",
    Hold.PAUSED: "Paused by staff",
    Hold.CREDIT: "Nothing is owed",
    Hold.NOT_DUE: "Not due yet",
    Hold.SNOOZED: "Left in peace until a day",
    Hold.INSURER: "Waiting for the insurer",
    Hold.HOLDOUT: "Held out, to measure",
}
BUCKETS = {
    AgingBucket.NOT_DUE: "Not due yet",
    AgingBucket.TO_30: "0–30 days",
    AgingBucket.TO_60: "31–60 days",
    AgingBucket.TO_90: "61–90 days",
    AgingBucket.OVER_90: "Over 90 days",
    AgingBucket.UNKNOWN: "No due date",
}
KINDS = {
    "failed": "Ladder failed",
    "dispute": "Dispute",
    "wrong_party": "Wrong person",
    "hardship": "Hardship",
    "chargeback": "Chargeback",
    "arrangement_request": "Arrangement asked for",
    "question": "Question",
    "locked_out": "Cannot get into the page",
    "reply": "Reply",
    "approval": "Waits for approval",
    "stuck_payment": "Payment stuck",
    "unplaced_payment": "Payment to be placed",
    "escalation": "Escalated",
    "match": "Same person?",
    "review": "Needs review",
}
TRIGGERS = {
    "balance": "The balance is above the creditor's limit",
    "days_past_due": "Overdue for longer than the creditor's limit",
    "silent": "Silent through as many messages as the creditor allows",
    "broken_arrangement": "An arrangement was broken",
    "broken_promise": "What was promised has not come",
    "reassigned_number": "The telephone number is somebody else's now: ask for another",
    "unreminded": "Pays in instalments by hand and wants no messages: nobody reminds them",
    "reply": "Wrote back while money is on its way",
}


def money(minor: int, currency: str) -> str:
    return str(Money(minor, currency))


def masked(name: str) -> str:
    """The initials of a name with a fixed number of dots: nothing of its length is told."""
    return " ".join(f"{word[0]}•••" for word in name.split()[:2]) or "•••"


def instant(at: datetime, zone: timezone) -> str:
    label = "UTC" if zone is UTC else f"UTC{at.astimezone(zone):%z}"
    return f"{at.astimezone(zone):%a %d %b %Y, %H:%M} {label}"


def age(since: datetime | None, now: datetime) -> str:
    if since is None:
        return "unknown"
    hours = int((now - since).total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return f"{hours} hour{'s' if hours > 1 else ''}"
    return f"{hours // 24} days"


def words(name: str) -> str:
    """`TouchDeferred` as people read it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").capitalize()
