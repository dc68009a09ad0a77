"""Patches of Step Functions: definitions, the machine's own role, retries, maps and stops."""

import contextvars
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import yaml
from ministack import app
from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import stepfunctions
from ministack.services.cloudformation import provisioners

from local.emulator_patches.answers import Response

Payload = dict[str, Any]


def yaml_definitions() -> None:
    """A state machine written in YAML runs.

    Upstream stores the text of a YAML `DefinitionUri` as it is; it deploys and every execution
    fails with `InvalidDefinition`. CloudFormation turns it into JSON, and so do we.
    """
    read = provisioners._sfn_definition

    def definition(properties: Payload) -> str:
        text = str(read(properties))
        if text.lstrip().startswith("{"):
            return text
        return json.dumps(yaml.safe_load(text), default=str)

    provisioners._sfn_definition = definition


def same_start() -> None:
    """Starting a running execution again with the same input answers as the first start did.

    Upstream answers `ExecutionAlreadyExists`. API reference, StartExecution: idempotent for
    Standard workflows while the execution runs and the input is the same.
    """
    start = stepfunctions._start_execution

    def start_execution(data: Payload) -> Response:
        for execution in stepfunctions._executions.values():
            if (
                execution["name"] == data.get("name")
                and execution["stateMachineArn"] == data.get("stateMachineArn")
                and execution["status"] == "RUNNING"
                and execution["input"] == data.get("input", "{}")
            ):
                answer = {key: execution[key] for key in ("executionArn", "startDate")}
                response: Response = stepfunctions.json_response(answer)
                return response
        started: Response = start(data)
        return started

    stepfunctions._start_execution = start_execution


def timeouts() -> None:
    """`TimeoutSeconds` of a task may be a JSONata expression.

    Upstream compares the text of the expression with a number and the execution fails.
    """
    run = stepfunctions._execute_task

    def execute_task(state: Payload, given: object, execution: Payload, context: Payload) -> object:
        expression = isinstance(state.get("TimeoutSeconds"), str)
        if expression and stepfunctions._state_query_language(state, context) == "JSONata":
            seconds = stepfunctions._jsonata_state_field(
                state, "TimeoutSeconds", "number", given, context
            )
            state = {**state, "TimeoutSeconds": seconds}
        return run(state, given, execution, context)

    stepfunctions._execute_task = execute_task


# The machine whose state runs in this thread: its record, as upstream keeps it.
_MACHINE: contextvars.ContextVar[Payload | None] = contextvars.ContextVar("machine", default=None)

# Where the name of a service in a state's resource is not its prefix in IAM.
_PREFIXES = {
    "sfn": "states",
    "eventbridge": "events",
    "sesv2": "ses",
    "cloudwatchlogs": "logs",
}

# Where the name of an API call is not the name of the action in IAM.
_ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
}

_CALLBACKS = ("states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat")

# The error of an unmodelled refusal, by service. Not checked against AWS: catch States.ALL.
_ERRORS = {
    "lambda": "Lambda.AWSLambdaException",
    "dynamodb": "DynamoDb.DynamoDbException",
    "sns": "Sns.SnsException",
    "sqs": "Sqs.SqsException",
    "events": "EventBridge.EventBridgeException",
    "states": "StepFunctions.AWSStepFunctionsException",
    "s3": "S3.S3Exception",
    "ses": "SesV2.SesV2Exception",
}


def _arn(service: str, resource: str) -> str:
    if resource.startswith("arn:"):
        return resource
    return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"


