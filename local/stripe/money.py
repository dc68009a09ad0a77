"""Charges, refunds and disputes: what was taken, given back and taken back.

Refunds never exceed what was captured, whatever is asked; disputed money cannot be refunded.
"""

from __future__ import annotations

from typing import Any

from local.stripe.methods import behaviour_of, merged_metadata
from local.stripe.problems import StripeProblem, bad_parameter
from local.stripe.state import StripeState, Thing, public

_DAY = 86_400


def charge(
    state: StripeState,
    payment: Thing,
    method: Thing,
    status: str,
    *,
    captured: bool = True,
    failure: Thing | None = None,
) -> Thing:
    """One attempt to take the money of an intent."""
    taken = payment["amount"] if status == "succeeded" and captured else 0
    kind = method["type"]
    keep = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4",
            "bank_name", "routing_number", "account_type", "account_holder_type")  # fmt: skip
    details = {name: method[kind][name] for name in keep if name in method[kind]}
    if kind == "us_bank_account":
        details["mandate"] = payment["_mandate"]
    thing = state.put(
        {
            "id": state.new_id("py" if kind == "us_bank_account" else "ch"),
            "object": "charge",
            "amount": payment["amount"],
            "amount_captured": taken,
            "amount_refunded": 0,
            "billing_details": method["billing_details"],
            "calculated_statement_descriptor": "DUNLIN TEST",
            "captured": captured and status == "succeeded",
            "created": state.now(),
            "currency": payment["currency"],
            "customer": payment["customer"],
            "description": payment["description"],
            "disputed": False,
            "failure_code": failure["code"] if failure else None,
            "failure_message": failure["message"] if failure else None,
            "fraud_details": {},
            "livemode": False,
            "metadata": dict(payment["metadata"]),
            "outcome": _outcome(status, failure),
            "paid": status == "succeeded",
            "payment_intent": payment["id"],
            "payment_method": method["id"],
            "payment_method_details": {kind: details, "type": kind},
            "receipt_email": payment["receipt_email"],
            "refunded": False,
            "status": status,
        }
    )
    if taken:
        thing["balance_transaction"] = _booked(state, thing, taken, "charge")
    name = {"succeeded": "succeeded", "failed": "failed", "pending": "pending"}[status]
    state.emit(f"charge.{name}", state.put(thing))
    return thing


def _outcome(status: str, failure: Thing | None) -> Thing:
    declined = status == "failed"
    return {
        "advice_code": (failure or {}).get("advice_code"),
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": (failure or {}).get("decline_code"),
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline."
        if declined
        else "Payment complete.",
        "type": "issuer_declined" if declined else "authorized",
    }


def _booked(state: StripeState, source: Thing, amount: int, kind: str) -> str:
    booking = state.put(
        {
            "id": state.new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": state.now() + 2 * _DAY,
            "balance_type": "payments",
            "created": state.now(),
            "currency": source["currency"],
            "description": source.get("description"),
            "fee": 0,
            "fee_details": [],
            "net": amount,
            "reporting_category": kind,
            "source": source["id"],
            "status": "pending",
            "type": kind,
        }
    )
    return str(booking["id"])


def settle_charge(state: StripeState, thing: Thing) -> None:
    """A pending bank debit was paid."""
    thing.update(status="succeeded", paid=True, captured=True, amount_captured=thing["amount"])
    thing["balance_transaction"] = _booked(state, thing, thing["amount"], "payment")
    state.emit("charge.succeeded", state.put(thing))


def fail_charge(state: StripeState, thing: Thing, failure: Thing) -> None:
    """A pending bank debit was returned."""
    thing.update(status="failed", paid=False, failure_code=failure["code"],
                 failure_message=failure["message"])  # fmt: skip
    state.emit("charge.failed", state.put(thing))


def capture(state: StripeState, thing: Thing, amount: int) -> Thing:
    """Take what was authorised; the rest is released and shows as refunded."""
    thing.update(captured=True, amount_captured=amount, amount_refunded=thing["amount"] - amount)
    thing["balance_transaction"] = _booked(state, thing, amount, "charge")
    state.emit("charge.captured", state.put(thing))
    return thing


def release(state: StripeState, thing: Thing) -> None:
    """Give an authorisation back untaken."""
    thing.update(refunded=True, amount_refunded=thing["amount"])
    state.emit("charge.refunded", state.put(thing))


