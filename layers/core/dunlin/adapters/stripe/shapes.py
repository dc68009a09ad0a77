"""Stripe's objects and codes in our words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    Decline,
    DeclineReason,
    MethodKind,
    PaymentState,
    PaymentStatus,
    RefundState,
)

# Stripe's decline codes (docs.stripe.com/declines/codes) and bank return codes in our words.
REASONS = {
    DeclineReason.INSUFFICIENT_FUNDS: "insufficient_funds",
    DeclineReason.EXPIRED_CARD: "expired_card",
    DeclineReason.WRONG_SECURITY_CODE: "incorrect_cvc invalid_cvc",
    DeclineReason.WRONG_DETAILS: "incorrect_number invalid_number invalid_expiry_month "
    "invalid_expiry_year incorrect_address incorrect_zip invalid_account incorrect_pin "
    "invalid_pin no_account new_account_information_available",
    DeclineReason.LIMIT_REACHED: "card_velocity_exceeded withdrawal_count_limit_exceeded "
    "pin_try_exceeded invalid_amount",
    DeclineReason.PROOF_NEEDED: "authentication_required authentication_not_handled "
    "mobile_device_authentication_required approve_with_id offline_pin_required "
    "online_or_offline_pin_required",
    DeclineReason.PROOF_FAILED: "payment_intent_authentication_failure "
    "setup_intent_authentication_failure",
    DeclineReason.NOT_SUPPORTED: "card_not_supported currency_not_supported invalid_currency "
    "testmode_decline test_mode_live_card",
    DeclineReason.TRY_LATER: "processing_error issuer_not_available try_again_later "
    "reenter_transaction no_action_taken",
    DeclineReason.ACCOUNT_CLOSED: "account_closed bank_account_restricted "
    "bank_ownership_changed account_frozen",
    DeclineReason.NOT_AUTHORISED: "debit_not_authorized",
    DeclineReason.REVOKED: "revocation_of_authorization revocation_of_all_authorizations "
    "stop_payment_order do_not_try_again",
    DeclineReason.LOST_OR_STOLEN: "lost_card stolen_card pickup_card restricted_card",
    DeclineReason.SUSPECTED_FRAUD: "fraudulent merchant_blacklist security_violation "
    "highest_risk_level",
}
REASON_OF = {code: reason for reason, codes in REASONS.items() for code in codes.split()}

_PAYMENT_STATES = {
    "succeeded": PaymentState.SUCCEEDED,
    "processing": PaymentState.PENDING,
    "requires_capture": PaymentState.AUTHORISED,
    "canceled": PaymentState.CANCELED,
    "requires_confirmation": PaymentState.WAITING,
    "requires_action": PaymentState.WAITING,
}
METHOD_KINDS = {"card": MethodKind.CARD, "us_bank_account": MethodKind.BANK}


def instant(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def money(minor: int, currency: str) -> Money:
    return Money(minor, currency.upper())


def decline(error: Mapping[str, Any] | None) -> Decline | None:
    if not error:
        return None
    code = str(error.get("decline_code") or error.get("code") or "unknown")
    return Decline(reason=REASON_OF.get(code, DeclineReason.DECLINED), code=code)


def method_kind(method: Any) -> MethodKind:
    return METHOD_KINDS.get(method["type"], MethodKind.OTHER) if method else MethodKind.OTHER


def refund_state(status: str) -> RefundState:
    if status in ("succeeded", "failed"):
        return RefundState(status)
    return RefundState.FAILED if status == "canceled" else RefundState.PENDING


def facts_of(page_or_payment: Mapping[str, Any], stack: str) -> Mapping[str, Any]:
    """What was written beside a page or a payment when it was opened; nothing where another stack
    opened it, so that its payments are none of ours. What names no stack is older than the name."""
    facts: Mapping[str, Any] = page_or_payment.get("metadata") or {}
    return {} if stack and facts.get("stack", stack) != stack else facts


def payment_status(intent: Mapping[str, Any], stack: str = "") -> PaymentStatus:
    facts = facts_of(intent, stack)
    error = intent.get("last_payment_error")
    charge = intent["latest_charge"]
    state = _PAYMENT_STATES.get(intent["status"])
    if state is None:
        state = PaymentState.FAILED if error else PaymentState.WAITING
    return PaymentStatus(
        id=intent["id"],
        state=state,
        amount=money(intent["amount"], intent["currency"]),
        received=money(intent["amount_received"], intent["currency"]),
        refunded=money(charge["amount_refunded"] if charge else 0, intent["currency"]),
        account_id=facts.get("account_id", ""),
        attempt_id=facts.get("attempt_id", ""),
        creditor=facts.get("creditor", ""),
        method=method_kind(intent["payment_method"] or (error or {}).get("payment_method")),
        decline=decline(error),
        created=instant(intent["created"]),
    )
