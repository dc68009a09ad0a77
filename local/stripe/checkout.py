"""Checkout Sessions: what the API makes, and what the hosted page does with what was typed."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from local.stripe import cards, intent_steps, intents, methods, setup_intents
from local.stripe.problems import StripeProblem, bad_parameter
from local.stripe.state import StripeState, Thing

_HALF_HOUR, _DAY = 1800, 86_400
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def create(state: StripeState, wanted: Thing) -> Thing:
    """POST /v1/checkout/sessions, hosted page only, modes payment and setup."""
    mode = wanted.get("mode")
    if mode is None:
        raise bad_parameter("Missing required param: mode.", "mode", "parameter_missing")
    if mode == "subscription":
        raise bad_parameter("The stand-in has no subscriptions.", "mode")
    if wanted.get("ui_mode", "hosted_page") != "hosted_page":
        raise bad_parameter("The stand-in has only the hosted page.", "ui_mode")
    if "success_url" not in wanted:
        raise bad_parameter(
            "Missing required param: success_url.", "success_url", "parameter_missing"
        )
    for name in ("success_url", "cancel_url"):
        if name in wanted and urlsplit(wanted[name]).scheme not in ("http", "https"):
            raise bad_parameter("Not a valid URL", name, "url_invalid")
    if wanted.get("customer") and wanted.get("customer_email"):
        raise bad_parameter(
            "You may only specify one of these parameters: customer, customer_email.", "customer"
        )
    if wanted.get("customer"):
        state.get("customer", wanted["customer"], "customer")
    if wanted.get("customer_email") and not _EMAIL.fullmatch(wanted["customer_email"]):
        raise bad_parameter(
            f"Invalid email address: {wanted['customer_email']}", "customer_email", "email_invalid"
        )
    expires_at = wanted.get("expires_at", state.now() + _DAY)
    if not state.now() + _HALF_HOUR - 60 <= expires_at <= state.now() + _DAY + 60:
        raise bad_parameter(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout "
            "Session creation.",
            "expires_at",
        )
    currency, lines, total = _lines(state, wanted, mode)
    identifier = state.new_id("cs_test", 58)
    session = state.put(
        {
            "id": identifier,
            "object": "checkout.session",
            "allowed_payment_method_types": wanted.get("allowed_payment_method_types"),
            "excluded_payment_method_types": wanted.get("excluded_payment_method_types"),
            "amount_subtotal": total,
            "amount_total": total,
            "automatic_tax": {"enabled": False, "liability": None, "provider": None,
                              "status": None},
            "branding_settings": wanted.get("branding_settings"),
            "cancel_url": wanted.get("cancel_url"),
            "client_reference_id": wanted.get("client_reference_id"),
            "created": state.now(),
            "currency": currency,
            "custom_fields": [],
            "custom_text": {"after_submit": None, "shipping_address": None, "submit": None,
                            "terms_of_service_acceptance": None},
            "customer": wanted.get("customer"),
            "customer_creation": None
            if wanted.get("customer")
            else wanted.get("customer_creation", "if_required"),
            "customer_email": wanted.get("customer_email"),
            "expires_at": expires_at,
            "livemode": False,
            "locale": wanted.get("locale"),
            "metadata": methods.merged_metadata({}, wanted.get("metadata")),
            "mode": mode,
            "payment_method_collection": "always",
            "payment_method_options": wanted.get("payment_method_options") or {},
            "payment_method_types": intent_steps.eligible_types(currency, wanted),
            "payment_status": "unpaid" if mode == "payment" else "no_payment_required",
            "shipping_options": [],
            "status": "open",
            "submit_type": wanted.get("submit_type"),
            "success_url": wanted["success_url"],
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}
            if mode == "payment"
            else None,
            "ui_mode": "hosted_page",
            "url": f"{state.settings.base}/c/pay/{identifier}",
            "_lines": lines,
            "_intent_data": wanted.get("payment_intent_data")
            or wanted.get("setup_intent_data")
            or {},
        }
    )  # fmt: skip
    if mode == "setup":
        data = dict(session["_intent_data"])
        setup = setup_intents.create_setup(
            state,
            {**data, "customer": session["customer"],
             "allowed_payment_method_types": wanted.get("allowed_payment_method_types")},
            session=identifier,
        )  # fmt: skip
        session["setup_intent"] = setup["id"]
    state.due(expires_at, "expire_session", identifier)
    return state.put(session)


def _lines(
    state: StripeState, wanted: Thing, mode: str
) -> tuple[str | None, list[Thing], int | None]:
    if mode == "setup":
        for name in ("line_items", "payment_intent_data", "submit_type"):
            if wanted.get(name):
                raise bad_parameter(f"You can not pass `{name}` in `setup` mode.", name)
        if not wanted.get("currency") and not wanted.get("allowed_payment_method_types"):
            raise bad_parameter(
                "Missing required param: currency. In `setup` mode it is required when "
                "`allowed_payment_method_types` is not set.",
                "currency",
                "parameter_missing",
            )
        return (wanted.get("currency") or "").lower() or None, [], None
    if wanted.get("setup_intent_data"):
        raise bad_parameter(
            "You can not pass `setup_intent_data` in `payment` mode.", "setup_intent_data"
        )
    if not wanted.get("line_items"):
        raise bad_parameter(
            "Missing required param: line_items.", "line_items", "parameter_missing"
        )
    lines = [_line(state, item, place) for place, item in enumerate(wanted["line_items"])]
    currencies = {line["currency"] for line in lines}
    if len(currencies) > 1:
        raise bad_parameter("All line items must have the same currency.", "line_items")
    total = sum(line["amount_total"] for line in lines)
    currency = currencies.pop()
    try:
        intents.checked_amount(total, currency, "line_items")
    except StripeProblem as problem:
        if problem.error.get("code") == "amount_too_small":
            raise bad_parameter(
                "The Checkout Session's total amount due must add up to at least "
                f"{problem.error['message'].removeprefix('Amount must be at least ')}",
                "line_items",
                "amount_too_small",
            ) from problem
        raise
    return currency, lines, total


def _line(state: StripeState, item: Thing, place: int) -> Thing:
    price = item.get("price_data")
    if not price:
        raise bad_parameter(
            "The stand-in has no catalogue: give `price_data`.", f"line_items[{place}][price]"
        )
    if "unit_amount" not in price or "product_data" not in price:
        raise bad_parameter(
            f"Missing required param: line_items[{place}][price_data].",
            f"line_items[{place}][price_data]",
            "parameter_missing",
        )
    quantity = item.get("quantity", 1)
    amount = price["unit_amount"] * quantity
    return {
        "id": state.new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"].lower(),
        "description": price["product_data"]["name"],
        "quantity": quantity,
    }


def lines_of(session: Thing) -> Thing:
    """GET /v1/checkout/sessions/{id}/line_items, and `expand[]=line_items`."""
    return {
        "object": "list",
        "data": session["_lines"],
        "has_more": False,
        "url": f"/v1/checkout/sessions/{session['id']}/line_items",
    }


def update(state: StripeState, session: Thing, wanted: Thing) -> Thing:
    """POST /v1/checkout/sessions/{id}: metadata."""
    session["metadata"] = methods.merged_metadata(session["metadata"], wanted.get("metadata", {}))
    return state.put(session)


def expire(state: StripeState, session: Thing, *, by_api: bool = True) -> Thing:
    """POST /v1/checkout/sessions/{id}/expire. A submitted session cannot be taken back."""
    if session["status"] != "open":
        if not by_api:
            return session
        raise StripeProblem(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{session['status']}`.",
        )
    state.cancel_timers(session["id"])
    if session["payment_intent"]:
        payment = state.get("payment_intent", session["payment_intent"])
        if payment["status"] in ("requires_payment_method", "requires_action"):
            intents.cancel_payment(state, payment, {}, by_api=False)
    if session["setup_intent"]:
        setup_intents.cancel_setup(state, state.get("setup_intent", session["setup_intent"]), {})
    session.update(status="expired", url=None)
    state.emit("checkout.session.expired", state.put(session))
    return session


# -- the hosted page


@dataclass
class Typed:
    """What the person typed, checked field by field. `errors` maps a field to a text's key."""

    fields: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """A field, without spaces around it."""
        return self.fields.get(name, "").strip()


