"""Money posts once, whatever the order, number and lateness of what the processor tells."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunlin.adapters.memory.portal_sessions import MemoryInbox, MemoryQueue
from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.errors import Conflict, Defect, Unavailable
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    PaymentState,
    RefundState,
)
from dunlin.ports.accounts import Change
from dunlin.service.payments.posting import Posted, receive_event
from tests.payments.shop import ACCOUNT, NOW, Shop, event, payment, usd


def test_a_full_payment_settles_the_account_wakes_it_and_starts_one_receipt() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment()

    assert shop.tell(event()) is Posted.POSTED

    assert shop.account.balance == usd(0)
    assert shop.account.status is Status.SETTLED
    assert shop.account.hold is None
    assert shop.waker.woken == [ACCOUNT]
    assert shop.waker.notices == [(ACCOUNT, "receipt", "pi_1")]
    shop.check_ledger()


def test_the_same_payment_told_by_three_events_posts_once() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment(amount=usd(4_000))

    outcomes = [shop.tell(event(telling=n)) for n in range(3)]

    assert outcomes == [Posted.POSTED, Posted.NOTHING_NEW, Posted.NOTHING_NEW]
    assert shop.account.balance == usd(6_000)
    assert shop.account.status is Status.ACTIVE
    assert len(shop.waker.notices) == 1
    shop.check_ledger()


def test_an_event_that_is_told_again_when_the_inbox_has_forgotten_it_posts_nothing() -> None:
    """Events are kept for a while, entries of the ledger for ever: a payment is one by its id."""
    shop = Shop()
    shop.processor.payments["pi_1"] = payment(amount=usd(4_000))
    assert shop.tell(event()) is Posted.POSTED
    shop.inbox.events.clear()
    for _ in range(3):
        assert shop.tell(event()) is Posted.NOTHING_NEW
    assert shop.account.balance == usd(6_000)
    assert len(shop.waker.notices) == 1
    shop.check_ledger()


def test_a_bank_debit_freezes_outreach_until_it_succeeds() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment(state=PaymentState.PENDING)
    shop.tell(event(SignalKind.PAYMENT_PENDING))
    assert shop.account.hold is Hold.PAYMENT_PENDING
    assert shop.account.balance == usd(10_000)
    assert shop.waker.notices == []

    shop.processor.payments["pi_1"] = payment()
    shop.tell(event())
    assert (shop.account.hold, shop.account.balance) == (None, usd(0))
    shop.check_ledger()


def test_a_bank_debit_that_fails_releases_the_hold_and_posts_nothing() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment(state=PaymentState.PENDING)
    shop.tell(event(SignalKind.PAYMENT_PENDING))
    shop.processor.payments["pi_1"] = payment(state=PaymentState.FAILED)
    shop.tell(event(SignalKind.PAYMENT_FAILED))

    assert (shop.account.hold, shop.account.hold_reason) == (None, "")
    assert len(shop.entries) == 1
    # The first event, told again late: the payment is no longer pending.
    shop.tell(event(SignalKind.PAYMENT_PENDING, telling=1))
    assert shop.account.hold is None
    shop.check_ledger()


@pytest.mark.parametrize("hold", [Hold.DISPUTE, Hold.REVIEW, Hold.PAUSED, Hold.ARRANGEMENT])
def test_a_pending_payment_never_lifts_or_hides_a_persons_hold(hold: Hold) -> None:
    shop = Shop()
    shop.book.accounts[ACCOUNT] = replace(shop.account, hold=hold, hold_reason="why")
    shop.processor.payments["pi_1"] = payment(state=PaymentState.PENDING)
    shop.tell(event(SignalKind.PAYMENT_PENDING))
    shop.processor.payments["pi_1"] = payment(state=PaymentState.FAILED)
    shop.tell(event(SignalKind.PAYMENT_FAILED))
    assert (shop.account.hold, shop.account.hold_reason) == (hold, "why")


def test_what_two_payments_bring_beyond_the_debt_goes_back_once_and_the_ledger_shows_both() -> None:
    shop = Shop(owed=10_000)
    for name in ("pi_1", "pi_2", "pi_2"):
        shop.processor.payments.setdefault(name, payment(name, amount=usd(7_000)))
        shop.tell(event(payment_id=name, telling=len(shop.waker.woken)))

    kinds = [(e.kind, e.amount.minor, e.source) for e in shop.entries]
    assert kinds[1:] == [
        ("payment", -7_000, "pi_1"),
        ("payment", -7_000, "pi_2"),
        ("refund", 4_000, "excess/pi_2/1"),
    ]
    (refund,) = shop.processor.refunded.values()
    assert (refund.payment_id, refund.amount, refund.key) == ("pi_2", usd(4_000), "excess/pi_2/1")
    assert (shop.account.balance, shop.account.hold) == (usd(0), None)
    assert shop.account.status is Status.SETTLED
    posted = shop.book.chains[f"account#{ACCOUNT}"][-1]
    assert posted.what == "PaymentPosted"
    assert posted.data["entries"][-1][1:] == ["refund", 4_000, "excess/pi_2/1"]
    # The processor's own word about this refund, told last, is the entry that stands there.
    late_event = event(SignalKind.REFUND, "pi_2", "excess/pi_2/1", usd(4_000))
    assert shop.tell(late_event) is Posted.NOTHING_NEW
    shop.check_ledger()


def test_more_than_the_policy_allows_waits_for_a_person_until_it_went_back() -> None:
    shop = Shop(owed=10_000, back=3_999)
    for name in ("pi_1", "pi_2"):
        shop.processor.payments[name] = payment(name, amount=usd(7_000))
        shop.tell(event(payment_id=name))

    assert shop.account.balance == usd(-4_000)
    assert (shop.account.hold, shop.account.hold_reason) == (Hold.REVIEW, "overpaid")
    assert shop.account.status is Status.SETTLED
    assert shop.account.waits_for_staff
    assert shop.processor.refunded == {}
    shop.check_ledger()

    shop.tell(event(SignalKind.REFUND, "pi_2", "re_1", usd(4_000)))
    assert shop.account.balance == usd(0)
    assert (shop.account.hold, shop.account.status) == (None, Status.SETTLED)
    shop.check_ledger()


@pytest.mark.parametrize("state", [RefundState.REFUSED, RefundState.FAILED])
def test_an_excess_the_processor_does_not_give_back_waits_for_a_person(state: RefundState) -> None:
    shop = Shop(owed=10_000)
    shop.processor.refund_state = state
    shop.processor.payments["pi_1"] = payment(amount=usd(12_000))
    for telling in range(3):
        shop.tell(event(telling=telling))
    assert shop.account.balance == usd(-2_000)
    assert (shop.account.hold, shop.account.hold_reason) == (Hold.REVIEW, "overpaid")
    assert [e.amount.minor for e in shop.entries] == [10_000, -12_000, 2_000, -2_000]
    shop.check_ledger()


def test_an_excess_decided_before_a_death_is_given_back_by_the_next_telling_and_once() -> None:
    shop = Shop(owed=10_000)
    shop.processor.payments["pi_1"] = payment(amount=usd(12_000))
    refund = shop.processor.refund

    def lost(**kwargs: object) -> object:
        refund(**kwargs)  # type: ignore[arg-type]
        raise Unavailable("stripe", "no answer")

    shop.processor.refund = lost  # type: ignore[method-assign,assignment]
    with pytest.raises(Unavailable):
        shop.tell(event())
    # Days later Stripe has forgotten the key: only its list of refunds still knows.
    shop.processor.refund = refund  # type: ignore[method-assign]
    assert shop.tell(event(telling=1)) is Posted.NOTHING_NEW
    assert [r.amount for r in shop.processor.refunded.values()] == [usd(2_000)]
    assert shop.waker.notices == [(ACCOUNT, "receipt", "pi_1")]
    shop.check_ledger()


def test_what_staff_gave_back_at_the_processor_is_not_given_back_again() -> None:
    shop = Shop(owed=10_000)
    shop.processor.payments["pi_1"] = replace(payment(amount=usd(13_000)), refunded=usd(1_000))
    shop.tell(event())
    assert [r.amount for r in shop.processor.refunded.values()] == [usd(2_000)]
    shop.tell(event(SignalKind.REFUND, "pi_1", "re_staff", usd(1_000)))
    assert (shop.account.balance, shop.account.hold) == (usd(0), None)
    shop.check_ledger()


def test_money_of_another_currency_is_recorded_as_nothing_and_waits_for_a_person() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment(amount=Money(5_000, "EUR"))
    assert shop.tell(event(amount=Money(5_000, "EUR"))) is Posted.POSTED
    assert shop.tell(event(amount=Money(5_000, "EUR"), telling=1)) is Posted.NOTHING_NEW

    assert shop.account.balance == usd(10_000)
    assert (shop.account.hold, shop.account.hold_reason) == (Hold.REVIEW, "wrong_currency")
    assert [e.note for e in shop.entries][-1] == "wrong_currency: -€50.00"
    shop.check_ledger()


def test_a_chargeback_of_a_settled_account_opens_it_for_staff_and_a_win_settles_it_again() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment()
    shop.tell(event())
    shop.tell(event(SignalKind.CHARGEBACK, "pi_1", "dp_1"))
    assert shop.account.balance == usd(10_000)
    assert (shop.account.status, shop.account.hold) == (Status.ACTIVE, Hold.REVIEW)
    assert shop.account.ladder_run == 2

    shop.tell(event(SignalKind.CHARGEBACK, "pi_1", "dp_1", undone=True))
    assert (shop.account.balance, shop.account.status) == (usd(0), Status.SETTLED)
    shop.check_ledger()


def test_a_refund_told_before_its_payment_posts_both() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment()
    shop.tell(event(SignalKind.REFUND, "pi_1", "re_1", usd(2_500)))
    assert shop.account.balance == usd(2_500)
    assert shop.tell(event()) is Posted.NOTHING_NEW
    shop.check_ledger()


def test_payments_taken_elsewhere_are_not_ours_and_unknown_accounts_are_a_defect() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment(account_id="")
    assert shop.tell(event()) is Posted.NOT_OURS
    shop.processor.payments["pi_2"] = payment("pi_2", account_id="acc_" + "9" * 32)
    with pytest.raises(Defect, match="unknown account"):
        shop.tell(event(payment_id="pi_2"))


def test_another_writer_between_read_and_write_makes_it_decide_again() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment(amount=usd(1_000))
    apply, fails = shop.book.apply, itertools.count()

    def contended(change: Change) -> None:
        if next(fails) < 3:
            raise Conflict("moved")
        apply(change)

    shop.book.apply = contended  # type: ignore[method-assign]
    assert shop.tell(event()) is Posted.POSTED
    assert shop.account.balance == usd(9_000)


def test_a_delivery_that_died_after_writing_still_wakes_and_receipts_when_told_again() -> None:
    shop = Shop()
    shop.processor.payments["pi_1"] = payment()
    wake = shop.waker.wake

    def dead(account_id: str) -> bool:
        raise Unavailable("states", "gone")

    shop.waker.wake = dead  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        shop.tell(event())
    shop.waker.wake = wake  # type: ignore[method-assign]
    assert shop.tell(event()) is Posted.NOTHING_NEW
    assert shop.waker.woken == [ACCOUNT]
    assert shop.waker.notices == [(ACCOUNT, "receipt", "pi_1")]


def test_an_event_is_kept_once_and_queued_each_time() -> None:
    inbox, queue = MemoryInbox(), MemoryQueue()
    first = receive_event(event_id="evt_1", body="{}", inbox=inbox, queue=queue, now=NOW)
    again = receive_event(event_id="evt_1", body="{}", inbox=inbox, queue=queue, now=NOW)
    assert (first, again) == (True, False)
    assert queue.messages == [{"event_id": "evt_1"}] * 2


_FACTS = st.lists(
    st.tuples(
        st.sampled_from(["pi_1", "pi_2", "pi_3"]),
        st.sampled_from(
            [
                SignalKind.PAYMENT,
                SignalKind.PAYMENT_PENDING,
                SignalKind.PAYMENT_FAILED,
                SignalKind.REFUND,
                SignalKind.CHARGEBACK,
            ]
        ),
        st.integers(0, 1),  # which refund or chargeback of the payment
        st.booleans(),  # undone
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=1000)
@given(
    facts=_FACTS,
    amounts=st.tuples(*[st.integers(1, 15_000)] * 3),
    states=st.tuples(*[st.sampled_from(list(PaymentState))] * 3),
    order=st.randoms(use_true_random=False),
    foreign=st.booleans(),
)
def test_any_order_and_repetition_of_events_ends_in_one_ledger(
    facts: list[tuple[str, SignalKind, int, bool]],
    amounts: tuple[int, ...],
    states: tuple[PaymentState, ...],
    order: object,
    foreign: bool,
) -> None:
    """Entries sum to the balance; one provider payment posts once."""

    def run(story: list[tuple[str, SignalKind, int, bool]], late: bool) -> Shop:
        shop = Shop(back=0)  # which of two payments is the excess is a matter of order
        for n, (amount, state) in enumerate(zip(amounts, states, strict=True), start=1):
            money = Money(amount, "EUR") if foreign and n == 3 else usd(amount)
            final = payment(f"pi_{n}", state, money)
            shop.processor.payments[final.id] = final
        for telling, (pid, fact, which, undone) in enumerate(story):
            final = shop.processor.payments[pid]
            if late and telling == 0:  # the first answer is an older one
                shop.processor.payments[pid] = replace(
                    final, state=PaymentState.PENDING, received=Money(0, final.amount.currency)
                )
            takes_back = fact in (SignalKind.REFUND, SignalKind.CHARGEBACK)
            fact_id = f"{fact}_{pid}_{which}" if takes_back else pid
            shop.tell(event(fact, pid, fact_id, final.amount, undone=undone, telling=telling))
            shop.processor.payments[pid] = final
            shop.check_ledger()
        return shop

    shuffled = [*facts, *facts[: len(facts) // 2]]
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = run([*facts, *facts], late=False), run([*shuffled, *facts], late=True)
    assert {e.entry_id for e in first.entries} == {e.entry_id for e in second.entries}
    assert first.account.balance == second.account.balance
    for shop in (first, second):
        sources = [e.source for e in shop.entries if e.kind == "payment"]
        assert len(sources) == len(set(sources))
        pending = {e.split()[0] for e in [shop.account.hold_reason] if e.startswith("pi_")}
        assert not pending or shop.account.hold is Hold.PAYMENT_PENDING
