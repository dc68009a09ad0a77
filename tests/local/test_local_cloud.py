"""Starting, stopping, marking and rewinding the local cloud."""

import json
import socket
import time
from pathlib import Path

import pytest

from local import cloud
from local.cloud import CloudError
from tests.local.place import Place, free_port

pytestmark = pytest.mark.cloud

COUNTS = """
import boto3, time
def handler(event, context):
    for record in event["Records"]:
        boto3.client("dynamodb").put_item(TableName="seen", Item=record["dynamodb"]["NewImage"])
"""

SLOW = """
import boto3, time
def handler(event, context):
    time.sleep(30)
    boto3.client("dynamodb").put_item(TableName="data", Item={"id": {"S": "late"}})
"""


def _listening(pids):
    """Addresses on which these processes listen, from /proc/net."""
    inodes = set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                inodes.add(str(descriptor.readlink()))
            except OSError:
                continue
    ports = set()
    for table, width in (("tcp", 8), ("tcp6", 32), ("udp", 8), ("udp6", 32)):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            idle = table.startswith("udp") or fields[3] == "0A"
            if idle and f"socket:[{fields[9]}]" in inodes:
                ports.add((table, fields[1][:width], int(fields[1][width + 1 :], 16)))
    return ports


def _loopback_only(place):
    here = socket.inet_aton("127.0.0.1")[::-1].hex().upper()
    place.function("works")
    place.call("works")
    return _listening(place.cloud.processes()) == {("tcp", here, place.cloud.port)}


def test_it_listens_on_loopback_alone(patched):
    assert _loopback_only(patched)


def test_a_second_start_says_that_it_runs(patched):
    runs = patched.cloud
    with pytest.raises(CloudError, match=f"pid {runs.pid}"):
        cloud.start(runs.port, directory=runs.directory)
    assert cloud.find(runs.directory) == runs


def test_a_taken_port_is_refused(patched, tmp_path):
    with pytest.raises(CloudError, match="something else listens"):
        cloud.start(patched.cloud.port, directory=tmp_path)


def test_an_unknown_mend_ends_the_start(clouds):
    with pytest.raises(CloudError, match="no such patch: typo"):
        clouds(skip=["typo"])


def test_stop_leaves_nothing_behind(clouds):
    place = Place(clouds())
    place.function("works")
    place.call("works")
    running = place.cloud.processes()
    assert len(running) == 2
    assert place.cloud.memory_mb() > 20
    place.cloud.stop()
    assert [pid for pid in running if Path(f"/proc/{pid}").exists()] == []
    assert place.cloud.processes() == []
    assert cloud.find(place.cloud.directory) is None
    place.cloud.stop()


def test_state_outlives_a_restart_where_asked(clouds):
    first = Place(clouds(persist=True))
    first.table("kept")
    first.cloud.stop()
    again = cloud.start(free_port(), directory=first.cloud.directory, persist=True)
    try:
        assert again.client("dynamodb").list_tables()["TableNames"] == ["kept"]
    finally:
        again.stop()


@pytest.fixture
def stage(clouds):
    """A cloud with a table whose stream a function copies, a bucket and a mark."""
    place = Place(clouds())
    specification = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    place.table("data", StreamSpecification=specification)
    place.table("seen")
    source = place.client("dynamodb").describe_table(TableName="data")["Table"]["LatestStreamArn"]
    place.function("copies", COUNTS)
    place.client("lambda").create_event_source_mapping(
        FunctionName="copies", EventSourceArn=source, StartingPosition="LATEST"
    )
    place.client("s3").create_bucket(Bucket="files")
    place.client("s3").put_object(Bucket="files", Key="before", Body=b"1")
    place.client("dynamodb").put_item(TableName="data", Item={"id": {"S": "before"}})
    place.cloud.settle()
    place.cloud.mark()
    return place


def _objects(place):
    return [each["Key"] for each in place.client("s3").list_objects_v2(Bucket="files")["Contents"]]


def test_rewind(stage, bare):
    """Data goes back, functions stay warm, streams go on with the very next write."""
    dynamodb = stage.client("dynamodb")
    took = []
    for name in ("first", "second", "third"):
        dynamodb.put_item(TableName="data", Item={"id": {"S": name}})
        stage.client("s3").put_object(Bucket="files", Key=name, Body=b"2")
        stage.until(lambda: len(stage.rows("seen")) == 2)
        assert stage.rows("seen").keys() == {"before", name}
        started = time.perf_counter()
        stage.cloud.rewind()
        took.append(time.perf_counter() - started)
        assert stage.rows("data").keys() == {"before"}
        assert _objects(stage) == ["before"]
    assert max(took) < 2
    with pytest.raises(CloudError):
        bare.cloud.mark()


def test_rewind_ends_what_is_running(stage):
    """Waiting executions end, and a call in flight cannot write after the rewind."""
    stage.function("slow", SLOW, Timeout=60)
    wait = {"Type": "Wait", "Seconds": 60, "End": True}
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "slow"},
        "TimeoutSeconds": 60,
        "End": True,
    }
    for name, state in (("waits", wait), ("calls", call)):
        stage.start(stage.machine(name, {"StartAt": "First", "States": {"First": state}}))
    stage.until(lambda: stage.cloud.activity().calls == 1)
    assert stage.cloud.activity().executions_running == 2
    started = time.perf_counter()
    stage.cloud.rewind()
    assert time.perf_counter() - started < 4
    activity = stage.cloud.activity()
    assert (activity.executions_running, activity.calls) == (0, 0)
    assert stage.rows("data").keys() == {"before"}
    stage.client("dynamodb").put_item(TableName="data", Item={"id": {"S": "after"}})
    stage.until(lambda: "after" in stage.rows("seen"))


def test_activity(stage, bare):
    """At rest means: everything waits for a token, and nothing is on its way."""
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken",
        "Parameters": {
            "TableName": "data",
            "Key": {"id": {"S": "account"}},
            "UpdateExpression": "SET task_token = :t",
            "ExpressionAttributeValues": {":t": {"S.$": "$$.Task.Token"}},
        },
        "TimeoutSeconds": 60,
        "End": True,
    }
    execution = stage.start(stage.machine("waits", {"StartAt": "W", "States": {"W": state}}))
    rest = stage.cloud.settle()
    assert (rest.executions_running, rest.executions_waiting) == (1, 1)
    token = stage.rows("seen")["account"]["task_token"]["S"]
    stage.client("stepfunctions").send_task_success(taskToken=token, output=json.dumps({}))
    assert stage.end(execution)["status"] == "SUCCEEDED"
    assert stage.cloud.settle().executions_running == 0
    with pytest.raises(CloudError):
        bare.cloud.activity()


def test_whoever_was_answered_no_longer_waits(stage):
    """From the instant of the answer, though its execution may not have had a turn yet."""
    url = stage.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"},
        "TimeoutSeconds": 60,
        "End": True,
    }
    definition = {"StartAt": "Ask", "States": {"Ask": ask}}
    machine = stage.machine("asks", definition)
    for _ in range(20):
        stage.start(machine)
    stage.until(lambda: stage.cloud.activity().executions_waiting == 20)
    tokens: list[str] = []
    while len(tokens) < 20:
        answer = stage.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        tokens += [message["Body"] for message in answer.get("Messages", [])]
    for left, token in enumerate(tokens, 1):
        stage.client("stepfunctions").send_task_success(taskToken=token, output="{}")
        assert stage.cloud.activity().executions_waiting == 20 - left