def submit(state: StripeState, session: Thing, fields: dict[str, str]) -> tuple[str, Typed]:
    """The person pressed the button. Gives where to go ("" to show the page again)."""
    typed = Typed(fields)
    kind = typed.get("method") or session["payment_method_types"][0]
    if kind not in session["payment_method_types"]:
        kind = session["payment_method_types"][0]
    if not session["customer_email"] and not _EMAIL.fullmatch(typed.get("email")):
        typed.errors["email"] = "email_error"
    method = _card(state, typed) if kind == "card" else _bank(state, typed)
    if typed.errors or method is None:
        return "", typed
    try:
        method_answer = _confirm(state, session, method)
    except StripeProblem as problem:
        typed.errors["form"] = problem.error.get("decline_code") or problem.error.get("code", "")
        return "", typed
    if method_answer["status"] == "requires_action":
        return str(method_answer["next_action"]["redirect_to_url"]["url"]), typed
    return completed(state, session), typed


def begin(
    state: StripeState, session: Thing, kind: str, last4: str, behaviour: cards.Behaviour
) -> Thing:
    """A person submits the page with a test method; the intent as it stands then."""
    billing = {"email": session["customer_email"] or "payer@example.com", "name": "Test Payer"}
    method = methods.method_of(state, kind, last4, behaviour, {"billing_details": billing})
    return _confirm(state, session, method)


