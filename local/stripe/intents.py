"""PaymentIntents: the life of an attempt to pay; and what an id of either intent leads to."""

from __future__ import annotations

from typing import Any

from local.stripe import methods, money
from local.stripe.intent_steps import (
    MOVABLE,
    eligible_types,
    microdeposit_action,
    new_mandate,
    redirect_action,
    require_return_url,
    wrong_state,
)
from local.stripe.methods import behaviour_of, card_problem, merged_metadata
from local.stripe.problems import StripeProblem, bad_parameter, unexpected_state
from local.stripe.setup_intents import authenticate_setup, set_up
from local.stripe.state import StripeState, Thing, public

# Lowest charge by currency (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
_MINIMUM = {"usd": 50, "eur": 50, "cad": 50, "aud": 50, "gbp": 30, "jpy": 50, "mxn": 1000,
            "chf": 50, "nzd": 50, "sek": 300, "nok": 300, "dkk": 250, "brl": 50}  # fmt: skip
_MICRODEPOSITS = [32, 45]


def checked_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse what Stripe would: unknown currencies, too little, too much."""
    if currency not in _MINIMUM:
        raise bad_parameter(
            f"Invalid currency: {currency}. Stripe currently supports these currencies: "
            f"{', '.join(_MINIMUM)}",
            "currency",
        )
    if amount < 1:
        raise bad_parameter(
            "This value must be greater than or equal to 1.", param, "parameter_invalid_integer"
        )
    if amount < _MINIMUM[currency]:
        raise bad_parameter(
            f"Amount must be at least {_MINIMUM[currency]} {currency} in minor units",
            param,
            "amount_too_small",
        )
    if amount > 99_999_999:
        raise bad_parameter("Amount must be no more than $999,999.99", param, "amount_too_large")


def create_payment(state: StripeState, wanted: Thing, *, session: str | None = None) -> Thing:
    """POST /v1/payment_intents, or what a Checkout Session makes when it is submitted."""
    currency = wanted["currency"] = wanted["currency"].lower()
    checked_amount(wanted["amount"], currency)
    if wanted.get("off_session") and not wanted.get("confirm"):
        raise bad_parameter(
            "`off_session` can only be used with `confirm` set to true.", "off_session"
        )
    if wanted.get("customer"):
        state.get("customer", wanted["customer"], "customer")
    method = methods.use(state, wanted["payment_method"]) if wanted.get("payment_method") else None
    automatic = wanted.get("automatic_payment_methods") or {"enabled": True}
    identifier = state.new_id("pi")
    payment = state.put(
        {
            "id": identifier,
            "object": "payment_intent",
            "amount": wanted["amount"],
            "amount_capturable": 0,
            "amount_received": 0,
            "automatic_payment_methods": {
                "allow_redirects": automatic.get("allow_redirects", "always"),
                "enabled": automatic["enabled"],
            },
            "capture_method": wanted.get("capture_method", "automatic_async"),
            "client_secret": f"{identifier}_secret_{state.new_id('s')[2:]}",
            "confirmation_method": wanted.get("confirmation_method", "automatic"),
            "created": state.now(),
            "currency": currency,
            "customer": wanted.get("customer"),
            "description": wanted.get("description"),
            "livemode": False,
            "metadata": merged_metadata({}, wanted.get("metadata")),
            "payment_method": method["id"] if method else None,
            "payment_method_options": wanted.get("payment_method_options") or {},
            "payment_method_types": eligible_types(currency, wanted),
            "allowed_payment_method_types": wanted.get("allowed_payment_method_types"),
            "excluded_payment_method_types": wanted.get("excluded_payment_method_types"),
            "receipt_email": wanted.get("receipt_email"),
            "setup_future_usage": wanted.get("setup_future_usage"),
            "shipping": wanted.get("shipping"),
            "statement_descriptor": wanted.get("statement_descriptor"),
            "statement_descriptor_suffix": wanted.get("statement_descriptor_suffix"),
            "status": "requires_confirmation" if method else "requires_payment_method",
            "_session": session,
            "_mandate": None,
        }
    )
    state.emit("payment_intent.created", payment)
    if wanted.get("confirm"):
        return confirm_payment(state, payment, {**wanted, "payment_method": None})
    return payment


def update_payment(state: StripeState, payment: Thing, wanted: Thing) -> Thing:
    """POST /v1/payment_intents/{id}, while nothing has been taken yet."""
    money_words = {"amount", "currency", "customer", "payment_method", "setup_future_usage"}
    if payment["status"] not in MOVABLE and money_words & wanted.keys():
        raise wrong_state(payment, "update", MOVABLE)
    changed = payment | wanted
    currency = changed["currency"].lower()
    checked_amount(changed["amount"], currency)
    metadata = merged_metadata(payment["metadata"], wanted.pop("metadata", {}))
    if wanted.get("payment_method"):
        wanted["payment_method"] = methods.use(state, wanted["payment_method"])["id"]
        payment["status"] = "requires_confirmation"
    if wanted.get("customer"):
        state.get("customer", wanted["customer"], "customer")
    payment.update({n: (None if v == "" else v) for n, v in wanted.items()
                    if n not in ("payment_method_data", "mandate_data")})  # fmt: skip
    payment["currency"], payment["metadata"] = currency, metadata
    return state.put(payment)


def confirm_payment(state: StripeState, payment: Thing, wanted: Thing) -> Thing:
    """POST /v1/payment_intents/{id}/confirm: charge, or ask for what is missing."""
    if payment["status"] not in MOVABLE:
        raise wrong_state(payment, "confirm", MOVABLE)
    for word in ("receipt_email", "setup_future_usage", "shipping"):
        if wanted.get(word):
            payment[word] = wanted[word]
    chosen = wanted.get("payment_method") or payment["payment_method"]
    if not chosen:
        raise StripeProblem(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken.",
            code="payment_intent_unexpected_state",
            payment_intent=public(payment),
        )
    method = _usable(state, payment, methods.use(state, chosen))
    off_session = wanted.get("off_session") in (True, "one_off", "recurring")
    if not (off_session or wanted.get("return_url") or payment["_session"]):
        require_return_url(payment, wanted)
    payment["payment_method"], payment["last_payment_error"] = method["id"], None
    payment["next_action"] = None
    if method["type"] == "us_bank_account":
        return _debit_bank(state, payment, method, wanted)
    behaviour = behaviour_of(method)
    asks = behaviour.authenticate == "always" or (
        behaviour.authenticate == "once" and not method["_set_up"]
    )
    if asks and off_session:
        return decline(state, payment, method, "authentication_required",
                       "authentication_required")  # fmt: skip
    if asks and wanted.get("error_on_requires_action"):
        return decline(state, payment, method, "authentication_not_handled",
                       "payment_intent_authentication_failure")  # fmt: skip
    if asks:
        payment["status"] = "requires_action"
        payment["next_action"] = redirect_action(state, payment["id"], wanted.get("return_url"))
        state.emit("payment_intent.requires_action", state.put(payment))
        return payment
    return charge_card(state, payment, method)


def _usable(state: StripeState, payment: Thing, method: Thing) -> Thing:
    if method["type"] not in payment["payment_method_types"]:
        raise bad_parameter(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this "
            "PaymentIntent. Please attach a PaymentMethod of one of the following types: "
            f"{', '.join(payment['payment_method_types'])}.",
            "payment_method",
        )
    if method["customer"] and method["customer"] != payment["customer"]:
        raise bad_parameter(
            "The provided PaymentMethod cannot be attached: it belongs to the Customer "
            f"{method['customer']}. Please include the Customer in the `customer` parameter.",
            "payment_method",
        )
    if method["_used"] and not method["customer"]:
        raise StripeProblem(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
            "attachment, shared with a connected account without Customer attachment, or was "
            "detached from a Customer. It may not be used again. To use a PaymentMethod multiple "
            "times, you must attach it to a Customer first."
        )
    return state.put(method)


def authenticate(state: StripeState, payment: Thing, *, passed: bool) -> Thing:
    """What the 3DS page reports: the person proved who they are, or not."""
    if payment["status"] != "requires_action":
        raise wrong_state(payment, "authenticate", ("requires_action",))
    method = state.get("payment_method", payment["payment_method"])
    payment["next_action"] = None
    if not passed:
        return decline(state, payment, method, "", "payment_intent_authentication_failure",
                       charge=False, quiet=True)  # fmt: skip
    return charge_card(state, payment, method, quiet=True)


def charge_card(state: StripeState, payment: Thing, method: Thing, *, quiet: bool = False) -> Thing:
    """Take the money, or decline: with an exception unless `quiet` (nobody is asking)."""
    behaviour = behaviour_of(method)
    if behaviour.decline:
        return decline(state, payment, method, behaviour.decline, behaviour.code, quiet=quiet)
    if payment["setup_future_usage"] and payment["customer"] and not method["customer"]:
        method["_set_up"] = True
        methods.attach(state, method, payment["customer"])
    method["_used"] = True
    state.put(method)
    manual = payment["capture_method"] == "manual"
    charge = money.charge(state, payment, method, "succeeded", captured=not manual)
    payment["latest_charge"] = charge["id"]
    if manual:
        payment["status"], payment["amount_capturable"] = "requires_capture", payment["amount"]
        state.emit("payment_intent.amount_capturable_updated", state.put(payment))
        return payment
    return _succeed(state, payment, charge)


def _succeed(state: StripeState, payment: Thing, charge: Thing) -> Thing:
    payment.update(status="succeeded", amount_received=charge["amount_captured"],
                   amount_capturable=0, next_action=None, processing=None)  # fmt: skip
    state.emit("payment_intent.succeeded", state.put(payment))
    money.after_success(state, charge)
    return payment


def decline(
    state: StripeState,
    payment: Thing,
    method: Thing,
    reason: str,
    code: str,
    *,
    charge: bool = True,
    quiet: bool = False,
) -> Thing:
    """The attempt failed; the intent waits for another method."""
    problem = card_problem(reason, code, payment_method=method)
    if not reason:
        del problem.error["decline_code"]
        problem.error["message"] = (
            "We are unable to authenticate your payment method. Please choose a different payment "
            "method and try again."
        )
    problem.error["payment_method"] = public(method)
    if charge:
        failed = money.charge(state, payment, method, "failed", failure=problem.error)
        payment["latest_charge"] = failed["id"]
        problem.error["charge"] = failed["id"]
    payment["status"], payment["payment_method"] = "requires_payment_method", None
    payment["last_payment_error"] = dict(problem.error)
    payment["next_action"] = None
    if not method["customer"]:
        method["_used"] = True
        state.put(method)
    state.emit("payment_intent.payment_failed", state.put(payment))
    if quiet:
        return payment
    problem.error["payment_intent"] = public(payment)
    raise problem


def _debit_bank(state: StripeState, payment: Thing, method: Thing, wanted: Thing) -> Thing:
    if not (method["_set_up"] or wanted.get("mandate_data") or wanted.get("mandate")
            or payment["_session"]):  # fmt: skip
        raise bad_parameter(
            "To confirm a PaymentIntent with a us_bank_account PaymentMethod, you must provide "
            "`mandate_data` or an existing `mandate`.",
            "mandate_data",
        )
    if not method["_verified"]:
        payment["status"] = "requires_action"
        payment["next_action"] = microdeposit_action(state, payment["id"])
        state.emit("payment_intent.requires_action", state.put(payment))
        return payment
    if not method["_set_up"]:
        payment["_mandate"] = new_mandate(state, method, multi=bool(payment["setup_future_usage"]))
    return start_debit(state, payment, method)


def start_debit(state: StripeState, payment: Thing, method: Thing) -> Thing:
    if payment["setup_future_usage"] and payment["customer"] and not method["customer"]:
        method["_set_up"] = True
        methods.attach(state, method, payment["customer"])
    method["_used"] = True
    state.put(method)
    pending = money.charge(state, payment, method, "pending")
    payment.update(status="processing", next_action=None, latest_charge=pending["id"])
    state.emit("payment_intent.processing", state.put(payment))
    if behaviour_of(method).after != "stuck":
        state.later(state.settings.bank_delay, "settle", payment["id"])
    return payment


def settle(state: StripeState, payment: Thing, failure: str | None = None) -> Thing:
    """The bank's answer to a debit arrives: paid, or returned with a reason."""
    if payment["status"] != "processing":
        return payment
    state.cancel_timers(payment["id"])
    method = state.get("payment_method", payment["payment_method"])
    failure = failure or behaviour_of(method).decline
    charge = state.get("charge", payment["latest_charge"])
    if not failure:
        money.settle_charge(state, charge)
        return _succeed(state, payment, charge)
    problem = card_problem(failure, failure)
    del problem.error["decline_code"]
    problem.error.update(payment_method=public(method), charge=charge["id"])
    problem.error.pop("advice_code", None)
    money.fail_charge(state, charge, problem.error)
    payment.update(status="requires_payment_method", payment_method=None, processing=None,
                   last_payment_error=problem.error)  # fmt: skip
    state.emit("payment_intent.payment_failed", state.put(payment))
    return payment


