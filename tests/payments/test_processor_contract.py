"""One contract for the payment processor: in memory, and Stripe's over the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.adapters.stripe.processor import StripeProcessor
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.errors import Defect, DomainError
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    CheckoutSession,
    CheckoutState,
    DeclineReason,
    MethodKind,
    PaymentState,
    PaymentStatus,
    RefundState,
    SavedMethod,
)
from local.stripe import StripeStandIn
from tests.support.wholes import PaymentProcessor

DUE = Money(12_345, "USD")
NOTHING = Money(0, "USD")
KEY = "sk_test_stand_in_0001"
_TOKENS = {MethodKind.CARD: "pm_card_visa", MethodKind.BANK: "pm_usBankAccount_success"}


@dataclass
class Counter:
    """A processor, and what people, banks and time do there."""

    processor: PaymentProcessor
    pays: Callable[[CheckoutSession, MethodKind], None]
    saves: Callable[[CheckoutSession, MethodKind], None]
    refuses: Callable[[str, DeclineReason], None]
    answers: Callable[[str], object]
    forgets_keys: Callable[[], object]


def _in_memory() -> Counter:
    processor = MemoryProcessor()

    def pays(page: CheckoutSession, kind: MethodKind) -> None:
        asked = next(o for o in processor.opened if page.id == f"cs_{o['attempt_id']}")
        paid = PaymentStatus(
            id="pi_1",
            state=PaymentState.SUCCEEDED if kind is MethodKind.CARD else PaymentState.PENDING,
            amount=DUE,
            received=DUE if kind is MethodKind.CARD else NOTHING,
            refunded=NOTHING,
            account_id=str(asked["account_id"]),
            attempt_id=str(asked["attempt_id"]),
            creditor=str(asked["creditor"]),
            method=kind,
        )
        processor.pay(str(asked["attempt_id"]), paid)

    def saves(page: CheckoutSession, kind: MethodKind) -> None:
        customer = processor.setups[page.id].customer_ref or f"cus_{page.id}"
        expires = "2034-12" if kind is MethodKind.CARD else ""
        method = SavedMethod(
            customer_ref=customer,
            method_ref=f"pm_{page.id}",
            kind=kind,
            label="Visa 4242",
            expires=expires,
        )
        processor.save(page.id, method)

    def forgets() -> None:
        processor.remembers = False

    return Counter(
        processor=processor,
        pays=pays,
        saves=saves,
        refuses=processor.declines.__setitem__,
        answers=processor.clear,
        forgets_keys=forgets,
    )


def _over_the_stand_in(stand_in: StripeStandIn) -> Counter:
    behaviours = {
        DeclineReason.EXPIRED_CARD: "expired_card",
        DeclineReason.LOST_OR_STOLEN: "lost_card",
    }

    def submits(page: CheckoutSession, kind: MethodKind) -> None:
        stand_in.pay_session(page.id, _TOKENS[kind])

    def refuses(method_ref: str, reason: DeclineReason) -> None:
        stand_in.control(f"/methods/{method_ref}/behave", {"as": behaviours[reason]})

    return Counter(
        processor=StripeProcessor(secret_key=KEY, api_base=stand_in.url),
        pays=submits,
        saves=submits,
        refuses=refuses,
        answers=stand_in.settle,
        forgets_keys=lambda: stand_in.move_clock(advance=25 * 3600),
    )


@pytest.fixture(params=["memory", "stripe"])
def counter(request: pytest.FixtureRequest) -> Iterator[Counter]:
    if request.param == "memory":
        yield _in_memory()
        return
    with StripeStandIn() as stand_in:
        yield _over_the_stand_in(stand_in)


def opened(counter: Counter, attempt: str = "att_1", **more: Any) -> CheckoutSession:
    asked: dict[str, Any] = {
        "attempt_id": attempt,
        "account_id": "acc_1",
        "creditor": "north-clinic",
        "amount": DUE,
        "locale": "en",
        "success_url": "https://example.com/done",
        "cancel_url": "https://example.com/back",
    }
    return counter.processor.open_checkout(**asked | more)


def setup(counter: Counter, attempt: str = "set_1", **more: Any) -> CheckoutSession:
    asked: dict[str, Any] = {
        "attempt_id": attempt,
        "account_id": "acc_1",
        "creditor": "north-clinic",
        "locale": "en",
        "success_url": "https://example.com/done",
        "cancel_url": "https://example.com/back",
    }
    return counter.processor.create_setup(**asked | more)


def saved(counter: Counter, kind: MethodKind = MethodKind.CARD) -> SavedMethod:
    page = setup(counter)
    counter.saves(page, kind)
    method = counter.processor.saved_method(page.id)
    assert method is not None
    return method


def charge(
    counter: Counter, method: SavedMethod, attempt: str = "deb_1", amount: Money = DUE
) -> PaymentStatus:
    return counter.processor.charge_saved(
        attempt_id=attempt,
        account_id="acc_1",
        creditor="north-clinic",
        amount=amount,
        customer_ref=method.customer_ref,
        method_ref=method.method_ref,
    )


def paid(counter: Counter) -> str:
    page = opened(counter)
    counter.pays(page, MethodKind.CARD)
    return counter.processor.checkout(page.id).payment_id


def test_a_page_is_opened_and_paid(counter: Counter) -> None:
    page = opened(counter)
    before = counter.processor.checkout(page.id)
    assert (before.state, before.paid, before.payment_id) == (CheckoutState.OPEN, False, "")
    assert (before.amount, before.account_id, before.attempt_id) == (DUE, "acc_1", "att_1")
    assert before.url == page.url
    counter.pays(page, MethodKind.CARD)
    after = counter.processor.checkout(page.id)
    assert (after.state, after.paid, after.url) == (CheckoutState.COMPLETE, True, "")
    payment = counter.processor.payment(after.payment_id)
    assert (payment.state, payment.received, payment.refunded) == (
        PaymentState.SUCCEEDED, DUE, NOTHING,
    )  # fmt: skip
    assert (payment.account_id, payment.attempt_id, payment.creditor, payment.method) == (
        "acc_1", "att_1", "north-clinic", MethodKind.CARD,
    )  # fmt: skip


def test_a_payment_by_bank_is_pending_at_first(counter: Counter) -> None:
    page = opened(counter)
    counter.pays(page, MethodKind.BANK)
    status = counter.processor.checkout(page.id)
    assert (status.state, status.paid) == (CheckoutState.COMPLETE, False)
    payment = counter.processor.payment(status.payment_id)
    assert (payment.state, payment.received) == (PaymentState.PENDING, NOTHING)


def test_one_attempt_is_one_page(counter: Counter) -> None:
    assert opened(counter) == opened(counter)
    assert opened(counter, "att_2").id != opened(counter).id


def test_an_attempt_cannot_change(counter: Counter) -> None:
    opened(counter)
    with pytest.raises(Defect):
        opened(counter, amount=Money(100, "USD"))


@pytest.mark.parametrize("minor", [-5, 0, 10])
def test_an_amount_that_nobody_can_pay_has_no_page(counter: Counter, minor: int) -> None:
    with pytest.raises(DomainError):
        opened(counter, amount=Money(minor, "USD"))


def test_a_closed_page_can_never_be_paid(counter: Counter) -> None:
    page = opened(counter)
    counter.processor.expire_checkout(page.id)
    counter.processor.expire_checkout(page.id)
    closed = counter.processor.checkout(page.id)
    assert (closed.state, closed.url) == (CheckoutState.EXPIRED, "")


def test_closing_a_page_that_was_paid_changes_nothing(counter: Counter) -> None:
    page = opened(counter)
    counter.pays(page, MethodKind.CARD)
    before = counter.processor.checkout(page.id)
    counter.processor.expire_checkout(page.id)
    assert counter.processor.checkout(page.id) == before


@pytest.mark.parametrize("ask", ["checkout", "expire_checkout", "payment", "saved_method"])
def test_what_nobody_knows_is_refused(counter: Counter, ask: str) -> None:
    with pytest.raises(DomainError):
        getattr(counter.processor, ask)("cs_test_nothing")


def test_nothing_is_saved_until_the_person_saves_it(counter: Counter) -> None:
    page = setup(counter)
    assert setup(counter) == page
    assert counter.processor.saved_method(page.id) is None
    counter.saves(page, MethodKind.CARD)
    method = counter.processor.saved_method(page.id)
    assert method is not None
    assert (method.kind, method.label, method.expires) == (
        MethodKind.CARD, "Visa 4242", "2034-12",
    )  # fmt: skip
    status = counter.processor.checkout(page.id)
    assert (status.state, status.amount) == (CheckoutState.COMPLETE, None)
    assert status.customer_ref == method.customer_ref
    assert status.setup_ref


def test_a_second_method_stays_with_the_same_person(counter: Counter) -> None:
    first = saved(counter)
    page = setup(counter, "set_2", customer_ref=first.customer_ref)
    counter.saves(page, MethodKind.BANK)
    second = counter.processor.saved_method(page.id)
    assert second is not None
    assert second.customer_ref == first.customer_ref
    assert second.method_ref != first.method_ref
    assert (second.kind, second.expires) == (MethodKind.BANK, "")


def test_a_page_for_a_method_cannot_change_its_person(counter: Counter) -> None:
    first = saved(counter)
    setup(counter, "set_2")
    with pytest.raises(Defect):
        setup(counter, "set_2", customer_ref=first.customer_ref)


def test_an_attempt_debits_once(counter: Counter) -> None:
    method = saved(counter)
    result = charge(counter, method)
    assert (result.state, result.received, result.method) == (
        PaymentState.SUCCEEDED, DUE, MethodKind.CARD,
    )  # fmt: skip
    assert (result.account_id, result.attempt_id, result.creditor) == (
        "acc_1", "deb_1", "north-clinic",
    )  # fmt: skip
    assert charge(counter, method) == result
    with pytest.raises(Defect):
        charge(counter, method, amount=Money(100, "USD"))


def test_a_debit_is_found_by_attempt_and_person_once_the_key_is_forgotten(
    counter: Counter,
) -> None:
    method = saved(counter)
    results = [charge(counter, method, f"deb_{n}") for n in range(3)]
    counter.forgets_keys()
    find = counter.processor.find_charge
    assert find(attempt_id="deb_1", customer_ref=method.customer_ref) == results[1]
    assert find(attempt_id="deb_9", customer_ref=method.customer_ref) is None
    again = charge(counter, method, "deb_1")
    assert again.id not in {result.id for result in results}  # why the finding must come first


@pytest.mark.parametrize("reason", [DeclineReason.EXPIRED_CARD, DeclineReason.LOST_OR_STOLEN])
def test_a_refusal_is_an_answer(counter: Counter, reason: DeclineReason) -> None:
    method = saved(counter)
    counter.refuses(method.method_ref, reason)
    refused = charge(counter, method)
    assert (refused.state, refused.received) == (PaymentState.FAILED, NOTHING)
    assert refused.decline is not None
    assert refused.decline.reason is reason
    assert charge(counter, method).id == refused.id


def test_a_bank_answers_later(counter: Counter) -> None:
    method = saved(counter, MethodKind.BANK)
    pending = charge(counter, method)
    assert (pending.state, pending.received) == (PaymentState.PENDING, NOTHING)
    counter.answers(pending.id)
    done = counter.processor.payment(pending.id)
    assert (done.state, done.received) == (PaymentState.SUCCEEDED, DUE)


def test_a_method_let_go_of_is_gone(counter: Counter) -> None:
    method = saved(counter)
    counter.processor.forget_method(method.method_ref)
    counter.processor.forget_method(method.method_ref)
    with pytest.raises(DomainError):
        charge(counter, method)


def test_given_back_in_part_and_the_rest(counter: Counter) -> None:
    payment = paid(counter)
    part = counter.processor.refund(refund_key="key_1", payment_id=payment, amount=Money(45, "USD"))
    assert (part.state, part.amount, part.key) == (
        RefundState.SUCCEEDED, Money(45, "USD"), "key_1",
    )  # fmt: skip
    rest = counter.processor.refund(refund_key="key_2", payment_id=payment)
    assert rest.amount == Money(12_300, "USD")
    assert counter.processor.payment(payment).refunded == DUE
    assert counter.processor.refunds(payment) == [rest, part]


def test_one_key_gives_back_once(counter: Counter) -> None:
    payment = paid(counter)
    asked: dict[str, Any] = {
        "refund_key": "key_1",
        "payment_id": payment,
        "amount": Money(100, "USD"),
    }
    assert counter.processor.refund(**asked) == counter.processor.refund(**asked)
    assert counter.processor.payment(payment).refunded == Money(100, "USD")


def test_never_more_than_is_left(counter: Counter) -> None:
    payment = paid(counter)
    most = Money(12_346, "USD")
    refused = counter.processor.refund(refund_key="key_1", payment_id=payment, amount=most)
    assert (refused.state, refused.id, refused.amount) == (RefundState.REFUSED, "", most)
    assert refused.code
    counter.processor.refund(refund_key="key_2", payment_id=payment)
    nothing = counter.processor.refund(refund_key="key_3", payment_id=payment)
    assert (nothing.state, nothing.amount) == (RefundState.REFUSED, None)
    assert [r.key for r in counter.processor.refunds(payment)] == ["key_2"]


def test_nothing_is_given_back_of_a_payment_that_nobody_knows(counter: Counter) -> None:
    with pytest.raises(DomainError):
        counter.processor.refund(refund_key="key_1", payment_id="pi_nothing")


def test_every_move_of_money_is_told_newest_first(counter: Counter) -> None:
    payment = paid(counter)
    ours = counter.processor.refund(
        refund_key="excess/1", payment_id=payment, amount=Money(45, "USD")
    )
    theirs = counter.processor.refund(
        refund_key="key_2", payment_id=payment, amount=Money(5, "USD")
    )
    events = list(counter.processor.events_since(_long_ago(counter)))
    assert [(e.fact, e.fact_id, e.payment_id, e.amount.minor, e.account_id) for e in events] == [
        (SignalKind.REFUND, theirs.id, payment, 5, ""),
        (SignalKind.REFUND, ours.key, payment, 45, ""),
        (SignalKind.PAYMENT, payment, payment, 12_345, "acc_1"),
    ]
    assert len({e.event_id for e in events}) == 3
    newest = events[0].at + timedelta(seconds=1)
    assert list(counter.processor.events_since(newest)) == []


def test_a_debit_and_its_refusal_are_told(counter: Counter) -> None:
    method = saved(counter, MethodKind.BANK)
    pending = charge(counter, method)
    counter.answers(pending.id)
    events = list(counter.processor.events_since(_long_ago(counter)))
    assert [(e.fact, e.payment_id, e.attempt_id, e.account_id) for e in events] == [
        (SignalKind.PAYMENT, pending.id, "deb_1", "acc_1"),
        (SignalKind.PAYMENT_PENDING, pending.id, "deb_1", "acc_1"),
    ]


def test_a_refused_debit_is_told_with_its_reason(counter: Counter) -> None:
    method = saved(counter)
    counter.refuses(method.method_ref, DeclineReason.EXPIRED_CARD)
    refused = charge(counter, method)
    (event,) = counter.processor.events_since(_long_ago(counter))
    assert (event.fact, event.payment_id) == (SignalKind.PAYMENT_FAILED, refused.id)
    assert event.decline is not None
    assert event.decline.reason is DeclineReason.EXPIRED_CARD


def _long_ago(counter: Counter) -> datetime:
    page = opened(counter, "att_long_ago")
    return page.expires_at - timedelta(days=3)
