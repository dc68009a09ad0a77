"""`dunlin redrive` on the deployed stack: what lay in the dead letters reaches who was to take it,
and what the stack itself did not lay there moves nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dunlin.adapters.aws.dead_letters import CALLED_ASIDE, NAMES, STREAM_READERS
from dunlin.cli.main import app
from dunlin.domain.accounts.consumer import Channel, ConsentState
from local.cloud import ACCOUNT
from local.local_stack import LocalStack
from local.outside import OutsideWorld
from tests.support import builders
from tests.support.deployment import target_of
from tests.wiring import stack as template

pytestmark = pytest.mark.cloud
OURS = "+12175550199"
ARN = f"arn:aws:{{service}}:us-east-1:{ACCOUNT}:{{name}}"


def eventually(look: Callable[[], Any], *, seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
    return seen


class House:
    """The stack, and short words for its queues."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.queues = stack.cloud.client("sqs")

    def url(self, name: str) -> str:
        return str(self.queues.get_queue_url(QueueName=f"dunlin-{name}")["QueueUrl"])

    def lay(self, name: str, document: Any, **attributes: str) -> None:
        text = document if isinstance(document, str) else json.dumps(document)
        self.queues.send_message(
            QueueUrl=self.url(name),
            MessageBody=text,
            MessageAttributes={
                key: {"DataType": "String", "StringValue": value}
                for key, value in attributes.items()
            },
        )

    def lie(self, name: str) -> int:
        asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.queues.get_queue_attributes(QueueUrl=self.url(name), AttributeNames=asked)
        return sum(int(number) for number in answer["Attributes"].values())

    def function(self, name: str) -> str:
        name = self.stack.outputs[f"{name}FunctionName"]
        return ARN.format(service="lambda", name=f"function:{name}:$LATEST")

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["redrive", *words])


@pytest.fixture
def house(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: target_of(stack))
    return House(stack)


def revoked(consumer_id: str) -> bool:
    from dunlin.runtime import wiring

    person = wiring.account_book().consumer(consumer_id)
    return person is not None and person.consent(Channel.SMS).state is ConsentState.REVOKED


def somebody(mailbox: str, number: str) -> str:
    from dunlin.runtime import wiring

    person = builders.consumer(mailbox, phones=(number,))
    account = builders.account(f"INV-{mailbox}", consumer_id=person.consumer_id)
    builders.store(wiring.account_book(), wiring.creditors(), account, person=person)
    return person.consumer_id


def test_who_ends_in_dead_letters_is_who_is_called_again() -> None:
    resources = template.translated()["Resources"]
    aside = {
        name.removesuffix("FunctionEventInvokeConfig")
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::EventInvokeConfig"
    }
    assert set(CALLED_ASIDE) == aside
    readers = {
        resource["Properties"]["FunctionName"]["Ref"].removesuffix("Function")
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::EventSourceMapping"
        and "DestinationConfig" in resource["Properties"]
    }
    assert set(STREAM_READERS) == readers
    queues = set(template.resources("AWS::SQS::Queue"))
    assert set(NAMES) == {name for name in queues if not name.endswith("Queue")}


