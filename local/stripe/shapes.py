"""What the API accepts and answers, read from the official SDK's own types.

Parameters come from the TypedDicts in `stripe.params`, objects from the resource classes; so
a parameter that a new API version removed is refused here the day the SDK is updated.
"""

from __future__ import annotations

import functools
import importlib
import re
import sys
import types
import typing
from dataclasses import dataclass, field
from typing import Any

import stripe
import typing_extensions
from stripe._request_options import RequestOptions

from local.stripe.problems import bad_parameter

API_VERSION: str = stripe.api_version
_TRANSPORT = frozenset(RequestOptions.__annotations__)


# Present only where asked for or where it applies; every other optional field is null.
_ABSENT = {
    "customer": {
        "deleted", "sources", "subscriptions", "tax_ids", "cash_balance", "tax",
        "invoice_credit_balance", "customer_account", "individual_name", "business_name",
    },
    "charge": {"refunds", "level3", "authorization_code", "presentment_details"},
    "checkout.session": {
        "line_items", "optional_items", "presentment_details", "discounts", "name_collection",
    },
    "webhook_endpoint": {"secret", "deleted"},
    "event": {"account", "context"},
    "payment_intent": {"amount_details", "hooks", "payment_details", "presentment_details"},
    "refund": {
        "instructions_email", "next_action", "failure_reason", "failure_balance_transaction",
        "pending_reason", "presentment_details", "description",
    },
}  # fmt: skip

_CLASSES = {
    "payment_intent": ("stripe", "PaymentIntent"),
    "setup_intent": ("stripe", "SetupIntent"),
    "payment_method": ("stripe", "PaymentMethod"),
    "customer": ("stripe", "Customer"),
    "charge": ("stripe", "Charge"),
    "refund": ("stripe", "Refund"),
    "dispute": ("stripe", "Dispute"),
    "event": ("stripe", "Event"),
    "webhook_endpoint": ("stripe", "WebhookEndpoint"),
    "mandate": ("stripe", "Mandate"),
    "balance_transaction": ("stripe", "BalanceTransaction"),
    "checkout.session": ("stripe.checkout", "Session"),
}
KINDS = frozenset(_CLASSES)


@dataclass(frozen=True)
class ParameterSpec:
    """What one parameter may be. `choices` is empty where any text will do."""

    kinds: frozenset[str]
    choices: tuple[str, ...] = ()
    clearable: bool = False
    members: dict[str, ParameterSpec] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    item: ParameterSpec | None = None


_ANY = ParameterSpec(frozenset({"any"}))


@functools.cache
def params(module: str) -> ParameterSpec:
    """Accepted parameters of an endpoint: `checkout._session_create_params` and its like."""
    loaded = importlib.import_module(f"stripe.params.{module}")
    stem = module.rsplit(".", 1)[-1].strip("_")
    return _of_typed_dict(getattr(loaded, "".join(part.title() for part in stem.split("_"))))


@functools.cache
def _of_typed_dict(cls: type) -> ParameterSpec:
    scope = {**vars(typing), **vars(typing_extensions), **vars(sys.modules[cls.__module__])}
    members: dict[str, ParameterSpec] = {}
    required: set[str] = set()
    for name, annotation in cls.__annotations__.items():
        if name in _TRANSPORT:
            continue
        resolved = _resolve(annotation, scope)
        if typing.get_origin(resolved) in (typing.NotRequired, typing_extensions.NotRequired):
            resolved = _resolve(typing.get_args(resolved)[0], scope)
        else:
            required.add(name)
        members[name] = _of_annotation(resolved, scope)
    return ParameterSpec(frozenset({"object"}), members=members, required=frozenset(required))


def _resolve(annotation: Any, scope: dict[str, Any]) -> Any:
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        return eval(annotation, scope)
    return annotation


def _of_annotation(annotation: Any, scope: dict[str, Any]) -> ParameterSpec:
    annotation = _resolve(annotation, scope)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _merge([_of_annotation(a, scope) for a in arguments])
    if origin in (typing.Literal, typing_extensions.Literal):
        texts = tuple(a for a in arguments if a != "")
        return ParameterSpec(frozenset({"enum"} if texts else ()), texts, clearable="" in arguments)
    if origin is list:
        return ParameterSpec(frozenset({"list"}), item=_of_annotation(arguments[0], scope))
    if origin is dict or getattr(origin, "__name__", "") == "UntypedStripeObject":
        return ParameterSpec(frozenset({"map"}))
    if typing_extensions.is_typeddict(annotation):
        return _of_typed_dict(annotation)
    names = {int: "int", bool: "bool", float: "float", str: "str"}
    if annotation in names:
        return ParameterSpec(frozenset({names[annotation]}))
    return ParameterSpec(frozenset({"str"})) if annotation.__name__ == "Decimal" else _ANY


