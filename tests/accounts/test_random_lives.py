"""Any life of two debts of one person: files, words, plans, money, time and staff, in any order.

Each step is a use case over memory. After every one of them somebody or something attends to each
account, the books add up, and no account is what none may be.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.domain.accounts.account import TIMED_HOLDS, Account, Hold, Status
from dunlin.domain.accounts.legality import StepRefused, violations
from dunlin.domain.accounts.reasons import REQUEST
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.arrangements.arrangement import ArrangementState
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.audit.audit import verify
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.billing_words import BalanceChange
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import MethodKind, PaymentEvent, PaymentState, PaymentStatus
from dunlin.ports.accounts import Reply
from dunlin.service import arrangements
from dunlin.service.accounts.rests import end_rests
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.contact.activation import start_ladder
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.recovery import reconcile
from dunlin.service.contact.sending import send
from dunlin.service.imports import missing
from dunlin.service.payments.balances import change_balance
from dunlin.service.payments.posting import post_event
from dunlin.service.payments.refunds import refund_excess
from dunlin.service.signals.signals import apply_signal
from dunlin.service.staff import pauses, queue, reentry
from tests.imports.place import CREDITOR, Office, table
from tests.staff.deciding import WORDS
from tests.support import builders, ground

SAID: list[tuple[SignalKind, dict[str, Any]]] = [
    (SignalKind.DISPUTE, {}),
    (SignalKind.DISPUTE, {"contested_minor": 2_000}),
    (SignalKind.QUESTION, {}),
    (SignalKind.HARDSHIP, {}),
    (SignalKind.REPLY, {"labels": ["insurer"]}),
    (SignalKind.REPLY, {"labels": ["already_paid"]}),
    (SignalKind.PROMISE, {}),
    (SignalKind.PROMISE, {"rest": "promise"}),
    (SignalKind.PREFERENCE, {"rest": "snooze"}),
    (SignalKind.WRONG_PARTY, {}),
    (SignalKind.OPT_OUT, {"scope": "all"}),
]
ROWS = ("K-1", "K-2")
PERSON = "C-1,Bo Sample,bo@example.com,(217) 555-0111"
which = st.sampled_from(("K-1", "K-1", "K-1", "K-2"))  # most of it happens on one of the two


class AnyLife(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.book, self.waker = self.office.book, self.office.waker
        self.processor, self.sessions = MemoryProcessor(), MemoryPortalSessions()
        self.gate, self.numbers = ground.gate(), itertools.count(1)
        self.templates = ground.PlainLetters()
        self.owed = dict.fromkeys(ROWS, 12_000)
        self.newest = ("", "")  # name and content of the creditor's newest file

    @property
    def now(self) -> datetime:
        return self.office.now

    def account(self, row: str) -> Account:
        return self.office.account(row)

    def staff(self, account: Account) -> StaffCommand:
        return StaffCommand(by="ana", why="case-1", version=account.version)

    def _drop(self, rows: tuple[str, ...]) -> None:
        """The day's export, which says that it is complete."""
        name = f"open-{self.now:%Y-%m-%d}"
        content = table([f"{row},{PERSON},{self.owed[row] / 100:.2f},2026-09-01" for row in rows])
        mapping = f"drop/{CREDITOR}/{name}.mapping.yaml"
        self.office.box.files[mapping] = b"version: 1\ncomplete: true\nstate: IL"
        self.newest = (f"{name}.csv", content)
        assert self.office.drop(*self.newest)["state"] == "done"

    def _brings_no_news(self, name: str, content: str) -> None:
        before = dict(self.book.accounts)
        report = self.office.drop(name, content)
        assert report["codes"].keys() in ({"known_file"}, {"older_file"}), report
        assert self.book.accounts == before

    def try_it(self, act: Callable[[], object]) -> None:
        """Staff may be refused; a step that makes no sense must never have been tried."""
        try:
            act()
        except StepRefused:
            raise
        except DomainError:
            pass

    @initialize(
        begun=st.sampled_from(["", "activated", "exhausted"]), bound=st.sampled_from([0, 10])
    )
    def first_file(self, begun: str, bound: int) -> None:
        document = builders.strategy_document(
            arrangement={
                "lowest_instalment_minor": 2_000, "longest_months": 4, "first_within_days": 31,
            },
            missing={"accounts": bound},
        )  # fmt: skip
        self.book.creditors.put_strategy(CREDITOR, document, self.office.now)
        self._drop(ROWS)
        if begun:
            for row in ROWS:
                self.activate(row)
        while begun == "exhausted" and self.account("K-1").status is not Status.EXHAUSTED:
            self.time_passes(12)

    def _any(self, holds: Callable[[Account], object]) -> bool:
        return any(holds(account) for account in self.book.accounts.values())

    def _payments(self, state: PaymentState) -> list[PaymentStatus]:
        return [p for p in self.processor.payments.values() if p.state is state]

    # -- files

    @rule(rows=st.sampled_from([ROWS, ("K-1",), ("K-2",)]))
    def file(self, rows: tuple[str, ...]) -> None:
        self._drop(rows)

    @rule(row=which, minor=st.sampled_from([0, 3_000, 15_000, 20_000]))
    def newer_balance(self, row: str, minor: int) -> None:
        self.owed[row] = minor
        self._drop(ROWS)

    @rule()
    def newest_file_again_under_another_name(self) -> None:
        name, content = self.newest
        self._brings_no_news(f"copy of {name}", content)

    @rule(row=which, minor=st.sampled_from([0, 3_000, 50_000]))
    def file_of_another_month(self, row: str, minor: int) -> None:
        content = table([f"{row},{PERSON},{minor / 100:.2f},2026-09-01"])
        self._brings_no_news("open-2026-10-01.csv", content)

    @precondition(lambda self: self._lacking())
    @rule(gone=st.booleans())
    def what_a_file_lacks_is_settled(self, gone: bool) -> None:
        for asked in self._lacking():
            missing.settle(
                asked,
                StaffCommand(by="ana", why="case-1"),
                gone=gone,
                book=self.book,
                waker=self.waker,
                drop_box=self.office.box,
                now=self.now,
            )
        assert not self._lacking()
        assert not self._any(lambda a: missing.RESTS in a.extras)

    def _lacking(self) -> list[missing.MissingAccounts]:
        return missing.open_questions(CREDITOR, drop_box=self.office.box)

    # -- time

    @precondition(lambda self: self._any(lambda a: a.status is Status.IMPORTED and a.owes))
    @rule(row=which)
    def activate(self, row: str) -> None:
        account = self.account(row)
        start_ladder(
            account.account_id,
            strategy=self.book.strategy_of(account),
            cohort="pilot",
            shadow=False,
            book=self.book,
            waker=self.waker,
            now=self.now,
        )

    @rule(days=st.sampled_from([1, 4, 12, 40]))
    def time_passes(self, days: int) -> None:
        for _ in range(min(days, 8)):
            self.office.now += timedelta(days=days / min(days, 8))
            self._look()

    def _look(self) -> None:
        self.processor.now = self.now
        end_rests(book=self.book, now=self.now)
        for row in ROWS:
            account = self.account(row)
            if account.timed and account.runs and account.due_at and account.due_at <= self.now:
                self._ladder(account)
            for arrangement in self.book.arrangements(account.account_id)[:1]:
                if arrangement.next_at is not None and arrangement.next_at <= self.now:
                    ports = arrangements.ArrangementPorts(
                        book=self.book,
                        gate=self.gate,
                        processor=lambda: self.processor,
                        waker=self.waker,
                        now=self.now,
                    )
                    arrangements.advance(
                        account.account_id, arrangement.arrangement_id, arrangement.run, ports
                    )
        reconcile(book=self.book, creditors=self.book.creditors, waker=self.waker, now=self.now)

    def _ladder(self, account: Account) -> None:
        step = check_ladder(
            account.account_id,
            account.ladder_run,
            book=self.book,
            gate=self.gate,
            templates=self.templates,
            now=self.now,
        )
        if step.outcome not in ("email", "sms"):
            return
        stands = self.book.accounts[account.account_id]
        assert stands.hold is None
        assert not stands.escalated
        assert not stands.paused
        touch = self.book.touches[account.account_id, step.touch_key]
        send(
            account.account_id,
            touch.key,
            step.permit_id,
            book=self.book,
            ports=ground.outbox(touch.channel, at=self.now),
            now=self.now,
        )

    # -- the person

    @rule(row=which, words=st.sampled_from(SAID), days=st.sampled_from([3, 20]))
    def say(self, row: str, words: tuple[SignalKind, dict[str, Any]], days: int) -> None:
        account, (kind, detail) = self.account(row), words
        if "rest" in detail:
            detail = detail | {"until": (self.now + timedelta(days=days)).isoformat()}
        name = f"said-{next(self.numbers)}"
        signal = Signal(
            signal_id=name,
            kind=kind,
            at=self.now,
            account_id=account.account_id,
            consumer_id=account.consumer_id,
            channel="portal",
            detail=detail,
        )
        reply = Reply(
            reply_id=name,
            account_id=account.account_id,
            consumer_id=account.consumer_id,
            at=self.now,
            channel="portal",
            text="said",
        )
        apply_signal(signal, book=self.book, waker=self.waker, now=self.now, reply=reply)
        after = self.account(row)
        asks = kind in (SignalKind.DISPUTE, SignalKind.QUESTION, SignalKind.HARDSHIP)
        assert not asks or after.waits_for_staff, after

    @rule(row=which, count=st.sampled_from([2, 3, 6]))
    def plan(self, row: str, count: int) -> None:
        account, today = self.account(row), self.now.date()
        limits = arrangements.in_force(CREDITOR, self.book.creditors, today)
        if arrangements.arrangeable(account).minor <= 0:
            return
        terms = arrangements.propose(
            account,
            limits,
            instalment=None,
            count=count,
            frequency="monthly",
            first_on=today + timedelta(days=7),
            today=today,
        )
        if isinstance(terms, Terms):
            arrangements.ask(
                account.account_id,
                terms,
                consent=None,
                book=self.book,
                creditors=self.book.creditors,
                waker=self.waker,
                now=self.now,
            )

    @precondition(lambda self: self._any(lambda a: a.arrangement_id))
    @rule(row=which)
    def plan_cancelled(self, row: str) -> None:
        arrangements.cancel(
            self.account(row).account_id,
            by=arrangements.CONSUMER,
            book=self.book,
            waker=self.waker,
            now=self.now,
        )

    @precondition(lambda self: self._any(lambda a: a.arrangement_id and not a.arranged))
    @rule(row=which)
    def counter_taken(self, row: str) -> None:
        account_id = self.account(row).account_id
        arrangements.accept_counter(account_id, book=self.book, waker=self.waker, now=self.now)

    # -- money

    def _tell(self, payment: PaymentStatus, fact: SignalKind, **more: Any) -> None:
        plain = PaymentEvent(
            event_id=f"evt_{next(self.numbers)}",
            fact=fact,
            fact_id=payment.id,
            payment_id=payment.id,
            amount=payment.amount,
            at=self.now,
            account_id=payment.account_id,
            attempt_id=payment.attempt_id,
            method=payment.method,
        )
        event = replace(plain, **more)
        post_event(
            event,
            processor=self.processor,
            book=self.book,
            attempts=self.sessions,
            waker=self.waker,
            now=self.now,
        )

    @rule(row=which, minor=st.sampled_from([1_000, 6_000, 12_000, 15_000]), bank=st.booleans())
    def pay(self, row: str, minor: int, bank: bool) -> None:
        number = next(self.numbers)
        amount, nothing = Money(minor, "USD"), Money(0, "USD")
        payment = PaymentStatus(
            id=f"pi_{number}",
            state=PaymentState.PENDING if bank else PaymentState.SUCCEEDED,
            amount=amount,
            received=nothing if bank else amount,
            refunded=nothing,
            account_id=self.account(row).account_id,
            attempt_id=f"attempt-{number}",
            creditor=CREDITOR,
            method=MethodKind.BANK if bank else MethodKind.CARD,
        )
        self.processor.payments[payment.id] = payment
        self._tell(payment, SignalKind.PAYMENT_PENDING if bank else SignalKind.PAYMENT)

    @precondition(lambda self: self._payments(PaymentState.PENDING))
    @rule(paid=st.booleans())
    def bank_answers(self, paid: bool) -> None:
        for payment in self._payments(PaymentState.PENDING):
            state = PaymentState.SUCCEEDED if paid else PaymentState.FAILED
            received = payment.amount if paid else payment.received
            answered = replace(payment, state=state, received=received)
            self.processor.payments[payment.id] = answered
            self._tell(answered, SignalKind.PAYMENT if paid else SignalKind.PAYMENT_FAILED)

    @precondition(lambda self: self._payments(PaymentState.SUCCEEDED))
    @rule(lost=st.booleans(), fact=st.sampled_from([SignalKind.REFUND, SignalKind.CHARGEBACK]))
    def taken_back(self, fact: SignalKind, lost: bool) -> None:
        payment = self._payments(PaymentState.SUCCEEDED)[-1]
        left = payment.received - payment.refunded
        if left.minor <= 0:
            return
        if fact is SignalKind.REFUND:
            payment = replace(payment, refunded=payment.refunded + left)
            self.processor.payments[payment.id] = payment
        lost = lost and fact is SignalKind.CHARGEBACK
        self._tell(payment, fact, fact_id=f"back_{next(self.numbers)}", amount=left, lost=lost)

    @rule(row=which, kind=st.sampled_from(["credit", "charge"]))
    def billing(self, row: str, kind: str) -> None:
        change = BalanceChange(
            change_id=f"c{next(self.numbers)}", kind=kind, amount=Money(5_000, "USD")
        )
        account_id = self.account(row).account_id
        self.try_it(
            lambda: change_balance(
                account_id,
                change,
                by="billing",
                book=self.book,
                attempts=self.sessions,
                processor=self.processor,
                waker=self.waker,
                now=self.now,
            )
        )

    @precondition(lambda self: self._any(lambda a: a.balance.minor < 0))
    @rule(row=which)
    def excess_back(self, row: str) -> None:
        account_id = self.account(row).account_id
        self.try_it(
            lambda: refund_excess(
                account_id,
                by="ana",
                why="case-1",
                processor=self.processor,
                book=self.book,
                now=self.now,
            )
        )

    # -- staff

    @precondition(lambda self: self._any(lambda a: a.waits_for_staff))
    @rule(row=which, decision=st.sampled_from(["approve", "release", "decline", "close"]))
    def decide(self, row: str, decision: str) -> None:
        account = self.account(row)
        self.try_it(
            lambda: queue.decide(
                account_id=account.account_id,
                decision=decision,
                order=self.staff(account),
                book=self.book,
                waker=self.waker,
                now=self.now,
            )
        )

    @precondition(lambda self: self._any(lambda a: a.escalated == REQUEST))
    @rule(row=which)
    def counter(self, row: str) -> None:
        account = self.account(row)
        request = arrangements.open_request(account.account_id, self.book)
        if request is None:
            return
        terms = arrangements.propose(
            account,
            arrangements.in_force(CREDITOR, self.book.creditors, self.now.date()),
            instalment=None,
            count=3,
            frequency="monthly",
            first_on=self.now.date() + timedelta(days=7),
            today=self.now.date(),
        )
        if isinstance(terms, Terms):
            self.try_it(
                lambda: queue.counter(
                    account.account_id,
                    self.staff(account),
                    terms,
                    book=self.book,
                    waker=self.waker,
                    now=self.now,
                )
            )

    @precondition(lambda self: self._any(lambda a: a.waits_for_staff))
    @rule(row=which, release=st.sampled_from([None, True, False]))
    def answer(self, row: str, release: bool | None) -> None:
        account = self.account(row)
        self.try_it(
            lambda: queue.answer(
                account.account_id,
                self.staff(account),
                f"It is for visit {next(self.numbers)}.",
                release=release,
                model=WORDS,
                book=self.book,
                creditors=self.book.creditors,
                waker=self.waker,
                now=self.now,
            )
        )

    @rule(row=which, act=st.sampled_from(["pause", "resume", "snooze", "reenter"]))
    def steer(self, row: str, act: str) -> None:
        account = self.account(row)
        order, account_id = self.staff(account), account.account_id
        until = datetime.combine(self.now, time()).date() + timedelta(days=6)
        acts: dict[str, Callable[[], object]] = {
            "pause": lambda: pauses.pause(account_id, order, book=self.book, now=self.now),
            "resume": lambda: pauses.resume(
                account_id, order, book=self.book, waker=self.waker, now=self.now
            ),
            "snooze": lambda: pauses.snooze(
                account_id, order, until=until, book=self.book, waker=self.waker, now=self.now
            ),
            "reenter": lambda: reentry.reenter(
                account_id, order, book=self.book, now=self.now, small_under_minor=50_000
            ),
        }
        self.try_it(acts[act])

    # -- at every moment

    @invariant()
    def no_account_is_what_none_may_be(self) -> None:
        for account in self.book.accounts.values():
            assert violations(account) == frozenset(), account

    @invariant()
    def the_books_add_up(self) -> None:
        for account in self.book.accounts.values():
            assert self.office.ledger_sum(account) == account.balance.minor, account
            chain = self.book.chains[f"account#{account.account_id}"]
            assert not verify(chain, head=account.audit_head)
            assert len(chain) == account.version

    @invariant()
    def whatever_holds_an_account_will_end(self) -> None:
        """Whoever or whatever lifts a hold is there, and what was asked is before staff."""
        for account in self.book.accounts.values():
            arrangement = self.book.arrangement(account.account_id)
            in_force = arrangement is not None and arrangement.in_force
            assert account.arranged == in_force or not account.owes, account
            assert account.hold is not None or not (account.arranged and account.owes), account
            if account.hold is Hold.PAYMENT_PENDING:
                for name in account.hold_reason.split():
                    assert self.processor.payments[name].state is PaymentState.PENDING, account
            if account.hold in TIMED_HOLDS:
                assert account.due_at is not None, account
            if account.hold is Hold.PAUSED:
                assert account.paused
            if missing.RESTS in account.extras:
                asking = {asked.import_id for asked in self._lacking()}
                assert account.extras[missing.RESTS] in asking, account
            asked = arrangements.open_request(account.account_id, self.book)
            if account.escalated == REQUEST:
                assert asked is not None, account
            if asked is not None and asked.state is ArrangementState.REQUESTED and account.owes:
                assert account.waits_for_staff, account
            if account.status is Status.ACTIVE:
                assert account.due_at or account.hold or account.waits_for_staff or account.paused


