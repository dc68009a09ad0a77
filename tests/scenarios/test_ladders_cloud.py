"""Whole ladders on the deployed stack, under the time-lapse clock: what people hear, and when."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from typer.testing import CliRunner

from dunlin.cli.main import app
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import Channel, Consumer
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import TouchState
from dunlin.ports.accounts import AccountHistory
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.reports.audit_log import dossier, sign_day
from dunlin.service.signals.signals import apply_signal
from dunlin.service.staff.queue import decide
from local.cloud import ROOT
from local.local_stack import LocalStack
from local.outside import EmailKind, OutsideWorld
from local.timelapse import TimeLapse
from tests.support import builders
from tests.support.builders import CREDITOR
from tests.support.launch import launch

pytestmark = pytest.mark.cloud

OURS = "+12175550101"
SECRETS = ("Secretname", "secret-mail@example.com", "+12175550177", "1980-05-17", "my doctor")


class Town:
    """A stack under time-lapse and the people of this module."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack, self.lapse = stack, TimeLapse(stack)
        from dunlin.runtime import wiring

        self.book, self.creditors = wiring.account_book(), wiring.creditors()
        self.waker = wiring.waker()
        self.steps = stack.cloud.client("stepfunctions")

    @property
    def outside(self) -> OutsideWorld:
        return OutsideWorld(cloud=self.stack.cloud, now=self.lapse.now)

    def moves_in(self, mailbox: str, number: str, **person: Any) -> Account:
        """One account of one person, stored and not yet active."""
        consumer = builders.consumer(
            mailbox, **{"phones": (number,), "given_name": mailbox.title()} | person
        )
        account = builders.account(f"INV-{mailbox}", consumer_id=consumer.consumer_id)
        builders.store(self.book, self.creditors, account, person=consumer, at=self.lapse.now)
        return account

    def first_message(self, account: Account) -> None:
        """Start its ladder and let the first rung happen, on the first lawful day."""
        assert launch(self.stack)["started"] == 1
        for _ in range(2):  # a holiday before a weekend puts it off for longer than three days
            self.lapse.run(self.lapse.now + timedelta(days=3))
            if self.account_history(account).touches:
                break
        assert len(self.account_history(account).touches) == 1

    def account_history(self, account: Account) -> AccountHistory:
        return self.book.account_history(account.account_id)

    def person(self, account: Account) -> Consumer:
        person = self.book.consumer(account.consumer_id)
        assert person is not None
        return person

    def states(self, account: Account, run: int = 1) -> tuple[str, list[str]]:
        """The execution's status and the states it entered."""
        arn = self.stack.outputs["LadderMachineArn"].replace(":stateMachine:", ":execution:")
        arn = f"{arn}:{account.account_id}-{run}"
        status = self.steps.describe_execution(executionArn=arn)["status"]
        history = self.steps.get_execution_history(executionArn=arn, maxResults=1000)
        entered = [
            e["stateEnteredEventDetails"]["name"]
            for e in history["events"]
            if "stateEnteredEventDetails" in e
        ]
        return status, entered

    def settle(self) -> None:
        self.stack.cloud.settle(120)

    def texts(self, number: str) -> list[str]:
        return [t.body for t in self.outside.texts() if t.to == number]

    def emails(self, name: str) -> list[str]:
        return [e.message_id for e in self.outside.emails() if f"{name}@example.com" in e.to]


@pytest.fixture(scope="module")
def town(stack: LocalStack) -> Town:
    return Town(stack)


def test_four_rungs_end_exhausted(town: Town) -> None:
    account = town.moves_in("silent", "+12175550111")
    town.first_message(account)
    town.lapse.run(town.lapse.now + timedelta(days=75))
    account_history = town.account_history(account)
    assert account_history.account.status is Status.EXHAUSTED
    assert [(t.rung, t.channel.value) for t in account_history.touches] == [
        (0, "email"),
        (1, "email"),
        (2, "sms"),
        (3, "email"),
    ]
    assert all(t.state is TouchState.SENT for t in account_history.touches)
    assert (len(town.emails("silent")), len(town.texts("+12175550111"))) == (3, 1)
    status, entered = town.states(account)
    assert (status, entered[-1]) == ("SUCCEEDED", "Exhausted")
    assert entered.count("SendEmail") + entered.count("SendSms") == 4


def test_stop_by_text_is_confirmed_once_and_then_there_is_silence(town: Town) -> None:
    number = "+12175550112"
    account = town.moves_in("stopper", number, emails=())
    town.first_message(account)
    assert len(town.texts(number)) == 1
    for _ in range(2):
        town.outside.sms_reply(number, OURS, "Stop!", topic_arn=town.stack.outputs["ReplyTopicArn"])
        town.settle()
    assert not any(town.person(account).consent(c).open for c in Channel)
    texts = town.texts(number)
    town.lapse.run(town.lapse.now + timedelta(days=75))
    assert town.texts(number) == texts
    confirmations = [t for t in town.account_history(account).touches if not t.run]
    assert [t.template for t in confirmations] == ["opt_out_confirmation"]
    assert len(texts) == 2