def _resource(service: str, action: str, data: Payload) -> str:
    """The resource that IAM judges for a call with these parameters."""
    match service:
        case "lambda":
            name = str(data.get("FunctionName", ""))
            return name if name.startswith("arn:") else _arn("lambda", f"function:{name}")
        case "sqs":
            return _arn("sqs", str(data.get("QueueUrl", "")).rsplit("/", 1)[-1])
        case "sns":
            return str(data.get("TopicArn") or data.get("TargetArn") or "*")
        case "events":
            buses = [entry.get("EventBusName", "default") for entry in data.get("Entries", [])]
            return _arn("events", f"event-bus/{buses[0]}") if buses else "*"
        case "states" if action not in _CALLBACKS:
            return str(data.get("StateMachineArn") or data.get("ExecutionArn") or "*")
        case "s3":
            bucket = f"arn:aws:s3:::{data.get('Bucket', '')}"
            return bucket if action == "s3:ListBucket" else f"{bucket}/{data.get('Key', '')}"
        case "ssm":
            return _arn("ssm", f"parameter/{str(data.get('Name', '')).lstrip('/')}")
        case _:
            named = (str(v) for k, v in data.items() if k.lower().endswith("arn"))
            return next(named, "*")


def _grants(resource: str, data: Payload) -> tuple[str, list[tuple[str, str]]]:
    """The IAM prefix and the pairs of action and resource that a task's call needs."""
    if resource.startswith("arn:aws:lambda:"):
        return "lambda", [("lambda:InvokeFunction", resource)]
    _, _, call = resource.partition(":::")
    service, _, api = call.removeprefix("aws-sdk:").partition(":")
    service, api = _PREFIXES.get(service, service), api.split(".")[0]
    action = f"{service}:{api[:1].upper()}{api[1:]}"
    action = _ACTIONS.get(action, action)
    if service != "dynamodb":
        return service, [(action, _resource(service, action, data))]
    body, place = json.dumps(data).encode(), (get_region(), get_account_id())
    items = iam_actions.dynamodb_transaction_checks(action, body, *place)
    tables = iam_actions.dynamodb_resource_arns(body, *place)
    return service, items or [(action, table) for table in tables or ["*"]]


def _require(service: str, grants: list[tuple[str, str]], data: Payload) -> None:
    """Raise the service's error unless the machine's role allows every grant."""
    machine = _MACHINE.get()
    if machine is None or not app.AUTH:
        return
    role = machine["roleArn"]
    session = lambda_runtime.execution_credentials(
        {
            "Role": role,
            "FunctionArn": f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:states",
            "FunctionName": "states",
        }
    )
    facts = (
        iam_actions.dynamodb_service_context(json.dumps(data).encode())
        if service == "dynamodb"
        else None
    )
    for action, resource in grants:
        key = session["AWS_ACCESS_KEY_ID"]
        if iam_evaluator.enforce(key, action, service, get_region(), resource, facts):
            raise stepfunctions._ExecutionError(
                _ERRORS.get(service, f"{service.capitalize()}.{service.capitalize()}Exception"),
                f"User: {role} is not authorized to perform: {action} on resource: {resource}",
            )


def roles() -> None:
    """A state machine may do what its role allows, and nothing more.

    Upstream calls services in process and never asks. We judge each task's call, and the start
    of a distributed map (which needs states:StartExecution on the machine itself, and s3 for
    its reader). The error's name is ours, not checked against AWS.
    """
    run, distribute = stepfunctions._execute_task, stepfunctions._run_distributed_map
    invoke, wait = stepfunctions._invoke_resource, stepfunctions._invoke_with_callback

    def execute_task(state: Payload, given: object, execution: Payload, context: Payload) -> object:
        arn = execution["stateMachineArn"].split("/")[0]
        mark = _MACHINE.set(stepfunctions._state_machines.get(arn))
        try:
            return run(state, given, execution, context)
        finally:
            _MACHINE.reset(mark)

    def judge(resource: str, data: object) -> None:
        if isinstance(data, dict) and ":activity:" not in resource:
            service, grants = _grants(resource, data)
            _require(service, grants, data)

    def invoke_resource(resource: str, data: object) -> object:
        judge(resource, data)
        return invoke(resource, data)

    def invoke_with_callback(resource: str, data: object, token: str, state: Payload) -> object:
        judge(resource, data)
        return wait(resource, data, token, state)

    def run_distributed_map(
        state: Payload, given: object, effective: object, *place: Any
    ) -> object:
        _, execution, context = place
        arn = execution["stateMachineArn"].split("/")[0]
        mark = _MACHINE.set(stepfunctions._state_machines.get(arn))
        try:
            _require("states", [("states:StartExecution", arn)], {})
            reader = state.get("ItemReader")
            if reader:
                given_to = reader.get("Arguments") or reader.get("Parameters") or {}
                if "Arguments" in reader:
                    wanted = stepfunctions._apply_jsonata_template(given_to, given, context)
                else:
                    wanted = stepfunctions._resolve_params_obj(given_to, effective, context)
                judge(reader["Resource"], wanted)
            return distribute(state, given, effective, *place)
        finally:
            _MACHINE.reset(mark)

    stepfunctions._execute_task = execute_task
    stepfunctions._invoke_resource = invoke_resource
    stepfunctions._invoke_with_callback = invoke_with_callback
    stepfunctions._run_distributed_map = run_distributed_map


