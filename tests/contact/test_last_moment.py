"""A balance that is cleared, by whatever route and however late, sends nothing any more;
what a billing system repeats is one line, and what is left of fees stays owed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.ledger import FEE, INTEREST, PRINCIPAL, allocate, total
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import entry_id
from dunlin.domain.imports.billing_words import BalanceChange
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import CheckoutState, PaymentEvent, PaymentPolicy
from dunlin.ports.messages import Email
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from dunlin.service.payments.balances import change_balance
from dunlin.service.payments.payments import open_checkout
from dunlin.service.payments.posting import post_event
from dunlin.service.payments.waivers import waive
from tests.arrangements.life import Life
from tests.imports.place import BO, Office, table
from tests.payments.shop import payment
from tests.support import ground
from tests.support.builders import NOON

GATE = ground.gate("PLAT-FREQ-ALL", "PLAT-OPTOUT-ALL")


class DueDebt:
    """One active account whose first touch is due now, and every way its balance may change."""

    def __init__(self, book: MemoryBook | None = None, account: Account | None = None) -> None:
        if book is None or account is None:
            book, account = ground.memory_world()
            charge = self._charge(account)
            book.ledgers[account.account_id] = {charge.entry_id: charge}
        self.book, self.account_id = book, account.account_id
        self.mailbox, self.waker = MemoryMailbox(), MemoryWaker()
        self.sessions, self.processor = MemoryPortalSessions(), MemoryProcessor()

    @staticmethod
    def _charge(account: Account) -> LedgerEntry:
        return LedgerEntry(
            entry_id=entry_id(account.account_id, "row 1"),
            account_id=account.account_id,
            kind="charge",
            amount=account.balance,
            on=NOON.date(),
            source="row 1",
        )

    @property
    def account(self) -> Account:
        return self.book.accounts[self.account_id]

    def touch(self) -> str:
        """What the ladder does now: the gate, and the sender where it says so."""
        decision = check_ladder(
            self.account_id,
            self.account.ladder_run,
            book=self.book,
            gate=GATE,
            templates=ground.PlainLetters(),
            now=NOON,
        )
        if decision.outcome != "email":
            return decision.outcome
        return send(
            self.account_id,
            decision.touch_key,
            decision.permit_id,
            book=self.book,
            ports=ground.outbox(mailbox=self.mailbox, links=self.sessions),
            now=NOON,
        ).outcome

    def change(self, kind: str, minor: int, change_id: str = "b-1", now: datetime = NOON) -> bool:
        change = BalanceChange(change_id=change_id, kind=kind, amount=Money(minor, "USD"))
        fresh, _ = change_balance(
            self.account_id,
            change,
            by="billing",
            book=self.book,
            attempts=self.sessions,
            processor=self.processor,
            waker=self.waker,
            now=now,
        )
        return fresh

    def pay(self) -> None:
        """A webhook's payment of all that is owed."""
        owed = self.account.balance
        self.processor.payments["pi_1"] = payment(amount=owed, account_id=self.account_id)
        event = PaymentEvent(
            event_id="evt_1",
            fact=SignalKind.PAYMENT,
            fact_id="pi_1",
            payment_id="pi_1",
            amount=owed,
            at=NOON,
        )
        post_event(
            event,
            processor=self.processor,
            book=self.book,
            attempts=self.sessions,
            waker=self.waker,
            now=NOON,
        )

    def credit(self) -> None:
        """A clearing credit of the billing system."""
        self.change("credit", self.account.balance.minor)

    def check_cleared(self) -> None:
        assert (self.account.balance.minor, self.account.status) == (0, Status.SETTLED)
        ledger = list(self.book.ledgers[self.account_id].values())
        assert total(ledger, "USD") == self.account.balance


CLEAR: dict[str, Callable[[DueDebt], None]] = {"webhook": DueDebt.pay, "api": DueDebt.credit}


@pytest.mark.parametrize("route", CLEAR)
def test_a_balance_cleared_just_before_a_due_touch_sends_nothing(route: str) -> None:
    control = DueDebt()
    assert (control.touch(), len(control.mailbox.sent)) == ("sent", 1), "it would have been sent"
    debt = DueDebt()
    CLEAR[route](debt)
    assert (debt.touch(), debt.mailbox.sent) == ("settled", [])
    assert debt.waker.woken[0] == debt.account_id
    debt.check_cleared()


def test_a_file_dropped_just_before_a_due_touch_sends_nothing() -> None:
    """The bucket is the object store and the CSV: one road, whoever puts the file there."""
    office = Office()
    office.drop("open.csv", table([BO]))
    imported = office.account("K-1")
    due = replace(
        imported, status=Status.ACTIVE, ladder_run=1, due_at=NOON, ladder="standard",
        strategy_version=1,
    )  # fmt: skip
    office.book.accounts[imported.account_id] = due
    office.drop("open.csv", table([BO.replace("120.00", "0.00")]))
    debt = DueDebt(office.book, due)
    assert debt.account.balance.minor == 0
    assert (debt.touch(), debt.mailbox.sent) == ("settled", [])
    assert office.waker.woken == [imported.account_id]


