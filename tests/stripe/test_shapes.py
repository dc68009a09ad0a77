"""The stand-in's objects hold exactly what the SDK's types know, with the kinds they say."""

from __future__ import annotations

import importlib
import typing
from typing import Any

import pytest
import stripe

from local.stripe import StripeStandIn, shapes
from local.stripe.problems import StripeProblem
from tests.stripe.conftest import KEY

BACK = {"return_url": "https://example.com/back"}


@pytest.fixture(scope="module")
def stand_in() -> typing.Iterator[StripeStandIn]:
    """One of everything."""
    with StripeStandIn() as running:
        client = stripe.StripeClient(KEY, base_addresses={"api": running.url})
        customer = client.v1.customers.create({}).id
        pay = {"amount": 2500, "currency": "usd", "confirm": True, **BACK}
        paid = client.v1.payment_intents.create(
            {**pay, "payment_method": "pm_card_visa", "customer": customer,
             "setup_future_usage": "off_session"}
        )  # fmt: skip
        client.v1.refunds.create({"payment_intent": paid.id})
        client.v1.payment_intents.create({**pay, "payment_method": "pm_card_createDispute"})
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.create(
                {**pay, "payment_method": "pm_card_visa_chargeDeclined"}
            )
        checkout = client.v1.checkout.sessions.create(
            {"mode": "setup", "currency": "usd", "success_url": "https://example.com",
             "customer": customer}
        )  # fmt: skip
        running.pay_session(checkout.id, "pm_usBankAccount_success")
        client.v1.webhook_endpoints.create(
            {"url": "http://127.0.0.1:9/", "enabled_events": ["charge.expired"]}
        )
        yield running


@pytest.mark.parametrize("kind", sorted(shapes.KINDS))
def test_fields(stand_in: StripeStandIn, kind: str) -> None:
    shape = shapes.object_shape(kind)
    things = list(stand_in.state.every(kind))
    assert things, f"no {kind} was made"
    for thing in things:
        shown = {name for name in thing if not name.startswith("_")}
        assert shown <= shape.fields
        if kind == "payment_method":
            assert thing["type"] in shown
        else:
            assert shape.nullable <= shown
            always = {n for n in shape.fields if not _optional(kind, n)}
            assert always <= shown


@pytest.mark.parametrize("kind", sorted(shapes.KINDS))
def test_kinds_of_values(stand_in: StripeStandIn, kind: str) -> None:
    annotations = _annotations(kind)
    for thing in stand_in.state.every(kind):
        for name, value in thing.items():
            if name in annotations and value is not None:
                assert _fits(annotations[name], value), (name, value)


def _annotations(kind: str) -> dict[str, Any]:
    module, name = shapes._CLASSES[kind]
    return getattr(importlib.import_module(module), name).__annotations__


def _optional(kind: str, name: str) -> bool:
    return type(None) in typing.get_args(_annotations(kind)[name])


def _fits(annotation: Any, value: Any) -> bool:
    arguments = [a for a in typing.get_args(annotation) if a is not type(None)]
    if typing.get_origin(annotation) is typing.Union:
        plain = [a for a in arguments if a in (str, int, bool, float)]
        texts = [t for a in arguments if typing.get_origin(a) is typing.Literal
                 for t in typing.get_args(a)]  # fmt: skip
        if texts and isinstance(value, str):
            return value in texts
        return not plain or isinstance(value, (*plain, dict, list))
    if annotation in (str, int, bool):
        return type(value) is annotation
    if typing.get_origin(annotation) is typing.Literal:
        return value in typing.get_args(annotation)
    return True


def test_removed_parameters_are_not_in_the_types() -> None:
    for module in ("_payment_intent_create_params", "_setup_intent_create_params",
                   "checkout._session_create_params"):  # fmt: skip
        assert "payment_method_types" not in shapes.params(module).members


def test_modes_of_the_page_come_from_the_types() -> None:
    spec = shapes.params("checkout._session_create_params").members["ui_mode"]
    assert set(spec.choices) == {"elements", "embedded_page", "form", "hosted_page"}


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"amount": "1", "currency": ["usd"]}, "currency"),
        ({"amount": {"a": "1"}, "currency": "usd"}, "amount"),
        ({"amount": "1", "currency": "usd", "confirm": "yes"}, "confirm"),
        ({"amount": "1", "currency": "usd", "metadata": {"k" * 41: "v"}}, f"metadata[{'k' * 41}]"),
        ({"amount": "1", "currency": "usd", "metadata": {"k": "v" * 501}}, "metadata[k]"),
        ({"amount": "1", "currency": "usd", "metadata": {"k": {"a": "b"}}}, "metadata[k]"),
        ({"amount": "1", "currency": "usd", "automatic_payment_methods": {}},
         "automatic_payment_methods[enabled]"),
        ({"amount": "1", "currency": "usd", "shipping": "home"}, "shipping"),
        ({"amount": "1", "currency": "usd", "capture_method": "maybe"}, "capture_method"),
        ({"amount": "1", "currency": "usd", "expand": "latest_charge"}, "expand"),
    ],
)  # fmt: skip
def test_wrong_values_name_their_parameter(value: dict[str, Any], wrong: str) -> None:
    with pytest.raises(StripeProblem) as refusal:
        shapes.checked(value, shapes.params("_payment_intent_create_params"))
    assert refusal.value.error["param"] == wrong
    assert not refusal.value.executed


def test_too_many_keys() -> None:
    many = {f"k{n}": "v" for n in range(51)}
    with pytest.raises(StripeProblem):
        shapes.checked({"metadata": many}, shapes.params("_customer_create_params"))
