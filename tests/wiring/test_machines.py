"""The state machines and the code speak the same words, and every step is bounded."""

import json
import re
from typing import Any

import botocore.session
import jsonata
import pytest
from cfnlint.api import lint

from dunlin.domain import errors
from tests.wiring import stack

MACHINES = sorted(stack.machines())
EVERY_STATE = [
    (machine, name) for machine in MACHINES for name, _ in stack.states(stack.machines()[machine])
]
TASKS = [
    (machine, name)
    for machine in MACHINES
    for name, state in stack.states(stack.machines()[machine])
    if state["Type"] == "Task"
]
CODE_ERRORS = {"Conflict", "Unavailable"}
THROTTLES = {"Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.Unknown"}


def _state(machine: str, name: str) -> dict[str, Any]:
    return dict(stack.states(stack.machines()[machine]))[name]


def _expressions(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [e for inner in value.values() for e in _expressions(inner)]
    if isinstance(value, list):
        return [e for inner in value for e in _expressions(inner)]
    if isinstance(value, str) and value.strip().startswith("{%"):
        return [value.strip().removeprefix("{%").removesuffix("%}").strip()]
    return []


def _evaluate(value: Any, states: dict[str, Any]) -> Any:
    """What Step Functions would make of a field: JSONata where it says so, the rest as it is."""
    if isinstance(value, dict):
        return {key: _evaluate(inner, states) for key, inner in value.items()}
    if isinstance(value, list):
        return [_evaluate(inner, states) for inner in value]
    expressions = _expressions(value)
    if not expressions:
        return value
    expression = jsonata.Jsonata(expressions[0])
    expression.assign("states", states)
    return expression.evaluate({})


@pytest.mark.parametrize("machine", MACHINES)
def test_the_definition_is_a_valid_state_machine(machine):
    definition = json.loads(
        re.sub(
            r'"TimeoutSeconds": "\{%[^"]*%\}"',
            '"TimeoutSeconds": 60',  # the linter does not know that a timeout may be an expression
            json.dumps(stack.machines()[machine]),
        )
    )
    template = {
        "Resources": {
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "RoleArn": "arn:aws:iam::123456789012:role/machine",
                    "Definition": definition,
                },
            }
        }
    }
    assert [m.message for m in lint(json.dumps(template)) if m.rule.id == "E3601"] == []


@pytest.mark.parametrize("machine", MACHINES)
def test_every_way_leads_to_a_state_that_exists_and_every_state_is_reached(machine):
    def check(scope: dict[str, Any]) -> None:
        reached = {scope["StartAt"]}
        for state in scope["States"].values():
            reached |= {s["Next"] for s in [state, *state.get("Choices", [])] if "Next" in s}
            reached |= {c["Next"] for c in state.get("Catch", [])}
            reached |= {state["Default"]} if "Default" in state else set()
            if "ItemProcessor" in state:
                check(state["ItemProcessor"])
        assert reached == set(scope["States"])

    check(stack.machines()[machine])


@pytest.mark.parametrize(("machine", "name"), TASKS)
def test_a_task_is_bounded_and_tries_again_with_jitter(machine, name):
    state = _state(machine, name)
    assert state["TimeoutSeconds"]
    assert state["Retry"]
    for retrier in state["Retry"]:
        if retrier["MaxAttempts"] == 0:
            continue  # named so that the last resort does not try it again
        assert retrier["JitterStrategy"] == "FULL"
        assert 1 <= retrier["MaxAttempts"] <= 8
        assert retrier["MaxDelaySeconds"] <= 120
        assert "States.ALL" not in retrier["ErrorEquals"]
    if state["Resource"].endswith("lambda:invoke"):
        assert {e for r in state["Retry"] for e in r["ErrorEquals"]} >= CODE_ERRORS | THROTTLES


