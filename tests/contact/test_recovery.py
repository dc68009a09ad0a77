"""The reconciler finds what nobody attends, says so and sets it going; the rest is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Hold, Override, Status
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.audit import audit
from dunlin.domain.errors import Unavailable
from dunlin.ports.accounts import Change
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.recovery import Recovery, RunLimit, reconcile
from dunlin.service.contact.sending import send
from dunlin.service.signals.signals import apply_signal
from dunlin.service.staff.queue import decide
from tests.support import builders, ground
from tests.support.builders import NOON


class Deaf(MemoryWaker):
    """No execution waits; those of the accounts in `at_work` are alive."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work: set[str] = set()

    def wake(self, account_id: str) -> bool:
        super().wake(account_id)
        return False

    def running(self, account: Account) -> bool:
        return account.account_id in self.at_work or super().running(account)


def find(book: MemoryBook, waker: MemoryWaker, after: timedelta) -> Recovery:
    return reconcile(book=book, creditors=book.creditors, waker=waker, now=NOON + after)


@pytest.mark.parametrize("due", [timedelta(days=-1), timedelta(0), timedelta(days=20)])
def test_a_ladder_whose_execution_is_gone_is_reported_and_started_again(due: timedelta) -> None:
    book, account = ground.memory_world(due_at=NOON + due)
    waker = MemoryWaker()
    waker.wake = lambda account_id: False  # type: ignore[method-assign]
    recovered = find(book, waker, timedelta(0))
    assert (recovered.restarted, recovered.unattended) == (1, (account.account_id,))
    stored = book.accounts[account.account_id]
    assert (stored.ladder_run, stored.rung, stored.due_at) == (2, 0, account.due_at)
    ((_, wait_seconds),) = waker.started.values()
    assert wait_seconds == max(1, due.total_seconds())
    chain = book.chains[f"account#{account.account_id}"]
    assert not audit.verify(chain, head=stored.audit_head)
    repaired = find(book, waker, timedelta(minutes=5))
    assert repaired == Recovery(restarted=0, doubtful=0, unattended=())


def test_a_ladder_that_dies_again_and_again_comes_before_staff_and_runs_anew_once_they_let_it() -> (
    None
):
    book, account = ground.memory_world()
    waker = Deaf()
    runs = []
    for minutes in range(15, 26 * 60, 60):
        find(book, waker, timedelta(minutes=minutes))
        waker.started.clear()  # every execution dies at its first step
        runs.append(book.accounts[account.account_id].ladder_run)
    failed = book.accounts[account.account_id]
    assert (failed.status, failed.waits_for_staff) == (Status.FAILED, True)
    assert runs == [*range(2, 26), 25, 25], "begun again for a day, and not after it"
    assert book.chains[f"account#{account.account_id}"][-1].what == "LadderFailed"
    order = StaffCommand(by="desk-1", why="case-1")
    after_a_day = NOON + timedelta(days=2)
    decided = decide(
        account_id=account.account_id,
        decision="release",
        order=order,
        book=book,
        waker=waker,
        now=after_a_day,
    )
    assert decided.outcome == "done"
    assert book.accounts[account.account_id].status is Status.ACTIVE
    assert len(waker.started) == 1


def test_a_ladder_that_gets_on_between_its_deaths_has_not_failed() -> None:
    book, account = ground.memory_world()
    waker = Deaf()
    for hour in range(1, 40):
        find(book, waker, timedelta(hours=hour))
        waker.started.clear()
        moved = book.accounts[account.account_id]
        book.accounts[account.account_id] = lifecycle.look_again(
            moved, NOON + timedelta(hours=hour)
        )
    assert book.accounts[account.account_id].status is Status.ACTIVE


@pytest.mark.parametrize(("minutes", "woken"), [(9, 0), (11, 1)])
def test_a_ladder_that_lives_is_woken_a_while_after_its_due_time(minutes: int, woken: int) -> None:
    book, account = ground.memory_world()
    waker = MemoryWaker()
    waker.start(account, wait_seconds=1)
    recovered = find(book, waker, timedelta(minutes=minutes))
    assert recovered == Recovery(restarted=0, doubtful=0, unattended=())
    assert len(waker.woken) == woken
    assert book.accounts[account.account_id] == account


def test_a_ladder_at_work_is_left_alone() -> None:
    book, account = ground.memory_world()
    busy = Deaf()
    busy.at_work.add(account.account_id)
    assert find(book, busy, timedelta(hours=1)).restarted == 0
    assert busy.started == {}
    assert book.accounts[account.account_id].version == account.version


def test_a_ladder_that_is_just_being_started_is_not_taken_for_lost() -> None:
    book, account = ground.memory_world(activated_at=NOON, due_at=NOON + timedelta(days=1))
    assert find(book, Deaf(), timedelta(seconds=59)).unattended == ()
    assert find(book, Deaf(), timedelta(seconds=61)).unattended == (account.account_id,)


