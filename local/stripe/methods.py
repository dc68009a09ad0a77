"""Customers and payment methods: who may be charged, with what."""

from __future__ import annotations

import hashlib
from typing import Any

from local.stripe import cards
from local.stripe.cards import Behaviour
from local.stripe.problems import StripeProblem, bad_parameter
from local.stripe.state import StripeState, Thing, public

_BLANK_ADDRESS: Thing = {"city": None, "country": None, "line1": None, "line2": None,
                         "postal_code": None, "state": None}  # fmt: skip
_BLANK_BILLING: Thing = {"email": None, "name": None, "phone": None, "tax_id": None}


def merged_metadata(old: dict[str, str], new: Any) -> dict[str, str]:
    """Metadata as an update leaves it: merged, empty values unset, empty text clears all."""
    if new == "":
        return {}
    return {n: v for n, v in (old | (new or {})).items() if v != ""}


def behaviour_of(method: Thing) -> Behaviour:
    """What the test card or account behind a payment method does."""
    return cards.BEHAVIOURS[method["_behaviour"]]


# -- customers


def create_customer(state: StripeState, wanted: Thing) -> Thing:
    """POST /v1/customers."""
    method = wanted.pop("payment_method", None)
    customer: Thing = {
        "id": state.new_id("cus", 14),
        "object": "customer",
        "balance": 0,
        "created": state.now(),
        "delinquent": False,
        "invoice_prefix": state.new_id("X", 7)[2:].upper(),
        "invoice_settings": {"custom_fields": None, "default_payment_method": None,
                             "footer": None, "rendering_options": None},
        "livemode": False,
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    } | wanted  # fmt: skip
    customer["metadata"] = merged_metadata({}, wanted.get("metadata"))
    state.put(customer)
    if method:
        attach(state, use(state, method), customer["id"])
    state.emit("customer.created", customer)
    return customer


def update_customer(state: StripeState, customer: Thing, wanted: Thing) -> Thing:
    """POST /v1/customers/{id}: metadata is merged, the rest replaced."""
    old = {name: customer.get(name) for name in wanted}
    metadata = merged_metadata(customer["metadata"], wanted.pop("metadata", {}))
    customer.update({n: (None if v == "" else v) for n, v in wanted.items()})
    customer["metadata"] = metadata
    state.emit("customer.updated", state.put(customer), old)
    return customer


def delete_customer(state: StripeState, customer: Thing) -> Thing:
    """DELETE /v1/customers/{id}: its payment methods are detached."""
    for method in list(state.every("payment_method")):
        if method["customer"] == customer["id"]:
            detach(state, method)
    state.emit("customer.deleted", customer)
    customer["_gone"] = True
    state.put(customer)
    return {"id": customer["id"], "object": "customer", "deleted": True}


# -- payment methods


def create_method(state: StripeState, wanted: Thing) -> Thing:
    """POST /v1/payment_methods. Bank accounts only: raw card numbers are refused."""
    kind = wanted.get("type")
    if kind is None:
        raise bad_parameter("Missing required param: type.", "type", "parameter_missing")
    if kind == "card":
        token = wanted.get("card", {}).get("token")
        if token and (known := cards.by_token(token.replace("tok_", "pm_card_"))):
            return method_of(state, "card", known[1], known[2], wanted)
        raise StripeProblem(
            "Sending credit card numbers directly to the Stripe API is generally unsafe. To "
            "continue processing use Stripe.js, the Stripe mobile bindings, or Stripe Elements.",
            status=402,
            executed=False,
        )
    if kind != "us_bank_account":
        raise bad_parameter(
            f'The payment method type "{kind}" is invalid. Please ensure the provided type is '
            "activated in your dashboard and your account is enabled for any preview features.",
            "type",
        )
    details = wanted.get("us_bank_account", {})
    if details.get("routing_number") != cards.ROUTING:
        raise bad_parameter(
            "Invalid routing number", "us_bank_account[routing_number]", "routing_number_invalid"
        )
    number = details.get("account_number", "")
    behaviour = cards.by_bank_number(number)
    if behaviour is None:
        raise bad_parameter(
            "You must use a test bank account number in test mode.",
            "us_bank_account[account_number]",
            "account_number_invalid",
        )
    return method_of(state, "us_bank_account", number[-4:], behaviour, wanted, verified=False)


