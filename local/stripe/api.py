"""The routes of the API: which call takes which parameters and does what.

Parameters are checked against the SDK's own types first; then idempotency; then the act.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from local.stripe import (
    checkout,
    form,
    intent_steps,
    intents,
    methods,
    money,
    setup_intents,
    shapes,
)
from local.stripe.problems import StripeProblem, bad_parameter
from local.stripe.state import StripeState, Thing, public

_KEPT = 86_400  # an idempotency key is forgotten after a day


@dataclass(frozen=True)
class Route:
    """One call. `act(state, wanted, *ids)` gives the object to answer with."""

    method: str
    path: re.Pattern[str]
    params: str
    act: Callable[..., Thing]


@dataclass(frozen=True)
class ApiAnswer:
    """What goes back over the wire."""

    status: int
    body: Thing
    headers: dict[str, str]


def _route(method: str, path: str, params: str, act: Callable[..., Thing]) -> Route:
    return Route(method, re.compile(path.replace("{id}", r"([A-Za-z0-9_]+)")), params, act)


def _retrieve(kind: str) -> Callable[..., Thing]:
    return lambda state, _wanted, identifier: state.get(kind, identifier)


def _on(kind: str, act: Callable[..., Thing], *, bare: bool = False) -> Callable[..., Thing]:
    """An act on one object; `bare` acts take no parameters."""
    if bare:
        return lambda state, _wanted, identifier: act(state, state.get(kind, identifier))
    return lambda state, wanted, identifier: act(state, state.get(kind, identifier), wanted)


def _list(kind: str, *filters: str) -> Callable[..., Thing]:
    def act(state: StripeState, wanted: Thing) -> Thing:
        things = list(state.every(kind))
        for name in filters:
            if name in wanted:
                things = [t for t in things if t.get(name) == wanted[name]]
        return page(things, wanted)

    return act


def page(things: list[Thing], wanted: Thing) -> Thing:
    """One page of a list, newest first, between the cursors, with the usual filters."""
    limit = wanted.get("limit", 10)
    if not 1 <= limit <= 100:
        raise bad_parameter("Invalid limit: must be between 1 and 100", "limit")
    for bound, value in (wanted.get("created") or {}).items() if isinstance(
        wanted.get("created"), dict
    ) else ():  # fmt: skip
        holds = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}[bound]
        things = [t for t in things if holds(t["created"], int(value))]
    order = [t["id"] for t in things]
    for cursor in ("starting_after", "ending_before"):
        if wanted.get(cursor) and wanted[cursor] not in order:
            raise StripeProblem(f"No such object: '{wanted[cursor]}'", code="resource_missing",
                          param=cursor)  # fmt: skip
    if wanted.get("starting_after"):
        things = things[order.index(wanted["starting_after"]) + 1 :]
    if wanted.get("ending_before"):
        things = things[: order.index(wanted["ending_before"])]
        more = len(things) > limit
        return {"object": "list", "data": things[-limit:], "has_more": more}
    return {"object": "list", "data": things[:limit], "has_more": len(things) > limit}


def _events(state: StripeState, wanted: Thing) -> Thing:
    things = list(state.every("event"))
    if "type" in wanted:
        shape = re.compile(re.escape(wanted["type"]).replace(r"\*", ".*"))
        things = [e for e in things if shape.fullmatch(e["type"])]
    if wanted.get("types"):
        things = [e for e in things if e["type"] in wanted["types"]]
    if "delivery_success" in wanted:
        things = [e for e in things if (e["pending_webhooks"] == 0) == wanted["delivery_success"]]
    return page(things, wanted)


def _sessions(state: StripeState, wanted: Thing) -> Thing:
    things = list(state.every("checkout.session"))
    for name in ("customer", "payment_intent", "status"):
        if name in wanted:
            things = [s for s in things if s[name] == wanted[name]]
    return page(things, wanted)


def _methods_of(state: StripeState, wanted: Thing, customer: str | None = None) -> Thing:
    owner = customer or wanted.get("customer")
    if customer:
        state.get("customer", customer)
    things = [
        m
        for m in state.every("payment_method")
        if m["customer"] == owner
        and owner is not None
        and wanted.get("type", m["type"]) == m["type"]
    ]
    return page(things, wanted)


def _search(kind: str) -> Callable[..., Thing]:
    """The part of the search language that is used: `a:'b'`, `metadata['a']:'b'`, AND."""

    def act(state: StripeState, wanted: Thing) -> Thing:
        things = list(state.every(kind))
        for clause in re.split(r"\s+AND\s+", wanted["query"]):
            match = re.fullmatch(
                r"""(?:metadata\[["'](?P<key>[^"']+)["']\]|(?P<field>\w+))\s*:\s*["'](?P<text>[^"']*)["']""",
                clause.strip(),
            )
            if not match:
                raise bad_parameter("We were unable to parse your search query.", "query")
            key, name, text = match["key"], match["field"], match["text"]
            things = [
                t for t in things if (t["metadata"].get(key) if key else str(t.get(name))) == text
            ]
        return {
            "object": "search_result",
            "data": things[: wanted.get("limit", 10)],
            "has_more": len(things) > wanted.get("limit", 10),
            "next_page": None,
            "url": f"/v1/{kind}s/search",
        }

    return act


# -- webhook endpoints


def create_endpoint(state: StripeState, wanted: Thing) -> Thing:
    """POST /v1/webhook_endpoints: the secret is told this once."""
    if urlsplit(wanted["url"]).scheme not in ("http", "https"):
        raise bad_parameter("Invalid URL: An explicit scheme (such as https) must be provided.",
                            "url", "url_invalid")  # fmt: skip
    secret = wanted.pop("_secret", None) or f"whsec_{state.new_id('w', 32)[2:]}"
    version = wanted.get("api_version")
    if version not in (None, shapes.API_VERSION):
        raise bad_parameter(f"Invalid API version: {version}", "api_version")
    endpoint = state.put(
        {
            "id": state.new_id("we"),
            "object": "webhook_endpoint",
            "api_version": version,
            "created": state.now(),
            "description": wanted.get("description"),
            "enabled_events": wanted["enabled_events"],
            "livemode": False,
            "metadata": methods.merged_metadata({}, wanted.get("metadata")),
            "status": "enabled",
            "url": wanted["url"],
            "_secrets": [{"secret": secret, "until": None}],
        }
    )
    return {**endpoint, "secret": secret}


def _update_endpoint(state: StripeState, endpoint: Thing, wanted: Thing) -> Thing:
    if "disabled" in wanted:
        endpoint["status"] = "disabled" if wanted.pop("disabled") else "enabled"
    endpoint["metadata"] = methods.merged_metadata(endpoint["metadata"], wanted.pop("metadata", {}))
    endpoint.update(wanted)
    return state.put(endpoint)


def _delete_endpoint(state: StripeState, endpoint: Thing) -> Thing:
    endpoint["_gone"] = True
    state.put(endpoint)
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def _refund_metadata(state: StripeState, refund: Thing, wanted: Thing) -> Thing:
    refund["metadata"] = methods.merged_metadata(refund["metadata"], wanted.get("metadata", {}))
    state.emit("refund.updated", state.put(refund))
    return refund


def _update_charge(state: StripeState, thing: Thing, wanted: Thing) -> Thing:
    metadata = methods.merged_metadata(thing["metadata"], wanted.pop("metadata", {}))
    thing.update(wanted)
    thing["metadata"] = metadata
    state.emit("charge.updated", state.put(thing))
    return thing


def _refunds_of(state: StripeState, wanted: Thing) -> Thing:
    return _list("refund", "charge", "payment_intent")(state, wanted)


PI, SI, PM = "payment_intent", "setup_intent", "payment_method"
_PI, _SI, _PM = "/v1/payment_intents", "/v1/setup_intents", "/v1/payment_methods"
_CS, _WE = "/v1/checkout/sessions", "/v1/webhook_endpoints"
ROUTES = [
    _route("POST", _PI, "_payment_intent_create_params", intents.create_payment),
    _route("GET", _PI, "_payment_intent_list_params", _list(PI, "customer")),
    _route("GET", f"{_PI}/search", "_payment_intent_search_params", _search(PI)),
    _route("GET", _PI + "/{id}", "_payment_intent_retrieve_params", _retrieve(PI)),
    _route("POST", _PI + "/{id}", "_payment_intent_update_params",
           _on(PI, intents.update_payment)),
    _route("POST", _PI + "/{id}/confirm", "_payment_intent_confirm_params",
           _on(PI, intents.confirm_payment)),
    _route("POST", _PI + "/{id}/cancel", "_payment_intent_cancel_params",
           _on(PI, intents.cancel_payment)),
    _route("POST", _PI + "/{id}/capture", "_payment_intent_capture_params",
           _on(PI, intents.capture_payment)),
    _route("POST", _PI + "/{id}/verify_microdeposits",
           "_payment_intent_verify_microdeposits_params", _on(PI, intents.verify_microdeposits)),
    _route("POST", _SI, "_setup_intent_create_params", setup_intents.create_setup),
    _route("GET", _SI, "_setup_intent_list_params", _list(SI, "customer", "payment_method")),
    _route("GET", _SI + "/{id}", "_setup_intent_retrieve_params", _retrieve(SI)),
    _route("POST", _SI + "/{id}", "_setup_intent_update_params",
           _on(SI, setup_intents.update_setup)),
    _route("POST", _SI + "/{id}/confirm", "_setup_intent_confirm_params",
           _on(SI, setup_intents.confirm_setup)),
    _route("POST", _SI + "/{id}/cancel", "_setup_intent_cancel_params",
           _on(SI, setup_intents.cancel_setup)),
    _route("POST", _SI + "/{id}/verify_microdeposits",
           "_setup_intent_verify_microdeposits_params", _on(SI, intents.verify_microdeposits)),
    _route("POST", _PM, "_payment_method_create_params", methods.create_method),
    _route("GET", _PM, "_payment_method_list_params", _methods_of),
    _route("GET", _PM + "/{id}", "_payment_method_retrieve_params", _retrieve(PM)),
    _route("POST", _PM + "/{id}", "_payment_method_update_params",
           _on(PM, methods.update_method)),
    _route("POST", _PM + "/{id}/attach", "_payment_method_attach_params",
           lambda state, wanted, identifier: methods.attach(
               state, methods.use(state, identifier), wanted["customer"])),
    _route("POST", _PM + "/{id}/detach", "_payment_method_detach_params",
           _on(PM, methods.detach, bare=True)),
    _route("POST", "/v1/customers", "_customer_create_params", methods.create_customer),
    _route("GET", "/v1/customers", "_customer_list_params", _list("customer", "email")),
    _route("GET", "/v1/customers/search", "_customer_search_params", _search("customer")),
    _route("GET", "/v1/customers/{id}", "_customer_retrieve_params", _retrieve("customer")),
    _route("POST", "/v1/customers/{id}", "_customer_update_params",
           _on("customer", methods.update_customer)),
    _route("DELETE", "/v1/customers/{id}", "_customer_delete_params",
           _on("customer", methods.delete_customer, bare=True)),
    _route("GET", "/v1/customers/{id}/payment_methods",
           "_customer_payment_method_list_params", _methods_of),
    _route("GET", "/v1/charges", "_charge_list_params", _list("charge", "customer", PI)),
    _route("GET", "/v1/charges/{id}", "_charge_retrieve_params", _retrieve("charge")),
    _route("POST", "/v1/charges/{id}", "_charge_update_params", _on("charge", _update_charge)),
    _route("POST", "/v1/refunds", "_refund_create_params", money.create_refund),
    _route("GET", "/v1/refunds", "_refund_list_params", _refunds_of),
    _route("GET", "/v1/refunds/{id}", "_refund_retrieve_params", _retrieve("refund")),
    _route("POST", "/v1/refunds/{id}", "_refund_update_params", _on("refund", _refund_metadata)),
    _route("POST", "/v1/refunds/{id}/cancel", "_refund_cancel_params",
           _on("refund", money.cancel_refund, bare=True)),
    _route("GET", "/v1/disputes", "_dispute_list_params", _list("dispute", "charge", PI)),
    _route("GET", "/v1/disputes/{id}", "_dispute_retrieve_params", _retrieve("dispute")),
    _route("POST", "/v1/disputes/{id}", "_dispute_update_params",
           _on("dispute", money.update_dispute)),
    _route("POST", "/v1/disputes/{id}/close", "_dispute_close_params",
           lambda state, _wanted, identifier: money.close_dispute(
               state, state.get("dispute", identifier), won=False)),
    _route("GET", "/v1/events", "_event_list_params", _events),
    _route("GET", "/v1/events/{id}", "_event_retrieve_params", _retrieve("event")),
    _route("POST", _CS, "checkout._session_create_params", checkout.create),
    _route("GET", _CS, "checkout._session_list_params", _sessions),
    _route("GET", _CS + "/{id}", "checkout._session_retrieve_params",
           _retrieve("checkout.session")),
    _route("POST", _CS + "/{id}", "checkout._session_update_params",
           _on("checkout.session", checkout.update)),
    _route("POST", _CS + "/{id}/expire", "checkout._session_expire_params",
           _on("checkout.session", lambda state, session, _wanted:
               checkout.expire(state, session))),
    _route("GET", _CS + "/{id}/line_items", "checkout._session_line_item_list_params",
           lambda state, _wanted, identifier: checkout.lines_of(
               state.get("checkout.session", identifier))),
    _route("POST", _WE, "_webhook_endpoint_create_params", create_endpoint),
    _route("GET", _WE, "_webhook_endpoint_list_params", _list("webhook_endpoint")),
    _route("GET", _WE + "/{id}", "_webhook_endpoint_retrieve_params",
           _retrieve("webhook_endpoint")),
    _route("POST", _WE + "/{id}", "_webhook_endpoint_update_params",
           _on("webhook_endpoint", _update_endpoint)),
    _route("DELETE", _WE + "/{id}", "_webhook_endpoint_delete_params",
           _on("webhook_endpoint", _delete_endpoint, bare=True)),
]  # fmt: skip


def call(
    state: StripeState, method: str, path: str, text: str, headers: dict[str, str]
) -> ApiAnswer:
    """One request of the API, start to end, under the state's lock."""
    with state.lock:
        request = state.new_id("req", 14)
        sent = {"Request-Id": request, "Stripe-Version": shapes.API_VERSION}
        key = headers.get("idempotency-key", "") if method == "POST" else ""
        state.request = {"id": request, "idempotency_key": key or None}
        if key:
            sent["Idempotency-Key"] = key
        try:
            _authorised(headers)
            route, match = _routed(method, path)
            wanted = _wanted(route, text)
            kept = _kept(state, key, path, text)
            if kept is not None:
                replayed = {"Idempotent-Replayed": "true", "Original-Request": kept["request"]}
                return ApiAnswer(kept["status"], kept["body"], sent | replayed)
            expand = wanted.pop("expand", [])
            status, body = 200, route.act(state, wanted, *match.groups())
            body = expanded(state, public(body), expand, path)
        except StripeProblem as problem:
            status = problem.status
            body = {"error": problem.error | {"request_log_url": None}}
            if not problem.executed or status in (401, 404):
                key = ""
        finally:
            state.request = {"id": None, "idempotency_key": None}
        if key:
            _keep(state, key, path, text, {"status": status, "body": body, "request": request})
        state.flush()
        return ApiAnswer(status, body, sent)