@pytest.mark.parametrize(
    "changes",
    [
        {"hold": Hold.DISPUTE},
        {"status": Status.SETTLED},
        {"status": Status.EXHAUSTED},
        {"escalated": "balance", "due_at": None},
        {"due_at": None, "override": Override(paused=True)},
        {"status": Status.IMPORTED, "due_at": None},
    ],
)
def test_what_waits_for_a_person_or_has_ended_is_not_started(changes: dict[str, Any]) -> None:
    book, account = ground.memory_world(**changes)
    waker = Deaf()
    assert find(book, waker, timedelta(days=1)) == Recovery(restarted=0, doubtful=0, unattended=())
    assert not waker.started
    assert book.accounts[account.account_id].ladder_run == 1


def test_an_open_account_that_nothing_looks_after_is_reported_and_looked_at() -> None:
    book, account = ground.memory_world(due_at=None)
    waker = MemoryWaker()
    waker.start(account, wait_seconds=1)
    assert find(book, waker, timedelta(0)).unattended == (account.account_id,)
    assert (book.accounts[account.account_id].due_at, waker.woken) == (NOON, [account.account_id])
    assert book.chains[f"account#{account.account_id}"][-1].what == "FoundUnattended"
    assert find(book, waker, timedelta(minutes=5)).unattended == ()


def test_a_permit_whose_sender_never_came_is_closed_and_the_rung_goes_on() -> None:
    book, account = ground.memory_world()
    gate, templates = ground.gate("PLAT-FREQ-ALL"), ground.PlainLetters()
    check_ladder(account.account_id, 1, book=book, gate=gate, templates=templates, now=NOON)
    later = timedelta(hours=1)
    recovered = find(book, Deaf(), later)
    assert (recovered.restarted, recovered.doubtful) == (1, 1)
    (touch,) = book.touches.values()
    assert touch.state is TouchState.RELEASED
    assert find(book, Deaf(), later).doubtful == 0
    again = check_ladder(
        account.account_id,
        book.accounts[account.account_id].ladder_run,
        book=book,
        gate=gate,
        templates=templates,
        now=NOON + later,
    )
    assert again.outcome == "email"
    counted = [
        c for c in book.facts(account.account_id).history.contacts if c.outcome != "released"
    ]
    assert len(counted) == 1


def climb(book: MemoryBook, account: Account, mailbox: MemoryMailbox, at: timedelta) -> str:
    """One look of the account's execution, and the sending where a permit was taken."""
    run = book.accounts[account.account_id].ladder_run
    decision = check_ladder(
        account.account_id,
        run,
        book=book,
        gate=ground.gate(),
        templates=ground.PlainLetters(),
        now=NOON + at,
    )
    if decision.outcome == "email":
        outbox = ground.outbox(mailbox=mailbox)
        send(
            account.account_id,
            decision.touch_key,
            decision.permit_id,
            book=book,
            ports=outbox,
            now=NOON + at,
        )
    return decision.outcome


def test_two_days_without_a_clock_are_caught_up_once_and_within_the_caps() -> None:
    """The executions died on Monday noon; on Wednesday the reconciler runs 100 times."""
    book, account = ground.memory_world()
    other = ground.active("ada2", consumer_id=account.consumer_id)
    entry = entry_of(other, now=NOON, what="AccountImported", data={})
    book.apply(Change(account=next_version(other, entry), audit=[entry]))
    mailbox, waker = MemoryMailbox(), MemoryWaker()
    waker.wake = lambda account_id: False  # type: ignore[method-assign]
    down = timedelta(days=2)
    first = find(book, waker, down)
    assert set(first.unattended) == {account.account_id, other.account_id}
    for number in range(100):
        at = down + timedelta(seconds=30 * number)
        find(book, waker, at)
        for debt in (account, other):
            climb(book, debt, mailbox, at)
    assert len(mailbox.sent) == 1, "one person, one message"
    assert find(book, waker, down + timedelta(hours=1)).unattended == ()


@pytest.mark.parametrize("kind", [SignalKind.COMPLAINT, SignalKind.BOUNCE])
def test_a_suppressed_address_ends_the_ladder_with_a_reason(kind: SignalKind) -> None:
    """Nothing stays queued for ever."""
    book, account = ground.memory_world()
    person = book.consumers[account.consumer_id]
    none = Consent(state=ConsentState.NONE, version=2)
    only_mail = {**person.consents, Channel.SMS: none}
    book.consumers[account.consumer_id] = replace(person, consents=only_mail, phones=())
    apply_signal(
        Signal(
            signal_id="evt_1",
            kind=kind,
            at=NOON,
            account_id=account.account_id,
            consumer_id=account.consumer_id,
            channel="email",
            detail={"permanent": True, "reason": "General"},
        ),
        book=book,
        waker=MemoryWaker(),
        now=NOON,
    )
    outcome = climb(book, account, MemoryMailbox(), timedelta(0))
    stored = book.accounts[account.account_id]
    assert outcome in ("exhausted", "held")
    assert not stored.timed
    assert book.chains[f"account#{account.account_id}"][-1].data["reason"]
    assert find(book, MemoryWaker(), timedelta(days=30)).unattended == ()