def method_of(
    state: StripeState,
    kind: str,
    last4: str,
    behaviour: Behaviour,
    wanted: Thing,
    *,
    verified: bool = True,
    expires: tuple[int, int] = (12, 2034),
) -> Thing:
    """A payment method that does what a test number does; the number itself is not kept."""
    print_ = hashlib.sha256(f"{behaviour.name}{last4}".encode()).hexdigest()[:16]
    if kind == "card":
        details = {
            "brand": behaviour.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None,
                       "cvc_check": "unchecked"},
            "country": "US", "display_brand": behaviour.brand,
            "exp_month": expires[0], "exp_year": expires[1], "fingerprint": print_,
            "funding": behaviour.funding, "generated_from": None, "last4": last4,
            "networks": {"available": [behaviour.brand], "preferred": None},
            "regulated_status": "unregulated", "three_d_secure_usage": {"supported": True},
            "wallet": None,
        }  # fmt: skip
    else:
        given = wanted.get("us_bank_account", {})
        details = {
            "account_holder_type": given.get("account_holder_type", "individual"),
            "account_type": given.get("account_type", "checking"),
            "bank_name": "STRIPE TEST BANK", "financial_connections_account": None,
            "fingerprint": print_, "last4": last4,
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "routing_number": cards.ROUTING, "status_details": {},
        }  # fmt: skip
    billing = _BLANK_BILLING | {
        n: v for n, v in wanted.get("billing_details", {}).items() if n != "address"
    }
    billing["address"] = _BLANK_ADDRESS | (wanted.get("billing_details", {}).get("address") or {})
    return state.put(
        {
            "id": state.new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": wanted.get("allow_redisplay", "unspecified"),
            "billing_details": billing,
            "created": state.now(),
            "livemode": False,
            "metadata": merged_metadata({}, wanted.get("metadata")),
            "type": kind,
            kind: details,
            "_behaviour": behaviour.name,
            "_verified": verified,
            "_used": False,
            "_set_up": False,
        }
    )


def use(state: StripeState, identifier: str) -> Thing:
    """A stored payment method, or a new one for a test token such as `pm_card_visa`."""
    behaviour = cards.by_token(identifier)
    if behaviour:
        return method_of(state, *behaviour, {})
    return state.get("payment_method", identifier, "payment_method")


def attach(state: StripeState, method: Thing, customer: str) -> Thing:
    """POST /v1/payment_methods/{id}/attach. A declining card is refused here already."""
    state.get("customer", customer, "customer")
    if method["customer"] not in (None, customer):
        raise bad_parameter(
            "The payment method you provided has already been attached to a customer.",
            "payment_method",
        )
    if method["_used"] and method["customer"] is None:
        raise StripeProblem(
            "This PaymentMethod was previously used without being attached to a Customer or was "
            "detached from a Customer, and may not be used again."
        )
    behaviour = behaviour_of(method)
    if method["type"] == "card" and behaviour.decline and not (
        behaviour.attach_only or behaviour.authenticate
    ):  # fmt: skip
        raise card_problem(behaviour.decline, behaviour.code)
    method["customer"] = customer
    state.emit("payment_method.attached", state.put(method))
    return method


def detach(state: StripeState, method: Thing) -> Thing:
    """POST /v1/payment_methods/{id}/detach. It can never be used again."""
    if method["customer"] is None:
        raise StripeProblem(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible."
        )
    old = {"customer": method["customer"]}
    method["customer"], method["_used"] = None, True
    state.emit("payment_method.detached", state.put(method), old)
    return method


def update_method(state: StripeState, method: Thing, wanted: Thing) -> Thing:
    """POST /v1/payment_methods/{id}: billing details, metadata, a card's expiry."""
    metadata = merged_metadata(method["metadata"], wanted.get("metadata", {}))
    if isinstance(wanted.get("billing_details"), dict):
        method["billing_details"] = method["billing_details"] | wanted["billing_details"]
    if isinstance(wanted.get("card"), dict) and method["type"] == "card":
        method["card"] = method["card"] | wanted["card"]
    method["metadata"] = metadata
    state.emit("payment_method.updated", state.put(method))
    return method


def card_problem(decline: str, code: str = "", **extra: Any) -> StripeProblem:
    """A declined card, as the API says it: HTTP 402 with code and decline code."""
    return StripeProblem(
        cards.MESSAGES.get(decline, "Your card was declined."),
        status=402,
        kind="card_error",
        code=code or "card_declined",
        decline_code=decline,
        advice_code=_ADVICE.get(decline),
        **{name: public(thing) for name, thing in extra.items()},
    )


_ADVICE = {
    "insufficient_funds": "try_again_later",
    "processing_error": "try_again_later",
    "card_velocity_exceeded": "try_again_later",
    "generic_decline": "try_again_later",
    "expired_card": "confirm_card_data",
    "incorrect_cvc": "confirm_card_data",
    "lost_card": "do_not_try_again",
    "stolen_card": "do_not_try_again",
}
