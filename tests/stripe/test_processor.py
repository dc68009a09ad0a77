"""The processor over the stand-in: every method, every refusal, every way Stripe can fail us."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from dunlin.adapters.stripe import shapes
from dunlin.adapters.stripe.processor import StripeProcessor, checked_base
from dunlin.adapters.stripe.webhook import StripeWebhook
from dunlin.domain.errors import Defect, DomainError, Unavailable
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    TEXT_KEYS,
    CheckoutState,
    Decline,
    DeclineReason,
    MethodKind,
    PaymentState,
    RefundState,
    Retry,
)
from local.stripe import StripeStandIn, cards, checkout
from tests.stripe.charges import DAY, DUE, charge, opened, saved
from tests.stripe.conftest import KEY
from tests.stripe.waiting import until


@pytest.fixture
def processor(stand_in: StripeStandIn) -> StripeProcessor:
    return StripeProcessor(secret_key=KEY, api_base=stand_in.url)


class TestCheckout:
    def test_opens_and_is_paid(self, processor: StripeProcessor, stand_in: StripeStandIn) -> None:
        page = opened(processor)
        assert page.url.startswith(f"{stand_in.url}/c/pay/")
        assert timedelta(hours=23) < page.expires_at - datetime.now(UTC) < timedelta(hours=25)
        before = processor.checkout(page.id)
        assert (before.state, before.paid, before.payment_id) == (CheckoutState.OPEN, False, "")
        stand_in.pay_session(page.id)
        after = processor.checkout(page.id)
        assert (after.state, after.paid, after.amount) == (CheckoutState.COMPLETE, True, DUE)
        assert (after.account_id, after.attempt_id) == ("acc_1", "att_1")
        paid = processor.payment(after.payment_id)
        assert (paid.state, paid.received, paid.method) == (
            PaymentState.SUCCEEDED, DUE, MethodKind.CARD,
        )  # fmt: skip
        assert (paid.account_id, paid.attempt_id, paid.creditor) == (
            "acc_1", "att_1", "north-clinic",
        )  # fmt: skip

    def test_the_same_attempt_is_the_same_page(self, processor: StripeProcessor) -> None:
        assert opened(processor) == opened(processor)

    def test_an_attempt_cannot_change(self, processor: StripeProcessor) -> None:
        opened(processor)
        with pytest.raises(Defect):
            opened(processor, amount=Money(100, "USD"))

    def test_closes(self, processor: StripeProcessor) -> None:
        page = opened(processor)
        processor.expire_checkout(page.id)
        assert processor.checkout(page.id).state is CheckoutState.EXPIRED
        processor.expire_checkout(page.id)

    def test_closing_what_was_paid_changes_nothing(
        self, processor: StripeProcessor, stand_in: StripeStandIn
    ) -> None:
        page = opened(processor)
        stand_in.pay_session(page.id)
        processor.expire_checkout(page.id)
        assert processor.checkout(page.id).state is CheckoutState.COMPLETE

    def test_unknown_pages_and_payments(self, processor: StripeProcessor) -> None:
        for ask in (
            processor.checkout,
            processor.expire_checkout,
            processor.payment,
            processor.saved_method,
        ):
            with pytest.raises(DomainError):
                ask("cs_test_nothing")

    def test_ends_when_asked(self, processor: StripeProcessor) -> None:
        at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
        assert opened(processor, expires_at=at).expires_at == at

    @pytest.mark.parametrize("amount", [Money(0, "USD"), Money(-5, "USD"), Money(10, "USD")])
    def test_amounts_nobody_can_pay(self, processor: StripeProcessor, amount: Money) -> None:
        with pytest.raises(DomainError):
            opened(processor, amount=amount)

    def test_no_loans_and_no_bank_outside_dollars(
        self, processor: StripeProcessor, stand_in: StripeStandIn
    ) -> None:
        checkout = stand_in.state.get("checkout.session", opened(processor).id)
        assert checkout["allowed_payment_method_types"] == ["card", "us_bank_account"]
        other = opened(processor, "att_2", amount=Money(5000, "EUR"))
        assert stand_in.state.get("checkout.session", other.id)["payment_method_types"] == ["card"]

    def test_stripe_is_told_ids_alone(
        self, processor: StripeProcessor, stand_in: StripeStandIn
    ) -> None:
        page = opened(processor)
        stand_in.pay_session(page.id)
        payment = stand_in.state.get("payment_intent", processor.checkout(page.id).payment_id)
        assert payment["description"] == "Account acc_1"
        assert set(payment["metadata"]) == {"account_id", "attempt_id", "creditor", "way"}
        (line,) = stand_in.state.get("checkout.session", page.id)["_lines"]
        assert line["description"] == "Account payment"

    def test_speaks_spanish(self, processor: StripeProcessor, stand_in: StripeStandIn) -> None:
        checkout = stand_in.state.get("checkout.session", opened(processor, locale="es-US").id)
        assert (checkout["locale"], checkout["_lines"][0]["description"]) == (
            "es",
            "Pago de cuenta",
        )

    def test_waits_for_proof(self, processor: StripeProcessor, stand_in: StripeStandIn) -> None:
        page = opened(processor)
        card = cards.by_token("pm_card_threeDSecure2Required")
        assert card is not None
        with stand_in.state.lock:
            thing = stand_in.state.get("checkout.session", page.id)
            waiting = checkout.begin(stand_in.state, thing, *card)
        assert processor.checkout(page.id).state is CheckoutState.OPEN
        standing = processor.payment(waiting["id"])
        assert (standing.state, standing.received.minor) == (PaymentState.WAITING, 0)

    def test_by_bank_is_pending_first(
        self, processor: StripeProcessor, stand_in: StripeStandIn
    ) -> None:
        page = opened(processor)
        stand_in.pay_session(page.id, "pm_usBankAccount_success")
        status = processor.checkout(page.id)
        assert (status.state, status.paid) == (CheckoutState.COMPLETE, False)
        pending = processor.payment(status.payment_id)
        assert (pending.state, pending.received.minor) == (PaymentState.PENDING, 0)
        assert pending.method is MethodKind.BANK
        stand_in.move_clock(advance=4 * DAY)
        assert processor.payment(status.payment_id).state is PaymentState.SUCCEEDED


class TestSavedMethods:
    def test_card(self, processor: StripeProcessor, stand_in: StripeStandIn) -> None:
        method = saved(processor, stand_in)
        assert (method.kind, method.label, method.expires) == (
            MethodKind.CARD, "Visa 4242", "2034-12",
        )  # fmt: skip
        done = charge(processor, method)
        assert (done.state, done.received) == (PaymentState.SUCCEEDED, DUE)

    def test_bank(self, processor: StripeProcessor, stand_in: StripeStandIn) -> None:
        method = saved(processor, stand_in, "pm_usBankAccount_success")
        assert (method.kind, method.label) == (MethodKind.BANK, "STRIPE TEST BANK 6789")
        assert charge(processor, method).state is PaymentState.PENDING

    def test_nothing_saved_yet(self, processor: StripeProcessor) -> None:
        page = processor.create_setup(
            attempt_id="set_1", account_id="acc_1", creditor="north-clinic", locale="en",
            success_url="https://example.com/done", cancel_url="https://example.com/back",
        )  # fmt: skip
        assert processor.saved_method(page.id) is None

    def test_a_second_method_of_the_same_person(
        self, processor: StripeProcessor, stand_in: StripeStandIn
    ) -> None:
        first = saved(processor, stand_in)
        page = processor.create_setup(
            attempt_id="set_2", account_id="acc_1", creditor="north-clinic", locale="en",
            success_url="https://example.com/done", cancel_url="https://example.com/back",
            customer_ref=first.customer_ref,
        )  # fmt: skip
        stand_in.pay_session(page.id, "pm_card_mastercard")
        second = processor.saved_method(page.id)
        assert second is not None
        assert second.customer_ref == first.customer_ref
        assert second.label == "Mastercard 4444"

    def test_the_same_attempt_charges_once(
        self, processor: StripeProcessor, stand_in: StripeStandIn
    ) -> None:
        method = saved(processor, stand_in)
        assert charge(processor, method).id == charge(processor, method).id
        assert len(list(stand_in.state.every("charge"))) == 1

    @pytest.mark.parametrize(
        ("behaviour", "reason", "retry"),
        [
            ("insufficient_funds", DeclineReason.INSUFFICIENT_FUNDS, Retry.LATER),
            ("declined", DeclineReason.DECLINED, Retry.LATER),
            ("expired_card", DeclineReason.EXPIRED_CARD, Retry.AFTER_PERSON),
            ("three_d_secure", DeclineReason.PROOF_NEEDED, Retry.AFTER_PERSON),
            ("lost_card", DeclineReason.LOST_OR_STOLEN, Retry.NEVER),
            ("fraudulent", DeclineReason.SUSPECTED_FRAUD, Retry.NEVER),
        ],
    )
    def test_a_refusal_is_an_answer(
        self, processor: StripeProcessor, stand_in: StripeStandIn, behaviour: str,
        reason: DeclineReason,
        retry: Retry,
    ) -> None:  # fmt: skip
        method = saved(processor, stand_in)
        stand_in.control(f"/methods/{method.method_ref}/behave", {"as": behaviour})
        refused = charge(processor, method)
        assert (refused.state, refused.received.minor) == (PaymentState.FAILED, 0)
        assert refused.decline is not None
        assert (refused.decline.reason, refused.decline.retry) == (reason, retry)
        assert refused.method is MethodKind.CARD
        assert charge(processor, method).id == refused.id

    def test_mended_with_a_new_attempt(
        self, processor: StripeProcessor, stand_in: StripeStandIn
    ) -> None:
        method = saved(processor, stand_in)
        stand_in.control(f"/methods/{method.method_ref}/behave", {"as": "expired_card"})
        assert charge(processor, method).state is PaymentState.FAILED
        stand_in.control(f"/methods/{method.method_ref}/behave", {"as": "visa"})
        assert charge(processor, method, "att_2").state is PaymentState.SUCCEEDED

    def test_a_returned_debit(self, processor: StripeProcessor, stand_in: StripeStandIn) -> None:
        method = saved(processor, stand_in, "pm_usBankAccount_debitNotAuthorized")
        pending = charge(processor, method)
        stand_in.move_clock(advance=4 * DAY)
        failed = processor.payment(pending.id)
        assert failed.state is PaymentState.FAILED
        assert failed.decline == Decline(
            reason=DeclineReason.NOT_AUTHORISED, code="debit_not_authorized"
        )
        assert (failed.method, failed.decline.retry) == (MethodKind.BANK, Retry.NEVER)

    def test_a_debit_is_found_by_its_attempt_among_many(
        self, processor: StripeProcessor, stand_in: StripeStandIn
    ) -> None:
        method = saved(processor, stand_in)
        charges = [charge(processor, method, f"att_{n}") for n in range(3)]
        found_charge = processor.find_charge(attempt_id="att_1", customer_ref=method.customer_ref)
        assert found_charge == charges[1]
        missing = processor.find_charge(attempt_id="att_9", customer_ref=method.customer_ref)
        assert missing is None

    def test_forgotten(self, processor: StripeProcessor, stand_in: StripeStandIn) -> None:
        method = saved(processor, stand_in)
        processor.forget_method(method.method_ref)
        processor.forget_method(method.method_ref)
        with pytest.raises(DomainError):
            charge(processor, method)


class TestTwoStacks:
    """Two stacks, or one that was built again, on one account at the processor."""

    def test_a_payment_of_the_other_names_no_account(self, stand_in: StripeStandIn) -> None:
        mine, theirs = (
            StripeProcessor(secret_key=KEY, api_base=stand_in.url, stack=stack)
            for stack in ("mine", "theirs")
        )
        page = opened(theirs)
        stand_in.pay_session(page.id)
        seen = mine.checkout(page.id)
        payment = mine.payment(seen.payment_id)
        assert (seen.account_id, payment.account_id, payment.state) == (
            "", "", PaymentState.SUCCEEDED,
        )  # fmt: skip
        assert theirs.payment(seen.payment_id).account_id == "acc_1"
        since = datetime.now(UTC) - timedelta(days=1)
        assert {e.account_id for e in mine.events_since(since)} == {""}
        assert {e.account_id for e in theirs.events_since(since)} == {"acc_1"}

    def test_a_page_from_before_stacks_were_named_is_ours(
        self, processor: StripeProcessor, stand_in: StripeStandIn
    ) -> None:
        page = opened(processor)
        stand_in.pay_session(page.id)
        mine = StripeProcessor(secret_key=KEY, api_base=stand_in.url, stack="mine")
        assert mine.payment(mine.checkout(page.id).payment_id).account_id == "acc_1"


class TestRefunds:
    def paid(
        self, processor: StripeProcessor, stand_in: StripeStandIn, method: str = "pm_card_visa"
    ) -> str:
        page = opened(processor)
        stand_in.pay_session(page.id, method)
        return processor.checkout(page.id).payment_id

    def test_part_and_rest(self, processor: StripeProcessor, stand_in: StripeStandIn) -> None:
        payment = self.paid(processor, stand_in)
        part = processor.refund(refund_key="r1", payment_id=payment, amount=Money(345, "USD"))
        assert (part.state, part.amount) == (RefundState.SUCCEEDED, Money(345, "USD"))
        rest = processor.refund(refund_key="r2", payment_id=payment)
        assert rest.amount == Money(12000, "USD")
        assert processor.payment(payment).refunded == DUE

    def test_once_however_often(self, processor: StripeProcessor, stand_in: StripeStandIn) -> None:
        payment = self.paid(processor, stand_in)
        twice = [
            processor.refund(refund_key="r1", payment_id=payment, amount=Money(345, "USD"))
            for _ in range(2)
        ]
        assert twice[0] == twice[1]
        assert processor.payment(payment).refunded == Money(345, "USD")

    def test_never_too_much(self, processor: StripeProcessor, stand_in: StripeStandIn) -> None:
        payment = self.paid(processor, stand_in)
        no = processor.refund(refund_key="r1", payment_id=payment, amount=Money(12346, "USD"))
        assert (no.state, no.id) == (RefundState.REFUSED, "")
        assert processor.payment(payment).refunded.minor == 0

    @pytest.mark.parametrize(
        ("method", "code"),
        [("pm_card_createDispute", "charge_disputed"), ("pm_card_visa", "charge_already_refunded")],
    )
    def test_refused_with_a_reason(
        self, processor: StripeProcessor, stand_in: StripeStandIn, method: str, code: str
    ) -> None:
        payment = self.paid(processor, stand_in, method)
        processor.refund(refund_key="r1", payment_id=payment)
        assert processor.refund(refund_key="r2", payment_id=payment).code == code

    def test_slow(self, processor: StripeProcessor, stand_in: StripeStandIn) -> None:
        payment = self.paid(processor, stand_in, "pm_card_pendingRefund")
        assert processor.refund(refund_key="r1", payment_id=payment).state is RefundState.PENDING

    def test_of_nothing(self, processor: StripeProcessor) -> None:
        with pytest.raises(DomainError):
            processor.refund(refund_key="r1", payment_id="pi_nothing")


class TestFaults:
    def test_a_lost_answer_pays_once(
        self, processor: StripeProcessor, stand_in: StripeStandIn
    ) -> None:
        method = saved(processor, stand_in)
        stand_in.break_next(kind="lost_reply", path="/v1/payment_intents")
        done = charge(processor, method)
        assert done.state is PaymentState.SUCCEEDED
        assert len(list(stand_in.state.every("charge"))) == 1

    @pytest.mark.parametrize(("kind", "certain"), [("rate_limited", True), ("unavailable", False)])
    def test_gives_up_as_unavailable(
        self, processor: StripeProcessor, stand_in: StripeStandIn, kind: str, certain: bool
    ) -> None:
        stand_in.break_next(kind=kind, path="/v1/checkout", times=9)
        with pytest.raises(Unavailable) as wrong:
            opened(processor)
        assert (wrong.value.provider, wrong.value.certain) == ("stripe", certain)

    def test_nobody_there(self) -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            port = reserved.getsockname()[1]
            processor = StripeProcessor(secret_key=KEY, api_base=f"http://127.0.0.1:{port}")
            with pytest.raises(Unavailable):
                processor.checkout("cs_test_1")

    def test_a_wrong_key_is_our_fault(self, stand_in: StripeStandIn) -> None:
        processor = StripeProcessor(secret_key="sk_wrong", api_base=stand_in.url)
        with pytest.raises(Defect) as wrong:
            opened(processor)
        assert "sk_wrong" not in str(wrong.value)

    def test_the_same_attempt_under_way(
        self, processor: StripeProcessor, stand_in: StripeStandIn
    ) -> None:
        stand_in.break_next(kind="slow", path="/v1/checkout", seconds=3.0)
        first = threading.Thread(target=opened, args=(processor,))
        first.start()
        until(lambda: "att_1" in stand_in._in_flight)
        with pytest.raises(Unavailable, match="409"):
            opened(processor)
        first.join()
        assert opened(processor).id

    def test_keys_stay_out_of_repr(self) -> None:
        assert "hidden" not in repr(StripeProcessor(secret_key="sk_test_hidden"))
        assert "hidden" not in repr(StripeWebhook(("whsec_hidden",)))


class TestBase:
    @pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1"])
    def test_never_with_a_live_key(self, key: str) -> None:
        with pytest.raises(Defect):
            StripeProcessor(secret_key=key, api_base="http://127.0.0.1:4242")
        assert checked_base(key, "") == ""

    @pytest.mark.parametrize(
        "base",
        [
            "http://192.0.2.1:4242", "https://example.com", "http://127.0.0.1.example.com",
            "http://localhost.example.com", "ftp://127.0.0.1", "127.0.0.1:4242",
            "http://127.0.0.1@example.com", "http://0.0.0.0:4242", "//127.0.0.1",
        ],
    )  # fmt: skip
    def test_never_beyond_this_machine(self, base: str) -> None:
        with pytest.raises(Defect):
            checked_base("sk_test_1", base)

    @pytest.mark.parametrize(
        "base", ["http://127.0.0.1:4242/", "http://localhost:1", "http://[::1]:4242"]
    )
    def test_this_machine(self, base: str) -> None:
        assert checked_base("sk_test_1", base) == base.rstrip("/")


class TestDeclineWords:
    def test_every_code_has_one_reason(self) -> None:
        listed = [code for codes in shapes.REASONS.values() for code in codes.split()]
        assert len(listed) == len(set(listed))

    def test_every_reason_has_a_retry_rule_and_words(self) -> None:
        for reason in DeclineReason:
            decline = Decline(reason=reason, code="x")
            assert decline.retry in Retry
            assert decline.text_key in TEXT_KEYS

    def test_theft_and_fraud_are_not_spoken_of(self) -> None:
        for reason in (DeclineReason.LOST_OR_STOLEN, DeclineReason.SUSPECTED_FRAUD):
            assert Decline(reason=reason, code="x").text_key == "declined.declined"

    def test_every_test_card_is_known(self) -> None:
        codes = {b.decline for b in cards.BEHAVIOURS.values() if b.decline} - {"generic_decline"}
        assert codes <= set(shapes.REASON_OF)

    def test_an_unknown_code_is_a_plain_decline(self) -> None:
        decline = shapes.decline({"code": "brand_new_code"})
        assert decline == Decline(reason=DeclineReason.DECLINED, code="brand_new_code")


def test_a_page_submitted_twice_pays_once(
    processor: StripeProcessor, stand_in: StripeStandIn
) -> None:
    page = opened(processor, success_url=f"{stand_in.url}/_test/health")
    form = urlencode(
        {"email": "ada@example.com", "method": "card", "card_number": "4242 4242 4242 4242",
         "card_expiry": "04/34", "card_cvc": "123", "card_name": "Ada Moreno",
         "postal_code": "60601"}
    ).encode()  # fmt: skip

    def press(_: int) -> int:
        try:
            with urlopen(page.url, data=form) as answer:
                return int(answer.status)
        except HTTPError as refusal:
            refusal.close()
            return refusal.code

    with ThreadPoolExecutor(4) as people:
        statuses = sorted(people.map(press, range(4)))
    assert statuses == [200, 410, 410, 410]
    assert [c["status"] for c in stand_in.state.every("charge")] == ["succeeded"]
