"""A crash at each side effect of each function, before it and after it; then it is called again.

At most one message leaves for a permit and a rung, what is in doubt is never sent again, money
adds up, chains verify, rows have one outcome, no account is forgotten, nothing personal is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from dunlin.adapters.imports.dropped import DroppedFiles
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.counters import MemoryBus, MemoryCounters, MemorySpendMeter
from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.adapters.memory.portal_sessions import MemoryInbox, MemoryPortalSessions, MemoryQueue
from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.adapters.memory.rollouts import MemoryRollouts
from dunlin.adapters.memory.senders import MemoryMailbox, MemorySmsSender
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.ledger import total
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.audit import audit
from dunlin.domain.money import Money
from dunlin.domain.replies.inbound import Inbound
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import Segment
from dunlin.domain.strategy.strategy import Selection
from dunlin.ports.reports import StreamRecord
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.notices import check_notice
from dunlin.service.contact.recovery import reconcile
from dunlin.service.contact.sending import send
from dunlin.service.imports.job import job_of
from dunlin.service.imports.loading import load_rows
from dunlin.service.imports.profiling import profile_file
from dunlin.service.imports.reconciling import reconcile_import
from dunlin.service.payments.posting import receive_event
from dunlin.service.reports.audit_log import archive_entries, sign_day
from dunlin.service.reports.publishing import publish
from dunlin.service.rollouts.rollout_ports import RolloutPorts
from dunlin.service.rollouts.rollouts import begin
from dunlin.service.signals.replies import read_reply
from dunlin.service.signals.signals import apply_signal
from tests.scenarios.dying import Deaths, Died, called_again, every_death
from tests.scenarios.paying import pay
from tests.support import builders, ground
from tests.support.builders import CREDITOR, NOON
from tests.support.evidence import LocalSigner, MemoryArchive

PERSONAL = ("Ada Example", "@example.com", "+12175550142", "1980", "100 Example Street")


class World:
    """A book in memory with people and accounts, and what every function may use."""

    def __init__(self, deaths: Deaths, *accounts: Account) -> None:
        self.deaths = deaths
        self.stored = MemoryBook()
        self.book: Any = deaths.guard(self.stored, "book")
        self.ringing = MemoryWaker()
        self.waker: Any = deaths.guard(self.ringing, "waker")
        self.sessions = MemoryPortalSessions()
        self.mailbox, self.line = MemoryMailbox(), MemorySmsSender()
        self.outbox = replace(
            ground.outbox(mailbox=deaths.guard(self.mailbox, "mailbox")),
            links=deaths.guard(self.sessions, "sessions"),
        )
        self.texts = replace(
            ground.outbox(Channel.SMS, sms_sender=deaths.guard(self.line, "sms_sender")),
            links=deaths.guard(self.sessions, "sessions"),
        )
        self.creditors = self.stored.creditors
        if accounts:
            builders.store(self.stored, self.creditors, *accounts)
        self.now = NOON

    @property
    def messages_sent(self) -> list[str]:
        """Touch ids of the messages that providers took."""
        return [m.tags["touch_id"] for m in self.mailbox.sent] + [
            m.tags["touch_id"] for m in self.line.sent
        ]

    def check(self) -> None:
        """What holds whatever died (I1, I5, I6, I7, I9)."""
        touches = [t for t in self.stored.touches.values() if t.touch_id in self.messages_sent]
        assert len(self.messages_sent) == len(set(self.messages_sent)) == len(touches)
        rungs = [(t.account_id, t.rung) for t in touches if t.run]
        assert len(rungs) == len(set(rungs))
        assert all(t.state in (TouchState.SENT, TouchState.UNKNOWN) for t in touches)
        for account in self.stored.accounts.values():
            entries = list(self.stored.ledgers.get(account.account_id, {}).values())
            assert total(entries, account.balance.currency) == account.balance
            if account.on_ladder and account.status is Status.ACTIVE:
                assert account.due_at or account.hold or account.escalated
            chain = self.stored.chains[f"account#{account.account_id}"]
            assert not audit.verify(chain, head=account.audit_head)
            assert len(chain) == account.version
        spoken = json.dumps(
            [audit.to_json(e) for chain in self.stored.chains.values() for e in chain]
        )
        assert not [p for p in PERSONAL if p in spoken]


def account(reference: str = "INV-ada", **changes: Any) -> Account:
    fields: dict[str, Any] = {"status": Status.ACTIVE, "ladder_run": 1, "due_at": NOON}
    return builders.account(reference, **fields | changes)


def climb(world: World, account_id: str, *, found_again: bool) -> str:
    """The ladder's machine: waits by moving the clock. A dead function is called again, or the
    execution fails and the reconciler starts the next one."""
    gate, templates = ground.gate("PLAT-FREQ-ALL", "PLAT-OPTOUT-ALL"), world.outbox.templates
    run = 1

    def call(function: Callable[[], Any]) -> Any:
        return function() if found_again else called_again(function)

    for _ in range(60):
        now = world.now
        try:
            decision = call(
                partial(
                    check_ladder,
                    account_id,
                    run,
                    book=world.book,
                    gate=gate,
                    templates=templates,
                    now=now,
                )
            )
            if decision.permit_id:
                call(
                    partial(
                        send,
                        account_id,
                        decision.touch_key,
                        decision.permit_id,
                        book=world.book,
                        ports=world.outbox if decision.outcome == "email" else world.texts,
                        now=now,
                    )
                )
        except Died:
            world.check()
            world.now += timedelta(minutes=30)
            dead = MemoryWaker()
            dead.wake = lambda account_id: False  # type: ignore[method-assign]
            reconcile(book=world.stored, creditors=world.creditors, waker=dead, now=world.now)
            (name,) = list(dead.started) or [f"{account_id}-{run}"]
            run = int(name.rsplit("-", 1)[1])
            continue
        world.check()
        if decision.outcome in ("exhausted", "settled", "held", "escalated"):
            return str(decision.outcome)
        stored = world.stored.accounts[account_id]
        if stored.due_at is not None:
            world.now = max(world.now, stored.due_at)
    raise AssertionError("the ladder never ended")


@pytest.mark.parametrize("found_again", [False, True], ids=["called again", "found again"])
def test_a_whole_ladder_survives_a_death_at_any_side_effect(found_again: bool) -> None:
    def play(deaths: Deaths) -> None:
        owing = account()
        world = World(deaths, owing)
        assert climb(world, owing.account_id, found_again=found_again) == "exhausted"
        stored = world.stored.accounts[owing.account_id]
        assert stored.status is Status.EXHAUSTED
        messages = len(world.messages_sent)
        touches = [t for t in world.stored.touches.values() if t.state is not TouchState.RELEASED]
        assert len(touches) == 4
        doubtful = [t for t in touches if t.state is TouchState.UNKNOWN]
        assert len(doubtful) <= 1
        assert messages in (4, 4 - len(doubtful))

    died = list(every_death(play))
    assert {d.split()[1] for d in died} == {
        "book.take_permit",
        "sessions.put_link",
        "book.spend_permit",
        "mailbox.send",
        "sms_sender.send",
        "book.apply",
    }
    assert len(died) >= 40


def test_a_receipt_survives_a_death_at_any_side_effect() -> None:
    def play(deaths: Deaths) -> None:
        owing = account(status=Status.ACTIVE, due_at=NOON + timedelta(days=3))
        world = World(deaths, owing)
        processor, inbox = MemoryProcessor(), MemoryInbox()
        pay(
            owing.account_id,
            2_500,
            book=world.stored,
            waker=MemoryWaker(),
            processor=processor,
            inbox=inbox,
        )
        decision = called_again(
            lambda: check_notice(
                owing.account_id,
                kind="receipt",
                cause="pi_1",
                book=world.book,
                links=world.sessions,
                gate=ground.gate("PLAT-FREQ-ALL"),
                templates=world.outbox.templates,
                now=NOON,
            )
        )
        assert decision.outcome == "email"
        called_again(
            lambda: send(
                owing.account_id,
                decision.touch_key,
                decision.permit_id,
                book=world.book,
                ports=world.outbox,
                now=NOON,
            )
        )
        world.check()
        (touch,) = world.stored.touches.values()
        assert touch.state in (TouchState.SENT, TouchState.UNKNOWN)
        assert len(world.mailbox.sent) == (
            0
            if (deaths.happened == "book.spend_permit" and deaths.when == "after")
            or (deaths.happened == "mailbox.send" and deaths.when == "before")
            else 1
        )

    assert len(list(every_death(play))) == 10


SIGNALS = {
    "opt_out": Signal(signal_id="s", kind=SignalKind.OPT_OUT, at=NOON),
    "dispute": Signal(signal_id="s", kind=SignalKind.DISPUTE, at=NOON),
    "question": Signal(signal_id="s", kind=SignalKind.QUESTION, at=NOON),
    "bounce": Signal(
        signal_id="s",
        kind=SignalKind.BOUNCE,
        at=NOON,
        channel="email",
        detail={"permanent": True},
    ),
}


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_survives_a_death_at_any_side_effect(name: str) -> None:
    def play(deaths: Deaths) -> None:
        first, second = account(), account("INV-ada-2")
        world = World(deaths, first, second)
        signal = replace(SIGNALS[name], account_id=first.account_id, consumer_id=first.consumer_id)
        called_again(lambda: apply_signal(signal, book=world.book, waker=world.waker, now=NOON))
        world.check()
        person = world.stored.consumers[first.consumer_id]
        if name == "opt_out":
            assert not any(person.consent(c).open for c in Channel)
            assert person.version == 2
        if name == "bounce":
            assert not person.consent(Channel.EMAIL).open
            assert person.version == 2
        if name in ("dispute", "question"):
            assert world.stored.accounts[first.account_id].hold is not None
            assert world.stored.accounts[first.account_id].version == 2
        if name != "question":
            assert first.account_id in world.ringing.woken
        if name == "question":
            assert world.stored.accounts[second.account_id].hold is not None

    assert list(every_death(play))


@pytest.mark.parametrize("amount", [2_500, 12_500])
def test_a_payment_survives_a_death_at_any_side_effect(amount: int) -> None:
    def play(deaths: Deaths) -> None:
        owing = account()
        world = World(deaths, owing)
        processor, inbox = MemoryProcessor(), MemoryInbox()
        called_again(
            lambda: pay(
                owing.account_id,
                amount,
                book=world.book,
                waker=world.waker,
                processor=processor,
                inbox=inbox,
            )
        )
        world.check()
        stored = world.stored.accounts[owing.account_id]
        assert stored.balance.minor == 12_500 - amount
        assert (stored.status is Status.SETTLED) is (amount == 12_500)
        assert owing.account_id in world.ringing.woken
        assert world.ringing.notices == [(owing.account_id, "receipt", "pi_1")]

    assert len(list(every_death(play))) == 6


def test_an_excess_goes_back_once_whatever_dies_between_ledger_and_processor() -> None:
    def play(deaths: Deaths) -> None:
        owing = account()
        world = World(deaths, owing)
        processor, inbox = MemoryProcessor(), MemoryInbox()
        called_again(
            lambda: pay(
                owing.account_id,
                15_000,
                book=world.book,
                waker=world.waker,
                processor=deaths.guard(processor, "processor"),
                inbox=inbox,
            )
        )
        world.check()
        stored = world.stored.accounts[owing.account_id]
        assert (stored.balance.minor, stored.status) == (0, Status.SETTLED)
        assert [(r.key, r.amount) for r in processor.refunded.values()] == [
            ("excess/pi_1/1", Money(2_500, "USD"))
        ]
        assert world.ringing.notices == [(owing.account_id, "receipt", "pi_1")]

    died = list(every_death(play))
    assert {"before processor.refund", "after processor.refund"} <= set(died)
    assert len(died) == 8


def test_a_webhook_survives_a_death_at_any_side_effect() -> None:
    def play(deaths: Deaths) -> None:
        inbox, queue = MemoryInbox(), MemoryQueue()
        called_again(
            lambda: receive_event(
                event_id="evt_1",
                body="{}",
                inbox=deaths.guard(inbox, "inbox"),
                queue=deaths.guard(queue, "queue"),
                now=NOON,
            )
        )
        assert inbox.events == {"evt_1": "{}"}
        assert {"event_id": "evt_1"} in queue.messages

    assert len(list(every_death(play))) == 4


@pytest.mark.parametrize("text", ["STOP", "I have a lawyer, ask him", "START", "HELP"])
def test_a_reply_survives_a_death_at_any_side_effect(text: str) -> None:
    def play(deaths: Deaths) -> None:
        first, second = account(), account("INV-ada-2")
        world = World(deaths, first, second)
        inbound = Inbound(
            message_id="in-1", sender="+12175550142", receiver="+12175550101", text=text
        )
        called_again(
            lambda: read_reply(
                inbound,
                book=world.book,
                creditors=world.creditors,
                waker=world.waker,
                now=NOON,
            )
        )
        world.check()
        assert len(world.stored.replies) == 1
        person = world.stored.consumers[first.consumer_id]
        if text == "STOP":
            assert not any(person.consent(c).open for c in Channel)
            assert [n[1] for n in world.ringing.notices] == ["opt_out_confirmation"]
        if "lawyer" in text:
            assert "attorney" in person.flags
            assert all(a.hold for a in world.stored.accounts.values())
        log = json.dumps([audit.to_json(e) for c in world.stored.chains.values() for e in c])
        assert "ask him" not in log

    assert list(every_death(play))


def test_activation_survives_a_death_at_any_side_effect() -> None:
    def play(deaths: Deaths) -> None:
        owed = [
            account(f"INV-{n}", status=Status.IMPORTED, ladder_run=0, due_at=None) for n in range(3)
        ]
        world = World(deaths, *owed)
        ports = RolloutPorts(
            book=world.book,
            creditors=world.creditors,
            rollouts=deaths.guard(MemoryRollouts(), "rollouts"),
            templates=ground.PlainLetters(),
            log=MemoryArchive(lambda: world.stored.chains),
            waker=world.waker,
        )

        def function() -> None:
            begin(
                RolloutRequest(request_id="r1", creditor=CREDITOR, asked_at=NOON),
                Segment(name="all", when=Selection()),
                stage="full",
                size=0,
                ports=ports,
                now=NOON,
            )

        called_again(function)
        world.check()
        later = NOON + timedelta(hours=3)
        # A ladder that never began has nothing to wake.
        began = world.ringing.started.values()
        world.ringing.wake = (  # type: ignore[method-assign]
            lambda account_id: account_id in {a.account_id for a, _ in began}
        )
        called_again(
            lambda: reconcile(
                book=world.book, creditors=world.creditors, waker=world.waker, now=later
            )
        )
        calm = reconcile(
            book=world.stored, creditors=world.creditors, waker=world.ringing, now=later
        )
        assert calm.unattended == ()
        world.check()
        for debt in owed:
            stored = world.stored.accounts[debt.account_id]
            assert stored.status is Status.ACTIVE
            assert f"{debt.account_id}-{stored.ladder_run}" in world.ringing.started

    died = list(every_death(play))
    assert {d.split()[1] for d in died} == {
        "book.apply",
        "waker.start",
        "waker.wake",
        "rollouts.put_request",
    }


ROWS = """Invoice,Customer,Email,Phone,Balance,Due date
K-1,Bo Sample,bo@example.com,(217) 555-0111,$120.00,2026-09-01
K-2,Cy Sample,cy@example.com,(217) 555-0112,80.50,2026-09-02
K-3,Cy Sample,cy@example.com,(217) 555-0112,19.50,2026-09-03
K-4,Di Sample,,,40.00,2026-09-04
K-4,Di Sample,,,40.00,2026-09-04
K-5,Ed Sample,ed@example.com,,not money,2026-09-05
"""


def test_an_import_survives_a_death_at_any_side_effect() -> None:
    def play(deaths: Deaths) -> None:
        world = World(deaths)
        world.creditors.put_strategy(CREDITOR, builders.strategy_document(), NOON)
        files = MemoryDropBox()
        key = f"drop/{CREDITOR}/open.csv"
        files.files[key] = ROWS.encode()
        drop_box = deaths.guard(files, "drop_box")
        job = job_of(key, "v1")
        assert job is not None
        intake = DroppedFiles(files)
        today = NOON.date()
        profile = called_again(
            lambda: profile_file(
                job, intake=intake, creditors=world.creditors, drop_box=drop_box, today=today
            )
        )
        assert profile["outcome"] == "ready"
        for part in profile["ranges"]:
            called_again(
                partial(
                    load_rows,
                    job,
                    share=part["share"],
                    of=part["of"],
                    creditors=world.creditors,
                    book=world.book,
                    waker=world.waker,
                    drop_box=drop_box,
                    now=NOON,
                )
            )
        done = called_again(
            lambda: reconcile_import(
                job, intake=intake, creditors=world.creditors, drop_box=drop_box, today=today
            )
        )
        world.check()
        assert files.files[f"drop/{CREDITOR}/open.report.csv"]
        outcomes = dict(done["counts"])
        # What a share created before it died is still created when it is called again.
        assert outcomes == {"created": 4, "duplicate": 1, "rejected": 1}
        assert len(world.stored.accounts) == 4
        assert sum(a.balance.minor for a in world.stored.accounts.values()) == 26_000
        # Nobody is created twice, and everybody who owes is there.
        assert len(world.stored.consumers) == 3
        for chain in world.stored.chains.values():
            assert not audit.verify(chain)

    died = list(every_death(play))
    assert {d.split()[1] for d in died} == {"book.apply_many", "drop_box.write"}


def test_the_archive_and_its_roots_survive_a_death_at_any_side_effect() -> None:
    def play(deaths: Deaths) -> None:
        world = World(Deaths(0, ""), account(), account("INV-ada-2"))
        entries = [e for chain in world.stored.chains.values() for e in chain]
        archive = MemoryArchive(lambda: world.stored.chains)
        guarded = deaths.guard(archive, "archive")
        signer = LocalSigner()
        records = [(NOON, f"r{n}", e) for n, e in enumerate(entries)]
        records += [(NOON + timedelta(days=1), "late", entries[0])]
        called_again(lambda: archive_entries(records, archive=guarded))
        day = NOON.date()
        root = called_again(
            lambda: sign_day(day, archive=guarded, signer=deaths.guard(signer, "signer"))
        )
        assert sorted(e.hash for e in archive.archived(day)) == sorted(e.hash for e in entries)
        assert len(list(archive.archived(day + timedelta(days=1)))) == 1
        assert archive.root(day) == root
        assert root.leaves == 3

    assert len(list(every_death(play))) == 8


def test_publishing_survives_a_death_at_any_side_effect() -> None:
    def play(deaths: Deaths) -> None:
        counters, bus = MemoryCounters(), MemoryBus()
        before = replace(account(), version=1)
        after = replace(before, version=2, status=Status.SETTLED, balance=Money(0, "USD"))
        records = [
            StreamRecord(record_id="r1", old=None, new=before),
            StreamRecord(record_id="r2", old=before, new=after),
        ]
        called_again(
            lambda: publish(
                records,
                counters=deaths.guard(counters, "counters"),
                meter=MemorySpendMeter(),
                bus=deaths.guard(bus, "bus"),
            )
        )
        figures = counters.tally(CREDITOR).values()
        assert sum(f.accounts for f in figures) == 1
        events = json.dumps([asdict(e) for e in bus.events.values()], default=str)
        assert bus.events
        assert not [p for p in PERSONAL if p in events]

    assert len(list(every_death(play))) == 4