def _thrown_by(service: str, operation: str) -> set[str]:
    """What the SDK's own model says that a call may answer with, as Step Functions names it."""
    model = botocore.session.get_session().get_service_model(service)
    prefix = {"dynamodb": "DynamoDb", "lambda": "Lambda"}[service]
    shapes = [shape.name for shape in model.operation_model(operation).error_shapes]
    # DynamoDB answers with these too (docs.aws.amazon.com/amazondynamodb/latest/developerguide/
    # Programming.Errors.html); every integration has a client that may fail.
    common = ["ThrottlingException", "SdkClientException"]
    names = {name if name.endswith("Exception") else f"{name}Exception" for name in shapes + common}
    return {f"{prefix}.{name}" for name in names}


# What becomes of a function that dies: docs.aws.amazon.com/step-functions/latest/dg/
# concepts-error-handling.html and sfn-best-practices.html, and the runtime's own error types.
DEATHS = {
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Lambda.AWSLambdaException",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "Runtime.OutOfMemory",
    "Runtime.ImportModuleError",
    "MemoryError",
    "States.Timeout",
    "AnErrorThatNobodyNamed",
}


def _tries(state: dict[str, Any], error: str) -> int:
    """How often Step Functions tries a state again after an error: the first retrier decides."""
    for retrier in state["Retry"]:
        names = retrier["ErrorEquals"]
        if error in names or (names == ["States.TaskFailed"] and error != "States.Timeout"):
            return int(retrier["MaxAttempts"])
    return 0


@pytest.mark.parametrize(("machine", "name"), TASKS)
def test_every_failure_of_a_function_or_the_sdk_is_tried_again_or_expected_by_name(machine, name):
    state = _state(machine, name)
    if state["Resource"].endswith("lambda:invoke"):
        failures, expected = _thrown_by("lambda", "Invoke") | DEATHS, {"DomainError", "Defect"}
    else:
        failures = _thrown_by("dynamodb", "UpdateItem") - {
            "DynamoDb.ConditionalCheckFailedException"
        }
        expected = {"DynamoDb.ConditionalCheckFailedException"}
    assert {error: _tries(state, error) for error in failures if _tries(state, error) < 3} == {}
    # Those mean something: trying them again would only put off what they say.
    conditional = "ConditionExpression" in state["Arguments"] or "lambda" in state["Resource"]
    assert {_tries(state, error) for error in expected if conditional} <= {0}
    assert state["Retry"][-1]["ErrorEquals"] == ["States.TaskFailed"]


@pytest.mark.parametrize(("machine", "name"), TASKS)
def test_an_error_that_nobody_expects_ends_where_it_is_seen(machine, name):
    state = _state(machine, name)
    if machine == "import" and name == "LoadRange":
        state = _state("import", "LoadRows")  # the Map around it catches
    last = state["Catch"][-1]
    assert last["ErrorEquals"] == ["States.ALL"]
    if machine == "notice":
        # Nobody begins a notice again: it waits for what is away. A defect ends it.
        waits = _state(machine, last["Next"])
        assert (waits["Type"], waits["Next"]) == ("Wait", "CheckCompliance")
        ends = {c["Next"] for c in state["Catch"] if "Defect" in c["ErrorEquals"]}
        assert ends == ({"NoticeFailed"} if "lambda" in state["Resource"] else set())
        return
    assert _state(machine, last["Next"])["Type"] == "Fail"


@pytest.mark.parametrize("machine", MACHINES)
def test_the_machine_itself_ends_and_says_what_it_may_take(machine):
    definition = stack.machines()[machine]
    assert 0 < definition["TimeoutSeconds"] <= 31_536_000
    assert "Time:" in definition["Comment"]
    for name, state in stack.states(definition):
        if state["Type"] == "Task" and isinstance(state["TimeoutSeconds"], int):
            assert state["TimeoutSeconds"] < definition["TimeoutSeconds"], name


@pytest.mark.parametrize("machine", MACHINES)
def test_a_function_outlives_neither_its_state_nor_its_caller(machine):
    for name, state in stack.states(stack.machines()[machine]):
        if state.get("Resource", "").endswith("lambda:invoke"):
            function = state["Arguments"]["FunctionName"].removeprefix("${").removesuffix("Arn}")
            timeout = stack.translated()["Resources"][function]["Properties"]["Timeout"]
            assert timeout < state["TimeoutSeconds"], name