def submit_method(
    state: StripeState, session: Thing, kind: str, last4: str, behaviour: cards.Behaviour
) -> tuple[str, str]:
    """As `begin`, and the person confirms it is they. Gives (error, where to go)."""
    try:
        method_answer = begin(state, session, kind, last4, behaviour)
        if method_answer["status"] == "requires_action":
            intents.answered(state, method_answer["id"], passed=True)
    except StripeProblem as problem:
        return str(problem.error.get("decline_code") or problem.error.get("code", "")), ""
    place, error = after_authentication(state, session)
    return error, place


def _confirm(state: StripeState, session: Thing, method: Thing) -> Thing:
    if not session["customer"] and session["customer_creation"] == "always":
        customer = methods.create_customer(state, {"email": method["billing_details"]["email"]})
        session["customer"] = customer["id"]
    session["_email"] = method["billing_details"]["email"]
    back = f"{state.settings.base}/c/return/{session['id']}"
    if session["mode"] == "setup":
        setup = state.get("setup_intent", session["setup_intent"])
        setup["customer"] = session["customer"]
        state.put(session)
        return setup_intents.confirm_setup(
            state, setup, {"payment_method": method["id"], "return_url": back}
        )
    if session["payment_intent"]:
        payment = state.get("payment_intent", session["payment_intent"])
        if payment["status"] == "requires_action":
            payment.update(status="requires_payment_method", next_action=None)
    else:
        payment = intents.create_payment(
            state,
            {**session["_intent_data"], "amount": session["amount_total"],
             "currency": session["currency"], "customer": session["customer"],
             "allowed_payment_method_types": session["allowed_payment_method_types"],
             "excluded_payment_method_types": session["excluded_payment_method_types"]},
            session=session["id"],
        )  # fmt: skip
        session["payment_intent"] = payment["id"]
    state.put(session)
    return intents.confirm_payment(
        state, payment, {"payment_method": method["id"], "return_url": back}
    )


