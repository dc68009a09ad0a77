"""Patches of Step Functions, shown with and without."""

import json
import time

import pytest

pytestmark = pytest.mark.cloud

FAILS = """
class Unavailable(Exception):
    pass
def handler(event, context):
    raise Unavailable("provider")
"""

SLOW = """
import time
def handler(event, context):
    time.sleep(event.get("seconds", 0) if event else 0)
    return event
"""


def _task(resource, arguments, **more):
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Arguments": arguments,
        "TimeoutSeconds": 20,
        "End": True,
        **more,
    }


def _jsonata(states, start="First"):
    return {"QueryLanguage": "JSONata", "StartAt": start, "States": states}


def _store_token(table, **more):
    """The ladder's wait: the token stored by DynamoDB, then the callback."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken",
        "Arguments": {
            "TableName": table,
            "Key": {"id": {"S": "{% $states.input.id %}"}},
            "UpdateExpression": "SET task_token = :t",
            "ExpressionAttributeValues": {":t": {"S": "{% $states.context.Task.Token %}"}},
        },
        "TimeoutSeconds": 20,
        "End": True,
        **more,
    }


def _token(place, table, item):
    def stored():
        row = place.rows(table).get(item, {})
        return row.get("task_token", {}).get("S")

    return place.until(stored)


def test_yaml_definitions(patched, bare):
    template = {
        "Resources": {
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "StateMachineName": "written-in-yaml",
                    "RoleArn": "arn:aws:iam::000000000000:role/any",
                    "DefinitionString": "StartAt: Done\nStates:\n  Done:\n    Type: Succeed\n",
                },
            }
        }
    }
    ends = []
    for place in (patched, bare):
        assert place.stack("yaml", template) == "CREATE_COMPLETE"
        arn = "arn:aws:states:us-east-1:000000000000:stateMachine:written-in-yaml"
        ends.append(place.run(arn)["status"])
    assert ends == ["SUCCEEDED", "FAILED"]


def test_same_start(patched, bare):
    waits = _jsonata({"First": {"Type": "Wait", "Seconds": 2, "End": True}})
    arns = []
    for place in (patched, bare):
        machine = place.machine("waits", waits)
        first = place.start(machine, name="a-1")
        exists = place.client("stepfunctions").exceptions.ExecutionAlreadyExists
        try:
            arns.append(place.start(machine, name="a-1") == first)
        except exists:
            arns.append(False)
        with pytest.raises(exists):
            place.start(machine, {"other": 1}, name="a-1")
        place.client("stepfunctions").stop_execution(executionArn=first)
    assert arns == [True, False]


def test_timeouts(patched, bare):
    caught = {"ErrorEquals": ["States.Timeout"], "Next": "Due"}
    machine = _jsonata(
        {
            "First": _store_token(
                "timers", TimeoutSeconds="{% $states.input.seconds %}", Catch=[caught]
            ),
            "Due": {"Type": "Succeed"},
        }
    )
    ends = []
    for place in (patched, bare):
        place.table("timers")
        arn = place.machine("timer", machine)
        started = time.monotonic()
        ends.append(place.run(arn, {"id": "a", "seconds": 1})["status"])
        if place is patched:
            assert 0.9 < time.monotonic() - started < 3
    assert ends == ["SUCCEEDED", "FAILED"]


ALLOWED = {
    "lambda": ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:000000000000:function:echo"),
    "dynamodb": ("dynamodb:UpdateItem", "arn:aws:dynamodb:us-east-1:000000000000:table/judged"),
    "sqs": ("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:judged"),
    "sns": ("sns:Publish", "arn:aws:sns:us-east-1:000000000000:judged"),
    "events": ("events:PutEvents", "arn:aws:events:us-east-1:000000000000:event-bus/default"),
    "states": (
        "states:StartExecution",
        "arn:aws:states:us-east-1:000000000000:stateMachine:judged-*",
    ),
    "s3": ("s3:GetObject", "arn:aws:s3:::judged/*"),
}


def _judged_states(place):
    url = place.queue("judged")[0]
    topic = place.client("sns").create_topic(Name="judged")["TopicArn"]
    place.table("judged")
    place.function("echo")
    place.client("s3").create_bucket(Bucket="judged")
    place.client("s3").put_object(Bucket="judged", Key="items.json", Body=b"[1, 2]")
    done = _jsonata({"First": {"Type": "Succeed"}})
    child = place.machine("judged-child", done)
    event = {"Source": "x", "DetailType": "y", "Detail": "{}"}
    item = {
        "TableName": "judged",
        "Key": {"id": {"S": "a"}},
        "UpdateExpression": "SET n = :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    return {
        "lambda": _task("lambda:invoke", {"FunctionName": "echo", "Payload": {}}),
        "dynamodb": _task("aws-sdk:dynamodb:updateItem", item),
        "sqs": _task("sqs:sendMessage", {"QueueUrl": url, "MessageBody": "x"}),
        "sns": _task("sns:publish", {"TopicArn": topic, "Message": "x"}),
        "events": _task("events:putEvents", {"Entries": [event]}),
        "states": _task("states:startExecution", {"StateMachineArn": child, "Input": {}}),
        "s3": {
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "JSON"},
                "Arguments": {"Bucket": "judged", "Key": "items.json"},
            },
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Each",
                "States": {"Each": {"Type": "Pass", "End": True}},
            },
            "End": True,
        },
    }


def _judge(place, kind, state):
    """How executions end whose role lacks the one permission, and has it."""
    action, resource = ALLOWED[kind]
    others = [
        {"Effect": "Allow", "Action": each, "Resource": "*"}
        for other, (each, _) in ALLOWED.items()
        if other != kind
    ]
    grant = {"Effect": "Allow", "Action": action, "Resource": resource}
    lacks = place.role(f"lacks-{kind}", others)
    has = place.role(f"has-{kind}", [*others, grant])
    machines = [
        place.machine(f"judged-{kind}-{name}", _jsonata({"First": state}), role)
        for name, role in (("lacks", lacks), ("has", has))
    ]
    executions = [place.start(machine) for machine in machines]
    return tuple(place.end(execution)["status"] for execution in executions)


def test_roles(patched, bare):
    seen = []
    for place in (patched, bare):
        states = _judged_states(place)
        seen.append({kind: _judge(place, kind, state) for kind, state in states.items()})
    assert seen[0] == dict.fromkeys(ALLOWED, ("FAILED", "SUCCEEDED"))
    # The bare emulator does not read the reader's Arguments either.
    assert {kind: ends for kind, ends in seen[1].items() if kind != "s3"} == dict.fromkeys(
        ALLOWED.keys() - {"s3"}, ("SUCCEEDED", "SUCCEEDED")
    )


def test_roles_of_a_distributed_map(patched):
    """The start of a distributed map is a permission of its own."""
    state = {
        "Type": "Map",
        "Items": [1],
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Each",
            "States": {"Each": {"Type": "Pass", "End": True}},
        },
        "End": True,
    }
    nothing = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
    role = patched.role("lacks-children", [nothing])
    ended = patched.run(patched.machine("childless", _jsonata({"First": state}), role))
    assert ended["status"] == "FAILED"
    assert "states:StartExecution" in ended["cause"]


def test_retries(patched, bare):
    retry = {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 2,
        "MaxAttempts": 2,
        "BackoffRate": 1,
        "MaxDelaySeconds": 1,
        "JitterStrategy": "FULL",
    }
    state = _task("lambda:invoke", {"FunctionName": "fails"}, Retry=[retry])
    took = []
    for place in (patched, bare):
        place.function("fails", FAILS)
        machine = place.machine("retries", _jsonata({"First": state}))
        started = time.monotonic()
        assert place.run(machine)["status"] == "FAILED"
        took.append(time.monotonic() - started)
    assert took[0] < 3.5
    assert took[1] > 4


def test_exceptions_are_retried_and_caught_by_name(patched, bare):
    state = _task(
        "lambda:invoke",
        {"FunctionName": "fails-by-name"},
        Catch=[{"ErrorEquals": ["Unavailable"], "Next": "Caught"}],
    )
    ends = []
    for place in (patched, bare):
        place.function("fails-by-name", FAILS)
        states = {"First": state, "Caught": {"Type": "Succeed"}}
        ends.append(place.run(place.machine("by-name", _jsonata(states)))["status"])
    assert ends == ["SUCCEEDED", "FAILED"]


def test_throttles(patched, bare):
    state = _task("lambda:invoke", {"FunctionName": "closed"})
    errors = []
    for place in (patched, bare):
        place.function("closed")
        place.client("lambda").put_function_concurrency(
            FunctionName="closed", ReservedConcurrentExecutions=0
        )
        ended = place.run(place.machine("throttled", _jsonata({"First": state})))
        errors.append(ended["error"])
    assert errors == ["Lambda.TooManyRequestsException", "Lambda.Unknown"]


def test_distributed_maps(patched, bare):
    state = {
        "Type": "Map",
        "Items": "{% $states.input.ranges %}",
        "ItemSelector": {
            "index": "{% $states.context.Map.Item.Index %}",
            "start": "{% $states.context.Map.Item.Value.start %}",
        },
        "MaxConcurrency": "{% $states.input.at_once %}",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Each",
            "States": {"Each": {"Type": "Pass", "End": True}},
        },
        "Assign": {"rows": "{% $count($states.result) %}"},
        "Output": {"starts": "{% $states.result.start %}"},
        "Next": "Count",
    }
    states = {"First": state, "Count": {"Type": "Pass", "Output": "{% $rows %}", "End": True}}
    given = {"ranges": [{"start": 0}, {"start": 10}, {"start": 20}], "at_once": 2}
    outputs = []
    for place in (patched, bare):
        ended = place.run(place.machine("maps", _jsonata(states)), given)
        outputs.append(ended.get("output"))
    assert json.loads(outputs[0]) == 3
    assert outputs[1] is None or json.loads(outputs[1]) != 3


def test_stops(patched, bare):
    machine = _jsonata({"First": _store_token("stopped", TimeoutSeconds=3)})
    accepted = []
    for place in (patched, bare):
        place.table("stopped")
        states = place.client("stepfunctions")
        execution = place.start(place.machine("stoppable", machine), {"id": "a"})
        token = _token(place, "stopped", "a")
        states.stop_execution(executionArn=execution)
        try:
            states.send_task_success(taskToken=token, output="{}")
            accepted.append(True)
        except states.exceptions.TaskDoesNotExist:
            accepted.append(False)
    assert accepted == [False, True]


def test_a_wake_reaches_the_ladder(patched):
    """The way round the ladder: stored token, SendTaskSuccess from a function, condition caught."""
    code = """