def after_success(state: StripeState, thing: Thing) -> None:
    """What a test card has in store once its charge went through."""
    method = state.get("payment_method", thing["payment_method"])
    after = behaviour_of(method).after
    if after in ("dispute", "inquiry"):
        open_dispute(state, thing, reason="fraudulent", inquiry=after == "inquiry")


# -- refunds


def create_refund(state: StripeState, wanted: Thing) -> Thing:
    """POST /v1/refunds, whole or in part, never more than is left."""
    thing = _charge_of(state, wanted)
    if thing["status"] != "succeeded" or not thing["captured"]:
        raise StripeProblem(
            f"Charge {thing['id']} cannot be refunded: it has not succeeded.",
            code="charge_not_refundable" if thing["status"] == "failed" else None,
        )
    if thing["disputed"] and not _refundable_dispute(state, thing):
        raise StripeProblem(
            f"Charge {thing['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    left = thing["amount"] - thing["amount_refunded"]
    if left == 0:
        raise StripeProblem(
            f"Charge {thing['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = wanted.get("amount", left)
    if amount < 1:
        raise bad_parameter("Invalid positive integer", "amount", "parameter_invalid_integer")
    if amount > left:
        raise StripeProblem(
            f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount on charge "
            f"(${left / 100:.2f})",
            param="amount",
        )
    after = behaviour_of(state.get("payment_method", thing["payment_method"])).after
    bank = thing["payment_method_details"]["type"] == "us_bank_account"
    waits = after == "refund_pending" or bank
    refund = state.put(
        {
            "id": state.new_id("pyr" if bank else "re"),
            "object": "refund",
            "amount": amount,
            "charge": thing["id"],
            "created": state.now(),
            "currency": thing["currency"],
            "destination_details": {"type": thing["payment_method_details"]["type"]},
            "metadata": merged_metadata({}, wanted.get("metadata")),
            "payment_intent": thing["payment_intent"],
            "reason": wanted.get("reason"),
            "status": "pending" if waits else "succeeded",
        }
    )
    refund["balance_transaction"] = _booked(state, refund, -amount, "refund")
    thing["amount_refunded"] += amount
    thing["refunded"] = thing["amount_refunded"] == thing["amount"]
    state.put(thing)
    state.emit("refund.created", state.put(refund))
    state.emit("charge.refunded", thing)
    if waits:
        state.later(state.settings.refund_delay, "refund_paid", refund["id"])
    elif after == "refund_fails":
        state.later(state.settings.refund_delay, "refund_failed", refund["id"])
    return refund


def _charge_of(state: StripeState, wanted: Thing) -> Thing:
    if wanted.get("charge") and wanted.get("payment_intent"):
        raise bad_parameter("You can only specify one of these: charge, payment_intent.", "charge")
    if wanted.get("charge"):
        return state.get("charge", wanted["charge"], "charge")
    if not wanted.get("payment_intent"):
        raise bad_parameter(
            "One of the following params should be provided for this request: payment_intent or "
            "charge.",
            "charge",
            "parameter_missing",
        )
    payment = state.get("payment_intent", wanted["payment_intent"], "payment_intent")
    if not payment["latest_charge"]:
        raise StripeProblem(
            f"This PaymentIntent ({payment['id']}) does not have a successful charge to refund."
        )
    return state.get("charge", payment["latest_charge"])


def _refundable_dispute(state: StripeState, thing: Thing) -> bool:
    return all(
        d["is_charge_refundable"] for d in state.every("dispute") if d["charge"] == thing["id"]
    )


def refund_paid(state: StripeState, refund: Thing) -> Thing:
    """A pending refund arrived."""
    if refund["status"] == "pending":
        state.cancel_timers(refund["id"])
        refund["status"] = "succeeded"
        state.emit("refund.updated", state.put(refund))
        state.emit("charge.refund.updated", refund)
    return refund


def refund_failed(state: StripeState, refund: Thing, reason: str = "lost_or_stolen_card") -> Thing:
    """A refund bounced: the money is with the business again."""
    if refund["status"] in ("pending", "succeeded"):
        state.cancel_timers(refund["id"])
        thing = state.get("charge", refund["charge"])
        thing["amount_refunded"] -= refund["amount"]
        thing["refunded"] = False
        state.put(thing)
        refund.update(status="failed", failure_reason=reason)
        refund["failure_balance_transaction"] = _booked(
            state, refund, refund["amount"], "refund_failure"
        )
        state.emit("refund.updated", state.put(refund))
        state.emit("refund.failed", refund)
        state.emit("charge.refund.updated", refund)
    return refund


def cancel_refund(_state: StripeState, refund: Thing) -> Thing:
    """POST /v1/refunds/{id}/cancel: only where it waits for the person, which ours never do."""
    raise StripeProblem(
        f"Refund {refund['id']} cannot be canceled: its status is {refund['status']}.",
        param="id",
    )


# -- disputes


def open_dispute(
    state: StripeState, thing: Thing, *, reason: str = "fraudulent", inquiry: bool = False
) -> Thing:
    """The person's bank asks (inquiry) or takes the money back (chargeback)."""
    if thing["status"] != "succeeded" or thing["disputed"]:
        raise StripeProblem(f"Charge {thing['id']} cannot be disputed.")
    amount = thing["amount"] - thing["amount_refunded"]
    dispute = state.put(
        {
            "id": state.new_id("du"),
            "object": "dispute",
            "amount": amount,
            "balance_transactions": [],
            "charge": thing["id"],
            "created": state.now(),
            "currency": thing["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {},
            "evidence_details": {
                "due_by": state.now() + 7 * _DAY,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": inquiry,
            "livemode": False,
            "metadata": {},
            "payment_intent": thing["payment_intent"],
            "reason": reason,
            "status": "warning_needs_response" if inquiry else "needs_response",
        }
    )
    thing["disputed"] = True
    state.put(thing)
    if not inquiry:
        _withdraw(state, dispute, -amount)
    state.emit("charge.dispute.created", dispute)
    if not inquiry:
        state.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _withdraw(state: StripeState, dispute: Thing, amount: int) -> None:
    booking = state.get("balance_transaction", _booked(state, dispute, amount, "adjustment"))
    dispute["balance_transactions"] = [*dispute["balance_transactions"], public(booking)]
    state.put(dispute)


def update_dispute(state: StripeState, dispute: Thing, wanted: Thing) -> Thing:
    """POST /v1/disputes/{id}: evidence; `submit` (the default) sends it to the bank."""
    if dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise StripeProblem(
            "This dispute is already closed or under review.", code="dispute_closed"
        )
    dispute["metadata"] = merged_metadata(dispute["metadata"], wanted.get("metadata", {}))
    evidence = wanted.get("evidence") or {}
    dispute["evidence"] = dispute["evidence"] | evidence
    if evidence:
        dispute["evidence_details"]["has_evidence"] = True
    if evidence and wanted.get("submit", True):
        dispute["evidence_details"]["submission_count"] += 1
        warned = dispute["status"].startswith("warning")
        dispute["status"] = "warning_under_review" if warned else "under_review"
    state.emit("charge.dispute.updated", state.put(dispute))
    # Stripe's own test words: this text in uncategorized_text decides the case.
    verdict = evidence.get("uncategorized_text")
    if verdict in ("winning_evidence", "losing_evidence"):
        return close_dispute(state, dispute, won=verdict == "winning_evidence")
    return dispute


def close_dispute(state: StripeState, dispute: Thing, *, won: bool) -> Thing:
    """The case is decided; won money comes back."""
    if dispute["status"] in ("won", "lost", "warning_closed"):
        raise StripeProblem("This dispute is already closed.", code="dispute_closed")
    inquiry = dispute["status"].startswith("warning")
    dispute["status"] = "warning_closed" if inquiry else ("won" if won else "lost")
    dispute["evidence_details"]["due_by"] = None
    state.put(dispute)
    if won and not inquiry:
        _withdraw(state, dispute, dispute["amount"])
        state.emit("charge.dispute.funds_reinstated", dispute)
    state.emit("charge.dispute.closed", dispute)
    return dispute


def with_refunds(state: StripeState, thing: Thing) -> dict[str, Any]:
    """The list of a charge's refunds, as `expand[]=refunds` shows it."""
    refunds = [public(r) for r in state.every("refund") if r["charge"] == thing["id"]]
    return {
        "object": "list",
        "data": refunds[:10],
        "has_more": len(refunds) > 10,
        "url": f"/v1/charges/{thing['id']}/refunds",
    }