def test_a_dispute_holds_and_a_decision_of_staff_resumes(town: Town) -> None:
    account = town.moves_in("doubter", "+12175550113")
    town.first_message(account)
    signal = Signal(
        signal_id="sig-doubter",
        kind=SignalKind.DISPUTE,
        at=town.lapse.now,
        account_id=account.account_id,
    )
    apply_signal(signal, book=town.book, waker=town.waker, now=town.lapse.now)
    town.settle()
    assert town.states(account)[1][-1] == "Held"
    town.lapse.run(town.lapse.now + timedelta(days=30))
    held = town.account_history(account)
    assert held.account.hold is Hold.DISPUTE
    assert len(held.touches) == 1
    decided = decide(
        account_id=account.account_id,
        decision="approve",
        order=StaffCommand(by="desk-1", why="answered", version=held.account.version),
        now=town.lapse.now,
        book=town.book,
        waker=town.waker,
    )
    assert decided.outcome == "done"
    town.lapse.run(town.lapse.now + timedelta(days=75))
    after = town.account_history(account)
    assert (after.account.status, len(after.touches)) == (Status.EXHAUSTED, 4)


def test_a_bounce_moves_the_ladder_to_the_next_channel(town: Town) -> None:
    number = "+12175550114"
    account = town.moves_in("bouncer", number)
    town.first_message(account)
    (message,) = town.emails("bouncer")
    town.outside.email_event(EmailKind.BOUNCE, message)
    town.settle()
    assert not town.person(account).consent(Channel.EMAIL).open
    town.lapse.run(town.lapse.now + timedelta(days=75))
    touches = town.account_history(account).touches
    assert [t.channel for t in touches] == [Channel.EMAIL, *[Channel.SMS] * 3]
    assert touches[0].state is TouchState.BOUNCED
    assert town.emails("bouncer") == [message]
    assert len(town.texts(number)) == 3


def test_a_signal_wakes_its_ladder_before_its_clock_moves(town: Town) -> None:
    account = town.moves_in("quick", "+12175550115")
    town.first_message(account)
    (message,) = town.emails("quick")
    looked = town.states(account)[1].count("CheckCompliance")
    end = time.monotonic() + 60
    town.outside.email_event(EmailKind.COMPLAINT, message)
    while town.states(account)[1].count("CheckCompliance") == looked:
        assert time.monotonic() < end
        time.sleep(0.02)
    town.settle()
    assert not town.person(account).consent(Channel.EMAIL).open


def test_a_file_that_says_paid_settles_before_the_next_touch(town: Town) -> None:
    drop = town.stack.cloud.client("s3")

    def dropped(name: str, balance: str) -> None:
        rows = (
            "Invoice,Customer,Email,Phone,State,Balance,Due date\n"
            f"Z-40,Zoe Sample,zoe@example.com,(217) 555-0116,IL,{balance},2026-09-01\n"
        )
        drop.put_object(
            Bucket=town.stack.outputs["DropBucketName"],
            Key=f"drop/{CREDITOR}/{name}.csv",
            Body=rows.encode(),
        )
        town.settle()

    dropped("first", "$75.00")
    (account,) = (a for a in town.book.accounts_of_creditor(CREDITOR) if a.reference == "Z-40")
    assert launch(town.stack)["started"] == 1
    dropped("second", "$0.00")
    stored = town.account_history(account)
    assert (stored.account.balance.minor, stored.account.status) == (0, Status.SETTLED)
    assert sum(e.amount.minor for e in stored.ledger) == 0
    town.lapse.run(town.lapse.now + timedelta(days=75))
    assert not town.account_history(account).touches
    assert not town.emails("zoe")
    status, entered = town.states(account)
    assert (status, entered[-1]) == ("SUCCEEDED", "Settled")


def test_starting_twice_starts_once(town: Town) -> None:
    account = town.moves_in("twice", "+12175550118")
    assert launch(town.stack)["started"] == 1
    assert launch(town.stack).get("started", 0) == 0
    stored = town.account_history(account).account
    assert town.waker.start(stored, wait_seconds=1) is False
    names = [
        e["name"]
        for e in town.steps.list_executions(
            stateMachineArn=town.stack.outputs["LadderMachineArn"], maxResults=1000
        )["executions"]
    ]
    assert names.count(f"{account.account_id}-1") == 1
    town.lapse.run(town.lapse.now + timedelta(days=3))
    assert len(town.emails("twice")) == 1


