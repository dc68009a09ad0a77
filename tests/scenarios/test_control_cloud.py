"""People in control of the deployed stack: switches, broken alarm clocks, questions and answers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.files.words_model_file import load_words_model
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.staff.queue import kind_of
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.staff import pauses, queue, steering
from local.local_stack import LocalStack
from tests.scenarios.test_ladders_cloud import OURS, Town, town  # noqa: F401 - the fixture
from tests.support.builders import CREDITOR
from tests.support.launch import launch

pytestmark = pytest.mark.cloud
ORDER = StaffCommand(by="ana", why="case-7")


def eventually(look: Callable[[], Any], *, seconds: float = 60) -> Any:
    """The first true answer, asked for again and again until the deadline."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)
    return seen


def reconcile(stack: LocalStack) -> dict[str, int]:
    """One whole look, after that of the schedule if it is at it."""

    def look() -> dict[str, int]:
        answer = stack.cloud.client("lambda").invoke(
            FunctionName=stack.outputs["ReconcileLaddersFunctionName"], Payload=b"{}"
        )
        report: dict[str, int] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, report
        return report

    looked: dict[str, int] = eventually(look)
    return looked


def calls_to_staff(stack: LocalStack) -> Callable[[], list[dict[str, str]]]:
    """A member of staff listens on the topic; what they have heard so far."""
    queues, topics = stack.cloud.client("sqs"), stack.cloud.client("sns")
    url = queues.create_queue(QueueName="ana")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        },
    }
    queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    topics.subscribe(
        TopicArn=stack.outputs["StaffTopicArn"],
        Protocol="sqs",
        Endpoint=arn,
        Attributes={
            "FilterPolicyScope": "MessageBody",
            "FilterPolicy": json.dumps({"creditor": [CREDITOR]}),
            "RawMessageDelivery": "true",
        },
    )
    heard: list[dict[str, str]] = []

    def listen() -> list[dict[str, str]]:
        for message in queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            heard.append(json.loads(message["Body"]))
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return heard

    return listen


def test_a_question_calls_staff_and_their_answer_comes_back(town: Town) -> None:  # noqa: F811
    """Called once, called again once the time is up, answered in their words."""
    number = "+12175550181"
    account = town.moves_in("asker", number)
    town.first_message(account)
    heard = calls_to_staff(town.stack)
    town.outside.sms_reply(
        number, OURS, "What is this bill for?", topic_arn=town.stack.outputs["ReplyTopicArn"]
    )
    town.settle()
    eventually(lambda: [m for m in heard() if m["what"] == "StaffNeeded"])
    assert "bill" not in json.dumps(heard())
    held = town.account_history(account).account
    assert (held.hold, kind_of(held)) == (Hold.REVIEW, "question")
    town.lapse.run(town.lapse.now + timedelta(hours=25))
    assert reconcile(town.stack)["lapsed"] == 1
    assert reconcile(town.stack)["lapsed"] == 0
    eventually(lambda: [m for m in heard() if m["what"] == "StaffTimerLapsed"])
    assert [m["what"] for m in heard()].count("StaffTimerLapsed") == 1
    late = town.account_history(account).account
    done = queue.answer(
        account.account_id,
        StaffCommand(by="ana", why="case-7", version=late.version),
        "It is for the visit of 1 September.",
        model=load_words_model(),
        book=town.book,
        creditors=town.creditors,
        waker=town.waker,
        now=town.lapse.now,
    )
    assert done.outcome == "done"
    town.lapse.run(town.lapse.now + timedelta(days=2))
    assert any("visit of 1 September" in body for body in town.texts(number))
    assert town.account_history(account).account.hold is None


def test_a_promise_by_text_holds_help_is_answered_and_what_nobody_understands_waits(
    town: Town,  # noqa: F811
) -> None:
    """HELP is answered by text at once, twice asked once told, and nothing is held by it."""
    numbers = {
        "promiser": "+12175550182",
        "puzzler": "+12175550183",
        "helpless": "+12175550184",
    }
    accounts = {}
    for name, number in numbers.items():
        accounts[name] = town.moves_in(name, number)
        town.first_message(accounts[name])
    on = (town.lapse.now + timedelta(days=4)).date()
    words = {
        "promiser": f"I'll pay on {on:%B} {on.day}, promise",
        "puzzler": "zxq blorp the heron wept for uncle's ledger",
        "helpless": "HELP",
    }
    for name, text in [*words.items(), ("helpless", "help")]:
        town.outside.sms_reply(
            numbers[name], OURS, text, topic_arn=town.stack.outputs["ReplyTopicArn"]
        )
    town.settle()

    def told_where_to_ask() -> list[str]:
        return [body for body in town.texts(numbers["helpless"]) if "Questions: call" in body]

    eventually(told_where_to_ask)
    (answer,) = told_where_to_ask()
    assert "STOP" in answer

    def stored(name: str) -> Account:
        return town.account_history(accounts[name]).account

    def sent(name: str) -> int:
        return len(town.emails(name)) + len(town.texts(numbers[name]))

    promised = stored("promiser")
    assert promised.hold is Hold.PROMISE
    assert promised.due_at is not None
    assert promised.due_at.date() > on
    assert stored("puzzler").hold is Hold.REVIEW
    assert kind_of(stored("puzzler")) in ("reply", "question")  # whatever it is called, it waits
    assert stored("helpless").hold is None
    before = {name: sent(name) for name in ("promiser", "puzzler")}
    town.lapse.run(promised.due_at - timedelta(hours=1))
    assert {name: sent(name) for name in before} == before
    assert len(told_where_to_ask()) == 1
    town.lapse.run(promised.due_at + timedelta(days=5))
    assert stored("promiser").hold is None
    assert sent("promiser") > before["promiser"]
    assert stored("puzzler").hold is Hold.REVIEW
    assert sent("puzzler") == before["puzzler"]


