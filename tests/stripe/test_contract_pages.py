"""The contract of `test_contract` for what follows a payment and for Stripe's own pages."""

from __future__ import annotations

import pytest
import stripe

from tests.stripe.calls import pay, session
from tests.stripe.conftest import Processor


class TestRefunds:
    def test_whole(self, processor: Processor) -> None:
        payment = pay(processor)
        refund = processor.v1.refunds.create({"payment_intent": payment.id})
        assert (refund.status, refund.amount) == ("succeeded", 2500)
        charge = processor.v1.charges.retrieve(str(payment.latest_charge))
        assert (charge.refunded, charge.amount_refunded) == (True, 2500)

    def test_in_parts_with_a_reason(self, processor: Processor) -> None:
        payment = pay(processor)
        for part in (1000, 1500):
            processor.v1.refunds.create(
                {"payment_intent": payment.id, "amount": part, "reason": "requested_by_customer"}
            )
        charge = processor.v1.charges.retrieve(str(payment.latest_charge))
        assert (charge.refunded, charge.amount_refunded) == (True, 2500)

    def test_never_more_than_was_paid(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError, match="greater than"):
            processor.v1.refunds.create({"payment_intent": pay(processor).id, "amount": 999_999})

    def test_never_more_than_is_left(self, processor: Processor) -> None:
        payment = pay(processor)
        processor.v1.refunds.create({"payment_intent": payment.id, "amount": 2000})
        with pytest.raises(stripe.InvalidRequestError, match="greater than"):
            processor.v1.refunds.create({"payment_intent": payment.id, "amount": 501})

    def test_never_twice(self, processor: Processor) -> None:
        payment = pay(processor)
        processor.v1.refunds.create({"payment_intent": payment.id})
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.refunds.create({"payment_intent": payment.id})
        assert refusal.value.code == "charge_already_refunded"

    def test_never_unpaid(self, processor: Processor) -> None:
        intent = processor.v1.payment_intents.create({"amount": 2500, "currency": "usd"})
        with pytest.raises(stripe.InvalidRequestError):
            processor.v1.refunds.create({"payment_intent": intent.id})

    def test_listed_by_payment(self, processor: Processor) -> None:
        payment = pay(processor)
        refund = processor.v1.refunds.create({"payment_intent": payment.id, "amount": 700})
        listed = processor.v1.refunds.list({"payment_intent": payment.id})
        assert [r.id for r in listed.data] == [refund.id]

    def test_wrong_reason(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.refunds.create({"payment_intent": pay(processor).id, "reason": "because"})
        assert refusal.value.param == "reason"


class TestDisputes:
    def test_a_dispute_card(self, processor: Processor) -> None:
        payment = pay(processor, "pm_card_createDispute")
        assert payment.status == "succeeded"
        (dispute,) = processor.v1.disputes.list({"payment_intent": payment.id}).data
        assert (dispute.status, dispute.amount) == ("needs_response", 2500)
        assert processor.v1.charges.retrieve(str(payment.latest_charge)).disputed is True

    def test_no_refund_of_disputed_money(self, processor: Processor) -> None:
        payment = pay(processor, "pm_card_createDispute")
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.refunds.create({"payment_intent": payment.id})
        assert refusal.value.code == "charge_disputed"

    def test_evidence_wins_or_loses(self, processor: Processor) -> None:
        payment = pay(processor, "pm_card_createDispute")
        (dispute,) = processor.v1.disputes.list({"payment_intent": payment.id}).data
        moved = processor.v1.disputes.update(
            dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}}
        )
        assert moved.status in ("won", "under_review")

    def test_an_inquiry_takes_nothing(self, processor: Processor) -> None:
        payment = pay(processor, "pm_card_createDisputeInquiry")
        (dispute,) = processor.v1.disputes.list({"payment_intent": payment.id}).data
        assert dispute.status.startswith("warning")
        assert dispute.balance_transactions == []


class TestCheckout:
    def test_opens_a_page(self, processor: Processor) -> None:
        checkout = session(processor, client_reference_id="att_1", metadata={"account_id": "acc_1"})
        assert (checkout.status, checkout.payment_status, checkout.amount_total) == (
            "open",
            "unpaid",
            12345,
        )
        assert checkout.url is not None
        assert checkout.ui_mode == "hosted_page"
        assert checkout.metadata is not None
        assert (checkout.client_reference_id, checkout.metadata["account_id"]) == ("att_1", "acc_1")

    def test_makes_no_payment_yet(self, processor: Processor) -> None:
        assert session(processor).payment_intent is None

    def test_lasts_a_day(self, processor: Processor) -> None:
        checkout = session(processor)
        assert abs(checkout.expires_at - checkout.created - 86_400) < 60

    def test_lasts_half_an_hour_at_least(self, processor: Processor) -> None:
        checkout = session(processor)
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            session(processor, expires_at=checkout.created + 600)
        assert refusal.value.param == "expires_at"

    def test_expires(self, processor: Processor) -> None:
        checkout = processor.v1.checkout.sessions.expire(session(processor).id)
        assert (checkout.status, checkout.url) == ("expired", None)

    def test_expires_once(self, processor: Processor) -> None:
        checkout = session(processor)
        processor.v1.checkout.sessions.expire(checkout.id)
        with pytest.raises(stripe.InvalidRequestError):
            processor.v1.checkout.sessions.expire(checkout.id)

    def test_lines(self, processor: Processor) -> None:
        checkout = session(processor)
        (line,) = processor.v1.checkout.sessions.line_items.list(checkout.id).data
        assert (line.description, line.amount_total) == ("Account payment", 12345)

    def test_narrowed_methods(self, processor: Processor) -> None:
        checkout = session(processor, allowed_payment_method_types=["card"])
        assert checkout.payment_method_types == ["card"]

    def test_needs_a_mode_and_lines(self, processor: Processor) -> None:
        for wanted in ({"success_url": "https://example.com"},
                       {"success_url": "https://example.com", "mode": "payment"}):  # fmt: skip
            with pytest.raises(stripe.InvalidRequestError):
                processor.v1.checkout.sessions.create(wanted)

    def test_too_little(self, processor: Processor) -> None:
        line = {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 10,
                                              "product_data": {"name": "x"}}}  # fmt: skip
        with pytest.raises(stripe.InvalidRequestError):
            session(processor, line_items=[line])

    def test_customer_or_email_not_both(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({}).id
        with pytest.raises(stripe.InvalidRequestError):
            session(processor, customer=customer, customer_email="a@example.com")

    def test_setup_mode(self, processor: Processor) -> None:
        checkout = processor.v1.checkout.sessions.create(
            {"mode": "setup", "currency": "usd", "success_url": "https://example.com",
             "customer_creation": "always"}
        )  # fmt: skip
        assert checkout.payment_status == "no_payment_required"
        assert checkout.setup_intent is not None

    def test_setup_mode_needs_a_currency(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.checkout.sessions.create(
                {"mode": "setup", "success_url": "https://example.com"}
            )
        assert refusal.value.param == "currency"

    def test_locale(self, processor: Processor) -> None:
        assert session(processor, locale="es").locale == "es"
        with pytest.raises(stripe.InvalidRequestError):
            session(processor, locale="tlh")