def test_states_that_call_a_function_carry_its_name():
    for machine, name in TASKS:
        state = _state(machine, name)
        if not state["Resource"].endswith("lambda:invoke"):
            continue
        called = state["Arguments"]["FunctionName"]
        shown = "LoadRows" if name == "LoadRange" else name  # one range of the Map LoadRows
        assert called == f"${{{shown}FunctionArn}}"
        assert shown in {stack.resource_name(folder) for folder in stack.functions()}


@pytest.mark.parametrize(("machine", "name"), EVERY_STATE)
def test_names_say_what_a_state_is(machine, name):
    state = _state(machine, name)
    assert name.endswith("?") is (state["Type"] == "Choice")
    assert re.fullmatch(r"([A-Z][a-z]+)+\??", name)


@pytest.mark.parametrize("machine", MACHINES)
def test_placeholders_and_substitutions_are_the_same(machine):
    text = (stack.ROOT / "statemachines" / f"{machine}.asl.yaml").read_text()
    resource = stack.template()["Resources"][f"{machine.capitalize()}Machine"]["Properties"]
    assert resource["DefinitionUri"] == f"statemachines/{machine}.asl.yaml"
    assert set(re.findall(r"\$\{(\w+)\}", text)) == set(resource["DefinitionSubstitutions"])


@pytest.mark.parametrize("machine", MACHINES)
def test_errors_are_names_of_aws_or_classes_of_ours(machine):
    for name, state in stack.states(stack.machines()[machine]):
        for entry in [*state.get("Retry", []), *state.get("Catch", [])]:
            for error in entry["ErrorEquals"]:
                if not re.match(r"(States|Lambda|DynamoDb|Sandbox)\.", error):
                    assert issubclass(getattr(errors, error), Exception), (name, error)


@pytest.mark.parametrize(("machine", "name"), EVERY_STATE)
def test_expressions_parse(machine, name):
    state = {k: v for k, v in _state(machine, name).items() if k != "ItemProcessor"}
    for expression in _expressions(state):
        jsonata.Jsonata(expression)


@pytest.mark.parametrize(("machine", "name"), EVERY_STATE)
def test_expressions_select_and_compare_and_do_not_calculate(machine, name):
    state = {k: v for k, v in _state(machine, name).items() if k != "ItemProcessor"}
    for expression in _expressions(state):
        words = re.sub(r"'[^']*'", "", expression)
        assert not re.search(r"[+*/?]|\s-\s|\$(now|millis|sum|eval)\b", words), expression


def _steps(machine: str, answers: dict[str, list[dict[str, Any]]], given: dict[str, Any]) -> list:
    """Walk a machine: functions answer from `answers`, a wait ends by its timeout.

    Returns the names of the states entered, each of which AWS bills as one transition.
    """
    definition = stack.machines()[machine]
    answers = {name: list(each) for name, each in answers.items()}
    entered: list[str] = []
    at, value = definition["StartAt"], given
    while len(entered) < 1000:
        entered.append(at)
        state = definition["States"][at]
        context = {"Task": {"Token": "token"}, "Execution": {"Input": given}}
        states = {"input": value, "context": context}
        if state["Type"] in ("Succeed", "Fail"):
            return entered
        if state["Type"] == "Choice":
            at = next(
                (c["Next"] for c in state["Choices"] if _evaluate(c["Condition"], states)),
                state["Default"],
            )
            continue
        arguments = _evaluate(state["Arguments"], states)
        if "waitForTaskToken" in state["Resource"]:
            assert _evaluate(state["TimeoutSeconds"], states) >= 1
            catch = next(c for c in state["Catch"] if "States.Timeout" in c["ErrorEquals"])
            value, at = _evaluate(catch["Output"], states), catch["Next"]
            continue
        assert None not in arguments["Payload"].values(), (at, arguments)
        answer = answers[at].pop(0)
        value = _evaluate(state["Output"], {**states, "result": {"Payload": answer}})
        at = state["Next"]
    raise AssertionError("the machine does not end")