def _authorised(headers: dict[str, str]) -> None:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme == "Basic":
        raise StripeProblem("Give the key as `Authorization: Bearer`.", status=401)
    if not key:
        raise StripeProblem(
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    if key.startswith(("sk_live_", "rk_live_")):
        raise StripeProblem("This is a stand-in: it takes no live key.", status=401)
    if not key.startswith(("sk_test_", "rk_test_")) or len(key) < 12:
        hidden = f"{key[:8]}{'*' * max(0, len(key) - 12)}{key[-4:]}"
        raise StripeProblem(f"Invalid API Key provided: {hidden}", status=401)
    version = headers.get("stripe-version", shapes.API_VERSION)
    if version != shapes.API_VERSION:
        raise StripeProblem(
            f"Invalid Stripe API version: {version}. The stand-in knows {shapes.API_VERSION} alone."
        )


def _routed(method: str, path: str) -> tuple[Route, re.Match[str]]:
    for route in ROUTES:
        match = route.path.fullmatch(path)
        if match and route.method == method:
            return route, match
    raise StripeProblem(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we "
        "can help at https://support.stripe.com/.",
        status=404,
    )


def _wanted(route: Route, text: str) -> Thing:
    decoded = form.decoded(text)
    if route.path.pattern in (_PI, _SI, _CS) and route.method == "POST":
        intent_steps.refuse_removed(decoded)
    wanted: Thing = shapes.checked(decoded, shapes.params(route.params))
    return wanted


def _fingerprint(path: str, text: str) -> str:
    return hashlib.sha256(f"{path}\n{json.dumps(form.decoded(text), sort_keys=True)}".encode()
                          ).hexdigest()  # fmt: skip


def _kept(state: StripeState, key: str, path: str, text: str) -> Thing | None:
    if not key:
        return None
    if len(key) > 255:
        raise StripeProblem("Idempotency keys can have up to 255 characters.", executed=False)
    kept = state.find("_idempotency", f"idem:{key}")
    if kept is None or kept["at"] + _KEPT <= state.clock.now():
        return None
    if kept["path"] != path:
        raise StripeProblem(
            "Keys for idempotent requests can only be used for the same endpoint they were first "
            f"used for ('{kept['path']}' vs '{path}'). Try using a key other than '{key}' if you "
            "meant to execute a different request.",
            kind="idempotency_error",
            executed=False,
        )
    if kept["fingerprint"] != _fingerprint(path, text):
        raise StripeProblem(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
            kind="idempotency_error",
            executed=False,
        )
    return kept


def _keep(state: StripeState, key: str, path: str, text: str, outcome: Thing) -> None:
    state.put(
        {
            "id": f"idem:{key}",
            "object": "_idempotency",
            "at": state.clock.now(),
            "path": path,
            "fingerprint": _fingerprint(path, text),
            **outcome,
        }
    )


# -- expand

_INCLUDED: dict[tuple[str, str], Callable[[StripeState, Thing], Thing]] = {
    ("charge", "refunds"): money.with_refunds,
    ("checkout.session", "line_items"): lambda state, thing: public(
        checkout.lines_of(state.get("checkout.session", thing["id"]))
    ),
}


def expanded(state: StripeState, body: Thing, paths: list[str], url: str) -> Thing:
    """The answer with the objects behind the named ids in their place."""
    if body.get("object") in ("list", "search_result"):
        body = {"url": url} | body
    for path in paths:
        parts = path.split(".")
        if len(parts) > 4:
            raise bad_parameter("You cannot expand more than 4 levels of a property.", "expand")
        _expand(state, body, parts, path)
    return body


def _expand(state: StripeState, thing: Thing, parts: list[str], path: str) -> None:
    first, *rest = parts
    if thing.get("object") in ("list", "search_result"):
        if first != "data" or not rest:
            raise _cannot_expand(path)
        for item in thing["data"]:
            _expand(state, item, rest, path)
        return
    kind = thing.get("object", "")
    if (kind, first) in _INCLUDED:
        thing[first] = _INCLUDED[kind, first](state, thing)
    elif kind not in shapes.KINDS or first not in shapes.object_shape(kind).expandable:
        raise _cannot_expand(path)
    elif isinstance(thing.get(first), str):
        thing[first] = public(state.named(thing[first]))
    if rest and isinstance(thing.get(first), dict):
        _expand(state, thing[first], rest, path)


def _cannot_expand(path: str) -> StripeProblem:
    return StripeProblem(
        f"This property cannot be expanded ({path}). You may want to try expanding "
        "'data." + path + "' instead.",
        param="expand",
        executed=False,
    )