# A life takes a third of a second of a core, thirty of them ten seconds. Only one that fails takes
# long: Hypothesis looks for up to five minutes for the shortest life before it shows one.
TestAnyLife = pytest.mark.slow(pytest.mark.timeout(900)(AnyLife.TestCase))
TestAnyLife.settings = settings(
    max_examples=30,
    stateful_step_count=50,
    suppress_health_check=[HealthCheck.too_slow],  # says how busy the machine is
)


def _life() -> AnyLife:
    life = AnyLife()
    life.first_file(begun="", bound=0)
    life.plan("K-1", 2)
    life.plan("K-1", 6)
    life.newer_balance("K-1", 0)
    return life


def _hold_true(life: AnyLife) -> None:
    life.no_account_is_what_none_may_be()
    life.the_books_add_up()
    life.whatever_holds_an_account_will_end()


def test_a_plan_asked_for_beside_one_in_force_is_before_staff_when_the_debt_comes_back() -> None:
    life = _life()
    _hold_true(life)
    life.newer_balance("K-1", 20_000)
    _hold_true(life)
    assert life.account("K-1").escalated == REQUEST


def test_what_was_withdrawn_while_the_debt_was_settled_does_not_come_back_with_it() -> None:
    life = _life()
    life.plan_cancelled("K-1")
    life.newer_balance("K-1", 20_000)
    _hold_true(life)
    assert not life.account("K-1").waits_for_staff