def retries() -> None:
    """Retries honour `MaxDelaySeconds` and `JitterStrategy`, which upstream ignores."""
    find = stepfunctions._find_matching_retrier

    def find_retrier(
        retriers: list[Payload], error: str, counts: dict[int, int]
    ) -> tuple[Payload | None, int]:
        retrier, index = find(retriers, error, counts)
        if retrier is None:
            return None, index
        grown = retrier.get("BackoffRate", 2.0) ** counts.get(index, 0)
        seconds = retrier.get("IntervalSeconds", 1) * grown
        seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
        if retrier.get("JitterStrategy") == "FULL":
            seconds *= random.random()
        return {**retrier, "IntervalSeconds": seconds, "BackoffRate": 1}, index

    stepfunctions._find_matching_retrier = find_retrier


def throttles() -> None:
    """A throttled function is `Lambda.TooManyRequestsException` to Retry and Catch.

    Upstream calls it `Lambda.Unknown`, so that no retrier written for AWS ever matches.
    """
    call = stepfunctions._call_lambda

    def call_lambda(reference: str, event: object) -> object:
        try:
            return call(reference, event)
        except stepfunctions._ExecutionError as error:
            if '"TooManyRequestsException"' in (error.cause or ""):
                error.error = "Lambda.TooManyRequestsException"
            raise

    stepfunctions._call_lambda = call_lambda


_MAP_NUMBERS = ("MaxConcurrency", "ToleratedFailurePercentage", "ToleratedFailureCount")


def distributed_maps() -> None:
    """A distributed Map in JSONata reads `Items`, `ItemSelector`, `Output` and `Assign`.

    Upstream runs it as JSONPath: the whole input becomes one item, the selector is not
    evaluated, and the execution still succeeds. The reader's `Arguments` are evaluated here too.
    """
    run = stepfunctions._run_distributed_map

    def run_distributed_map(
        state: Payload, given: object, effective: object, *place: Any
    ) -> object:
        iterator, execution, context = place
        if stepfunctions._state_query_language(state, context) != "JSONata":
            return run(state, given, effective, *place)
        if reader := state.get("ItemReader"):
            wanted = stepfunctions._apply_jsonata_template(
                reader.get("Arguments") or {}, given, context
            )
            items = stepfunctions._read_map_items(
                {**reader, "Arguments": wanted}, effective, context
            )
        elif "Items" in state:
            items = stepfunctions._jsonata_state_field(state, "Items", "array", given, context)
        else:
            items = given
        if "ItemSelector" in state:
            items = [
                stepfunctions._apply_jsonata_template(
                    state["ItemSelector"],
                    given,
                    {**context, "Map": {"Item": {"Index": index, "Value": item}}},
                )
                for index, item in enumerate(items)
            ]
        ours = ("Items", "ItemReader", "ItemSelector", "Output", "Assign", "Arguments")
        plain = {key: value for key, value in state.items() if key not in ours}
        for key in _MAP_NUMBERS:
            if isinstance(plain.get(key), str):
                plain[key] = stepfunctions._jsonata_state_field(
                    state, key, "number", given, context
                )
        results, following = run(
            {**plain, "ItemsPath": "$"}, given, items, iterator, execution, context
        )
        output = stepfunctions._apply_jsonata_output(
            state, given, context, result=results, default=results
        )
        stepfunctions._apply_state_assign(state, given, context, result=results)
        return output, following

    stepfunctions._run_distributed_map = run_distributed_map


