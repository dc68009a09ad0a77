"""Money posts once, whatever the order, number and lateness of what the processor tells."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunlin.adapters.memory.account_book import MemoryBook, MemoryCreditors, MemoryWaker
from dunlin.adapters.memory.portal_sessions import MemoryInbox, MemoryPortalSessions, MemoryQueue
from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.ledger import total
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.audit import audit
from dunlin.domain.errors import Conflict, Defect, DomainError, Unavailable
from dunlin.domain.ids import entry_id
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    CheckoutState,
    CheckoutStatus,
    MethodKind,
    PaymentEvent,
    PaymentState,
    PaymentStatus,
    RefundState,
)
from dunlin.ports.accounts import Change
from dunlin.ports.portal import PaymentAttempt
from dunlin.service.payments.payments import (
    OpenCheckout,
    PayRefusal,
    Returned,
    open_checkout,
    returned_payment,
)
from dunlin.service.payments.posting import Posted, post_payment, receive_event
from tests.portal.memory_till import MemoryTill

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
ACCOUNT = "acc_" + "1" * 32
STRATEGY = {
    "debt_role": "first",
    "brand": {
        "name": "Harbor Supply",
        "address": "1 Pier Road, Springfield, IL 62701",
        "phone": "+1 217 555 0100",
        "email_from": "accounts@example.com",
        "reply_to": "help@example.com",
    },
    "ladders": {
        "standard": [{"name": "first", "days": 0, "channels": ["email"], "template": "reminder"}]
    },
}


def usd(minor: int) -> Money:
    return Money(minor, "USD")


class Shop:
    """One account owing 10,000 cents, and everything a payment touches. Up to `back` cents
    paid too much go back by themselves."""

    def __init__(self, owed: int = 10_000, back: int = 100_000) -> None:
        creditors = MemoryCreditors()
        policy = {"refund_excess_up_to_minor": back}
        creditors.put_strategy("harbor", {**STRATEGY, "payments": policy}, NOW)
        self.book = MemoryBook(creditors)
        self.waker, self.inbox, self.queue = MemoryWaker(), MemoryInbox(), MemoryQueue()
        self.sessions, self.processor = MemoryPortalSessions(), MemoryTill()
        self.book.consumers["con_1"] = Consumer(
            consumer_id="con_1", creditor="harbor", name="Ada Finch", version=1
        )
        self.book.accounts[ACCOUNT] = Account(
            account_id=ACCOUNT,
            creditor="harbor",
            consumer_id="con_1",
            reference="R-1",
            balance=usd(owed),
            status=Status.ACTIVE,
            ladder_run=1,
        )
        charge = LedgerEntry(
            entry_id=entry_id(ACCOUNT, "row 1"),
            account_id=ACCOUNT,
            kind="charge",
            amount=usd(owed),
            on=NOW.date(),
            source="row 1",
        )
        self.book.ledgers[ACCOUNT] = {charge.entry_id: charge}
        self._ids = itertools.count(1)

    def owe_too(self, account_id: str, owed: int) -> None:
        """Another account of the same person."""
        self.book.accounts[account_id] = replace(
            self.account, account_id=account_id, balance=usd(owed), version=0, audit_head=""
        )
        self.book.ledgers[account_id] = {}

    @property
    def account(self) -> Account:
        return self.book.accounts[ACCOUNT]

    @property
    def entries(self) -> list[LedgerEntry]:
        return list(self.book.ledgers[ACCOUNT].values())

    def tell(self, event: PaymentEvent) -> Posted:
        self.inbox.events[event.event_id] = event.event_id
        return post_payment(
            event.event_id,
            inbox=self.inbox,
            read=lambda _: event,
            processor=self.processor,
            book=self.book,
            sessions=self.sessions,
            waker=self.waker,
            now=NOW,
        )

    def open(
        self, amount: Money | None = None, locale: str = "en", account_id: str = ACCOUNT
    ) -> OpenCheckout | PayRefusal:
        return open_checkout(
            account_id,
            amount=amount,
            locale=locale,
            success_url="https://pay.example.com/return",
            cancel_url="https://pay.example.com/account",
            book=self.book,
            sessions=self.sessions,
            processor=self.processor,
            new_id=lambda: f"attempt-{next(self._ids)}",
            now=NOW,
        )

    def check_ledger(self) -> None:
        assert total(self.entries, "USD") == self.account.balance
        chain = self.book.chains.get(f"account#{ACCOUNT}", [])
        assert audit.verify(chain, head=self.account.audit_head or audit.GENESIS) == []
        assert len(chain) == self.account.version


def payment(
    name: str = "pi_1",
    state: PaymentState = PaymentState.SUCCEEDED,
    amount: Money | None = None,
    account_id: str = ACCOUNT,
) -> PaymentStatus:
    amount = amount or usd(10_000)
    received = amount if state is PaymentState.SUCCEEDED else Money(0, amount.currency)
    return PaymentStatus(
        id=name,
        state=state,
        amount=amount,
        received=received,
        refunded=Money(0, amount.currency),
        account_id=account_id,
        attempt_id="attempt-1",
        creditor="harbor",
        method=MethodKind.CARD,
    )


def event(
    fact: SignalKind = SignalKind.PAYMENT,
    payment_id: str = "pi_1",
    fact_id: str = "",
    amount: Money | None = None,
    *,
    undone: bool = False,
    telling: int = 0,
) -> PaymentEvent:
    fact_id = fact_id or payment_id
    return PaymentEvent(
        event_id=f"evt_{fact}_{fact_id}_{undone}_{telling}",
        fact=fact,
        fact_id=fact_id,
        payment_id=payment_id,
        amount=amount or usd(10_000),
        at=NOW,
        undone=undone,
    )


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
    (made,) = shop.processor.made.values()
    assert (made.payment_id, made.amount, made.key) == ("pi_2", usd(4_000), "excess/pi_2/1")
    assert (shop.account.balance, shop.account.hold) == (usd(0), None)
    assert shop.account.status is Status.SETTLED
    posted = shop.book.chains[f"account#{ACCOUNT}"][-1]
    assert posted.what == "PaymentPosted"
    assert posted.data["entries"][-1][1:] == ["refund", 4_000, "excess/pi_2/1"]
    # The processor's own word about this refund, told last, is the entry that stands there.
    told = event(SignalKind.REFUND, "pi_2", "excess/pi_2/1", usd(4_000))
    assert shop.tell(told) is Posted.NOTHING_NEW
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
    assert shop.processor.made == {}
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
    assert [r.amount for r in shop.processor.made.values()] == [usd(2_000)]
    assert shop.waker.notices == [(ACCOUNT, "receipt", "pi_1")]
    shop.check_ledger()


def test_what_staff_gave_back_at_the_processor_is_not_given_back_again() -> None:
    shop = Shop(owed=10_000)
    shop.processor.payments["pi_1"] = replace(payment(amount=usd(13_000)), refunded=usd(1_000))
    shop.tell(event())
    assert [r.amount for r in shop.processor.made.values()] == [usd(2_000)]
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


@settings(max_examples=1000, deadline=None)
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

    def run(told: list[tuple[str, SignalKind, int, bool]], late: bool) -> Shop:
        shop = Shop(back=0)  # which of two payments is the excess is a matter of order
        for n, (amount, state) in enumerate(zip(amounts, states, strict=True), start=1):
            money = Money(amount, "EUR") if foreign and n == 3 else usd(amount)
            final = payment(f"pi_{n}", state, money)
            shop.processor.payments[final.id] = final
        for telling, (pid, fact, which, undone) in enumerate(told):
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


# Opening a checkout


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

    shop.sessions.put_payment_attempts = dies_second  # type: ignore[method-assign,assignment]
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
    create, raced = shop.processor.open_checkout, []

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


OTHER = "acc_" + "2" * 32


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
            ACCOUNT, book=shop.book, sessions=shop.sessions, processor=shop.processor
        ).outcome

    assert outcome() is Returned.NONE
    shop.open()
    assert outcome() is Returned.UNFINISHED
    shop.processor.pay("attempt-1", payment(state=PaymentState.PENDING))
    assert outcome() is Returned.PROCESSING
    shop.processor.payments["pi_1"] = payment(state=PaymentState.FAILED)
    assert outcome() is Returned.FAILED
    shop.processor.payments["pi_1"] = payment()
    found = returned_payment(
        ACCOUNT, book=shop.book, sessions=shop.sessions, processor=shop.processor
    )
    assert (found.outcome, found.posted, found.amount) == (Returned.PAID, False, usd(10_000))
    shop.tell(event())
    found = returned_payment(
        ACCOUNT, book=shop.book, sessions=shop.sessions, processor=shop.processor
    )
    assert found.posted
    assert len(shop.book.chains[f"account#{ACCOUNT}"]) == 1
    assert len(found.reference) == 14


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
    processor = MemoryTill()
    opened = processor.open_checkout(
        attempt_id="a",
        account_id=ACCOUNT,
        creditor="harbor",
        amount=usd(5),
        locale="es",
        success_url="s",
        cancel_url="c",
    )
    assert processor.checkout(opened.id) == CheckoutStatus(
        id="cs_a",
        state=CheckoutState.OPEN,
        paid=False,
        amount=usd(5),
        account_id=ACCOUNT,
        attempt_id="a",
        url=opened.url,
    )
    assert opened.expires_at - processor.now < timedelta(days=2)
