"""What is paid too much at the stand-in goes back there, once, and stands on the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dunlin.adapters.stripe.processor import StripeProcessor
from dunlin.domain.accounts.account import Hold, LedgerEntry, Status
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import RefundState
from tests.portal.shop import Shop, open_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as shop:
        yield shop


def till_of(shop: Shop) -> StripeProcessor:
    processor = shop.harness.processor
    assert isinstance(processor, StripeProcessor)
    return processor


def page(shop: Shop, number: int) -> str:
    """A page for all that is owed, opened beside the guard that allows a person only one."""
    return till_of(shop).open_checkout(
        attempt_id=f"attempt-{number}",
        account_id=shop.account.account_id,
        creditor=shop.account.creditor,
        amount=shop.account.balance,
        locale="en",
        success_url="https://pay.example.com/return",
        cancel_url="https://pay.example.com/return",
    ).id  # fmt: skip


def entries(shop: Shop, kind: str) -> list[LedgerEntry]:
    ledger = shop.harness.book.ledgers[shop.account.account_id].values()
    return [e for e in ledger if e.kind == kind and not e.source.startswith("row")]


def test_a_debt_that_is_paid_twice_is_paid_once_and_the_other_goes_back(shop: Shop) -> None:
    """A double click past every guard, webhooks doubled, reordered and late."""
    shop.processor.webhooks.turn({"duplicate": 2, "reorder": 3, "retry": [0.01, 0.02]})
    pages = [page(shop, 1), page(shop, 2)]
    for paid_page in pages:
        shop.processor.pay_session(paid_page)
    shop.processor.webhooks.turn({"reorder": 0})
    shop.until(lambda: len(entries(shop, "refund")) == 1)

    owed = shop.account.balance
    (back,) = entries(shop, "refund")
    payment_id = back.source.split("/")[1]
    (refund,) = till_of(shop).refunds(payment_id)
    assert (refund.amount, refund.key, refund.state) == (owed, back.source, RefundState.SUCCEEDED)
    paid = {e.source: e.amount for e in entries(shop, "payment")}
    assert {amount for name, amount in paid.items() if name.startswith("pi_")} == {-owed}
    assert len([name for name in paid if name.startswith("pi_")]) == 2
    assert (shop.now.balance.minor, shop.now.status, shop.now.hold) == (0, Status.SETTLED, None)


def test_an_excess_whose_card_is_closed_comes_back_and_waits_for_a_person(shop: Shop) -> None:
    for paid_page in (page(shop, 1), page(shop, 2)):
        shop.processor.pay_session(paid_page)
    shop.until(lambda: len(entries(shop, "refund")) == 1)
    (back,) = entries(shop, "refund")
    (refund,) = till_of(shop).refunds(back.source.split("/")[1])
    shop.processor.control(f"refunds/{refund.id}/fail", {})
    shop.until(lambda: shop.now.hold is Hold.REVIEW)
    assert shop.now.balance == -shop.account.balance
    assert shop.now.hold_reason == "overpaid"


def test_a_disputed_excess_is_not_given_back_besides(shop: Shop) -> None:
    """The bank took the second payment back before we heard of it: only its chargeback stands."""
    shop.processor.webhooks.turn({"reorder": 50})
    pages = [page(shop, 1), page(shop, 2)]
    for paid_page in pages:
        shop.processor.pay_session(paid_page)
    event_ids = [
        e["data"]["object"]["id"] for e in shop.processor.events("payment_intent.succeeded")
    ]
    shop.processor.control(f"payments/{event_ids[1]}/dispute", {})
    shop.processor.webhooks.turn({"reorder": 0})
    shop.until(lambda: len(entries(shop, "chargeback")) == 1)
    kept = Money(shop.account.balance.minor, "USD")
    refunds = sum(e.amount.minor for e in entries(shop, "refund"))
    assert refunds in (0, kept.minor)
    assert shop.now.balance.minor == (0 if not refunds else kept.minor)
    assert len(till_of(shop).refunds(event_ids[1])) == 0, "a disputed payment cannot be refunded"


def test_a_lost_dispute_is_told_to_staff_and_a_won_one_settles_again(shop: Shop) -> None:
    shop.processor.pay_session(page(shop, 1))
    shop.until(lambda: shop.now.status is Status.SETTLED)
    (event,) = shop.processor.events("payment_intent.succeeded")
    dispute = shop.processor.control(f"payments/{event['data']['object']['id']}/dispute", {})
    shop.until(lambda: shop.now.hold is Hold.REVIEW)
    shop.processor.control(f"disputes/{dispute['id']}/close", {"won": False})
    shop.until(lambda: "chargeback lost" in shop.now.hold_reason)
    assert shop.now.balance == shop.account.balance


def test_a_bank_debit_that_fails_after_the_person_left_is_told_to_them(shop: Shop) -> None:
    shop.processor.pay_session(page(shop, 1), "pm_usBankAccount_success")
    shop.until(lambda: shop.now.hold is Hold.PAYMENT_PENDING)
    payment_id = shop.now.hold_reason
    shop.processor.settle(payment_id, "insufficient_funds")
    shop.until(lambda: shop.now.hold is None)
    notices = [(kind, cause) for _, kind, cause in shop.harness.waker.notices]
    assert notices == [("payment_failed", payment_id)]
    assert shop.now.balance == shop.account.balance