# The execution whose state runs in this thread.
_EXECUTION: contextvars.ContextVar[Payload | None] = contextvars.ContextVar(
    "execution", default=None
)

# Tokens that an execution waits for: token to the execution's record.
WAITING: dict[str, Payload] = {}
_WAITING_LOCK = threading.Lock()


@contextmanager
def _waiting(token: str) -> Iterator[None]:
    execution = _EXECUTION.get()
    if execution is None:
        yield
        return
    with _WAITING_LOCK:
        WAITING[token] = execution
    try:
        yield
    finally:
        with _WAITING_LOCK:
            WAITING.pop(token, None)


class _Callback(threading.Event):
    """The event of a task token. It knows whether somebody waits for it now: not while the token
    is still being handed on, and not from the instant at which the answer came."""

    _entered = False

    @property
    def awaited(self) -> bool:
        return self._entered and not self.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        self._entered = True
        return super().wait(timeout)


def at_rest() -> set[int]:
    """The identities of the executions that do nothing but wait for the answer to a token."""
    with _WAITING_LOCK:
        waiters = list(WAITING.items())
    tasks = ((stepfunctions._task_tokens.get(token), waiter) for token, waiter in waiters)
    return {id(waiter) for task, waiter in tasks if task is not None and task["event"].awaited}


def release(execution: Payload) -> None:
    """End every wait of an execution that no longer runs."""
    with _WAITING_LOCK:
        tokens = [token for token, waiter in WAITING.items() if waiter is execution]
    for token in tokens:
        task = stepfunctions._task_tokens.pop(token, None)
        if task is not None:
            task["error"] = {"Error": "States.Runtime", "Cause": "The execution was stopped"}
            task["event"].set()


def stops() -> None:
    """A stopped execution does nothing more, and its tokens are dead.

    Upstream accepts the token of a stopped execution, keeps its thread until the task times
    out, and lets the branches of a map or parallel state run on.
    """
    stop, run = stepfunctions._stop_execution, stepfunctions._execute_task
    wait, call = stepfunctions._invoke_with_callback, stepfunctions._call_lambda

    def stop_execution(data: Payload) -> Response:
        response: Response = stop(data)
        execution = stepfunctions._executions.get(data.get("executionArn"))
        if execution is not None and execution["status"] == "ABORTED":
            release(execution)
        return response

    def still_running() -> None:
        execution = _EXECUTION.get()
        if execution is not None and execution["status"] != "RUNNING":
            raise stepfunctions._ExecutionError("States.Runtime", "The execution was stopped")

    def execute_task(state: Payload, given: object, execution: Payload, context: Payload) -> object:
        mark = _EXECUTION.set(execution)
        try:
            still_running()
            return run(state, given, execution, context)
        finally:
            _EXECUTION.reset(mark)

    def call_lambda(reference: str, event: object) -> object:
        still_running()
        return call(reference, event)

    def invoke_with_callback(resource: str, data: object, token: str, state: Payload) -> object:
        with _waiting(token):
            return wait(resource, data, token, state)

    stepfunctions._stop_execution = stop_execution
    stepfunctions._execute_task = execute_task
    stepfunctions._call_lambda = call_lambda
    stepfunctions._invoke_with_callback = invoke_with_callback
    stepfunctions.threading = SimpleNamespace(**vars(threading) | {"Event": _Callback})