@pytest.mark.slow
def test_a_payment_and_the_gate_in_any_order_a_thousand_times() -> None:
    """A clearing payment or credit comes before, within or after gate and sender: it clears every
    time, and nothing is handed over once it stands."""
    chance, sent, kept = Random(22), 0, 0
    for _ in range(1_000):
        debt = DueDebt()
        meddler = Meddler(debt, chance.choice(list(CLEAR.values())), at=chance.randrange(8))
        debt.touch()
        meddler.clear()
        assert debt.touch() in ("settled", "exhausted")
        debt.check_cleared()
        assert not meddler.too_late
        sent, kept = sent + len(debt.mailbox.sent), kept + (not debt.mailbox.sent)
    assert sent > 100 < kept, "both orders occur"


class Meddler:
    """Clears the balance before the nth call of the book, and watches what is handed over after."""

    def __init__(self, debt: DueDebt, clear: Callable[[DueDebt], None], *, at: int) -> None:
        self._desk, self._clear, self._left = debt, clear, at
        self.cleared = self.too_late = False
        for name in ("facts", "take_permit", "spend_permit", "apply"):
            setattr(debt.book, name, self._before(getattr(debt.book, name)))
        self._send = debt.mailbox.send
        debt.mailbox.send = self._hand_over  # type: ignore[method-assign]

    def clear(self) -> None:
        if not self.cleared:
            self.cleared = True
            self._clear(self._desk)

    def _before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                self.clear()
            return real(*args, **kwargs)

        return call

    def _hand_over(self, email: Email) -> str:
        self.too_late |= self.cleared
        return self._send(email)


def test_a_fee_that_is_run_three_times_is_one_line() -> None:
    debt = DueDebt()
    owed = debt.account.balance.minor
    assert [debt.change("fee", 2_500, "late-2026-11") for _ in range(3)] == [True, False, False]
    assert debt.change("interest", 300, "late-2026-11"), "the id is the kind's own"
    assert debt.account.balance.minor == owed + 2_800
    assert [e.kind for e in debt.book.ledgers[debt.account_id].values()] == [
        "charge",
        "fee",
        "interest",
    ]


def test_paying_the_principal_leaves_the_fee_owed_until_a_person_waives_it() -> None:
    debt = DueDebt()
    owed = debt.account.balance.minor
    debt.change("payment", owed, "paid-1")
    assert debt.account.status is Status.SETTLED
    debt.change("fee", 2_500, now=NOON + timedelta(days=30))
    assert (debt.account.status, debt.account.hold) == (Status.ACTIVE, Hold.REVIEW)

    def left() -> dict[str, int]:
        ledger = list(debt.book.ledgers[debt.account_id].values())
        allocation = allocate(ledger, "USD", PaymentPolicy().allocation)
        return {s.part: s.left.minor for s in allocation.shares}

    def give_up(kind: str, minor: int) -> None:
        waive(
            debt.account_id, kind=kind, amount=Money(minor, "USD"), by="staff-7", why="goodwill",
            book=debt.book, waker=debt.waker, now=NOON,
        )  # fmt: skip

    assert sum(left().values()) == 2_500
    with pytest.raises(DomainError, match="left"):
        give_up(INTEREST, 1)
    give_up(FEE, 1_000)
    assert debt.account.balance.minor == 1_500
    with pytest.raises(DomainError, match="nothing else"):
        give_up(PRINCIPAL, 1_500)


def test_a_change_closes_the_page_that_asks_for_too_much() -> None:
    debt = DueDebt()
    open_checkout(
        debt.account_id, amount=None, locale="en", success_url="s", cancel_url="c",
        book=debt.book, attempts=debt.sessions, processor=debt.processor,
        new_id=lambda: "a-1", now=NOON,
    )  # fmt: skip
    debt.change("credit", 100)
    assert [c.state for c in debt.processor.checkouts.values()] == [CheckoutState.EXPIRED]


@pytest.mark.parametrize(
    ("kind", "minor", "change_id"),
    [("gift", 1, "a"), ("credit", 0, "a"), ("credit", -5, "a"), ("credit", 5, ""),
     ("credit", 5, "a b"), ("credit", 5, "x" * 65)],
)  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused(kind: str, minor: int, change_id: str) -> None:
    with pytest.raises(DomainError):
        DueDebt().change(kind, minor, change_id)


def test_another_currency_and_a_closed_account_are_refused() -> None:
    debt = DueDebt()
    debt.book.accounts[debt.account_id] = replace(debt.account, status=Status.CLOSED)
    with pytest.raises(DomainError, match="closed"):
        debt.change("credit", 5)
    euros = BalanceChange(change_id="a", kind="credit", amount=Money(5, "EUR"))
    with pytest.raises(DomainError, match="USD"):
        change_balance(
            debt.account_id, euros, by="billing", book=debt.book, attempts=debt.sessions,
            processor=debt.processor,
            waker=debt.waker, now=NOON,
        )  # fmt: skip


def test_a_credit_under_an_arrangement_lowers_what_its_instalments_ask() -> None:
    """The instalments roll up to the balance, whoever lowers it; all of it ends them."""
    life = Life()
    life.agreed()

    def credit(minor: int, name: str) -> None:
        change_balance(
            life.account_id,
            BalanceChange(change_id=name, kind="credit", amount=Money(minor, "USD")),
            by="billing",
            book=life.book,
            attempts=MemoryPortalSessions(),
            processor=MemoryProcessor(),
            waker=life.waker,
            now=life.now,
        )

    credit(25_000, "cn-1")
    assert life.newest.left.minor == life.account.balance.minor == 35_000
    credit(35_000, "cn-2")
    assert (life.account.status, life.account.arrangement_id) == (Status.SETTLED, "")
    assert not life.newest.in_force
    assert life.newest.left.minor == 0
