"""Random lives of two accounts of one person, over the real code and both kinds of tables.

Each step is one thing that can happen: a gate looks, a sender sends (and may die or be refused),
a person opts out or pays, staff pause, time passes. After every step the invariants hold.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.senders import Failure, MemoryMailbox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.audit import audit
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change
from dunlin.ports.audit import AuditArchive
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.contact.sending import send
from dunlin.service.signals.signals import apply_signal
from tests.support import builders, ground
from tests.support.wholes import AccountBook

LIVES = itertools.count()
CAP = 7


class MemoryChains:
    """The chains of a book in memory."""

    def __init__(self, book: MemoryBook) -> None:
        self._book = book

    def chain(self, subject: str) -> list[audit.AuditEntry]:
        return self._book.chains.get(subject, [])


class Life(RuleBasedStateMachine):
    """What can happen, and what must hold."""

    book: AccountBook
    creditors: Creditors
    archive: Any
    start: datetime

    @initialize()
    def begin(self) -> None:
        name = f"life-{next(LIVES)}"
        self.now = self.start
        self.gate = ground.gate("PLAT-FREQ-ALL", "PLAT-OPTOUT-ALL", "PLAT-PAID")
        self.mailbox = MemoryMailbox()
        self.sessions = MemoryPortalSessions()
        self.waker = MemoryWaker()
        self.person = builders.consumer(name)
        self.ids = []
        accounts = [
            replace(
                ground.active(name, at=self.now),
                account_id=f"acc_{name}_{number}",
                reference=f"{name}-{number}",
            )
            for number in (1, 2)
        ]
        builders.store(
            self.book,
            self.creditors,
            *accounts,
            person=self.person,
            at=self.now,
            **ground.EACH_ALONE,
        )
        self.ids = [a.account_id for a in accounts]
        self.permits: list[LadderDecision] = []
        self.silent: dict[str, int] = {}  # account → messages it had when it had to fall silent

    def teardown(self) -> None:
        self.book.pause(builders.CREDITOR, on=False, actor="test", at=self.now)

    def stored(self, account_id: str) -> Account:
        account = self.book.account(account_id)
        assert account is not None
        return account

    def sent_about(self, account_id: str) -> int:
        return sum(m.tags["account_id"] == account_id for m in self.mailbox.sent)

    def falls_silent(self, *accounts: str) -> None:
        for account_id in accounts:
            self.silent.setdefault(account_id, self.sent_about(account_id))

    @rule(which=st.integers(0, 1))
    def a_gate_looks(self, which: int) -> None:
        decided = check_ladder(
            self.ids[which],
            1,
            book=self.book,
            gate=self.gate,
            templates=ground.PlainLetters(),
            now=self.now,
        )
        if decided.outcome == "email":
            self.permits.append(decided)

    @rule(
        which=st.integers(0, 20),
        fate=st.sampled_from([None, None, Failure.BEFORE, Failure.DURING, Failure.AFTER]),
    )
    def a_sender_sends(self, which: int, fate: Failure | None) -> None:
        if not self.permits:
            return
        permit = self.permits[which % len(self.permits)]  # any permit, also one used before
        self.mailbox.fail = [fate] if fate else []
        send(
            permit.account_id,
            permit.touch_key,
            permit.permit_id,
            book=self.book,
            ports=ground.outbox(mailbox=self.mailbox, links=self.sessions, at=self.now),
            now=self.now,
        )
        self.mailbox.fail = []

    @rule()
    def the_person_opts_out(self) -> None:
        apply_signal(
            Signal(
                signal_id=f"out-{self.ids[0]}",
                kind=SignalKind.OPT_OUT,
                at=self.now,
                account_id=self.ids[0],
                consumer_id=self.person.consumer_id,
                channel="email",
            ),
            book=self.book,
            waker=self.waker,
            now=self.now,
        )
        self.falls_silent(*self.ids)

    @rule(which=st.integers(0, 1))
    def an_account_is_paid(self, which: int) -> None:
        account = self.stored(self.ids[which])
        if account.balance.minor:
            entry = entry_of(account, now=self.now, what="Paid", data={})
            paid = next_version(
                replace(account, balance=Money(0, "USD"), status=Status.SETTLED), entry
            )
            ledger = builders.adjusted(account, paid.balance, self.now)
            self.book.apply(Change(account=paid, ledger=ledger, audit=[entry]))
        self.falls_silent(self.ids[which])

    @rule(on=st.booleans())
    def staff_pause(self, on: bool) -> None:
        self.book.pause(builders.CREDITOR, on=on, actor="test", at=self.now)

    @rule(hours=st.sampled_from([0.05, 0.2, 30, 250]))
    def time_passes(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def no_permit_sends_twice(self) -> None:  # I1
        handed = Counter(m.tags["touch_id"] for m in getattr(self, "mailbox", MemoryMailbox()).sent)
        assert all(number == 1 for number in handed.values())

    @invariant()
    def who_must_be_left_alone_hears_nothing(self) -> None:  # I3
        for account_id, before in getattr(self, "silent", {}).items():
            assert self.sent_about(account_id) == before

    @invariant()
    def the_cap_holds(self) -> None:  # I2
        if not getattr(self, "ids", None):
            return
        history = self.book.facts(self.ids[0]).history.contacts
        counted = [c.at for c in history if c.outcome != TouchState.RELEASED.value]
        for last in counted:
            week = [at for at in counted if timedelta(0) <= last - at < timedelta(days=7)]
            assert len(week) <= CAP

    @invariant()
    def every_chain_verifies(self) -> None:  # I6
        for account_id in getattr(self, "ids", []):
            account = self.stored(account_id)
            chain = self.archive.chain(f"account#{account_id}")
            assert audit.verify(chain, head=account.audit_head) == []
            assert len(chain) == account.version


@pytest.fixture(params=["memory", pytest.param("dynamo", marks=pytest.mark.cloud)])
def life(request: pytest.FixtureRequest) -> type[Life]:
    if request.param == "memory":
        book = MemoryBook()
        return type(
            "MemoryLife",
            (Life,),
            {
                "book": book,
                "creditors": book.creditors,
                "archive": MemoryChains(book),
                "start": builders.NOON,
            },
        )
    request.getfixturevalue("still_stack")
    from dunlin.runtime import wiring

    archive: AuditArchive = wiring.audit_archive()
    return type(
        "DynamoLife",
        (Life,),
        {
            "book": wiring.account_book(),
            "creditors": wiring.creditors(),
            "archive": archive,
            "start": wiring.clock().now(),
        },
    )


@pytest.mark.slow
def test_any_life_keeps_the_invariants(life: type[Life]) -> None:
    lives = 60 if life.__name__ == "MemoryLife" else 8
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=lives,
            stateful_step_count=25,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
