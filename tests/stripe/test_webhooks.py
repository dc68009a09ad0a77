"""Deliveries: signed when sent, retried, doubled, late, reversed, lost; and found again."""

from __future__ import annotations

import time

import pytest
import stripe

from local.stripe import StripeStandIn
from tests.stripe.conftest import SECRET
from tests.stripe.receiver import Receiver
from tests.stripe.waiting import until

BACK = {"return_url": "https://example.com/back"}


def pay(client: stripe.StripeClient, method: str = "pm_card_visa") -> str:
    return client.v1.payment_intents.create(
        {"amount": 2500, "currency": "usd", "payment_method": method, "confirm": True, **BACK}
    ).id


def test_each_event_once_and_in_order(
    stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver
) -> None:
    pay(client)
    stand_in.wait_idle()
    assert receiver.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert all(e["pending_webhooks"] == 0 for e in stand_in.events())


def test_signed_at_delivery_with_real_time(
    stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver
) -> None:
    stand_in.move_clock(advance=60 * 86_400)
    pay(client)
    stand_in.wait_idle()
    _, header = receiver.requests[0]
    at = int(header.split(",")[0].removeprefix("t="))
    assert abs(at - time.time()) < 60
    assert receiver.events[0]["created"] > time.time() + 59 * 86_400


def test_retried_until_it_is_taken(
    stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver
) -> None:
    receiver.answers = [500, 503, 301]
    client.v1.customers.create({})
    stand_in.wait_idle()
    assert receiver.types() == ["customer.created"]
    assert len(receiver.requests) == 4
    (delivery,) = stand_in.deliveries()
    assert [a["results"] for a in delivery["attempts"]] == [[500], [503], [301], [200]]


def test_given_up_after_the_last_try(
    stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver
) -> None:
    stand_in.webhooks.turn({"retry": [0.01, 0.01]})
    receiver.answers = [500] * 3
    client.v1.customers.create({})
    stand_in.wait_idle()
    assert stand_in.deliveries()[0]["state"] == "failed"
    missed = client.v1.events.list({"delivery_success": False})
    assert [e.type for e in missed.data] == ["customer.created"]


def test_doubled(stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver) -> None:
    stand_in.webhooks.turn({"duplicate": 2, "types": ["payment_intent.succeeded"]})
    pay(client)
    stand_in.wait_idle()
    event_ids = [e["id"] for e in receiver.events if e["type"] == "payment_intent.succeeded"]
    assert len(event_ids) == 3
    assert len(set(event_ids)) == 1
    assert receiver.types().count("charge.succeeded") == 1


def test_reversed(stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver) -> None:
    stand_in.webhooks.turn({"reorder": 3})
    pay(client)
    stand_in.wait_idle()
    assert receiver.types() == [
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]


def test_held_back_until_reordering_ends(
    stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver
) -> None:
    stand_in.webhooks.turn({"reorder": 10})
    pay(client)
    assert receiver.events == []
    assert not stand_in.webhooks.idle()
    stand_in.webhooks.turn({"reorder": 0})
    stand_in.wait_idle()
    assert len(receiver.events) == 3


def test_late(stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver) -> None:
    stand_in.webhooks.turn({"delay": 0.3, "types": ["charge.succeeded"]})
    pay(client)
    stand_in.wait_idle()
    assert receiver.types()[-1] == "charge.succeeded"


def test_lost_and_found_in_the_list(
    stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver
) -> None:
    stand_in.webhooks.turn({"drop": 1, "types": ["payment_intent.succeeded"]})
    pay(client)
    stand_in.wait_idle()
    assert "payment_intent.succeeded" not in receiver.types()
    (lost,) = client.v1.events.list({"delivery_success": False}).data
    assert lost.type == "payment_intent.succeeded"
    stand_in.control(f"/events/{lost.id}/resend", {})
    stand_in.wait_idle()
    assert receiver.types()[-1] == "payment_intent.succeeded"


def test_fails_first_by_a_knob(
    stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver
) -> None:
    stand_in.webhooks.turn({"fail": 2})
    client.v1.customers.create({})
    stand_in.wait_idle()
    assert receiver.types() == ["customer.created"]
    assert len(stand_in.deliveries()[0]["attempts"]) == 3


def test_only_what_was_subscribed(
    stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver
) -> None:
    (endpoint,) = client.v1.webhook_endpoints.list().data
    client.v1.webhook_endpoints.update(
        endpoint.id, {"enabled_events": ["payment_intent.succeeded"]}
    )
    pay(client)
    stand_in.wait_idle()
    assert receiver.types() == ["payment_intent.succeeded"]


def test_nothing_while_disabled(
    stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver
) -> None:
    (endpoint,) = client.v1.webhook_endpoints.list().data
    client.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    pay(client)
    stand_in.wait_idle()
    assert receiver.requests == []


def test_a_rolled_secret_signs_beside_the_old_one(
    stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver
) -> None:
    (endpoint,) = client.v1.webhook_endpoints.list().data
    fresh = stand_in.control(f"/endpoints/{endpoint.id}/roll", {"keep": 3600})["secret"]
    client.v1.customers.create({})
    stand_in.wait_idle()
    body, header = receiver.requests[0]
    assert header.count("v1=") == 2
    for secret in (SECRET, fresh):
        assert stripe.WebhookSignature.verify_header(body, header, secret, 300)


def test_a_rolled_secret_alone_once_the_old_one_ended(
    stand_in: StripeStandIn, client: stripe.StripeClient, receiver: Receiver
) -> None:
    (endpoint,) = client.v1.webhook_endpoints.list().data
    fresh = stand_in.control(f"/endpoints/{endpoint.id}/roll", {"keep": -1})["secret"]
    stand_in.webhooks.turn({"retry": []})
    client.v1.customers.create({})
    stand_in.wait_idle()
    body, header = receiver.requests[0]
    assert stripe.WebhookSignature.verify_header(body, header, fresh, 300)
    assert receiver.events == []


def test_no_listener_is_a_failed_attempt(stand_in: StripeStandIn, receiver: Receiver) -> None:
    with StripeStandIn(webhook="http://127.0.0.1:9/none", secret=SECRET) as alone:
        alone.webhooks.turn({"retry": []})
        client = stripe.StripeClient("sk_test_stand_in_0001", base_addresses={"api": alone.url})
        client.v1.customers.create({})
        until(lambda: alone.deliveries()[0]["state"] == "failed")


@pytest.mark.parametrize("wanted", [{"colour": 1}, {"delay": "long"}])
def test_unknown_knobs(stand_in: StripeStandIn, wanted: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"unknown|convert"):
        stand_in.webhooks.turn(wanted)