def verify_microdeposits(state: StripeState, intent: Thing, wanted: Thing) -> Thing:
    """The two small amounts of a bank account (32 and 45) or its code (SM11AA)."""
    name = intent["object"]
    step = (intent["next_action"] or {}).get("type")
    if intent["status"] != "requires_action" or step != "verify_with_microdeposits":
        raise unexpected_state(
            f"This {name} is not waiting for microdeposit verification.", name, public(intent)
        )
    right = sorted(wanted.get("amounts") or []) == _MICRODEPOSITS
    if not (right or wanted.get("descriptor_code") == "SM11AA"):
        raise StripeProblem(
            "The amounts provided do not match the amounts that were sent to the bank account.",
            code=f"{name}_microdeposit_verification_amounts_mismatch"
            if name == "setup_intent"
            else "payment_method_microdeposit_verification_amounts_mismatch",
        )
    method = state.get("payment_method", intent["payment_method"])
    method["_verified"] = True
    intent["_mandate"] = new_mandate(state, state.put(method), multi=name == "setup_intent")
    if name == "payment_intent":
        return start_debit(state, intent, method)
    return set_up(state, intent, method)


def cancel_payment(
    state: StripeState, payment: Thing, wanted: Thing, *, by_api: bool = True
) -> Thing:
    """POST /v1/payment_intents/{id}/cancel."""
    if by_api and payment["_session"]:
        raise StripeProblem(
            "You cannot cancel this PaymentIntent because it was created by Checkout. Expire the "
            "Checkout Session instead.",
            code="payment_intent_unexpected_state",
            payment_intent=public(payment),
        )
    if payment["status"] not in (*MOVABLE, "requires_capture"):
        raise wrong_state(payment, "cancel", (*MOVABLE, "requires_capture"))
    if payment["status"] == "requires_capture":
        money.release(state, state.get("charge", payment["latest_charge"]))
    payment.update(
        status="canceled",
        canceled_at=state.now(),
        amount_capturable=0,
        next_action=None,
        cancellation_reason=wanted.get("cancellation_reason"),
    )
    state.emit("payment_intent.canceled", state.put(payment))
    return payment


def capture_payment(state: StripeState, payment: Thing, wanted: Thing) -> Thing:
    """POST /v1/payment_intents/{id}/capture: all or part of what was authorised."""
    if payment["status"] != "requires_capture":
        raise wrong_state(payment, "capture", ("requires_capture",))
    everything: Thing = {"amount_to_capture": payment["amount_capturable"]}
    amount = (everything | wanted)["amount_to_capture"]
    if not 1 <= amount <= payment["amount_capturable"]:
        raise bad_parameter(
            "The amount to capture is greater than the remaining capturable amount.",
            "amount_to_capture",
            "amount_too_large",
        )
    charge = money.capture(state, state.get("charge", payment["latest_charge"]), amount)
    return _succeed(state, payment, charge)


def intent(state: StripeState, identifier: str) -> Thing:
    """Whatever intent an id names."""
    kind = "setup_intent" if identifier.startswith("seti_") else "payment_intent"
    return state.get(kind, identifier)


def answered(state: StripeState, identifier: str, *, passed: bool) -> dict[str, Any]:
    """The 3DS page's answer, for either kind of intent."""
    thing = intent(state, identifier)
    step = authenticate_setup if thing["object"] == "setup_intent" else authenticate
    return step(state, thing, passed=passed)
