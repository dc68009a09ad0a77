"""A stand-in for each run, and the same suite over Stripe's own sandbox where a key is given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import stripe

from local.stripe import StripeStandIn
from tests.stripe.receiver import Receiver

KEY = "sk_test_stand_in_0001"
SECRET = "whsec_stand_in_0001"
PLACES = ["stand-in", "sandbox"] if os.environ.get("STRIPE_TEST_KEY") else ["stand-in"]


@dataclass
class Processor:
    """A client of one place that speaks Stripe's API."""

    place: str
    client: stripe.StripeClient
    bases: dict[str, str]

    @property
    def v1(self) -> stripe.V1Services:
        return self.client.v1


@pytest.fixture(scope="session")
def shared_stand_in() -> Iterator[StripeStandIn]:
    with StripeStandIn() as running:
        yield running


@pytest.fixture(params=PLACES)
def processor(request: pytest.FixtureRequest) -> Processor:
    """Where the contract is held against: the stand-in always, the sandbox with a key."""
    if request.param == "sandbox":
        key = os.environ["STRIPE_TEST_KEY"]
        return Processor("sandbox", stripe.StripeClient(key, max_network_retries=2), {})
    bases = {"api": request.getfixturevalue("shared_stand_in").url}
    return Processor("stand-in", stripe.StripeClient(KEY, base_addresses=bases), bases)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(SECRET) as listening:
        yield listening


@pytest.fixture
def stand_in(receiver: Receiver) -> Iterator[StripeStandIn]:
    """A stand-in of its own, that tells `receiver` everything."""
    with StripeStandIn(webhook=receiver.url, secret=SECRET) as running:
        running.webhooks.turn({"retry": [0.01, 0.01, 0.02, 0.05, 0.1]})
        yield running


@pytest.fixture
def client(stand_in: StripeStandIn) -> stripe.StripeClient:
    return stripe.StripeClient(KEY, base_addresses={"api": stand_in.url})