def test_each_kind_of_dead_letter_reaches_who_was_to_take_it(house: House) -> None:
    """STOP above all: a text that failed five times, a call that a clock made, and records of a
    stream whose notice in turn failed at its rule."""
    texted, listed = somebody("texted", "+12175550151"), somebody("listed", "+12175550152")
    text = {
        "originationNumber": "+12175550151",
        "destinationNumber": OURS,
        "messageKeyword": "KEYWORD_1",
        "messageBody": "STOP",
        "inboundMessageId": "3f0c2f0e-6f58-4a7e-8d27-0c6f6e2d0001",
    }
    house.lay("ReplyDeadLetters", {"Type": "Notification", "Message": json.dumps(text)})
    OutsideWorld(cloud=house.stack.cloud).carrier_opt_out("+12175550152")
    house.lay(
        "AsyncFailures",
        {"requestContext": {"functionArn": house.function("SyncOptouts")}, "requestPayload": {}},
    )
    archived = given_up(house, "given-up-by-the-archive")
    assert "ReplyDeadLetters 1 " in " ".join(house.run().output.split())
    done = house.run("--all")
    assert done.exit_code == 0, done.output
    assert "ReplyDeadLetters: 1 message; messages go to ReplyQueue again." in done.output
    assert eventually(lambda: revoked(texted))
    assert eventually(lambda: revoked(listed))
    again = house.run("--all") if house.lie("StreamFailures") else done
    assert again.exit_code == 0, again.output
    assert eventually(archived)
    assert eventually(lambda: not any(house.lie(name) for name in NAMES))
    assert house.run("--all").output.strip() == "No dead letters."


def given_up(house: House, subject: str) -> Callable[[], bool]:
    """Lay an audit entry where Lambda lays what it gives up, whose notice its rule could not
    deliver; tells whether the archive has it."""
    dynamo, s3 = house.stack.cloud.client("dynamodb"), house.stack.cloud.client("s3")
    (row,) = dynamo.scan(TableName=house.stack.outputs["AuditTableName"], Limit=1)["Items"]
    image = row | {"subject": {"S": f"account#{subject}"}}
    records = {
        "Records": [
            {
                "eventID": "given-up",
                "eventName": "INSERT",
                "dynamodb": {
                    "ApproximateCreationDateTime": 1_795_446_000,
                    "NewImage": image,
                    "SequenceNumber": "1",
                },
            }
        ]
    }
    bucket = house.stack.outputs["DropBucketName"]
    record = {
        "requestContext": {"functionArn": house.function("ArchiveAudit")},
        "payload": json.dumps(records),
    }
    key = "aws/lambda/mapping/shardId-1/2026/11/23/given-up"
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(record).encode())
    # The rule of the stack tells of the object; the same notice failed at the rule as well.
    eventually(lambda: house.lie("StreamFailures"))
    notice = {"detail": {"bucket": {"name": bucket}, "object": {"key": key}}}
    house.lay(
        "RuleFailures",
        notice,
        TARGET_ARN=ARN.format(service="sqs", name="dunlin-StreamFailures"),
    )

    def archived() -> bool:
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=house.stack.outputs["AuditBucketName"], Prefix="entries/"
        )
        return any(
            subject in s3.get_object(
                Bucket=house.stack.outputs["AuditBucketName"], Key=item["Key"]
            )["Body"].read().decode()
            for page in pages
            for item in page.get("Contents", [])
        )  # fmt: skip

    return archived


def test_what_the_stack_did_not_lay_there_moves_nothing_and_is_named(house: House) -> None:
    decide = {"requestContext": {"functionArn": house.function("Decide")}, "requestPayload": {}}
    house.lay("AsyncFailures", decide)
    house.lay("StreamFailures", {"detail": {"object": {"key": "drop/harbor/open.csv"}}})
    house.lay("RuleFailures", {}, TARGET_ARN=ARN.format(service="sqs", name="others-queue"))
    house.lay("RuleFailures", "no JSON", TARGET_ARN=house.function("GuardSpend"))
    for name, why, count in (
        ("AsyncFailures", "none of the functions that end here", 1),
        ("StreamFailures", "holds no records of a stream", 1),
        ("RuleFailures", "its target is none of this stack's", 2),
    ):
        kept = house.run(name)
        assert kept.exit_code == 1
        assert why in " ".join(kept.output.split())
        assert house.lie(name) == count
        house.queues.purge_queue(QueueUrl=house.url(name))


def test_a_queue_that_is_none_of_dead_letters_is_refused(house: House) -> None:
    assert house.run("ReplyQueue").exit_code == 2
    assert house.run("ReplyDeadLetters", "--all").exit_code == 2