def test_nothing_personal_is_in_logs_state_or_the_audit_log(town: Town) -> None:
    number = "+12175550177"
    account = town.moves_in("secret-mail", number, given_name="Secretname")
    town.first_message(account)
    town.outside.sms_reply(
        number,
        OURS,
        "Ask my doctor, he has the bill",
        topic_arn=town.stack.outputs["ReplyTopicArn"],
    )
    town.settle()
    assert town.account_history(account).account.hold is Hold.REVIEW

    logs = town.stack.cloud.client("logs")
    groups = [g["logGroupName"] for g in logs.describe_log_groups()["logGroups"]]
    seen = [
        event["message"]
        for group in groups
        if not group.startswith("sns/")  # the carrier's own delivery lines
        for event in logs.filter_log_events(logGroupName=group)["events"]
    ]
    assert any(account.account_id in line for line in seen)
    arn = town.stack.outputs["LadderMachineArn"].replace(":stateMachine:", ":execution:")
    history = town.steps.get_execution_history(
        executionArn=f"{arn}:{account.account_id}-1", maxResults=1000
    )
    seen.append(json.dumps(history["events"], default=str))
    from dunlin.domain.audit.audit import to_json
    from dunlin.runtime import wiring

    archive = wiring.audit_archive()
    for subject in (f"account#{account.account_id}", f"consumer#{account.consumer_id}"):
        chain = archive.chain(subject)
        assert chain
        seen.extend(json.dumps(to_json(e)) for e in chain)
    assert not [(s, line[:200]) for line in seen for s in SECRETS if s in line]


def test_a_dossier_of_the_deployed_log_verifies_offline(town: Town, tmp_path: Path) -> None:
    from dunlin.runtime import wiring

    account = town.moves_in("witness", "+12175550119")
    town.first_message(account)
    archive = wiring.audit_archive()
    town.lapse.run(town.lapse.now + timedelta(days=1))
    names = ("account", account.account_id), ("consumer", account.consumer_id)
    subjects = *names, ("creditor", account.creditor)
    entries = [e for kind, of in subjects for e in archive.chain(f"{kind}#{of}")]
    days = sorted({e.at.date() for e in entries})
    end = time.monotonic() + 60
    while {e.hash for e in entries} - {e.hash for d in days for e in archive.archived(d)}:
        assert time.monotonic() < end
        time.sleep(0.2)
    for day in days:
        assert sign_day(day, archive=archive, signer=wiring.signer()).leaves
    town.lapse.sign_days()
    until = town.lapse.now.date() - timedelta(days=1)
    assert archive.roots()[-1] == until
    document = dossier(account.account_id, book=town.book, archive=archive)
    file, key = tmp_path / "dossier.json", tmp_path / "key.pem"
    key.write_text(wiring.signer().public_key())

    def verified() -> int:
        file.write_text(json.dumps(document))
        asked = ["audit", "verify", str(file), "--key", str(key), "--until", str(until)]
        return CliRunner().invoke(app, asked).exit_code

    assert verified() == 0
    chain = document["chains"][f"account#{account.account_id}"]
    whole = list(chain)
    chain[1] = {**chain[1], "data": {**chain[1]["data"], "channel": "sms"}}
    assert verified() == 1
    chain[:] = [whole[0], *whole[2:]]
    assert verified() == 1
    chain[:] = [whole[0], whole[2], whole[1], *whole[3:]]
    assert verified() == 1
    chain[:] = whole
    assert verified() == 0


def test_who_is_woken_between_the_look_and_the_wait_looks_again(town: Town) -> None:
    """The wait is what the machine asks of the table, word for word."""
    account = town.moves_in("between", "+12175550119")
    machine = yaml.safe_load((ROOT / "statemachines" / "ladder.asl.yaml").read_text())
    asked = machine["States"]["AwaitDue"]["Arguments"]
    tables = town.stack.cloud.client("dynamodb")

    def wait(version: int) -> None:
        tables.update_item(
            TableName=town.stack.outputs["AccountsTableName"],
            Key={"account_id": {"S": account.account_id}, "sk": asked["Key"]["sk"]},
            UpdateExpression=asked["UpdateExpression"],
            ConditionExpression=asked["ConditionExpression"],
            ExpressionAttributeValues={
                ":token": {"S": f"token of {version}"},
                ":version": {"N": str(version)},
            },
        )

    stored = town.account_history(account).account
    assert town.waker.wake(stored.account_id) is False
    with pytest.raises(tables.exceptions.ConditionalCheckFailedException):
        wait(stored.version - 1)
    wait(stored.version)
    wait(stored.version + 1)  # of a look after a write that woke nobody
    with patch("dunlin.adapters.aws.ladder_waker._client") as client:
        assert town.waker.wake(stored.account_id) is True
    client().send_task_success.assert_called_once_with(
        taskToken=f"token of {stored.version + 1}", output="{}"
    )