class AllLost(MemoryWaker):
    """Every execution that was alive is gone; counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.lists = self.descriptions = 0

    def wake(self, account_id: str) -> bool:
        return False

    def running(self, account: Account) -> bool:
        self.descriptions += 1
        return super().running(account)

    def alive(self) -> set[str]:
        self.lists += 1
        return super().alive()


def many(number: int) -> MemoryBook:
    """Accounts of as many people, half of them due now and half in three weeks."""
    book = MemoryBook()
    for n in range(number):
        due = NOON + timedelta(days=21 * (n % 2))
        name = f"p{n}"
        person = builders.consumer(name)
        builders.store(book, book.creditors, ground.active(name, due_at=due), person=person)
    return book


def test_whoever_was_lost_at_once_is_back_at_once_and_each_rung_goes_once() -> None:
    book, waker, mailbox = many(700), AllLost(), MemoryMailbox()
    later = timedelta(minutes=11)
    recovered = find(book, waker, later)
    assert (recovered.restarted, len(recovered.unattended), recovered.cursor) == (700, 700, "")
    assert waker.lists == 2
    assert waker.descriptions <= 100
    assert find(book, waker, later).restarted == 0
    for account in list(book.accounts.values()):
        # The execution that was lost, were it alive after all, and the one that was begun.
        for run in (1, 2):
            decision = check_ladder(
                account.account_id,
                run,
                book=book,
                gate=ground.gate(),
                templates=ground.PlainLetters(),
                now=NOON + later,
            )
            if decision.outcome == "email":
                send(
                    account.account_id,
                    decision.touch_key,
                    decision.permit_id,
                    book=book,
                    ports=ground.outbox(mailbox=mailbox),
                    now=NOON + later,
                )
    assert len(mailbox.sent) == len({m.to for m in mailbox.sent}) == 350


def test_a_run_ends_by_itself_and_the_next_goes_on_behind_it() -> None:
    book, waker = many(1_200), AllLost()
    restarted: list[int] = []
    cursors = [""]
    while len(restarted) < 9:
        limit = RunLimit(cursor=cursors[-1], restarts=400)
        run = reconcile(book=book, creditors=book.creditors, waker=waker, now=NOON, limit=limit)
        restarted.append(run.restarted)
        cursors.append(run.cursor)
        if not run.cursor:
            break
    assert restarted == [500, 500, 200]
    assert cursors == ["", *sorted(cursors[1:-1]), ""]
    assert {account.account_id for account, _ in waker.started.values()} == set(book.accounts)


def test_a_run_whose_time_is_up_begins_nothing_more() -> None:
    book = many(1_200)
    left = iter([300.0, 59.0])
    limit = RunLimit(seconds_left=lambda: next(left))
    run = reconcile(book=book, creditors=book.creditors, waker=AllLost(), now=NOON, limit=limit)
    assert run.restarted == 500
    assert run.cursor


def test_a_run_that_step_functions_refuses_ends_in_order_and_the_next_goes_on_there() -> None:
    """Three hundred may be begun in five minutes; who asks for more is refused."""

    class AtItsLimit(AllLost):
        left = 0

        def start(self, account: Account, *, wait_seconds: int) -> bool:
            self.left -= 1
            if self.left < 0:
                raise Unavailable("stepfunctions", "ThrottlingException", certain=True)
            return super().start(account, wait_seconds=wait_seconds)

    book, waker = many(700), AtItsLimit()
    cursor, restarted = "", []
    for look in range(5):
        waker.left = 300
        now = NOON + timedelta(minutes=11 + 5 * look)
        limit = RunLimit(cursor=cursor)
        run = reconcile(book=book, creditors=book.creditors, waker=waker, now=now, limit=limit)
        assert not run.restarted or run.unattended, (
            "what was found is told though not all is mended"
        )
        cursor = run.cursor
        restarted.append(run.restarted)
    assert restarted == [300, 300, 100, 0, 0]
    assert all(waker.running(account) for account in book.accounts.values())
    assert len({account.account_id for account, _ in waker.started.values()}) == 700
    # Who was refused has lost a number of a run, and hardly anybody one.
    assert sum(account.ladder_run - 2 for account in book.accounts.values()) <= 16
