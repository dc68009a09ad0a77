"""What payment and setup intents share: mandates, proof of identity, refusals of a state."""

from __future__ import annotations

from local.stripe.problems import StripeProblem, bad_parameter, unexpected_state
from local.stripe.state import StripeState, Thing, public

MOVABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def eligible_types(currency: str | None, wanted: Thing) -> list[str]:
    """The payment methods offered: dynamic ones, narrowed as asked."""
    dynamic = ["card", "us_bank_account"] if currency in (None, "usd") else ["card"]
    allowed = wanted.get("allowed_payment_method_types")
    excluded = wanted.get("excluded_payment_method_types") or []
    offered = [t for t in dynamic if (not allowed or t in allowed) and t not in excluded]
    if not offered:
        raise bad_parameter(
            "No valid payment method types for this Payment Intent. Please ensure that you have "
            "activated payment methods compatible with your chosen currency in your dashboard.",
            "allowed_payment_method_types",
        )
    return offered


def refuse_removed(wanted: Thing) -> None:
    """`payment_method_types` cannot be written since API 2026-09-30.endive."""
    if "payment_method_types" in wanted:
        raise bad_parameter(
            "`payment_method_types` is no longer supported on this API version. Use "
            "`allowed_payment_method_types` or `excluded_payment_method_types`, or let Stripe "
            "choose the payment methods from your Dashboard settings.",
            "payment_method_types",
            "payment_method_types_no_longer_supported",
        )


def require_return_url(payment: Thing, wanted: Thing) -> None:
    automatic = payment["automatic_payment_methods"]
    if automatic["enabled"] and automatic["allow_redirects"] == "always" and not wanted.get(
        "error_on_requires_action"
    ):  # fmt: skip
        raise bad_parameter(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. "
            "Because some of these payment methods might redirect your customer off of your page, "
            "you must provide a `return_url`. If you don't want to accept redirect-based payment "
            "methods, set `automatic_payment_methods[enabled]` to `true` and "
            "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents "
            "and Payment Intents.",
            "return_url",
        )


def redirect_action(state: StripeState, identifier: str, return_url: str | None) -> Thing:
    if not return_url:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    return {
        "redirect_to_url": {
            "return_url": return_url,
            "url": f"{state.settings.base}/3ds/{identifier}",
        },
        "type": "redirect_to_url",
    }


def microdeposit_action(state: StripeState, identifier: str) -> Thing:
    return {
        "type": "verify_with_microdeposits",
        "verify_with_microdeposits": {
            "arrival_date": state.now() + 86_400,
            "hosted_verification_url": f"{state.settings.base}/microdeposits/{identifier}",
            "microdeposit_type": "amounts",
        },
    }


def new_mandate(state: StripeState, method: Thing, *, multi: bool) -> str:
    """The permission to debit a method; its id."""
    mandate = state.put(
        {
            "id": state.new_id("mandate"),
            "object": "mandate",
            "customer_acceptance": {"accepted_at": state.now(), "type": "online",
                                    "online": {"ip_address": None, "user_agent": None}},
            "livemode": False,
            "payment_method": method["id"],
            "payment_method_details": {method["type"]: {}, "type": method["type"]},
            "status": "active",
            "type": "multi_use" if multi else "single_use",
        }
    )  # fmt: skip
    return str(mandate["id"])


def wrong_state(intent: Thing, verb: str, fitting: tuple[str, ...]) -> StripeProblem:
    name = intent["object"]
    title = "PaymentIntent" if name == "payment_intent" else "SetupIntent"
    return unexpected_state(
        f"You cannot {verb} this {title} because it has a status of {intent['status']}. Only a "
        f"{title} with one of the following statuses may be used: {', '.join(fitting)}.",
        name,
        public(intent),
    )
