"""Any life of an arrangement: time, payments, refusals, returns, mends, holds, words taken back, in
any order. What must hold at every moment is checked after each step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.arrangements.arrangement import (
    Arrangement,
    ArrangementState,
    Try,
    TryState,
    instant,
)
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.audit.audit import verify
from dunlin.domain.payments.payments import DeclineReason, PaymentState, Retry
from dunlin.service import arrangements
from tests.arrangements.ground import CONSENT
from tests.arrangements.life import Life
from tests.arrangements.saved_methods import BANK, CARD, NEW_CARD

METHODS = (CARD, NEW_CARD, BANK)


class AnyLife(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.life = Life()

    @initialize(
        count=st.integers(2, 12),
        method=st.sampled_from([None, *METHODS]),
        reason=st.none() | st.sampled_from(list(DeclineReason)),
    )
    def agree(self, count: int, method: object, reason: DeclineReason | None) -> None:
        arrangement = self.life.agreed(terms=self.life.terms(count), autopay=method is not None)
        if method is not None:
            self.life.sent("arrangement_confirmation", arrangement.arrangement_id)
            self.life.save(method)  # type: ignore[arg-type]
            if reason is not None:
                self.life.processor.declines[method.method_ref] = reason  # type: ignore[attr-defined]

    @property
    def newest(self) -> Arrangement:
        return self.life.newest

    @rule(count=st.integers(1, 40))
    def time_passes(self, count: int) -> None:
        self.life.after(count)

    @rule(count=st.integers(3, 10))
    def some_days_pass(self, count: int) -> None:
        self.life.after(count)

    @precondition(lambda self: self.life.account.balance.minor > 0)
    @rule(share=st.integers(1, 100))
    def pays(self, share: int) -> None:
        self.life.pay(max(1, self.life.account.balance.minor * share // 100))

    @rule(method=st.sampled_from(METHODS), reason=st.none() | st.sampled_from(list(DeclineReason)))
    def method_behaves(self, method: object, reason: DeclineReason | None) -> None:
        ref = method.method_ref  # type: ignore[attr-defined]
        self.life.processor.declines.pop(ref, None)
        if reason is not None:
            self.life.processor.declines[ref] = reason

    @precondition(lambda self: self.newest.in_force)
    @rule(method=st.sampled_from(METHODS))
    def saves(self, method: object) -> None:
        if method.method_ref not in self.life.processor.forgotten:  # type: ignore[attr-defined]
            self.life.save(method)  # type: ignore[arg-type]

    @rule()
    def bank_answers(self) -> None:
        for payment in list(self.life.processor.payments.values()):
            if payment.state is PaymentState.PENDING:
                self.life.processor.clear(payment.id)
        self.life.hear()

    @rule(deaf=st.booleans())
    def events_are_lost(self, deaf: bool) -> None:
        self.life.deaf = deaf
        self.life.hear()

    @rule(hold=st.sampled_from([Hold.DISPUTE, Hold.REVIEW, Hold.SNOOZED, None]))
    def staff(self, hold: Hold | None) -> None:
        if self.life.account.on_ladder:
            self.life.hold(hold)

    @rule(all_of_it=st.sampled_from([True, False, False, False]))
    def takes_back_their_word(self, all_of_it: bool) -> None:
        life = self.life
        undo = arrangements.cancel if all_of_it else arrangements.stop_autopay
        undo(life.account_id, by="consumer", book=life.book, waker=life.waker, now=life.now)

    @precondition(lambda self: self.life.account.balance.minor >= 10_000)
    @rule(count=st.integers(2, 14), autopay=st.booleans())
    def asks_anew(self, count: int, autopay: bool) -> None:
        life = self.life
        today = life.now.date()
        terms = arrangements.propose(
            life.account,
            arrangements.in_force(life.account.creditor, life.book.creditors, today),
            instalment=None,
            count=count,
            frequency="weekly",
            first_on=today + timedelta(days=7),
            today=today,
        )
        if not isinstance(terms, Terms):
            return
        arrangements.ask(
            life.account_id,
            terms,
            consent=CONSENT if autopay else None,
            book=life.book,
            creditors=life.book.creditors,
            waker=life.waker,
            now=life.now,
        )

    # -- at every moment

    @invariant()
    def the_books_add_up(self) -> None:
        account = self.life.account
        chain = self.life.book.chains[f"account#{account.account_id}"]
        assert not verify(chain, head=account.audit_head)
        assert len(chain) == account.version
        entries = self.life.book.ledgers[account.account_id].values()
        assert sum(e.amount.minor for e in entries) == account.balance.minor

    @invariant()
    def one_is_in_force_and_is_what_is_owed(self) -> None:
        account = self.life.account
        live = [a for a in self.life.book.arrangements(account.account_id) if a.in_force]
        assert len(live) == account.arranged
        for arrangement in live:
            assert arrangement.arrangement_id == account.arrangement_id
            assert arrangement.left == account.balance
            assert arrangement.left.minor > 0
            assert account.hold is not None
            assert sum(0 < i.paid_minor < i.amount.minor for i in arrangement.instalments) <= 1

    @invariant()
    def nobody_is_debited_wrongly(self) -> None:
        for arrangement in self.life.book.arrangements(self.life.account_id):
            for instalment in arrangement.instalments:
                assert sum(t.in_flight for t in instalment.tries) <= 1
                by_method: dict[str, list[Try]] = {}
                for tried in instalment.tries:
                    by_method.setdefault(tried.method_ref, []).append(tried)
                    payment = self.life.processor.payments.get(tried.payment_id)
                    assert payment is None or payment.amount <= instalment.amount
                    if tried.state is TryState.FAILED and tried.decline is not None:
                        final = tried.decline.retry is not Retry.LATER
                        assert not final or tried is by_method[tried.method_ref][-1]
                for tries in by_method.values():
                    assert sum(t.state is TryState.FAILED for t in tries) <= 3

    @invariant()
    def nothing_is_debited_before_its_day(self) -> None:
        for entry in self.life.book.chains[f"account#{self.life.account_id}"]:
            if entry.what == "InstalmentCharging":
                schedule = {n: day for n, day, _ in entry.data["schedule"]}
                day = schedule[entry.data["number"]]
                assert entry.at.date().isoformat() >= day

    @invariant()
    def each_thing_is_told_once(self) -> None:
        notices = self.life.waker.notices
        assert len(notices) == len(set(notices))

    @invariant()
    def a_settled_account_is_free(self) -> None:
        account = self.life.account
        if account.status is Status.SETTLED:
            assert not account.arranged
            assert self.newest.state is not ArrangementState.ACTIVE

    @invariant()
    def something_comes_next(self) -> None:
        arrangement = self.newest
        if arrangement.in_force and arrangement.frozen_since is None:
            assert arrangement.next_at is not None
            flying = arrangement.pending or any(i.in_flight for i in arrangement.instalments)
            last = max(i.counts_from for i in arrangement.instalments)
            assert flying or arrangement.next_at <= instant(last + timedelta(days=8))


TestAnyLife = pytest.mark.slow(AnyLife.TestCase)
TestAnyLife.settings = settings(max_examples=60, stateful_step_count=30)