import boto3
def handler(event, context):
    boto3.client("stepfunctions").send_task_success(taskToken=event, output="{}")
"""
    patched.table("ladders")
    patched.function("wakes", code)
    execution = patched.start(
        patched.machine("ladder", _jsonata({"First": _store_token("ladders")})), {"id": "a"}
    )
    assert patched.call("wakes", _token(patched, "ladders", "a")) is None
    assert patched.end(execution)["status"] == "SUCCEEDED"


def test_a_wait_can_be_ended_as_time_would_end_it(patched):
    """SendTaskFailure with States.Timeout is to a machine what the timeout is: a virtual clock."""
    patched.table("virtual")
    wait = _store_token(
        "virtual",
        TimeoutSeconds=86_400,
        Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "Due"}],
    )
    states = {"First": wait, "Due": {"Type": "Succeed"}}
    execution = patched.start(patched.machine("virtual", _jsonata(states)), {"id": "a"})
    patched.client("stepfunctions").send_task_failure(
        taskToken=_token(patched, "virtual", "a"), error="States.Timeout"
    )
    assert patched.end(execution)["status"] == "SUCCEEDED"


def test_a_failed_condition_is_caught(patched):
    """The account moved: the ladder goes and looks again."""
    patched.table("moved")
    wait = _store_token(
        "moved",
        Catch=[{"ErrorEquals": ["DynamoDb.ConditionalCheckFailedException"], "Next": "Again"}],
    )
    wait["Arguments"]["ConditionExpression"] = "attribute_exists(id)"
    states = {"First": wait, "Again": {"Type": "Succeed"}}
    ended = patched.run(patched.machine("looks-again", _jsonata(states)), {"id": "a"})
    assert ended["status"] == "SUCCEEDED"


def test_turns(patched, bare):
    """A wave of executions needs no more workers than there are turns, and every one succeeds."""
    workers = []
    for place in (patched, bare):
        place.function("slow", SLOW)
        state = _task("lambda:invoke", {"FunctionName": "slow", "Payload": {"seconds": 0.2}})
        machine = place.machine("wave", _jsonata({"First": state}))
        before = len(place.cloud.processes())
        executions = [place.start(machine) for _ in range(10)]
        ends = [place.end(execution)["status"] for execution in executions]
        if place is patched:
            assert ends == ["SUCCEEDED"] * 10
        workers.append(len(place.cloud.processes()) - before)
    assert workers[0] <= 2
    assert workers[1] > 2