def _decision(outcome: str) -> dict[str, Any]:
    """What CheckCompliance returns: see docs/architecture.md."""
    return {
        "outcome": outcome,
        "account_id": "a",
        "run": 1,
        "version": 7,
        "wait_seconds": 60,
        "touch_key": "T#1#0#0",
        "permit_id": "p",
    }


SENT = {"outcome": "sent", "account_id": "a", "run": 1, "version": 8, "wait_seconds": 60}
UNWOKEN = "attribute_not_exists(version) OR version <= :version"
ACCOUNT = {"account_id": "a", "run": 1, "version": 6, "wait_seconds": 60}


def test_four_rungs_without_deferral_take_twenty_transitions():
    words = ["email", "email", "email", "sms", "exhausted"]
    entered = _steps(
        "ladder",
        {
            "CheckCompliance": [_decision(word) for word in words],
            "SendEmail": [SENT] * 3,
            "SendSms": [SENT],
        },
        ACCOUNT,
    )
    assert entered[-1] == "Exhausted"
    assert len(entered) == 20


def test_a_wake_takes_three_transitions():
    once = _steps("ladder", {"CheckCompliance": [_decision("settled")]}, ACCOUNT)
    woken = _steps(
        "ladder", {"CheckCompliance": [_decision("wait"), _decision("settled")]}, ACCOUNT
    )
    assert len(woken) - len(once) == 3


@pytest.mark.parametrize(
    ("outcome", "ends"),
    [
        ("settled", "Settled"),
        ("exhausted", "Exhausted"),
        ("a word nobody knows", "LadderFailed"),
    ],
)
def test_the_ladder_ends_by_one_word(outcome, ends):
    entered = _steps("ladder", {"CheckCompliance": [_decision(outcome)]}, ACCOUNT)
    assert entered == ["AwaitDue", "CheckCompliance", "Permitted?", ends]


@pytest.mark.parametrize("waits", ["Held", "Escalated"])
def test_a_person_decides_and_then_the_gate_looks_again(waits):
    words = [_decision(waits.lower()), _decision("settled")]
    entered = _steps("ladder", {"CheckCompliance": words}, ACCOUNT)
    assert entered[3:5] == [waits, "CheckCompliance"]
    store = _state("ladder", waits)
    assert store["Arguments"]["ConditionExpression"] == UNWOKEN
    assert store["TimeoutSeconds"] >= 86_400 * 300


def test_a_token_is_stored_only_where_nobody_woke_the_account_since_it_was_looked_at():
    store = _state("ladder", "AwaitDue")
    moved = next(
        c for c in store["Catch"] if "DynamoDb.ConditionalCheckFailedException" in c["ErrorEquals"]
    )
    assert store["Arguments"]["ConditionExpression"] == UNWOKEN
    assert moved["Next"] == "CheckCompliance"
    states = {"input": ACCOUNT, "context": {"Task": {"Token": "the token"}}}
    values = _evaluate(store["Arguments"], states)["ExpressionAttributeValues"]
    assert values == {":token": {"S": "the token"}, ":version": {"N": "6"}}


def test_a_notice_is_one_message_and_waits_in_a_row_of_its_own():
    given = {"account_id": "a", "kind": "receipt", "cause": "c"}
    words = [_decision("wait"), _decision("email")]
    entered = _steps("notice", {"CheckCompliance": words, "SendEmail": [SENT]}, given)
    assert entered == [
        *("CheckCompliance", "Permitted?", "AwaitDue"),
        *("CheckCompliance", "Permitted?", "SendEmail", "Sent?", "Ended"),
    ]
    void = {**SENT, "outcome": "void"}
    words = [_decision("email"), _decision("email")]
    entered = _steps("notice", {"CheckCompliance": words, "SendEmail": [void, SENT]}, given)
    assert entered == [
        *("CheckCompliance", "Permitted?", "SendEmail", "Sent?", "AwaitDue"),
        *("CheckCompliance", "Permitted?", "SendEmail", "Sent?", "Ended"),
    ]
    context = {"Task": {"Token": "t"}, "Execution": {"Input": given}}
    states = {"input": _decision("wait"), "context": context}
    key = _evaluate(_state("notice", "AwaitDue")["Arguments"]["Key"], states)
    assert key == {"pk": {"S": "NOTICE#a"}, "sk": {"S": "receipt#c"}}
    refused = _steps("notice", {"CheckCompliance": [_decision("refused")]}, given)
    assert refused[-1] == "Refused"


