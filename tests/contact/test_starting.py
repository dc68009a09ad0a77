"""Executions that are not started, are started without an answer, or are no longer there to wake:
nobody is forgotten, nobody has two, and what happened to the account stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber

from dunlin.adapters.aws import ladder_waker
from dunlin.adapters.aws.ladder_waker import StepFunctionsWaker, StepMachine
from dunlin.adapters.dynamo import reading
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryInbox
from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.adapters.memory.rollouts import MemoryRollouts
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.errors import Unavailable
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import Segment
from dunlin.domain.strategy.strategy import Selection
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.recovery import reconcile
from dunlin.service.contact.sending import send
from dunlin.service.rollouts.rollout_ports import RolloutPorts
from dunlin.service.rollouts.rollouts import begin, go_on_all
from dunlin.service.signals.signals import apply_signal
from tests.scenarios.paying import pay
from tests.support import builders, ground
from tests.support.builders import CREDITOR, NOON
from tests.support.evidence import MemoryArchive

MANY = 60


class Refusing(MemoryWaker):
    """Step Functions over its limit: of ten starts three are refused."""

    def __init__(self, dice: Random) -> None:
        super().__init__()
        self.dice, self.refused = dice, 0

    def start(self, account: Account, *, wait_seconds: int) -> bool:
        if self.dice.random() < 0.3:
            self.refused += 1
            raise Unavailable("stepfunctions", "ExecutionLimitExceeded", certain=True)
        return super().start(account, wait_seconds=wait_seconds)


class Silent(MemoryWaker):
    """Step Functions starts each execution, and the answer to the first call is lost."""

    def __init__(self, _dice: Random) -> None:
        super().__init__()
        self.refused = 0

    def start(self, account: Account, *, wait_seconds: int) -> bool:
        fresh = super().start(account, wait_seconds=wait_seconds)
        if fresh:
            self.refused += 1
            raise Unavailable("stepfunctions", "ReadTimeout")
        return fresh


@pytest.mark.parametrize("machines", [Refusing, Silent])
def test_a_start_that_failed_or_was_not_answered_is_made_up_for_and_never_doubled(
    machines: Callable[[Random], Refusing | Silent],
) -> None:
    book, waker = MemoryBook(), machines(Random(7))
    for n in range(MANY):
        person = builders.consumer(f"p{n}")
        owing = builders.account(f"INV-{n}", consumer_id=person.consumer_id)
        builders.store(book, book.creditors, owing, person=person, holdout_percent=0)
    ports = RolloutPorts(
        book=book,
        creditors=book.creditors,
        rollouts=MemoryRollouts(),
        templates=ground.PlainLetters(),
        log=MemoryArchive(lambda: book.chains),
        waker=waker,
    )
    request = RolloutRequest(request_id="r1", creditor=CREDITOR, asked_at=NOON)
    everybody = Segment(name="all", when=Selection())
    with pytest.raises(Unavailable):
        begin(request, everybody, stage="full", size=0, ports=ports, now=NOON)
    # Every five minutes the rollout goes on, and whoever was refused is looked for; a run that is
    # refused itself ends there, as its function fails.
    waker.wake = lambda account_id: waker.running(book.accounts[account_id])  # type: ignore[method-assign]
    for look in range(1, 60):
        now = NOON + look * timedelta(minutes=5)
        for walk in (
            lambda now=now: go_on_all(ports=ports, now=now),
            lambda now=now: reconcile(book=book, creditors=book.creditors, waker=waker, now=now),
        ):
            with suppress(Unavailable):
                walk()
    assert waker.refused >= 10
    assert {a.status for a in book.accounts.values()} == {Status.ACTIVE}
    started = [name.rsplit("-", 1)[0] for name in waker.started]
    assert sorted(started) == sorted(book.accounts), "one execution each"
    assert all(waker.running(account) for account in book.accounts.values())


@pytest.mark.parametrize("event", ["paid", "stop"])
def test_a_wake_that_reaches_nobody_loses_nothing_but_time(event: str) -> None:
    """The execution stored no token yet, or its token is dead: what was told is in the account
    all the same, and the look at the due time obeys it."""
    book, account = ground.memory_world(due_at=NOON + timedelta(days=3))
    deaf = MemoryWaker()
    deaf.wake = lambda account_id: False  # type: ignore[method-assign]
    if event == "paid":
        pay(
            account.account_id,
            12_500,
            book=book,
            waker=deaf,
            processor=MemoryProcessor(),
            inbox=MemoryInbox(),
        )
    else:
        stop = Signal(
            signal_id="s-1",
            kind=SignalKind.OPT_OUT,
            at=NOON,
            account_id=account.account_id,
            consumer_id=account.consumer_id,
        )
        apply_signal(stop, book=book, waker=deaf, now=NOON)
    at_due = NOON + timedelta(days=3)
    decision = check_ladder(
        account.account_id,
        1,
        book=book,
        gate=ground.gate("PLAT-FREQ-ALL", "PLAT-OPTOUT-ALL"),
        templates=ground.PlainLetters(),
        now=at_due,
    )
    assert not decision.permit_id
    assert decision.outcome == ("settled" if event == "paid" else "exhausted")
    assert book.touches == {}


def test_ten_thousand_signals_and_a_history_that_is_full_make_no_second_message() -> None:
    """An execution holds 25,000 events, and a turn writes about twenty: after 1,250 turns it is
    over, and the reconciler begins the next run at the same rung."""
    book, account = ground.memory_world()
    gate, mailbox, waker = ground.gate("PLAT-FREQ-ALL"), MemoryMailbox(), MemoryWaker()
    outbox = ground.outbox(mailbox=mailbox)
    run, now, waits = 1, NOON, []
    for turn in range(1, 10_001):
        if turn % 1_250 == 0:
            waker.started.clear()
            waker.wake = lambda account_id: False  # type: ignore[method-assign]
            now += timedelta(minutes=30)
            reconcile(book=book, creditors=book.creditors, waker=waker, now=now)
            run = book.accounts[account.account_id].ladder_run
        decision = check_ladder(
            account.account_id,
            run,
            book=book,
            gate=gate,
            templates=ground.PlainLetters(),
            now=now,
        )
        if decision.permit_id:
            send(
                account.account_id,
                decision.touch_key,
                decision.permit_id,
                book=book,
                ports=outbox,
                now=now,
            )
        else:
            waits.append(decision.wait_seconds)
    assert len(mailbox.sent) == 1
    assert run == 9
    # Only a signal made it look: by itself it would have slept for days.
    assert min(waits) > timedelta(days=1).total_seconds()


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Step Functions, whose answers are given and whose requests are checked by its own model."""
    client: Any = botocore.session.get_session().create_client(
        "stepfunctions",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    monkeypatch.setattr(ladder_waker, "_client", lambda: client)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:ladder"


@pytest.mark.parametrize(
    ("code", "certain"),
    [
        ("ThrottlingException", True),
        ("ExecutionLimitExceeded", True),
        ("ServiceUnavailable", True),
        ("InternalFailure", False),
    ],
)
def test_a_refused_start_says_whether_it_is_sure_that_nothing_began(
    steps: Stubber, code: str, certain: bool
) -> None:
    steps.add_client_error("start_execution", code)
    with pytest.raises(Unavailable) as refused:
        StepMachine(arn=MACHINE).start("acc_1-1", {})
    assert refused.value.certain is certain


def test_a_name_that_is_taken_is_the_same_execution(steps: Stubber) -> None:
    steps.add_client_error("start_execution", "ExecutionAlreadyExists")
    assert StepMachine(arn=MACHINE).start("acc_1-1", {}) is False


def test_a_start_without_an_answer_may_have_begun(
    steps: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(**_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="https://states.example.com")

    monkeypatch.setattr(ladder_waker._client(), "start_execution", silent)
    with pytest.raises(Unavailable) as unanswered:
        StepMachine(arn=MACHINE).start("acc_1-1", {})
    assert not unanswered.value.certain


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> StepFunctionsWaker:
    """The waker of an account whose execution has stored a token."""

    class Row:
        version, task_token, arrangement_id = 1, None, None

    monkeypatch.setattr(reading, "get", lambda *_, **__: Row())
    monkeypatch.setattr(ladder_waker, "_ladder_token", lambda *_: "a token")
    return StepFunctionsWaker(ladder=MACHINE, notice=MACHINE)


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_token_that_is_dead_is_no_failure(
    steps: Stubber, waiting: StepFunctionsWaker, code: str
) -> None:
    steps.add_client_error("send_task_success", code)
    assert waiting.wake("acc_1") is False


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 400), ("InternalFailure", 500)]
)
def test_a_wake_that_nobody_takes_fails_nobody_who_said_something(
    steps: Stubber, waiting: StepFunctionsWaker, code: str, status: int
) -> None:
    steps.add_client_error("send_task_success", code, http_status_code=status)
    assert waiting.wake("acc_1") is False


def test_a_wake_that_is_not_allowed_is_a_failure(
    steps: Stubber, waiting: StepFunctionsWaker
) -> None:
    steps.add_client_error("send_task_success", "AccessDeniedException", http_status_code=400)
    with pytest.raises(Unavailable):
        waiting.wake("acc_1")