def completed(state: StripeState, session: Thing) -> str:
    """The session is done: tell it, and say where the person goes now."""
    state.cancel_timers(session["id"])
    paid = True
    if session["mode"] == "payment":
        payment = state.get("payment_intent", session["payment_intent"])
        paid = payment["status"] == "succeeded"
        session["payment_status"] = "paid" if paid else "unpaid"
    session.update(
        status="complete",
        url=None,
        customer_details={"address": None, "business_name": None, "email": session.get("_email"),
                          "individual_name": None, "name": None, "phone": None,
                          "tax_exempt": "none", "tax_ids": []},
    )  # fmt: skip
    state.emit("checkout.session.completed", state.put(session))
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def after_settlement(state: StripeState, payment: Thing) -> None:
    """The bank answered after the page was left: the session says so."""
    if not payment["_session"]:
        return
    session = state.get("checkout.session", payment["_session"])
    if payment["status"] == "succeeded":
        session["payment_status"] = "paid"
        state.emit("checkout.session.async_payment_succeeded", state.put(session))
    else:
        state.emit("checkout.session.async_payment_failed", session)


def after_authentication(state: StripeState, session: Thing) -> tuple[str, str]:
    """Back from the 3DS page: (where to go, error key). Empty place: show the page again."""
    name = "setup_intent" if session["mode"] == "setup" else "payment_intent"
    thing = state.get(name, session[name])
    if thing["status"] in ("succeeded", "processing", "requires_capture"):
        return completed(state, session), ""
    error = thing.get("last_payment_error") or thing.get("last_setup_error") or {}
    return "", error.get("decline_code") or error.get("code", "")


def _card(state: StripeState, typed: Typed) -> Thing | None:
    number = re.sub(r"[\s-]", "", typed.get("card_number"))
    behaviour = cards.by_card_number(number)
    if not re.fullmatch(r"\d{12,19}", number) or not cards.passes_luhn(number):
        typed.errors["card_number"] = "number_error"
    elif behaviour is None:
        typed.errors["card_number"] = "live_card_error"
    expiry = re.fullmatch(r"(\d{1,2})\s*/?\s*(?:20)?(\d{2})", typed.get("card_expiry"))
    month, year = (int(expiry[1]), 2000 + int(expiry[2])) if expiry else (0, 0)
    if not 1 <= month <= 12:
        typed.errors["card_expiry"] = "expiry_error"
    elif (year, month) < _month(state):
        typed.errors["card_expiry"] = "expired_error"
    if not re.fullmatch(r"\d{3,4}", typed.get("card_cvc")):
        typed.errors["card_cvc"] = "cvc_error"
    if not typed.get("card_name"):
        typed.errors["card_name"] = "name_error"
    if not re.fullmatch(r"\d{5}", typed.get("postal_code")):
        typed.errors["postal_code"] = "zip_error"
    if typed.errors or behaviour is None:
        return None
    billing = {"name": typed.get("card_name"), "email": typed.get("email") or None,
               "address": {"country": "US", "postal_code": typed.get("postal_code")}}  # fmt: skip
    return methods.method_of(
        state, "card", number[-4:], behaviour, {"billing_details": billing}, expires=(month, year)
    )


def _bank(state: StripeState, typed: Typed) -> Thing | None:
    number = re.sub(r"\s", "", typed.get("account_number"))
    behaviour = cards.by_bank_number(number)
    if not typed.get("bank_name"):
        typed.errors["bank_name"] = "holder_error"
    if typed.get("routing_number") != cards.ROUTING:
        typed.errors["routing_number"] = "routing_error"
    if behaviour is None:
        typed.errors["account_number"] = "account_error"
    if typed.errors or behaviour is None:
        return None
    billing = {"name": typed.get("bank_name"), "email": typed.get("email") or None}
    return methods.method_of(
        state, "us_bank_account", number[-4:], behaviour, {"billing_details": billing}
    )


def _month(state: StripeState) -> tuple[int, int]:
    today = datetime.datetime.fromtimestamp(state.now(), datetime.UTC)
    return today.year, today.month
