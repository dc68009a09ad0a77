"""The daily look at money: webhooks that never came, debits that hang, books that differ."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.domain.accounts.account import Hold, LedgerEntry, Status
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import entry_id
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import MethodKind, PaymentEvent, PaymentState
from dunlin.service.payments.posting import Posted
from dunlin.service.payments.reconciliation import GRACE, Reconciled, Reconciler, keep_report
from dunlin.service.payments.refunds import refund_excess
from tests.payments.shop import ACCOUNT, NOW, Shop, event, payment, usd

LATER = NOW + timedelta(hours=6)


def look(shop: Shop, *, after: timedelta = timedelta(hours=6)) -> Reconciled:
    reconciler = Reconciler(
        processor=shop.processor,
        inbox=shop.inbox,
        book=shop.book,
        attempts=shop.sessions,
        waker=shop.waker,
        creditors=shop.book.creditors,
    )
    return reconciler.look(since=NOW - timedelta(days=4), now=NOW + after)


def happened(shop: Shop, event: PaymentEvent) -> PaymentEvent:
    """The processor knows of it; whether a webhook came is another matter."""
    event = replace(event, account_id=shop.processor.payments[event.payment_id].account_id)
    shop.processor.told.append(event)
    return event


def test_a_missed_webhook_is_found_posted_and_reported_once() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment(amount=usd(4_000))
    shop.processor.payments["pi_2"] = payment("pi_2", amount=usd(1_000))
    shop.tell(happened(shop, event(amount=usd(4_000))))
    missed = happened(shop, event(payment_id="pi_2", amount=usd(1_000)))

    report = look(shop)

    assert (report.events, report.missed, report.posted) == (
        2,
        [missed.event_id],
        [missed.event_id],
    )
    assert report.differences == []
    assert report.processor_minor == {"USD": 4_000 + 1_000} == report.ledger_minor
    assert shop.account.balance == usd(5_000)
    assert (ACCOUNT, "receipt", "pi_2") in shop.waker.notices
    assert shop.waker.woken[-1] == ACCOUNT
    again = look(shop)
    assert (again.posted, again.differences) == ([], [])
    # The webhook comes after all, days late.
    assert shop.tell(missed) is Posted.NOTHING_NEW
    shop.check_ledger()


def test_an_event_that_was_kept_but_never_posted_is_posted() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment()
    kept = happened(shop, event())
    shop.inbox.events[kept.event_id] = "{}"
    report = look(shop)
    assert (report.missed, report.posted) == ([], [kept.event_id])
    assert shop.account.status is Status.SETTLED


def test_what_is_only_minutes_old_is_left_to_its_webhook() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment()
    happened(shop, event())
    assert look(shop, after=GRACE - timedelta(seconds=1)).events == 0
    assert look(shop, after=GRACE).missed != []


def test_a_missed_chargeback_and_a_missed_refund_are_posted() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment()
    shop.tell(happened(shop, event()))
    shop.processor.told.append(event(SignalKind.CHARGEBACK, "pi_1", "dp_1", usd(10_000)))
    report = look(shop)
    assert len(report.missed) == len(report.posted) == 1
    assert (shop.account.balance, shop.account.hold) == (usd(10_000), Hold.REVIEW)
    shop.check_ledger()


def test_money_for_an_account_nobody_knows_is_a_difference_and_stops_nothing() -> None:
    shop = Shop()
    stranger = "acc_" + "9" * 32
    shop.processor.payments["pi_9"] = payment("pi_9", account_id=stranger)
    shop.processor.payments["pi_1"] = payment()
    happened(shop, event(payment_id="pi_9"))
    happened(shop, event())
    report = look(shop)
    assert [(d.what, d.account_id) for d in report.differences] == [("unknown_account", stranger)]
    assert shop.account.status is Status.SETTLED


def test_payments_taken_elsewhere_are_no_difference() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment(account_id="")
    happened(shop, event())
    report = look(shop)
    assert (report.posted, report.differences) == ([], [])


def test_another_amount_a_false_sum_and_an_invented_payment_are_differences() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment(amount=usd(4_000))
    shop.tell(happened(shop, event(amount=usd(4_000))))
    mine = entry_id(ACCOUNT, "pi_1")
    posted = shop.book.ledgers[ACCOUNT][mine]
    shop.book.ledgers[ACCOUNT][mine] = replace(posted, amount=usd(-3_999))
    shop.processor.payments["pi_7"] = payment("pi_7", PaymentState.FAILED)
    shop.book.ledgers[ACCOUNT]["ent_7"] = LedgerEntry(
        entry_id="ent_7", account_id=ACCOUNT, kind="payment", amount=usd(-7), on=NOW.date(),
        source="pi_7",
    )  # fmt: skip
    report = look(shop)
    assert {d.what: (d.processor_minor, d.ledger_minor) for d in report.differences} == {
        "other_amount": (4_000, 3_999),
        "ledger_sum": (6_000, 5_994),
        "not_at_processor": (0, 7),
    }


def test_money_of_another_currency_is_with_a_person_and_no_difference() -> None:
    shop = Shop()
    euros = Money(5_000, "EUR")
    shop.processor.payments["pi_1"] = payment(amount=euros)
    shop.tell(happened(shop, event(amount=euros)))
    report = look(shop)
    assert report.differences == []
    assert (report.processor_minor, report.ledger_minor) == ({"EUR": 5_000}, {})


def _pending(shop: Shop) -> None:
    on_its_way = replace(payment(state=PaymentState.PENDING), created=NOW, method=MethodKind.BANK)
    shop.processor.payments["pi_1"] = on_its_way
    shop.tell(event(SignalKind.PAYMENT_PENDING))
    assert shop.account.hold is Hold.PAYMENT_PENDING


def test_a_bank_debit_that_hangs_raises_one_task_and_still_shows_as_pending() -> None:
    shop = Shop()
    _pending(shop)
    assert look(shop, after=timedelta(days=10)).stuck == []
    assert look(shop, after=timedelta(days=11)).stuck == [ACCOUNT]
    assert (shop.account.hold, shop.account.escalated) == (Hold.PAYMENT_PENDING, "stuck_payment")
    assert shop.account.waits_for_staff
    assert shop.account.balance == usd(10_000)
    assert look(shop, after=timedelta(days=12)).stuck == []
    shop.check_ledger()


@pytest.mark.parametrize(
    ("state", "balance", "words"),
    [(PaymentState.SUCCEEDED, 0, "receipt"), (PaymentState.FAILED, 10_000, "payment_failed")],
)
def test_what_a_bank_answered_unheard_is_posted_and_said(
    state: PaymentState, balance: int, words: str
) -> None:
    shop = Shop()
    _pending(shop)
    shop.processor.payments["pi_1"] = replace(payment(state=state), method=MethodKind.BANK)
    report = look(shop, after=timedelta(days=20))
    assert (report.posted, report.stuck) == (["look/pi_1"], [])
    assert (shop.account.hold, shop.account.balance) == (None, usd(balance))
    assert shop.waker.notices == [(ACCOUNT, words, "pi_1")]


def test_a_refund_that_was_decided_and_never_asked_for_is_asked_for() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment(amount=usd(12_000))
    shop.tell(happened(shop, event(amount=usd(12_000))))
    shop.processor.refunded.clear()  # as after a death between ledger and processor
    shop.processor.payments["pi_1"] = payment(amount=usd(12_000))
    look(shop)
    assert [r.amount for r in shop.processor.refunded.values()] == [usd(2_000)]
    look(shop)
    assert len(shop.processor.refunded) == 1


def test_the_report_holds_ids_and_sums_and_a_later_one_of_the_day_replaces_it() -> None:
    shop, box = Shop(), MemoryDropBox()
    shop.processor.payments["pi_1"] = payment()
    happened(shop, event())
    for _ in range(2):
        key = keep_report("payments", look(shop).document(), box=box, now=LATER)
    assert key == "reports/payments/2026-11-22.json"
    kept = json.loads(box.read(key))
    assert (kept["posted"], kept["differences"]) == ([], [])
    assert kept["processor_minor"] == {"USD": 10_000}


# What staff give back


def give_back(shop: Shop) -> Money:
    return refund_excess(
        ACCOUNT, by="staff-7", why="case-1", processor=shop.processor, book=shop.book, now=LATER
    )


def test_staff_give_back_what_lies_above_the_limit_newest_payment_first() -> None:
    shop = Shop(back=0)
    for name in ("pi_1", "pi_2", "pi_3"):
        shop.processor.payments[name] = payment(name, amount=usd(6_000))
        shop.tell(replace(event(payment_id=name), at=NOW + timedelta(days=int(name[-1]))))
    assert shop.account.balance == usd(-8_000)
    assert give_back(shop) == usd(8_000)
    assert {r.payment_id: r.amount.minor for r in shop.processor.refunded.values() if r.amount} == {
        "pi_3": 6_000,
        "pi_2": 2_000,
    }
    assert (shop.account.balance, shop.account.hold) == (usd(0), None)
    decided = shop.book.chains[f"account#{ACCOUNT}"][-1]
    assert (decided.what, decided.actor) == ("ExcessRefunded", "staff:staff-7")
    shop.check_ledger()
    with pytest.raises(DomainError, match="nothing was paid too much"):
        give_back(shop)


def test_a_chargeback_won_after_the_person_paid_again_is_given_back_by_staff() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment()
    shop.tell(event())
    shop.tell(event(SignalKind.CHARGEBACK, "pi_1", "dp_1"))
    shop.processor.payments["pi_2"] = payment("pi_2")
    shop.tell(event(payment_id="pi_2"))
    assert shop.account.balance == usd(0)
    shop.tell(event(SignalKind.CHARGEBACK, "pi_1", "dp_1", undone=True))
    assert (shop.account.balance, shop.account.waits_for_staff) == (usd(-10_000), True)
    assert give_back(shop) == usd(10_000)
    assert shop.account.balance == usd(0)
    shop.check_ledger()


def test_a_refund_on_its_way_to_the_ledger_is_not_made_twice() -> None:
    shop = Shop(back=0)
    shop.processor.payments["pi_1"] = payment(amount=usd(12_000))
    shop.tell(event(amount=usd(12_000)))
    shop.processor.refund(refund_key="by hand", payment_id="pi_1", amount=usd(2_000))
    with pytest.raises(DomainError, match="on its way"):
        give_back(shop)


def test_a_credit_that_no_processor_took_goes_back_by_hand() -> None:
    shop = Shop()
    shop.book.accounts[ACCOUNT] = replace(shop.account, balance=usd(-500))
    with pytest.raises(DomainError, match="by hand"):
        give_back(shop)


def test_a_lost_chargeback_is_said_once_and_staff_may_answer_it() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment()
    shop.tell(event())
    lost = replace(event(SignalKind.CHARGEBACK, "pi_1", "dp_1"), lost=True)
    assert shop.tell(lost) is Posted.POSTED, "the money is gone, whether or not that was told"
    assert (shop.account.hold, shop.account.hold_reason) == (
        Hold.REVIEW,
        "chargeback, chargeback lost",
    )
    shop.tell(event(SignalKind.CHARGEBACK, "pi_1", "dp_1"))
    assert shop.account.balance == usd(10_000)
    shop.book.accounts[ACCOUNT] = replace(shop.account, hold=None, hold_reason="")
    assert shop.tell(replace(lost, event_id="evt_again")) is Posted.NOTHING_NEW
    assert shop.account.hold is None
