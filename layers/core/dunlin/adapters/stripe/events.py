"""Stripe's webhook events: the fact about money that each one holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from dunlin.adapters.stripe.shapes import decline, facts_of, instant, method_kind, money
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.payments.payments import (
    ForgedEvent,
    MethodKind,
    MethodSaved,
    PaymentEvent,
)
from dunlin.domain.payments.posting import EXCESS

_PAGE_DONE = "checkout.session.completed"


def read_event(raw: bytes | str, stack: str = "") -> PaymentEvent | None:
    """The fact about money in a verified event; None where it holds none.

    payment: `payment_intent.succeeded`, and nothing else. payment_pending: `.processing`.
    payment_failed: `.payment_failed`. refund: `refund.created` and `.updated` whatever they wait
    for, since Stripe takes the money at once, and `undone` when it failed or was cancelled.
    chargeback: `charge.dispute.funds_withdrawn`, `.funds_reinstated` with `undone`, and
    `.closed` with `lost` where it was lost; an inquiry moves no money and is no chargeback.
    An event of another stack than `stack` names no account.
    Raises `ForgedEvent` where the bytes are no event.
    """
    try:
        event = json.loads(raw)
        if event["object"] != "event":
            raise ForgedEvent("not an event")
        reader = READERS.get(event["type"])
        if reader is None:
            return None
        facts = event["data"]["object"]
        return reader(event, {**facts, "metadata": facts_of(facts, stack)})
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as wrong:
        raise ForgedEvent(f"unreadable event: {type(wrong).__name__}") from None


def is_live(raw: bytes | str) -> bool:
    """Whether an event is about real money. Raises `ForgedEvent` where the bytes are no event."""
    try:
        return bool(json.loads(raw)["livemode"])
    except (KeyError, TypeError, ValueError):
        raise ForgedEvent("unreadable event") from None


def read_saved(raw: bytes | str, stack: str = "") -> MethodSaved | None:
    """That a page of `create_setup` was finished: `checkout.session.completed` in setup mode;
    None for every other event. Raises `ForgedEvent` where the bytes are no event."""
    try:
        event = json.loads(raw)
        if event["type"] != _PAGE_DONE or event["data"]["object"]["mode"] != "setup":
            return None
        page = event["data"]["object"]
        facts = facts_of(page, stack)
        return MethodSaved(
            event_id=event["id"], setup_id=page["id"], account_id=facts.get("account_id", "")
        )
    except (AttributeError, KeyError, TypeError, ValueError) as wrong:
        raise ForgedEvent(f"unreadable event: {type(wrong).__name__}") from None


def _intent_fact(
    event: Mapping[str, Any], intent: Mapping[str, Any], fact: SignalKind
) -> PaymentEvent:
    facts = intent.get("metadata") or {}
    failed = fact is SignalKind.PAYMENT_FAILED
    taken = "amount_received" if fact is SignalKind.PAYMENT else "amount"
    error = intent.get("last_payment_error") if failed else None
    method = method_kind((error or {}).get("payment_method"))
    tries = {
        SignalKind.PAYMENT: intent["id"],
        SignalKind.PAYMENT_PENDING: f"{intent['id']}/pending",
        SignalKind.PAYMENT_FAILED: (
            f"{intent['id']}/failed/{intent['latest_charge'] or event['id']}"
        ),
    }
    return PaymentEvent(
        event_id=event["id"],
        fact=fact,
        fact_id=tries[fact],
        payment_id=intent["id"],
        amount=money(intent[taken], intent["currency"]),
        at=instant(event["created"]),
        account_id=facts.get("account_id", ""),
        attempt_id=facts.get("attempt_id", ""),
        creditor=facts.get("creditor", ""),
        method=method,
        decline=decline(error),
        seen=failed and facts.get("way") == "checkout" and method is not MethodKind.BANK,
    )


def _paid(event: Mapping[str, Any], intent: Mapping[str, Any]) -> PaymentEvent:
    return _intent_fact(event, intent, SignalKind.PAYMENT)


def _pending(event: Mapping[str, Any], intent: Mapping[str, Any]) -> PaymentEvent:
    return _intent_fact(event, intent, SignalKind.PAYMENT_PENDING)


def _failed(event: Mapping[str, Any], intent: Mapping[str, Any]) -> PaymentEvent:
    return _intent_fact(event, intent, SignalKind.PAYMENT_FAILED)


def _refunded(event: Mapping[str, Any], refund: Mapping[str, Any]) -> PaymentEvent | None:
    undone = refund["status"] in ("failed", "canceled")
    key = str((refund.get("metadata") or {}).get("refund_key", ""))
    return _taken_back(
        event,
        refund,
        SignalKind.REFUND,
        fact_id=key if key.startswith(f"{EXCESS}/") else refund["id"],
        undone=undone,
        reason=(refund.get("failure_reason") if undone else refund["reason"]) or "",
    )


def _charged_back(event: Mapping[str, Any], dispute: Mapping[str, Any]) -> PaymentEvent | None:
    lost = event["type"] == "charge.dispute.closed"
    if lost and dispute["status"] != "lost":
        return None  # won: told as funds reinstated; an inquiry that ended moved nothing
    return _taken_back(
        event,
        dispute,
        SignalKind.CHARGEBACK,
        fact_id=dispute["id"],
        undone=event["type"] == "charge.dispute.funds_reinstated",
        lost=lost,
        reason=str(dispute["reason"]),
    )


def _taken_back(
    event: Mapping[str, Any],
    money_taken: Mapping[str, Any],
    fact: SignalKind,
    *,
    fact_id: str,
    undone: bool,
    reason: str,
    lost: bool = False,
) -> PaymentEvent | None:
    if not money_taken["payment_intent"]:  # a charge made outside of us: none of our accounts
        return None
    return PaymentEvent(
        event_id=event["id"],
        fact=fact,
        fact_id=fact_id,
        payment_id=money_taken["payment_intent"],
        amount=money(money_taken["amount"], money_taken["currency"]),
        at=instant(event["created"]),
        undone=undone,
        lost=lost,
        reason=reason,
    )


_Reader = Callable[[Mapping[str, Any], Mapping[str, Any]], PaymentEvent | None]
READERS: dict[str, _Reader] = {
    "payment_intent.succeeded": _paid,
    "payment_intent.processing": _pending,
    "payment_intent.payment_failed": _failed,
    "refund.created": _refunded,
    "refund.updated": _refunded,
    "refund.failed": _refunded,
    "charge.dispute.funds_withdrawn": _charged_back,
    "charge.dispute.funds_reinstated": _charged_back,
    "charge.dispute.closed": _charged_back,
}

WEBHOOK_EVENTS = tuple(sorted([*READERS, _PAGE_DONE]))
"""What the webhook endpoint must be subscribed to, at the API version of the SDK."""
