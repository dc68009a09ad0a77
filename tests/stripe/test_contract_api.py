"""The contract of `test_contract` for what every call shares: keys, repetition, lists, events."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.stripe.calls import BACK, key, pay
from tests.stripe.conftest import Processor


class TestIdempotency:
    def wanted(self, amount: int = 2500) -> dict[str, Any]:
        return {"amount": amount, "currency": "usd", "payment_method": "pm_card_visa",
                "confirm": True, **BACK}  # fmt: skip

    def test_the_same_request_pays_once(self, processor: Processor) -> None:
        options = key()
        first = processor.v1.payment_intents.create(self.wanted(), options)
        second = processor.v1.payment_intents.create(self.wanted(), options)
        assert first.id == second.id
        assert second.last_response is not None
        assert second.last_response.headers["Idempotent-Replayed"] == "true"

    def test_the_first_is_no_replay(self, processor: Processor) -> None:
        first = processor.v1.payment_intents.create(self.wanted(), key())
        assert first.last_response is not None
        assert "Idempotent-Replayed" not in first.last_response.headers

    def test_other_parameters_are_an_error(self, processor: Processor) -> None:
        options = key()
        processor.v1.payment_intents.create(self.wanted(), options)
        with pytest.raises(stripe.IdempotencyError):
            processor.v1.payment_intents.create(self.wanted(900), options)

    def test_another_endpoint_is_an_error(self, processor: Processor) -> None:
        options = key()
        processor.v1.payment_intents.create(self.wanted(), options)
        with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
            processor.v1.customers.create({}, options)

    def test_a_decline_is_replayed(self, processor: Processor) -> None:
        options = key()
        ids = set()
        for _ in range(2):
            with pytest.raises(stripe.CardError) as refusal:
                processor.v1.payment_intents.create(
                    {**self.wanted(), "payment_method": "pm_card_visa_chargeDeclined"},
                    options,
                )
            assert refusal.value.error is not None
            ids.add(refusal.value.error.payment_intent.id)
        assert len(ids) == 1

    def test_a_malformed_request_is_not_kept(self, processor: Processor) -> None:
        options = key()
        with pytest.raises(stripe.InvalidRequestError):
            processor.v1.payment_intents.create({**self.wanted(), "colour": "blue"}, options)
        assert processor.v1.payment_intents.create(self.wanted(), options).id


class TestLists:
    def test_pages_newest_first(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({}).id
        payments = [
            processor.v1.payment_intents.create(
                {"amount": 1000 + n, "currency": "usd", "customer": customer}
            ).id
            for n in range(5)
        ]
        first = processor.v1.payment_intents.list({"customer": customer, "limit": 2})
        assert ([p.id for p in first.data], first.has_more) == (payments[:2:-1], True)
        second = processor.v1.payment_intents.list(
            {"customer": customer, "limit": 2, "starting_after": first.data[-1].id}
        )
        assert [p.id for p in second.data] == [payments[2], payments[1]]
        back = processor.v1.payment_intents.list(
            {"customer": customer, "limit": 2, "ending_before": second.data[0].id}
        )
        assert [p.id for p in back.data] == [payments[4], payments[3]]

    def test_goes_through_all(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({}).id
        for n in range(5):
            processor.v1.payment_intents.create(
                {"amount": 1000 + n, "currency": "usd", "customer": customer}
            )
        listed = processor.v1.payment_intents.list({"customer": customer, "limit": 2})
        assert sum(1 for _ in listed.auto_paging_iter()) == 5

    @pytest.mark.parametrize("limit", [0, 101])
    def test_limits(self, processor: Processor, limit: int) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            processor.v1.customers.list({"limit": limit})

    def test_unknown_cursor(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.customers.list({"starting_after": "cus_nobody00000000"})
        assert refusal.value.code == "resource_missing"

    def test_by_time(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({})
        later = processor.v1.customers.list({"created": {"gt": customer.created + 3600}})
        assert later.data == []


class TestExpand:
    def test_down_two_levels(self, processor: Processor) -> None:
        payment = pay(processor)
        expanded = processor.v1.payment_intents.retrieve(
            payment.id, {"expand": ["latest_charge.balance_transaction", "payment_method"]}
        )
        assert isinstance(expanded.latest_charge, stripe.Charge)
        assert isinstance(expanded.latest_charge.balance_transaction, stripe.BalanceTransaction)
        assert isinstance(expanded.payment_method, stripe.PaymentMethod)

    def test_in_lists(self, processor: Processor) -> None:
        payment = pay(processor)
        (charge,) = processor.v1.charges.list(
            {"payment_intent": payment.id, "expand": ["data.payment_intent"]}
        ).data
        assert isinstance(charge.payment_intent, stripe.PaymentIntent)

    def test_refunds_of_a_charge(self, processor: Processor) -> None:
        payment = pay(processor)
        refund = processor.v1.refunds.create({"payment_intent": payment.id})
        charge = processor.v1.charges.retrieve(str(payment.latest_charge), {"expand": ["refunds"]})
        assert charge.refunds is not None
        assert [r.id for r in charge.refunds.data] == [refund.id]

    @pytest.mark.parametrize("path", ["amount", "nothing", "latest_charge.amount"])
    def test_what_cannot_be(self, processor: Processor, path: str) -> None:
        payment = pay(processor)
        with pytest.raises(stripe.InvalidRequestError):
            processor.v1.payment_intents.retrieve(payment.id, {"expand": [path]})


class TestEvents:
    def test_tell_what_happened(self, processor: Processor) -> None:
        payment = pay(processor, metadata={"account_id": "acc_1"})
        listed = processor.v1.events.list({"type": "payment_intent.succeeded", "limit": 20})
        (event,) = [e for e in listed.data if e.data.object["id"] == payment.id]
        assert event.data.object["metadata"]["account_id"] == "acc_1"
        assert event.api_version == stripe.api_version
        assert event.request is not None
        assert event.request.id is not None

    def test_by_several_types(self, processor: Processor) -> None:
        pay(processor)
        listed = processor.v1.events.list({"types": ["charge.succeeded", "charge.failed"]})
        assert listed.data
        assert {e.type for e in listed.data} <= {"charge.succeeded", "charge.failed"}


class TestWebhookEndpoints:
    def test_secret_is_told_once(self, processor: Processor) -> None:
        endpoint = processor.v1.webhook_endpoints.create(
            {"url": "https://example.com/hook", "enabled_events": ["payment_intent.succeeded"],
             "api_version": stripe.api_version}
        )  # fmt: skip
        try:
            assert endpoint.secret is not None
            assert endpoint.secret.startswith("whsec_")
            retrieved = processor.v1.webhook_endpoints.retrieve(endpoint.id)
            assert getattr(retrieved, "secret", None) is None
            assert retrieved.status == "enabled"
            off = processor.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
            assert off.status == "disabled"
        finally:
            assert processor.v1.webhook_endpoints.delete(endpoint.id).deleted is True

    def test_unknown_event_type(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            processor.v1.webhook_endpoints.create(
                {"url": "https://example.com/hook", "enabled_events": ["payment.exploded"]}
            )


class TestKeys:
    def test_wrong_key(self, processor: Processor) -> None:
        stranger = stripe.StripeClient(
            "sk_wrong_000000000001",
            base_addresses=processor.bases,
        )
        with pytest.raises(stripe.AuthenticationError) as refusal:
            stranger.v1.customers.list()
        assert "sk_wrong_000000000001" not in str(refusal.value)

    def test_every_answer_names_its_request(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.customers.retrieve("cus_nobody00000000")
        assert str(refusal.value.request_id).startswith("req_")
