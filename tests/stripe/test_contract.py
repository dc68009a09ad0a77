"""What Stripe does, checked through its own SDK. Every check here must hold at both places.

The stand-in is held to it always, Stripe's sandbox where STRIPE_TEST_KEY is set; so a check
that the stand-in passes and Stripe does not would show itself there.
"""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.stripe.calls import BACK, NEVER, bank, mandate, pay, saved, session
from tests.stripe.conftest import Processor


class TestCustomers:
    def test_create_and_retrieve(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({"email": "a@example.com", "metadata": {"k": "v"}})
        again = processor.v1.customers.retrieve(customer.id)
        assert (again.email, again.to_dict()["metadata"]["k"], again.livemode) == (
            "a@example.com",
            "v",
            False,
        )

    def test_update_merges_metadata_and_empty_text_unsets(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
        updated = processor.v1.customers.update(customer.id, {"metadata": {"b": "", "c": "3"}})
        assert updated.metadata.to_dict() == {"a": "1", "c": "3"}

    def test_deleted_is_gone(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({})
        assert processor.v1.customers.delete(customer.id).deleted is True

    def test_unknown_is_404(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.customers.retrieve("cus_nobody00000000")
        assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")

    def test_the_object_is_no_dict(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({"email": "a@example.com"})
        with pytest.raises(AttributeError):
            customer.get("email")  # type: ignore[attr-defined]
        assert customer.to_dict()["email"] == "a@example.com"


class TestPaymentIntents:
    def test_waits_for_a_method(self, processor: Processor) -> None:
        intent = processor.v1.payment_intents.create({"amount": 2500, "currency": "usd"})
        assert intent.status == "requires_payment_method"
        assert intent.client_secret is not None
        assert intent.client_secret.startswith(f"{intent.id}_secret_")

    def test_takes_the_usual_parameters(self, processor: Processor) -> None:
        intent = processor.v1.payment_intents.create(
            {
                "amount": 2500,
                "currency": "usd",
                "description": "Account A1",
                "receipt_email": "a@example.com",
                "statement_descriptor_suffix": "DUNLIN",
                "automatic_payment_methods": {"enabled": True},
                "metadata": {"account_id": "acc_1"},
            }
        )
        assert intent.metadata["account_id"] == "acc_1"

    def test_pays(self, processor: Processor) -> None:
        payment = pay(processor)
        assert (payment.status, payment.amount_received) == ("succeeded", 2500)
        assert isinstance(payment.latest_charge, str)

    def test_create_then_confirm(self, processor: Processor) -> None:
        intent = processor.v1.payment_intents.create({"amount": 2500, "currency": "usd"})
        done = processor.v1.payment_intents.confirm(
            intent.id, {"payment_method": "pm_card_visa", "return_url": "https://example.com/back"}
        )
        assert done.status == "succeeded"

    def test_amount_may_change_before_payment(self, processor: Processor) -> None:
        intent = processor.v1.payment_intents.create({"amount": 2500, "currency": "usd"})
        assert processor.v1.payment_intents.update(intent.id, {"amount": 900}).amount == 900

    def test_amount_may_not_change_after(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.payment_intents.update(pay(processor).id, {"amount": 900})
        assert refusal.value.code == "payment_intent_unexpected_state"

    def test_cannot_be_confirmed_twice(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.payment_intents.confirm(pay(processor).id)
        assert refusal.value.code == "payment_intent_unexpected_state"
        assert refusal.value.error is not None
        assert refusal.value.error.payment_intent.status == "succeeded"

    def test_confirm_without_a_method(self, processor: Processor) -> None:
        intent = processor.v1.payment_intents.create({"amount": 2500, "currency": "usd"})
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.payment_intents.confirm(intent.id, {"return_url": "https://example.com"})
        assert refusal.value.code == "payment_intent_unexpected_state"

    def test_confirm_wants_a_return_url(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError, match="return_url"):
            processor.v1.payment_intents.create(
                {"amount": 2500, "currency": "usd", "payment_method": "pm_card_visa",
                 "confirm": True}
            )  # fmt: skip

    def test_no_return_url_where_redirects_are_off(self, processor: Processor) -> None:
        intent = processor.v1.payment_intents.create(
            {"amount": 2500, "currency": "usd", "payment_method": "pm_card_visa",
             "confirm": True, **NEVER}
        )  # fmt: skip
        assert intent.status == "succeeded"

    def test_cancel(self, processor: Processor) -> None:
        intent = processor.v1.payment_intents.create({"amount": 2500, "currency": "usd"})
        done = processor.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
        assert (done.status, done.cancellation_reason) == ("canceled", "abandoned")

    def test_a_paid_one_cannot_be_cancelled(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.payment_intents.cancel(pay(processor).id)
        assert refusal.value.code == "payment_intent_unexpected_state"

    def test_authorise_and_capture_a_part(self, processor: Processor) -> None:
        held = pay(processor, capture_method="manual")
        assert (held.status, held.amount_capturable) == ("requires_capture", 2500)
        done = processor.v1.payment_intents.capture(held.id, {"amount_to_capture": 1000})
        assert (done.status, done.amount_received) == ("succeeded", 1000)

    def test_metadata_reaches_the_charge(self, processor: Processor) -> None:
        payment = pay(processor, metadata={"account_id": "acc_1"}, expand=["latest_charge"])
        assert isinstance(payment.latest_charge, stripe.Charge)
        assert payment.latest_charge.metadata["account_id"] == "acc_1"


class TestRefusedParameters:
    """What API 2026-10-28.endive does not take, where older ones did."""

    @pytest.mark.parametrize("what", ["payment_intents", "setup_intents"])
    def test_payment_method_types_on_intents(self, processor: Processor, what: str) -> None:
        wanted: dict[str, Any] = {"payment_method_types": ["card"]}
        if what == "payment_intents":
            wanted |= {"amount": 2500, "currency": "usd"}
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            getattr(processor.v1, what).create(wanted)
        assert refusal.value.code == "payment_method_types_no_longer_supported"
        assert refusal.value.http_status == 400

    def test_payment_method_types_on_sessions(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            session(processor, payment_method_types=["card"])
        assert refusal.value.code == "payment_method_types_no_longer_supported"

    @pytest.mark.parametrize("mode", ["hosted", "embedded", "custom"])
    def test_old_ui_modes(self, processor: Processor, mode: str) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            session(processor, ui_mode=mode)
        assert refusal.value.param == "ui_mode"

    def test_unknown(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            pay(processor, colour="blue")
        assert (refusal.value.code, refusal.value.param) == ("parameter_unknown", "colour")

    def test_unknown_inside(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            session(processor, payment_intent_data={"colour": "blue"})
        assert refusal.value.param == "payment_intent_data[colour]"

    def test_missing(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.payment_intents.create({"amount": 2500})
        assert (refusal.value.code, refusal.value.param) == ("parameter_missing", "currency")

    def test_no_number(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.payment_intents.create({"amount": "12.50", "currency": "usd"})
        assert refusal.value.code == "parameter_invalid_integer"

    def test_empty_text(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.payment_intents.create({"amount": 2500, "currency": ""})
        assert refusal.value.code == "parameter_invalid_empty"

    @pytest.mark.parametrize("amount", [0, -100, 49])
    def test_too_little(self, processor: Processor, amount: int) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.payment_intents.create({"amount": amount, "currency": "usd"})
        assert refusal.value.param == "amount"

    def test_too_much(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.payment_intents.create({"amount": 100_000_000, "currency": "usd"})
        assert refusal.value.code == "amount_too_large"

    def test_no_such_currency(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.payment_intents.create({"amount": 2500, "currency": "xxx"})
        assert refusal.value.param == "currency"

    def test_raw_card_numbers(self, processor: Processor) -> None:
        with pytest.raises(stripe.StripeError) as refusal:
            processor.v1.payment_methods.create(
                {
                    "type": "card",
                    "card": {
                        "number": "4242424242424242",
                        "exp_month": 1,
                        "exp_year": 2034,
                        "cvc": "123",
                    },
                }
            )
        assert "4242424242424242" not in str(refusal.value)


class TestDeclines:
    @pytest.mark.parametrize(
        ("method", "code", "decline"),
        [
            ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
            ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined",
             "insufficient_funds"),
            ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
            ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
            ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
            ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
            ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
        ],
    )  # fmt: skip
    def test_card_error(self, processor: Processor, method: str, code: str, decline: str) -> None:
        with pytest.raises(stripe.CardError) as refusal:
            pay(processor, method)
        assert (refusal.value.http_status, refusal.value.code) == (402, code)
        error = refusal.value.error
        assert error is not None
        assert error.decline_code == decline
        assert error.payment_intent.status == "requires_payment_method"
        assert error.payment_intent.last_payment_error.decline_code == decline
        charge = processor.v1.charges.retrieve(error.charge)
        assert (charge.status, charge.paid) == ("failed", False)

    def test_another_method_may_follow(self, processor: Processor) -> None:
        with pytest.raises(stripe.CardError) as refusal:
            pay(processor, "pm_card_visa_chargeDeclined")
        assert refusal.value.error is not None
        again = processor.v1.payment_intents.confirm(
            refusal.value.error.payment_intent.id,
            {"payment_method": "pm_card_visa", "return_url": "https://example.com/back"},
        )
        assert again.status == "succeeded"
        assert again.last_payment_error is None

    def test_a_declining_card_cannot_be_attached(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({}).id
        with pytest.raises(stripe.CardError):
            processor.v1.payment_methods.attach(
                "pm_card_visa_chargeDeclined", {"customer": customer}
            )

    def test_a_card_that_attaches_and_then_declines(self, processor: Processor) -> None:
        customer, method = saved(processor, "pm_card_chargeCustomerFail")
        with pytest.raises(stripe.CardError):
            pay(processor, method, customer=customer)


class TestProofOfIdentity:
    def test_on_session_asks_with_a_redirect(self, processor: Processor) -> None:
        payment = pay(processor, "pm_card_threeDSecure2Required")
        assert payment.status == "requires_action"
        assert payment.next_action is not None
        assert payment.next_action.type == "redirect_to_url"
        assert payment.next_action.redirect_to_url is not None
        assert payment.next_action.redirect_to_url.return_url == BACK["return_url"]

    def test_off_session_is_a_card_error(self, processor: Processor) -> None:
        customer, method = saved(processor, "pm_card_authenticationRequired")
        with pytest.raises(stripe.CardError) as refusal:
            processor.v1.payment_intents.create(
                {"amount": 2500, "currency": "usd", "customer": customer,
                 "payment_method": method, "confirm": True, "off_session": True}
            )  # fmt: skip
        assert refusal.value.code == "authentication_required"

    def test_can_be_cancelled(self, processor: Processor) -> None:
        payment = pay(processor, "pm_card_threeDSecure2Required")
        assert processor.v1.payment_intents.cancel(payment.id).status == "canceled"


class TestSavedMethods:
    def test_off_session(self, processor: Processor) -> None:
        customer, method = saved(processor)
        payment = processor.v1.payment_intents.create(
            {"amount": 2500, "currency": "usd", "customer": customer, "payment_method": method,
             "confirm": True, "off_session": True}
        )  # fmt: skip
        assert payment.status == "succeeded"

    def test_off_session_needs_confirm(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            processor.v1.payment_intents.create(
                {"amount": 2500, "currency": "usd", "off_session": True}
            )
        assert refusal.value.param == "off_session"

    def test_of_another_customer(self, processor: Processor) -> None:
        _, method = saved(processor)
        other = processor.v1.customers.create({}).id
        with pytest.raises(stripe.InvalidRequestError):
            pay(processor, method, customer=other)

    def test_without_its_customer(self, processor: Processor) -> None:
        _, method = saved(processor)
        with pytest.raises(stripe.InvalidRequestError):
            pay(processor, method)

    def test_used_once_without_a_customer(self, processor: Processor) -> None:
        first = pay(processor)
        assert isinstance(first.payment_method, str)
        with pytest.raises(stripe.InvalidRequestError, match="previously used"):
            pay(processor, first.payment_method)

    def test_kept_for_later(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({}).id
        payment = pay(processor, customer=customer, setup_future_usage="off_session")
        held = processor.v1.customers.payment_methods.list(customer)
        assert [m.id for m in held.data] == [payment.payment_method]

    def test_detached_is_gone_for_good(self, processor: Processor) -> None:
        customer, method = saved(processor)
        assert processor.v1.payment_methods.detach(method).customer is None
        with pytest.raises(stripe.InvalidRequestError):
            processor.v1.payment_methods.attach(method, {"customer": customer})

    def test_of_one_customer_alone(self, processor: Processor) -> None:
        _, method = saved(processor)
        other = processor.v1.customers.create({}).id
        with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
            processor.v1.payment_methods.attach(method, {"customer": other})

    def test_detach_twice(self, processor: Processor) -> None:
        _, method = saved(processor)
        processor.v1.payment_methods.detach(method)
        with pytest.raises(stripe.InvalidRequestError):
            processor.v1.payment_methods.detach(method)

    def test_card_shows_four_digits(self, processor: Processor) -> None:
        _, method = saved(processor)
        card = processor.v1.payment_methods.retrieve(method).card
        assert card is not None
        assert (card.brand, card.last4) == ("visa", "4242")


class TestSetupIntents:
    def test_saves_and_attaches(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({}).id
        setup = processor.v1.setup_intents.create(
            {"customer": customer, "payment_method": "pm_card_visa", "confirm": True,
             "usage": "off_session", **NEVER}
        )  # fmt: skip
        assert setup.status == "succeeded"
        held = processor.v1.customers.payment_methods.list(customer, {"type": "card"})
        assert [m.id for m in held.data] == [setup.payment_method]

    def test_declined(self, processor: Processor) -> None:
        customer = processor.v1.customers.create({}).id
        with pytest.raises(stripe.CardError) as refusal:
            processor.v1.setup_intents.create(
                {"customer": customer, "payment_method": "pm_card_visa_chargeDeclined",
                 "confirm": True, **NEVER}
            )  # fmt: skip
        assert refusal.value.error is not None
        assert refusal.value.error.setup_intent.status == "requires_payment_method"

    def test_asks_for_proof(self, processor: Processor) -> None:
        setup = processor.v1.setup_intents.create(
            {"payment_method": "pm_card_authenticationRequiredOnSetup", "confirm": True,
             "return_url": "https://example.com/back"}
        )  # fmt: skip
        assert setup.status == "requires_action"

    def test_cancel(self, processor: Processor) -> None:
        setup = processor.v1.setup_intents.create({})
        assert processor.v1.setup_intents.cancel(setup.id).status == "canceled"


class TestBankAccounts:
    def test_needs_a_mandate(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            pay(processor, bank(processor))

    def test_waits_for_microdeposits(self, processor: Processor) -> None:
        debit = pay(processor, bank(processor), mandate_data=mandate())
        assert debit.status == "requires_action"
        assert debit.next_action is not None
        assert debit.next_action.type == "verify_with_microdeposits"

    def test_wrong_microdeposits(self, processor: Processor) -> None:
        debit = pay(processor, bank(processor), mandate_data=mandate())
        with pytest.raises(stripe.StripeError):
            processor.v1.payment_intents.verify_microdeposits(debit.id, {"amounts": [1, 2]})

    def test_right_microdeposits_begin_the_debit(self, processor: Processor) -> None:
        debit = pay(processor, bank(processor), mandate_data=mandate())
        moved = processor.v1.payment_intents.verify_microdeposits(debit.id, {"amounts": [32, 45]})
        assert moved.status == "processing"
        assert moved.amount_received == 0

    def test_the_code_does_as_well(self, processor: Processor) -> None:
        debit = pay(processor, bank(processor), mandate_data=mandate())
        moved = processor.v1.payment_intents.verify_microdeposits(
            debit.id, {"descriptor_code": "SM11AA"}
        )
        assert moved.status == "processing"

    def test_pending_cannot_be_refunded(self, processor: Processor) -> None:
        debit = pay(processor, "pm_usBankAccount_processing", mandate_data=mandate())
        assert debit.status == "processing"
        with pytest.raises(stripe.InvalidRequestError):
            processor.v1.refunds.create({"payment_intent": debit.id})

    def test_dollars_only(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            pay(processor, bank(processor), currency="eur", mandate_data=mandate())

    def test_wrong_routing_number(self, processor: Processor) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            processor.v1.payment_methods.create(
                {
                    "type": "us_bank_account",
                    "us_bank_account": {
                        "account_number": "000123456789",
                        "routing_number": "123",
                        "account_holder_type": "individual",
                    },
                    "billing_details": {"name": "Ada Moreno"},
                }
            )
