"""Death before and after each side effect of asking, saving a card, debiting and posting; then the
same call again. Nothing is taken twice, nothing is forgotten, nobody is told twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.arrangements.arrangement import Arrangement, ArrangementState, TryState
from dunlin.domain.audit.audit import verify
from dunlin.domain.payments.payments import DeclineReason, PaymentEvent, PaymentState
from dunlin.service import arrangements
from dunlin.service.payments.posting import post_event
from tests.arrangements.ground import CONSENT, FIRST, NOW, days
from tests.arrangements.life import Life
from tests.arrangements.saved_methods import CARD, NEW_CARD
from tests.arrangements.test_arrangement_life import at
from tests.scenarios.dying import Deaths, Died, called_again, every_death


class Mortal(Life):
    """A life in which a function may die; what was stored stays."""

    def __init__(self, deaths: Deaths) -> None:
        super().__init__()
        self.mortal_book: Any = deaths.guard(self.book, "book")
        self.mortal_alarm: Any = deaths.guard(self.waker, "waker")
        self.mortal_till: Any = deaths.guard(self.processor, "processor")

    def mortally(self) -> arrangements.ArrangementPorts:
        return replace(
            self.means,
            book=self.mortal_book,
            waker=self.mortal_alarm,
            processor=lambda: self.mortal_till,
        )

    def advance(self) -> None:
        newest = self.newest
        called_again(
            lambda: arrangements.advance(
                self.account_id, newest.arrangement_id, newest.run, self.mortally()
            )
        )

    def check(self) -> None:
        account = self.account
        chain = self.book.chains[f"account#{self.account_id}"]
        assert not verify(chain, head=account.audit_head)
        assert len(chain) == account.version
        assert sum(e.amount.minor for e in self.book.ledgers[self.account_id].values()) == (
            account.balance.minor
        )
        live = [a for a in self.book.arrangements(self.account_id) if a.in_force]
        assert [a.arrangement_id for a in live] == (
            [account.arrangement_id] if account.arranged else []
        )
        for arrangement in live:
            assert arrangement.left == account.balance
            assert account.hold is Hold.ARRANGEMENT


def test_asking_leaves_one_arrangement_with_its_machine_and_its_copy() -> None:
    died = []

    def play(deaths: Deaths) -> None:
        life = Mortal(deaths)
        terms = life.terms()
        called_again(
            lambda: arrangements.ask(
                life.account_id,
                terms,
                consent=CONSENT,
                book=life.mortal_book,
                creditors=life.book.creditors,
                waker=life.mortal_alarm,
                now=NOW,
            )
        )
        life.check()
        (arrangement,) = life.book.arrangements(life.account_id)
        assert f"{arrangement.arrangement_id}-1" in life.waker.arrangements
        assert [k for _, k, _ in life.waker.notices] == ["arrangement_confirmation"]

    died = list(every_death(play))
    assert {"before book.apply", "after book.apply", "after waker.start_arrangement"} <= set(died)


def test_saving_a_card_keeps_one_and_lets_go_of_the_other() -> None:
    def play(deaths: Deaths) -> None:
        life = Mortal(deaths)
        life.agreed(autopay=True)
        life.save(CARD)
        consent = replace(CONSENT, at=NOW + days(1))

        def page() -> object:
            return arrangements.autopay_page(
                life.account_id,
                consent=consent,
                locale="en",
                success_url="s",
                cancel_url="c",
                book=life.mortal_book,
                processor=life.mortal_till,
                now=NOW,
            )

        called_again(page)
        assert life.newest.autopay is not None
        assert len(life.processor.setups) == 2
        life.processor.save(life.newest.autopay.setup_id, NEW_CARD)
        called_again(
            lambda: arrangements.autopay_saved(
                life.account_id,
                book=life.mortal_book,
                waker=life.mortal_alarm,
                processor=life.mortal_till,
                now=NOW,
            )
        )
        life.check()
        assert life.newest.autopay is not None
        assert life.newest.autopay.method_ref == NEW_CARD.method_ref

    assert "after book.apply" in list(every_death(play))


@pytest.mark.parametrize("remembers", [True, False])
def test_an_instalment_is_debited_once_though_the_key_was_forgotten(remembers: bool) -> None:
    def play(deaths: Deaths) -> None:
        life = Mortal(deaths)
        life.agreed(autopay=True)
        life.save()
        life.processor.remembers = remembers
        life.now = at(FIRST)
        life.advance()
        life.check()
        assert len(life.processor.payments) == 1
        (tried,) = life.newest.instalments[0].tries
        assert (tried.state, tried.payment_id) == (TryState.TAKEN, "pi_1")
        assert life.notices("instalment_due") == ["1"]

    died = list(every_death(play))
    assert {"before processor.charge_saved", "after processor.charge_saved"} <= set(died)
    assert len(died) >= 10


def test_a_refusal_is_told_once_and_a_break_breaks_once() -> None:
    def play(deaths: Deaths) -> None:
        life = Mortal(deaths)
        life.agreed(autopay=True)
        life.save()
        life.processor.declines[CARD.method_ref] = DeclineReason.LOST_OR_STOLEN
        for day in (FIRST, FIRST + days(8)):
            life.now = at(day)
            life.advance()
        life.check()
        assert len(life.processor.payments) == 1
        assert life.notices("broken_instalment") == ["1"]
        assert life.newest.state is ArrangementState.BROKEN
        assert life.account.escalated == "broken_arrangement"
        assert life.entries().count("ArrangementBroken") == 1

    assert "before waker.notice" in list(every_death(play))


def test_a_posting_and_its_arrangement_are_one_write() -> None:
    def play(deaths: Deaths) -> None:
        life = Mortal(deaths)
        life.agreed()
        life.deaf = True
        paid = life.pay(60_000)
        event = PaymentEvent(
            event_id="evt_1", fact=SignalKind.PAYMENT, fact_id=paid.id, payment_id=paid.id,
            amount=paid.amount, at=NOW, account_id=life.account_id,
        )  # fmt: skip
        ports: Any = {
            "processor": life.processor,
            "book": life.mortal_book,
            "waker": life.mortal_alarm,
        }
        called_again(lambda: post_event(event, attempts=MemoryPortalSessions(), now=NOW, **ports))
        life.check()
        assert life.account.status is Status.SETTLED
        assert life.newest.state is ArrangementState.PAID_OFF
        assert life.newest.arrangement_id in life.waker.woken_arrangements

    assert "after book.apply" in list(every_death(play))


def test_two_looks_at_once_debit_once() -> None:
    """Another look comes in while the processor is being asked."""
    life = Life()
    life.agreed(autopay=True)
    life.save()
    life.now = at(FIRST)
    newest = life.newest
    inside: list[Arrangement] = []

    def meanwhile(point: str) -> None:
        if point == "charged" and not inside:
            inside.append(newest)
            arrangements.advance(life.account_id, newest.arrangement_id, newest.run, life.means)

    life.processor.before = meanwhile
    arrangements.advance(life.account_id, newest.arrangement_id, newest.run, life.means)
    assert inside
    assert len(life.processor.payments) == 1
    assert [t.state for t in life.newest.instalments[0].tries] == [TryState.TAKEN]
    assert life.processor.payments["pi_1"].state is PaymentState.SUCCEEDED


@pytest.mark.parametrize("meanwhile", ["stopped", "paid a part"])
def test_a_debit_that_died_before_it_was_made_is_not_made_once_the_word_is_taken_back(
    meanwhile: str,
) -> None:
    life = Life()
    life.agreed(autopay=True)
    life.save()
    life.now = at(FIRST)
    newest = life.newest

    def dies(point: str) -> None:
        raise Died(point)

    life.processor.before = dies
    with pytest.raises(Died):
        arrangements.advance(life.account_id, newest.arrangement_id, newest.run, life.means)
    life.processor.before = lambda _point: None
    assert [t.state for t in life.newest.instalments[0].tries] == [TryState.STARTED]
    if meanwhile == "stopped":
        arrangements.stop_autopay(
            life.account_id, by="consumer", book=life.book, waker=life.waker, now=life.now
        )
    else:
        life.pay(4_000)
    life.look()
    taken = [p for p in life.processor.payments.values() if p.attempt_id.startswith("arr_")]
    assert taken == []
    (tried,) = life.newest.instalments[0].tries
    assert tried.state is TryState.FAILED
    assert tried.decline is not None
    assert tried.decline.code == "withdrawn"


def test_an_agreement_nobody_could_be_told_of_is_told_and_set_going_later() -> None:
    deaths = Deaths(2, "before")  # the write is the first, the person's copy the second
    life = Mortal(deaths)
    with pytest.raises(Died):
        arrangements.ask(
            life.account_id,
            life.terms(),
            consent=CONSENT,
            book=life.mortal_book,
            creditors=life.book.creditors,
            waker=life.mortal_alarm,
            now=NOW,
        )
    assert life.newest.in_force
    assert (life.waker.notices, life.waker.arrangements) == ([], {})
    due = life.newest.next_at
    assert due is not None
    arrangements.restart_lost(book=life.book, waker=life.waker, now=due + days(1))
    assert [k for _, k, _ in life.waker.notices] == ["arrangement_confirmation"]
    assert list(life.waker.arrangements) == [f"{life.newest.arrangement_id}-2"]
