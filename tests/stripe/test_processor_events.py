"""What the processor reads from Stripe's events, as they come and as they are listed."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from dunlin.adapters.stripe import events as stripe_events
from dunlin.adapters.stripe.events import is_live, read_event, read_saved
from dunlin.adapters.stripe.processor import StripeProcessor
from dunlin.adapters.stripe.webhook import StripeWebhook
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    ForgedEvent,
    MethodKind,
)
from local.stripe import StripeStandIn
from tests.stripe.charges import DAY, DUE, charge, facts, opened, saved
from tests.stripe.conftest import KEY, SECRET
from tests.stripe.receiver import Receiver


@pytest.fixture
def processor(stand_in: StripeStandIn) -> StripeProcessor:
    return StripeProcessor(secret_key=KEY, api_base=stand_in.url)


class TestEvents:
    def test_paid(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        page = opened(processor)
        stand_in.pay_session(page.id)
        stand_in.wait_idle()
        (paid,) = facts(receiver)
        assert (paid.fact, paid.amount, paid.account_id, paid.attempt_id, paid.creditor) == (
            SignalKind.PAYMENT, DUE, "acc_1", "att_1", "north-clinic",
        )  # fmt: skip
        assert paid.payment_id == paid.fact_id == processor.checkout(page.id).payment_id
        assert (paid.seen, paid.undone, paid.decline) == (False, False, None)

    def test_a_decline_that_was_seen(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        stand_in.pay_session(opened(processor).id, "pm_card_visa_chargeDeclinedInsufficientFunds")
        stand_in.wait_idle()
        (failed,) = facts(receiver)
        assert (failed.fact, failed.seen, failed.method) == (
            SignalKind.PAYMENT_FAILED, True, MethodKind.CARD,
        )  # fmt: skip
        assert failed.decline is not None
        assert failed.decline.text_key == "declined.insufficient_funds"

    def test_two_declines_are_two_facts(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        page = opened(processor)
        for _ in range(2):
            stand_in.pay_session(page.id, "pm_card_visa_chargeDeclined")
        stand_in.wait_idle()
        failed = facts(receiver)
        assert len({f.fact_id for f in failed}) == 2
        assert len({f.payment_id for f in failed}) == 1

    def test_a_returned_debit(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        stand_in.pay_session(opened(processor).id, "pm_usBankAccount_insufficientFunds")
        stand_in.move_clock(advance=4 * DAY)
        stand_in.wait_idle()
        pending, failed = facts(receiver)
        assert (pending.fact, pending.amount) == (SignalKind.PAYMENT_PENDING, DUE)
        assert (failed.fact, failed.seen, failed.method) == (
            SignalKind.PAYMENT_FAILED, False, MethodKind.BANK,
        )  # fmt: skip

    def test_a_decline_of_a_saved_method_was_not_seen(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        method = saved(processor, stand_in)
        stand_in.control(f"/methods/{method.method_ref}/behave", {"as": "declined"})
        charge(processor, method)
        stand_in.wait_idle()
        (failed,) = facts(receiver)
        assert (failed.fact, failed.seen) == (SignalKind.PAYMENT_FAILED, False)

    def test_refunded_and_bounced(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        page = opened(processor)
        stand_in.pay_session(page.id, "pm_card_refundFail")
        payment = processor.checkout(page.id).payment_id
        refund = processor.refund(refund_key="r1", payment_id=payment, amount=Money(500, "USD"))
        stand_in.move_clock(advance=5 * DAY)
        stand_in.wait_idle()
        refunds = [f for f in facts(receiver) if f.fact is SignalKind.REFUND]
        assert {f.fact_id for f in refunds} == {refund.id}
        assert {f.payment_id for f in refunds} == {payment}
        assert {f.amount for f in refunds} == {Money(500, "USD")}
        assert [f.undone for f in refunds] == [False, True, True]
        assert refunds[-1].reason == "lost_or_stolen_card"

    def test_a_waiting_refund_counts_at_once(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        page = opened(processor)
        stand_in.pay_session(page.id, "pm_card_pendingRefund")
        processor.refund(refund_key="r1", payment_id=processor.checkout(page.id).payment_id)
        stand_in.wait_idle()
        (refund,) = [f for f in facts(receiver) if f.fact is SignalKind.REFUND]
        assert (refund.undone, refund.amount) == (False, DUE)

    def test_charged_back_and_won(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        stand_in.pay_session(opened(processor).id, "pm_card_createDispute")
        (dispute,) = stand_in.state.every("dispute")
        stand_in.control(f"/disputes/{dispute['id']}/close", {"won": True})
        stand_in.wait_idle()
        lost, won = [f for f in facts(receiver) if f.fact is SignalKind.CHARGEBACK]
        assert (lost.undone, won.undone) == (False, True)
        assert lost.fact_id == won.fact_id == dispute["id"]
        assert (lost.amount, lost.reason) == (DUE, "fraudulent")

    def test_an_inquiry_is_no_chargeback(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        stand_in.pay_session(opened(processor).id, "pm_card_createDisputeInquiry")
        stand_in.wait_idle()
        assert "charge.dispute.created" in receiver.types()
        assert [f.fact for f in facts(receiver)] == [SignalKind.PAYMENT]

    def test_parsed_when_genuine(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        stand_in.pay_session(opened(processor).id)
        stand_in.wait_idle()
        now, webhook = datetime.now(UTC), StripeWebhook((SECRET,))
        verified = [webhook.verify(body, mark, now) for body, mark in receiver.requests]
        assert verified == [event["id"] for event in receiver.events]
        assert not any(is_live(body) for body, _ in receiver.requests)
        body, mark = receiver.requests[0]
        for raw, header, at in (
            (body + b" ", mark, now),
            (body, mark.replace("v1=", "v1=0"), now),
            (body, mark, now + timedelta(seconds=400)),
            (body, "", now),
        ):
            with pytest.raises(ForgedEvent):
                webhook.verify(raw, header, at)

    @pytest.mark.parametrize(
        "event",
        [
            {"id": "nothing", "object": "event", "livemode": False},
            {"id": 7, "object": "event", "livemode": False},
            {"object": "event"},
            [],
            "text",
        ],
    )
    def test_signed_but_not_ours(self, event: object) -> None:
        raw = json.dumps(event)
        mark = stripe.WebhookSignature.generate_signature_header(raw, SECRET)
        with pytest.raises(ForgedEvent):
            StripeWebhook((SECRET,)).verify(raw.encode(), mark, datetime.now(UTC))

    @pytest.mark.parametrize(
        "raw", ["", "{", "[]", "7", '{"object": "event"}', '{"object": "v2.core.event"}',
                '{"object":"event","type":"payment_intent.succeeded","data":{"object":7}}',
                '{"object":"event","type":"refund.created","data":{"object":{"status":"x"}}}'],
    )  # fmt: skip
    def test_unreadable(self, raw: str) -> None:
        with pytest.raises(ForgedEvent):
            read_event(raw)

    @pytest.mark.parametrize(
        "raw", ["", "[]", '{"type":"checkout.session.completed"}',
                '{"type":"checkout.session.completed","data":{"object":7}}',
                '{"type":"checkout.session.completed","data":{"object":{"mode":"setup"}}}'],
    )  # fmt: skip
    def test_an_unreadable_page(self, raw: str) -> None:
        with pytest.raises(ForgedEvent):
            read_saved(raw)

    def test_a_finished_page_for_a_method_is_no_money(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        page = processor.create_setup(
            attempt_id="s1", account_id="acc_1", creditor="harbor", locale="en",
            success_url="https://pay.example.com/r", cancel_url="https://pay.example.com/c",
        )  # fmt: skip
        stand_in.pay_session(page.id)
        stand_in.pay_session(opened(processor).id)
        stand_in.wait_idle()
        bodies = [json.dumps(e) for e in stand_in.events("checkout.session.completed")]
        methods = [method for method in map(read_saved, bodies) if method is not None]
        assert [(method.setup_id, method.account_id) for method in methods] == [(page.id, "acc_1")]
        assert [read_event(body) for body in bodies] == [None, None]

    def test_the_endpoint_can_be_subscribed_to_just_these(
        self, processor: StripeProcessor, stand_in: StripeStandIn, client: stripe.StripeClient,
        receiver: Receiver,
    ) -> None:  # fmt: skip
        (endpoint,) = client.v1.webhook_endpoints.list().data
        wanted = list(stripe_events.WEBHOOK_EVENTS)
        client.v1.webhook_endpoints.update(endpoint.id, {"enabled_events": wanted})
        stand_in.pay_session(opened(processor).id)
        stand_in.wait_idle()
        assert sorted(receiver.types()) == [
            "checkout.session.completed", "payment_intent.succeeded",
        ]  # fmt: skip

    def test_reconciliation_finds_what_was_lost(
        self, processor: StripeProcessor, stand_in: StripeStandIn, receiver: Receiver
    ) -> None:
        stand_in.webhooks.turn({"drop": 99})
        start = datetime.now(UTC) - timedelta(minutes=1)
        page = opened(processor)
        stand_in.pay_session(page.id)
        processor.refund(refund_key="r1", payment_id=processor.checkout(page.id).payment_id)
        assert receiver.requests == []
        events = list(processor.events_since(start))
        assert [f.fact for f in events] == [SignalKind.REFUND, SignalKind.PAYMENT]
        assert list(processor.events_since(start + timedelta(days=1))) == []


def test_webhooks_are_read_without_the_sdk() -> None:
    code = (
        "import sys; from dunlin.adapters.stripe.processor import StripeProcessor;"
        "from dunlin.adapters.stripe.webhook import StripeWebhook; StripeWebhook(('whsec_1',));"
        "from dunlin.adapters.stripe.events import read_event;"
        "StripeProcessor(secret_key='sk_test_1');"
        'read_event(\'{"object": "event", "type": "x"}\'); print(\'stripe\' in sys.modules)'
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
