"""A person has one open page to pay on, for what is owed now, whatever they click."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.errors import DomainError, Unavailable
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    CheckoutState,
    CheckoutStatus,
    PaymentState,
)
from dunlin.ports.portal import PaymentAttempt
from dunlin.service.payments.payments import (
    OpenCheckout,
    PayRefusal,
    Returned,
    returned_payment,
)
from tests.payments.shop import ACCOUNT, NOW, OTHER, Shop, event, payment, usd


def test_a_double_click_leads_to_the_same_checkout() -> None:
    shop = Shop()
    first, second = shop.open(), shop.open()
    assert first == second
    assert isinstance(first, OpenCheckout)
    assert len(shop.processor.checkouts) == 1


def test_another_amount_expires_the_older_checkout_first() -> None:
    shop = Shop()
    shop.open()
    shop.open(usd(2_500))
    states = [c.state for c in shop.processor.checkouts.values()]
    assert states == [CheckoutState.EXPIRED, CheckoutState.OPEN]
    assert [c.amount for c in shop.processor.checkouts.values()] == [usd(10_000), usd(2_500)]


@pytest.mark.parametrize("minor", [-100, 0, 99, 10_001, 10**12])
def test_no_checkout_for_more_than_is_owed_or_for_next_to_nothing(minor: int) -> None:
    shop = Shop()
    assert shop.open(usd(minor)) is PayRefusal.AMOUNT
    assert shop.open(Money(5_000, "EUR")) is PayRefusal.AMOUNT
    assert shop.processor.checkouts == {}


def test_the_smallest_debt_can_be_paid_whole() -> None:
    shop = Shop(owed=60)
    assert isinstance(shop.open(), OpenCheckout)
    assert isinstance(shop.open(usd(60)), OpenCheckout)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"balance": usd(0), "status": Status.SETTLED}, PayRefusal.NOTHING_OWED),
        ({"balance": usd(-5)}, PayRefusal.NOTHING_OWED),
        ({"hold": Hold.PAYMENT_PENDING}, PayRefusal.PENDING),
        ({"status": Status.CLOSED}, PayRefusal.CLOSED),
    ],
)
def test_what_cannot_be_paid_opens_nothing(change: dict[str, object], refusal: object) -> None:
    shop = Shop()
    shop.book.accounts[ACCOUNT] = replace(shop.account, **change)  # type: ignore[arg-type]
    assert shop.open() is refusal
    assert shop.processor.checkouts == {}


def test_no_second_payment_while_the_first_is_not_on_the_ledger() -> None:
    shop = Shop()
    shop.open()
    shop.processor.pay("attempt-1", payment())
    assert shop.open() is PayRefusal.POSTING
    shop.processor.payments["pi_1"] = payment(state=PaymentState.PENDING)
    assert shop.open() is PayRefusal.PENDING
    shop.processor.payments["pi_1"] = payment(state=PaymentState.FAILED)
    assert isinstance(shop.open(), OpenCheckout)


def test_after_a_part_was_paid_and_posted_the_rest_can_be_paid() -> None:
    shop = Shop()
    shop.open(usd(4_000))
    shop.processor.pay("attempt-1", payment(amount=usd(4_000)))
    shop.tell(event())
    shop.open()
    assert shop.sessions.payments["con_1"][-1].amount == usd(6_000)


def test_a_crash_before_the_processors_answer_makes_no_second_checkout() -> None:
    shop = Shop()
    put, calls = shop.sessions.put_payment_attempts, itertools.count(1)

    def dies_second(*args: object, **kwargs: object) -> None:
        if next(calls) == 2:
            raise Unavailable("dynamodb", "gone")
        put(*args, **kwargs)  # type: ignore[arg-type]

    shop.sessions.put_payment_attempts = dies_second  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        shop.open()
    assert isinstance(shop.open(), OpenCheckout)
    assert list(shop.processor.checkouts) == ["cs_attempt-1"]


def test_an_unanswered_attempt_whose_page_has_closed_is_replaced() -> None:
    shop = Shop()
    lost = PaymentAttempt(
        attempt_id="lost", account_id=ACCOUNT, amount=usd(10_000), locale="en", at=NOW
    )
    shop.sessions.payments["con_1"] = (lost,)
    create = shop.processor.open_checkout

    def closed(**kwargs: object) -> object:
        if kwargs["attempt_id"] == "lost":
            raise DomainError("this attempt's page has closed; make a new attempt")
        return create(**kwargs)  # type: ignore[arg-type]

    shop.processor.open_checkout = closed  # type: ignore[method-assign,assignment]
    assert isinstance(shop.open(), OpenCheckout)
    assert list(shop.processor.checkouts) == ["cs_attempt-1"]


def test_two_tabs_at_once_leave_one_open_checkout() -> None:
    shop = Shop()
    create = shop.processor.open_checkout
    raced: list[bool] = []

    def race(**kwargs: object) -> object:
        if not raced:  # the other tab comes between our store and the processor's answer
            raced.append(True)
            shop.open(usd(3_000))
        return create(**kwargs)  # type: ignore[arg-type]

    shop.processor.open_checkout = race  # type: ignore[method-assign,assignment]
    shop.open()
    open_now = [c for c in shop.processor.checkouts.values() if c.state is CheckoutState.OPEN]
    assert len(open_now) == 1
    assert shop.sessions.payments["con_1"][-1].checkout_id == open_now[0].id


def _open_pages(shop: Shop) -> list[str]:
    return [
        c.account_id for c in shop.processor.checkouts.values() if c.state is CheckoutState.OPEN
    ]


def test_a_person_has_one_open_page_over_all_their_accounts() -> None:
    shop = Shop()
    shop.owe_too(OTHER, 5_000)
    shop.open()
    shop.open(account_id=OTHER)
    assert _open_pages(shop) == [OTHER]
    shop.open()
    assert _open_pages(shop) == [ACCOUNT]
    # What was submitted on one account is remembered while the other is looked at.
    shop.processor.pay(shop.processor.opened[-1]["attempt_id"], payment())  # type: ignore[arg-type]
    assert isinstance(shop.open(account_id=OTHER), OpenCheckout)
    assert shop.open() is PayRefusal.POSTING


@pytest.mark.parametrize("when", [1, 2, 3])
def test_two_tabs_on_two_accounts_at_once_leave_one_open_page(when: int) -> None:
    """The other tab comes before, within or after each of our calls of the processor."""
    shop = Shop()
    shop.owe_too(OTHER, 5_000)
    shop.open(usd(2_000))
    shop.open(account_id=OTHER)
    calls = itertools.count(1)
    real = {name: getattr(shop.processor, name) for name in ("open_checkout", "expire_checkout")}

    def raced(name: str, *args: object, **kwargs: object) -> object:
        if next(calls) == when:
            shop.open(account_id=OTHER)
        return real[name](*args, **kwargs)

    for name in real:
        setattr(shop.processor, name, lambda *a, _n=name, **k: raced(_n, *a, **k))
    shop.open()
    assert len(_open_pages(shop)) == 1


def test_a_page_that_asks_for_more_than_is_owed_now_is_closed() -> None:
    shop = Shop()
    shop.open()
    by_phone = replace(payment("pi_9", amount=usd(4_000)), attempt_id="by telephone")
    shop.processor.payments["pi_9"] = by_phone
    shop.tell(event(payment_id="pi_9"))
    assert _open_pages(shop) == []
    shop.open(usd(1_000))
    shop.processor.payments["pi_8"] = replace(by_phone, id="pi_8", received=usd(500))
    shop.tell(event(payment_id="pi_8"))
    assert _open_pages(shop) == [ACCOUNT], "a part that is still owed may be paid"


def test_the_return_page_asks_the_processor() -> None:
    shop = Shop()

    def outcome() -> Returned:
        return returned_payment(
            ACCOUNT, book=shop.book, attempts=shop.sessions, processor=shop.processor
        ).outcome

    assert outcome() is Returned.NONE
    shop.open()
    assert outcome() is Returned.UNFINISHED
    shop.processor.pay("attempt-1", payment(state=PaymentState.PENDING))
    assert outcome() is Returned.PROCESSING
    shop.processor.payments["pi_1"] = payment(state=PaymentState.FAILED)
    assert outcome() is Returned.FAILED
    shop.processor.payments["pi_1"] = payment()
    returned = returned_payment(
        ACCOUNT, book=shop.book, attempts=shop.sessions, processor=shop.processor
    )
    assert (returned.outcome, returned.posted, returned.amount) == (
        Returned.PAID,
        False,
        usd(10_000),
    )
    shop.tell(event())
    returned = returned_payment(
        ACCOUNT, book=shop.book, attempts=shop.sessions, processor=shop.processor
    )
    assert returned.posted
    assert len(shop.book.chains[f"account#{ACCOUNT}"]) == 1
    assert len(returned.reference) == 14


def test_an_expired_checkout_is_replaced() -> None:
    shop = Shop()
    shop.open()
    only = shop.processor.checkouts["cs_attempt-1"]
    shop.processor.checkouts[only.id] = replace(only, state=CheckoutState.EXPIRED)
    shop.open()
    assert [c.state for c in shop.processor.checkouts.values()] == [
        CheckoutState.EXPIRED,
        CheckoutState.OPEN,
    ]


def test_a_checkout_status_is_what_the_till_tells() -> None:
    processor = MemoryProcessor()
    opened = processor.open_checkout(
        attempt_id="a",
        account_id=ACCOUNT,
        creditor="harbor",
        amount=usd(500),
        locale="es",
        success_url="s",
        cancel_url="c",
    )
    assert processor.checkout(opened.id) == CheckoutStatus(
        id="cs_a",
        state=CheckoutState.OPEN,
        paid=False,
        amount=usd(500),
        account_id=ACCOUNT,
        attempt_id="a",
        url=opened.url,
    )
    assert opened.expires_at - processor.now < timedelta(days=2)