def test_what_is_switched_off_stays_silent_and_goes_on_when_it_is_switched_on(
    town: Town,  # noqa: F811
) -> None:
    """Pauses on the whole stack: four switches, each over accounts whose rungs are about to go: of
    one account, of many as a halt pauses them, of the creditor and of all."""
    names = [f"switch{n}" for n in range(4)]
    accounts = [town.moves_in(name, f"+1217555019{n}") for n, name in enumerate(names)]
    assert launch(town.stack)["started"] == len(accounts)
    first, second = accounts[:2]

    def everything(scope: str, *, on: bool) -> None:
        from dunlin.runtime import wiring

        ports: dict[str, Any] = {
            "book": town.book,
            "creditors": town.creditors,
            "log": wiring.audit_archive(),
            "now": town.lapse.now,
        }
        if on:
            pauses.pause_scope(scope, ORDER, **ports)
        else:
            pauses.resume_scope(scope, ORDER, waker=wiring.waker(), **ports)

    assert (
        pauses.pause(first.account_id, ORDER, book=town.book, now=town.lapse.now).outcome == "done"
    )
    many = pauses.pause_each([second.account_id], ORDER, book=town.book, now=town.lapse.now)
    assert many == {"done": 1}
    everything(CREDITOR, on=True)
    everything("platform", on=True)
    town.lapse.run(town.lapse.now + timedelta(days=1))
    everything("platform", on=False)
    town.lapse.run(town.lapse.now + timedelta(days=1))
    assert [town.emails(name) for name in names] == [[], [], [], []]
    everything(CREDITOR, on=False)
    town.lapse.run(town.lapse.now + timedelta(days=5))  # a holiday and a weekend may lie between
    assert [len(town.emails(name)) for name in names] == [0, 0, 1, 1]
    for account in (first, second):
        resumed = pauses.resume(
            account.account_id, ORDER, book=town.book, waker=town.waker, now=town.lapse.now
        )
        assert resumed.outcome == "done"
    town.lapse.run(town.lapse.now + timedelta(days=4))
    assert [len(town.emails(name)) for name in names] == [1, 1, 1, 1]


def test_a_broken_alarm_clock_raises_the_alarm_and_is_mended(town: Town) -> None:  # noqa: F811
    """One execution is stopped; the next run of the reconciler says so and starts another."""
    account = town.moves_in("forgotten", "+12175550196")
    town.first_message(account)
    arn = town.stack.outputs["LadderMachineArn"].replace(":stateMachine:", ":execution:")
    assert reconcile(town.stack)["unattended"] == 0
    town.steps.stop_execution(executionArn=f"{arn}:{account.account_id}-1")
    assert reconcile(town.stack)["unattended"] == 1
    metrics = town.stack.cloud.client("cloudwatch")

    def sounding() -> bool:
        alarms = metrics.describe_alarms(AlarmNamePrefix="dunlin-UnattendedAccounts")
        return [a["StateValue"] for a in alarms["MetricAlarms"]] == ["ALARM"]

    eventually(sounding)
    assert reconcile(town.stack)["unattended"] == 0
    before = len(town.emails("forgotten"))
    town.lapse.run(town.lapse.now + timedelta(days=12))
    assert len(town.emails("forgotten")) == before + 1
    assert town.states(account, run=2)[0] == "RUNNING"


def test_a_skipped_rung_is_left_out_and_a_moved_one_comes_when_staff_said(
    town: Town,  # noqa: F811
) -> None:
    account = town.moves_in("steered", "+12175550197")
    town.first_message(account)
    town.settle()
    skipped = steering.skip(
        account.account_id, ORDER, book=town.book, waker=town.waker, now=town.lapse.now
    )
    assert skipped.outcome == "done"
    after = town.account_history(account).account
    assert after.due_at is not None
    town.lapse.run(after.due_at + timedelta(days=3))
    sent = [touch.rung for touch in town.account_history(account).touches if touch.run]
    assert sent == [0, 2]
