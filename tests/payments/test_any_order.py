"""Money adds up under everything at once: two tabs, two debts, cards and banks, refunds, disputes,
credit notes, deaths, and webhooks in any order, any number of times and any lateness.

The processor below keeps its own true books. Whatever happens on the way, each ledger sums to its
balance at every step, and once everything was told the ledger is those books, cent by cent.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.domain.accounts.account import Hold, LedgerEntry, Status
from dunlin.domain.accounts.ledger import total
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.audit import audit
from dunlin.domain.errors import DomainError, Unavailable
from dunlin.domain.ids import entry_id
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    CheckoutState,
    MethodKind,
    PaymentState,
    RefundState,
    RefundStatus,
)
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.payments.payments import OpenCheckout
from dunlin.service.payments.posting import post_event
from dunlin.service.payments.reconciliation import Reconciler
from dunlin.service.payments.refunds import refund_excess
from tests.payments.shop import ACCOUNT, NOW, OTHER, Shop, payment, usd

ACCOUNTS = (ACCOUNT, OTHER)


class Bank(MemoryProcessor):
    """A processor that keeps true books and tells of each move once, in `told`."""

    def __init__(self) -> None:
        super().__init__()
        self.disputes: dict[str, str] = {}  # payment → open, won or lost
        self.taken: dict[str, Money] = {}  # payment → what its dispute took
        self.dies = False

    def refund(
        self, *, refund_key: str, payment_id: str, amount: Money | None = None
    ) -> RefundStatus:
        if self.dies:
            raise Unavailable("bank", "no answer")
        if payment_id in self.disputes and self.disputes[payment_id] != "won":
            return RefundStatus(
                id="", state=RefundState.REFUSED, payment_id=payment_id, amount=amount
            )
        return super().refund(refund_key=refund_key, payment_id=payment_id, amount=amount)

    def dispute(self, payment_id: str) -> None:
        payment = self.payments[payment_id]
        left = payment.received - payment.refunded
        if left.minor > 0 and payment_id not in self.disputes:
            self.disputes[payment_id], self.taken[payment_id] = "open", left
            self.tell(SignalKind.CHARGEBACK, payment_id, f"dp_{payment_id}", left)

    def decide(self, payment_id: str, *, won: bool) -> None:
        if self.disputes.get(payment_id) != "open":
            return
        self.disputes[payment_id] = "won" if won else "lost"
        more = {"undone": True} if won else {"lost": True}
        self.tell(
            SignalKind.CHARGEBACK, payment_id, f"dp_{payment_id}", self.taken[payment_id], **more
        )

    def kept(self, payment_id: str) -> int:
        """What of a payment is with the creditor, in cents."""
        payment = self.payments[payment_id]
        back = self.taken.get(payment_id, Money(0, "USD"))
        if self.disputes.get(payment_id) == "won":
            back = Money(0, "USD")
        return payment.received.minor - payment.refunded.minor - back.minor


class Life:
    """One person, two debts, two tabs, and everybody who may meddle."""

    def __init__(self, back: int) -> None:
        self.shop = Shop(back=back)
        self.shop.processor = self.bank = Bank()
        self.shop.owe_too(OTHER, 6_000)
        self._adjust(OTHER, 6_000, "row 2", owed=False)
        self.tabs: dict[int, str] = {}
        self.adjusted = dict.fromkeys(ACCOUNTS, 0)
        self.numbers = itertools.count(1)
        self.heard: set[int] = set()

    # -- what may happen; `n` picks, `minor` is an amount in cents

    def open(self, n: int, minor: int) -> None:
        account = ACCOUNTS[n % 2]
        with suppress(DomainError):
            opened = self.shop.open(usd(minor) if n & 2 else None, account_id=account)
            if isinstance(opened, OpenCheckout):
                self.tabs[n // 4] = opened.url.rsplit("/", 1)[1]

    def pay(self, n: int, _minor: int, *, bank: bool = False) -> None:
        page = self.bank.checkouts.get(self.tabs.get(n // 4, ""))
        if page is None or page.state is not CheckoutState.OPEN or page.amount is None:
            return
        name = self._payment(page.account_id, page.amount, page.attempt_id, bank=bank)
        self.bank.pay(page.attempt_id, self.bank.payments[name])
        self.bank.arrive(name, PaymentState.PENDING if bank else PaymentState.SUCCEEDED)

    def pay_by_bank(self, n: int, minor: int) -> None:
        self.pay(n, minor, bank=True)

    def pay_by_phone(self, n: int, minor: int) -> None:
        """Staff take a payment beside every page: nobody asked whether so much is owed."""
        name = self._payment(ACCOUNTS[n % 2], usd(minor), "by phone", bank=False)
        self.bank.arrive(name, PaymentState.SUCCEEDED)

    def bank_answers(self, n: int, minor: int) -> None:
        payment = self._pick(n, PaymentState.PENDING)
        if payment:
            self.bank.arrive(payment, PaymentState.SUCCEEDED if minor % 3 else PaymentState.FAILED)

    def refund_by_hand(self, n: int, minor: int) -> None:
        payment = self._pick(n, PaymentState.SUCCEEDED)
        if payment and not self.bank.dies:
            key = f"by hand {next(self.numbers)}"
            self.bank.refund(refund_key=key, payment_id=payment, amount=usd(minor))

    def refund_fails(self, n: int, _minor: int) -> None:
        if self.bank.refunded:
            self.bank.fail_refund(list(self.bank.refunded)[n % len(self.bank.refunded)])

    def dispute(self, n: int, _minor: int) -> None:
        payment = self._pick(n, PaymentState.SUCCEEDED)
        if payment:
            self.bank.dispute(payment)

    def decide_dispute(self, n: int, minor: int) -> None:
        if self.bank.disputes:
            dispute = list(self.bank.disputes)[n % len(self.bank.disputes)]
            self.bank.decide(dispute, won=bool(minor % 2))

    def credit_note(self, n: int, minor: int) -> None:
        self._adjust(ACCOUNTS[n % 2], -minor, f"credit {next(self.numbers)}")

    def further_charge(self, n: int, minor: int) -> None:
        self._adjust(ACCOUNTS[n % 2], minor, f"row {next(self.numbers) + 10}")

    def deliver(self, n: int, _minor: int) -> None:
        """Any event so far, however late, however often."""
        if self.bank.told:
            self._hear(n * 7 % len(self.bank.told))

    def deliver_newest(self, _n: int, _minor: int) -> None:
        if self.bank.told:
            self._hear(len(self.bank.told) - 1)

    def deliver_two_at_once(self, n: int, minor: int) -> None:
        """A second delivery comes between the first one's read and its write."""
        apply, between = self.shop.book.apply, iter([True])

        def raced(change: Change) -> None:
            if next(between, False):
                self.deliver(n + 1, minor)
            apply(change)

        self.shop.book.apply = raced  # type: ignore[method-assign]
        try:
            self.deliver(n, minor)
        finally:
            self.shop.book.apply = apply  # type: ignore[method-assign]

    def deliver_and_die(self, n: int, minor: int) -> None:
        """The processor does not answer the refund; the queue will tell the event again."""
        self.bank.dies = True
        self.deliver(n, minor)
        self.bank.dies = False

    def look(self, _n: int, _minor: int) -> None:
        Reconciler(
            processor=self.bank,
            inbox=self.shop.inbox,
            book=self.shop.book,
            attempts=self.shop.sessions,
            waker=self.shop.waker,
            creditors=self.shop.book.creditors,
        ).look(since=NOW - timedelta(days=4), now=NOW + timedelta(hours=1))

    def staff_refund(self, n: int, _minor: int) -> None:
        with suppress(DomainError):
            refund_excess(
                ACCOUNTS[n % 2],
                by="staff",
                why="case-1",
                processor=self.bank,
                book=self.shop.book,
                now=NOW,
            )

    # -- behind it

    def _payment(self, account: str, amount: Money, attempt: str, *, bank: bool) -> str:
        name = f"pi_{next(self.numbers)}"
        self.bank.payments[name] = replace(
            payment(name, PaymentState.WAITING, amount, account),
            attempt_id=attempt,
            method=MethodKind.BANK if bank else MethodKind.CARD,
            created=NOW,
        )
        return name

    def _pick(self, n: int, state: PaymentState) -> str:
        ids = [p.id for p in self.bank.payments.values() if p.state is state]
        return ids[n % len(ids)] if ids else ""

    def _adjust(self, account_id: str, minor: int, source: str, *, owed: bool = True) -> None:
        """The billing system's word, as an import writes it: an entry and the new balance."""
        before = self.shop.book.accounts[account_id]
        entry = LedgerEntry(
            entry_id=entry_id(account_id, source),
            account_id=account_id,
            kind="adjustment" if minor < 0 else "charge",
            amount=usd(minor),
            on=NOW.date(),
            source=source,
        )
        balance = before.balance + usd(minor) if owed else before.balance
        audit_entry = entry_of(before, now=NOW, what="AccountUpdated", data={})
        status = before.status
        if owed:
            self.adjusted[account_id] += minor
            status = Status.SETTLED if balance.minor <= 0 else Status.ACTIVE
        after = next_version(replace(before, balance=balance, status=status), audit_entry)
        self.shop.book.apply(Change(account=after, ledger=[entry], audit=[audit_entry]))

    def _hear(self, number: int) -> None:
        event = self.bank.told[number]
        self.shop.inbox.events[event.event_id] = "{}"
        with suppress(Unavailable):
            post_event(
                event,
                processor=self.bank,
                book=self.shop.book,
                attempts=self.shop.sessions,
                waker=self.shop.waker,
                now=NOW,
            )
            self.heard.add(number)

    def check(self) -> None:
        """What holds at every step."""
        for account_id in ACCOUNTS:
            ledger = list(self.shop.book.ledgers[account_id].values())
            assert total(ledger, "USD") == self.shop.book.accounts[account_id].balance
            sources = [e.source for e in ledger]
            assert len(sources) == len(set(sources))
        pages = [c for c in self.bank.checkouts.values() if c.state is CheckoutState.OPEN]
        assert len(pages) <= 1

    def finish(self, order: Random) -> None:
        """Everything is told at least once more, in any order; then the night's look."""
        while True:
            rest = list(range(len(self.bank.told)))
            order.shuffle(rest)
            for number in rest:
                self._hear(number)
                self.check()
            if len(rest) == len(self.bank.told):
                break
        self.look(0, 0)
        assert len(self.heard) == len(self.bank.told), "the look found nothing to give back"

    def check_end(self) -> None:
        """The ledger is the processor's books and the creditor's own entries, cent by cent."""
        for account_id, charged in zip(ACCOUNTS, (10_000, 6_000), strict=True):
            account = self.shop.book.accounts[account_id]
            mine = [p for p in self.bank.payments.values() if p.account_id == account_id]
            kept = sum(self.bank.kept(p.id) for p in mine)
            assert account.balance.minor == charged + self.adjusted[account_id] - kept
            posted = {e.source: -e.amount.minor for e in self._ledger(account_id, "payment")}
            assert posted == {p.id: p.received.minor for p in mine if p.received.minor}
            chain = self.shop.book.chains.get(f"account#{account_id}", [])
            assert audit.verify(chain, head=account.audit_head or audit.GENESIS) == []
            self._check_excess(chain)
            on_its_way = {p.id for p in mine if p.state is PaymentState.PENDING}
            if account.hold is Hold.PAYMENT_PENDING:
                assert set(account.hold_reason.split()) == on_its_way != set()
            elif on_its_way and account.balance.minor > 0:
                assert account.hold in (Hold.REVIEW, Hold.DISPUTE)
            receipts = {
                c for a, k, c in self.shop.waker.notices if (a, k) == (account_id, "receipt")
            }
            assert receipts == set(posted)
        for refund in self.bank.refunded.values():
            assert refund.amount is not None
            assert refund.amount.minor > 0

    def _ledger(self, account_id: str, kind: str) -> list[LedgerEntry]:
        return [e for e in self.shop.book.ledgers[account_id].values() if e.kind == kind]

    def _check_excess(self, chain: list[audit.AuditEntry]) -> None:
        """What went back by itself was never more than what was too much at that moment."""
        for entry in chain:
            entries = entry.data.get("entries", ())
            if any(str(e[3]).startswith("excess/") and e[2] > 0 for e in entries):
                assert entry.data["balance"] <= 0


DEEDS: tuple[Callable[[Life, int, int], None], ...] = (
    *[Life.open] * 3, *[Life.pay] * 4, *[Life.pay_by_bank] * 2, *[Life.pay_by_phone] * 3,
    *[Life.bank_answers] * 2, *[Life.refund_by_hand] * 2, Life.refund_fails, *[Life.dispute] * 2,
    *[Life.decide_dispute] * 2, Life.credit_note, Life.further_charge, *[Life.deliver] * 3,
    *[Life.deliver_newest] * 3, Life.deliver_two_at_once, Life.deliver_and_die, Life.look,
    Life.staff_refund,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
@given(
    deeds=st.lists(
        st.tuples(st.sampled_from(DEEDS), st.integers(0, 7), st.integers(1, 12_000)),
        min_size=16,
        max_size=40,
    ),
    back=st.sampled_from([0, 2_000, 1_000_000]),
    order=st.integers(0, 10**6),
)
def test_any_life_ends_in_the_processors_books(
    deeds: list[tuple[Callable[[Life, int, int], None], int, int]], back: int, order: int
) -> None:
    life = Life(back)
    for deed, n, minor in deeds:
        deed(life, n, minor)
        life.check()
    life.finish(Random(order))
    life.check_end()
