"""SetupIntents: the life of an attempt to save a method."""

from __future__ import annotations

from local.stripe import methods
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
from local.stripe.problems import StripeProblem, bad_parameter
from local.stripe.state import StripeState, Thing, public


def create_setup(state: StripeState, wanted: Thing, *, session: str | None = None) -> Thing:
    """POST /v1/setup_intents, or what a Checkout Session in setup mode makes."""
    if wanted.get("customer"):
        state.get("customer", wanted["customer"], "customer")
    method = methods.use(state, wanted["payment_method"]) if wanted.get("payment_method") else None
    automatic = wanted.get("automatic_payment_methods") or {"enabled": True}
    identifier = state.new_id("seti")
    setup = state.put(
        {
            "id": identifier,
            "object": "setup_intent",
            "automatic_payment_methods": {
                "allow_redirects": automatic.get("allow_redirects", "always"),
                "enabled": automatic["enabled"],
            },
            "client_secret": f"{identifier}_secret_{state.new_id('s')[2:]}",
            "created": state.now(),
            "customer": wanted.get("customer"),
            "description": wanted.get("description"),
            "livemode": False,
            "metadata": merged_metadata({}, wanted.get("metadata")),
            "payment_method": method["id"] if method else None,
            "payment_method_options": wanted.get("payment_method_options") or {},
            "payment_method_types": eligible_types(None, wanted),
            "allowed_payment_method_types": wanted.get("allowed_payment_method_types"),
            "excluded_payment_method_types": wanted.get("excluded_payment_method_types"),
            "status": "requires_confirmation" if method else "requires_payment_method",
            "usage": wanted.get("usage", "off_session"),
            "_session": session,
            "_mandate": None,
        }
    )
    state.emit("setup_intent.created", setup)
    if wanted.get("confirm"):
        return confirm_setup(state, setup, {**wanted, "payment_method": None})
    return setup


def update_setup(state: StripeState, setup: Thing, wanted: Thing) -> Thing:
    """POST /v1/setup_intents/{id}."""
    if setup["status"] not in MOVABLE:
        raise wrong_state(setup, "update", MOVABLE)
    metadata = merged_metadata(setup["metadata"], wanted.pop("metadata", {}))
    if wanted.get("payment_method"):
        wanted["payment_method"] = methods.use(state, wanted["payment_method"])["id"]
        setup["status"] = "requires_confirmation"
    setup.update({n: v for n, v in wanted.items() if n != "payment_method_data"})
    setup["metadata"] = metadata
    return state.put(setup)


def confirm_setup(state: StripeState, setup: Thing, wanted: Thing) -> Thing:
    """POST /v1/setup_intents/{id}/confirm: save the method for later charges."""
    if setup["status"] not in MOVABLE:
        raise wrong_state(setup, "confirm", MOVABLE)
    chosen = wanted.get("payment_method") or setup["payment_method"]
    if not chosen:
        raise StripeProblem(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
            setup_intent=public(setup),
        )
    method = methods.use(state, chosen)
    if not (wanted.get("return_url") or setup["_session"]):
        require_return_url(setup, wanted)
    setup["payment_method"], setup["last_setup_error"] = method["id"], None
    behaviour = behaviour_of(method)
    if method["type"] == "us_bank_account":
        if not (wanted.get("mandate_data") or setup["_session"]):
            raise bad_parameter(
                "To confirm a SetupIntent with a us_bank_account PaymentMethod, you must provide "
                "`mandate_data`.",
                "mandate_data",
            )
        if not method["_verified"]:
            setup["status"], setup["next_action"] = (
                "requires_action",
                microdeposit_action(state, setup["id"]),
            )
            state.emit("setup_intent.requires_action", state.put(setup))
            return setup
        setup["_mandate"] = new_mandate(state, method, multi=True)
        return set_up(state, setup, method)
    if behaviour.authenticate:
        setup["status"] = "requires_action"
        setup["next_action"] = redirect_action(state, setup["id"], wanted.get("return_url"))
        state.emit("setup_intent.requires_action", state.put(setup))
        return setup
    if behaviour.decline and not behaviour.attach_only:
        return _setup_failed(state, setup, method, behaviour.decline, behaviour.code)
    return set_up(state, setup, method)


def authenticate_setup(state: StripeState, setup: Thing, *, passed: bool) -> Thing:
    """What the 3DS page reports for a method being saved."""
    if setup["status"] != "requires_action":
        raise wrong_state(setup, "authenticate", ("requires_action",))
    method = state.get("payment_method", setup["payment_method"])
    setup["next_action"] = None
    if not passed:
        return _setup_failed(state, setup, method, "", "setup_intent_authentication_failure",
                             quiet=True)  # fmt: skip
    return set_up(state, setup, method)


def _setup_failed(
    state: StripeState, setup: Thing, method: Thing, reason: str, code: str, *, quiet: bool = False
) -> Thing:
    problem = card_problem(reason, code, payment_method=method)
    if not reason:
        del problem.error["decline_code"]
        problem.error["message"] = (
            "We are unable to authenticate your payment method. Please choose a different payment "
            "method and try again."
        )
    setup["status"], setup["payment_method"] = "requires_payment_method", None
    setup["last_setup_error"] = dict(problem.error)
    state.emit("setup_intent.setup_failed", state.put(setup))
    if quiet:
        return setup
    problem.error["setup_intent"] = public(setup)
    raise problem


def set_up(state: StripeState, setup: Thing, method: Thing) -> Thing:
    method["_set_up"] = True
    if setup["customer"] and not method["customer"]:
        methods.attach(state, method, setup["customer"])
    state.put(method)
    setup.update(status="succeeded", next_action=None, mandate=setup["_mandate"])
    state.emit("setup_intent.succeeded", state.put(setup))
    return setup


def cancel_setup(state: StripeState, setup: Thing, wanted: Thing) -> Thing:
    """POST /v1/setup_intents/{id}/cancel."""
    if setup["status"] not in MOVABLE:
        raise wrong_state(setup, "cancel", MOVABLE)
    setup.update(status="canceled", cancellation_reason=wanted.get("cancellation_reason"))
    state.emit("setup_intent.canceled", state.put(setup))
    return setup