def _merge(specs: list[ParameterSpec]) -> ParameterSpec:
    merged = ParameterSpec(
        frozenset().union(*(s.kinds for s in specs)),
        tuple(choice for s in specs for choice in s.choices),
        clearable=any(s.clearable for s in specs),
        members={name: spec for s in specs for name, spec in s.members.items()},
        required=frozenset().union(*(s.required for s in specs)),
        item=next((s.item for s in specs if s.item), None),
    )
    # The SDK writes every enumeration as "these, or str" to live through new values; the API
    # of one version knows exactly these.
    if "enum" in merged.kinds:
        return ParameterSpec(merged.kinds - {"str"}, merged.choices, merged.clearable)
    return merged


def checked(value: Any, spec: ParameterSpec, path: str = "") -> Any:
    """`value` (text, lists and dicts, as decoded from a form) with its types, or a Problem."""
    if "any" in spec.kinds:
        return value
    if value == "":
        if spec.clearable or "map" in spec.kinds:
            return ""
        raise bad_parameter(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{path}' cannot be unset. You should remove '{path}' "
            "from your request or supply a non-empty value.",
            path,
            "parameter_invalid_empty",
        )
    if isinstance(value, dict):
        return _checked_dict(value, spec, path)
    if isinstance(value, list):
        if "list" not in spec.kinds or spec.item is None:
            raise bad_parameter(f"Invalid array: {path}", path)
        return [checked(v, spec.item, f"{path}[{i}]") for i, v in enumerate(value)]
    return _checked_text(value, spec, path)


def _checked_dict(value: dict[str, Any], spec: ParameterSpec, path: str) -> Any:
    if "map" in spec.kinds:
        return _checked_map(value, path)
    if "object" not in spec.kinds:
        raise bad_parameter("Invalid object", path, "parameter_invalid_object")
    for name in value:
        if name not in spec.members:
            full = f"{path}[{name}]" if path else name
            raise bad_parameter(f"Received unknown parameter: {full}", full, "parameter_unknown")
    for name in sorted(spec.required - value.keys()):
        full = f"{path}[{name}]" if path else name
        raise bad_parameter(f"Missing required param: {full}.", full, "parameter_missing")
    return {
        name: checked(v, spec.members[name], f"{path}[{name}]" if path else name)
        for name, v in value.items()
    }


def _checked_map(value: dict[str, Any], path: str) -> dict[str, str]:
    if len(value) > 50:
        raise bad_parameter("You can only have 50 metadata keys", path)
    for name, text in value.items():
        if not isinstance(text, str):
            raise bad_parameter(
                "Metadata values must be strings, but for key "
                f"'{name}' you passed in a value of type hash",
                f"{path}[{name}]",
            )
        if len(name) > 40 or len(text) > 500:
            raise bad_parameter(
                "Metadata keys can have up to 40 characters, values up to 500 characters",
                f"{path}[{name}]",
            )
    return value


def _checked_text(text: str, spec: ParameterSpec, path: str) -> Any:
    if "bool" in spec.kinds and text in ("true", "false"):
        return text == "true"
    if "enum" in spec.kinds and text in spec.choices:
        return text
    if "int" in spec.kinds and re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    if "float" in spec.kinds and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    if "str" in spec.kinds:
        if len(text) > 5000:
            raise bad_parameter(f"Invalid string: {path} is too long", path)
        return text
    if "enum" in spec.kinds:
        *most, last = spec.choices
        known = f"{', '.join(most)}, or {last}" if most else last
        raise bad_parameter(f"Invalid {path}: must be one of {known}", path)
    if "int" in spec.kinds:
        raise bad_parameter(f"Invalid integer: {text}", path, "parameter_invalid_integer")
    if "bool" in spec.kinds:
        raise bad_parameter(f"Invalid boolean: {text}", path)
    raise bad_parameter(f"Invalid {'array' if 'list' in spec.kinds else 'object'}", path)


@dataclass(frozen=True)
class ObjectShape:
    """Fields of a resource: all, those that may be null, those that `expand` may replace."""

    fields: frozenset[str]
    nullable: frozenset[str]
    expandable: frozenset[str]


@functools.cache
def object_shape(name: str) -> ObjectShape:
    """Fields of an object of the API (`payment_intent`, `checkout.session`)."""
    module, cls = _CLASSES[name]
    annotations = getattr(importlib.import_module(module), cls).__annotations__
    fields = {n: a for n, a in annotations.items() if not n.startswith("_") and n != "OBJECT_NAME"}
    nullable = {n for n, a in fields.items() if type(None) in typing.get_args(a)}
    return ObjectShape(
        frozenset(fields),
        frozenset(nullable - _ABSENT.get(name, set())),
        frozenset(n for n, a in fields.items() if _expandable(a)),
    )


def _expandable(annotation: Any) -> bool:
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is not typing.Union:
        return False
    return str in arguments and any(isinstance(a, typing.ForwardRef) for a in arguments)


def completed(thing: dict[str, Any]) -> dict[str, Any]:
    """The object with every field its type knows: what does not apply is null, as at Stripe.

    A payment method is the exception: it carries the details of its own type alone.
    """
    shape = object_shape(thing["object"])
    if thing["object"] == "payment_method":
        return {"customer": None, "allow_redisplay": "unspecified", "metadata": {}} | thing
    return dict.fromkeys(sorted(shape.nullable)) | thing