def _look(outcome: str) -> dict[str, Any]:
    """What ChargeInstalment returns: see docs/architecture.md."""
    return {"outcome": outcome, **ARRANGEMENT, "version": 5}


ARRANGEMENT = {
    "account_id": "a", "arrangement_id": "arr_1", "run": 1, "version": 4, "wait_seconds": 60,
}  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "ends"),
    [
        ("kept", "Kept"),
        ("paid_off", "Kept"),
        ("broken", "Broken"),
        ("cancelled", "Cancelled"),
        ("replaced", "Cancelled"),
        ("a word nobody knows", "ArrangementFailed"),
    ],
)
def test_an_arrangement_waits_looks_and_ends_by_one_word(outcome, ends):
    looks = [_look("wait"), _look(outcome)]
    entered = _steps("arrangement", {"ChargeInstalment": looks}, ARRANGEMENT)
    turn = ["AwaitInstalment", "ChargeInstalment", "Ended?"]
    assert entered == [*turn, *turn, ends]


def test_an_arrangement_keeps_its_token_on_its_own_row_as_it_was_looked_at():
    store = _state("arrangement", "AwaitInstalment")
    states = {"input": ARRANGEMENT, "context": {"Task": {"Token": "t"}}}
    arguments = _evaluate(store["Arguments"], states)
    assert arguments["Key"] == {"account_id": {"S": "a"}, "sk": {"S": "ARR#arr_1"}}
    assert arguments["ConditionExpression"] == "version = :version"
    assert arguments["ExpressionAttributeValues"][":version"] == {"N": "4"}


def test_a_range_of_an_import_carries_the_file_and_nothing_of_its_rows():
    given = {"import_id": "i", "creditor": "acme", "key": "drop/acme/a.csv", "version": "v"}
    item = {"index": 0, "start": 0, "end": 9}
    context = {"Execution": {"Input": given}, "Map": {"Item": {"Value": item}}}
    selected = _evaluate(_state("import", "LoadRows")["ItemSelector"], {"context": context})
    assert selected == {**given, "range": item}
    call = _state("import", "LoadRange")["Arguments"]["Payload"]
    assert _evaluate(call, {"input": selected}) == selected


def test_a_file_of_changes_goes_share_by_share_to_the_balances_and_is_reported():
    given = {"import_id": "i", "creditor": "acme", "key": "drop/acme/a.csv", "version": "v"}
    steps: list[dict[str, Any]] = [
        {"outcome": outcome, **given, "range": {"share": share, "of": 2}}
        for outcome, share in (("changes", 0), ("changes", 1), ("told", 2))
    ]
    answers = {
        "ProfileFile": steps[:1],
        "ChangeBalance": steps[1:],
        "ReconcileImport": [{"outcome": "done"}],
    }
    each = ["ChangeBalance", "More?"]
    entered = _steps("import", answers, given)
    assert entered == ["ProfileFile", "Readable?", *each, *each, "ReconcileImport", "Imported"]
    call = _state("import", "ChangeBalance")["Arguments"]["Payload"]
    assert _evaluate(call, {"input": steps[0]}) == {**given, "range": {"share": 0, "of": 2}}


def test_the_definition_logs_errors_and_no_data():
    for machine in MACHINES:
        resource = stack.template()["Resources"][f"{machine.capitalize()}Machine"]["Properties"]
        assert resource["Type"] == "STANDARD"
        assert resource["Logging"]["Level"] == "ERROR"
        assert resource["Logging"]["IncludeExecutionData"] is False
