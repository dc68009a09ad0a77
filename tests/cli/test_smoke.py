"""`dunlin smoke`: what a fact is taken for by what AWS answers, and that no answer stops it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from typer.testing import CliRunner

from dunlin.adapters.aws.smoke import LOOKS, Deployment, FactAnswer, FactFinding, look_at_all
from dunlin.cli.main import app
from dunlin.cli.target import Target

OUTPUTS = {
    "Stage": "sandbox",
    "LadderMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:dunlin-ladder",
    "PublishChangesFunctionName": "dunlin-publish_changes",
    "ArchiveAuditFunctionName": "dunlin-archive_audit",
    "MailConfigurationSetName": "dunlin",
    "DropBucketName": "drop",
}


def deployment(clients: Any) -> Deployment:
    return Deployment(
        stack="dunlin",
        outputs=OUTPUTS,
        portal="http://127.0.0.1:9",
        clients=clients,
        on_aws=True,
        patience=0,
    )


def service(**operations: Any) -> Any:
    """A client whose operations answer what is given, whatever they are asked."""
    operations = {
        name: lambda answer=answer, **asked: answer for name, answer in operations.items()
    }
    return lambda name: SimpleNamespace(**operations)


def test_what_cannot_be_asked_is_open_and_says_why_and_the_others_are_asked():
    def refuse(name: str) -> Any:
        if name == "sns":
            raise EndpointConnectionError(endpoint_url="https://sns.example.com")
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Any")

    findings = list(look_at_all(deployment(refuse)))
    assert [finding.fact for finding in findings] == list(LOOKS)
    assert {finding.answer.state for finding in findings} == {"open"}
    assert all("could not be asked" in finding.answer.seen for finding in findings)


def _validated(*diagnostics: dict[str, str]) -> Any:
    return service(
        describe_state_machine={"definition": "{}"},
        validate_state_machine_definition={"diagnostics": list(diagnostics)},
    )


def _mapping(state: str, result: str) -> Any:
    mapping = {"State": state, "LastProcessingResult": result}
    return service(list_event_source_mappings={"EventSourceMappings": [mapping]})


def _destination(*kinds: str) -> Any:
    handed = {"Enabled": True, "EventBridgeDestination": {}, "MatchingEventTypes": list(kinds)}
    return service(get_configuration_set_event_destinations={"EventDestinations": [handed]})


def _waiting(token: str) -> Any:
    values = json.dumps({"ExpressionAttributeValues": {":token": {"S": token}}})
    scheduled = {"resource": "updateItem.waitForTaskToken", "parameters": values}
    return service(
        list_executions={"executions": [{"executionArn": "arn"}]},
        get_execution_history={"events": [{"taskScheduledEventDetails": scheduled}]},
    )


@pytest.mark.parametrize(
    ("fact", "clients", "state"),
    [
        ("machines-are-valid", _validated(), "holds"),
        ("machines-are-valid", _validated({"severity": "WARNING", "code": "W"}), "holds"),
        ("machines-are-valid", _validated({"severity": "ERROR", "code": "E"}), "fails"),
        ("streams-are-read", _mapping("Enabled", "OK"), "holds"),
        ("streams-are-read", _mapping("Enabled", "PROBLEM: cannot list streams"), "fails"),
        ("streams-are-read", _mapping("Disabled", ""), "fails"),
        (
            "streams-are-read",
            service(list_event_source_mappings={"EventSourceMappings": []}),
            "fails",
        ),
        ("mail-events-are-handed-on", _destination("DELIVERY", "BOUNCE"), "fails"),
        ("token-fits", _waiting("t" * 1000), "holds"),
        ("token-fits", _waiting("t" * 3000), "fails"),
        ("token-fits", service(list_executions={"executions": []}), "open"),
    ],
)
def test_a_fact_holds_or_fails_by_what_aws_answers(fact: str, clients: Any, state: str) -> None:
    assert LOOKS[fact](deployment(clients)).state == state


@pytest.mark.parametrize(("state", "code"), [("holds", 0), ("open", 0), ("fails", 1)])
def test_the_command_says_each_fact_and_ends_in_error_where_one_fails(
    state: Any, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target(where="a stack", outputs=OUTPUTS, time_lapse="", urls={"portal": "x"})
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **asked: target)
    monkeypatch.setattr("dunlin.cli.stack.agree_to_write", lambda target, yes: None)
    finding = FactFinding("staff-are-told", FactAnswer(state, "seen"))
    monkeypatch.setattr("dunlin.adapters.aws.smoke.look_at_all", lambda deployment: [finding])
    result = CliRunner().invoke(app, ["smoke", "--yes"])
    assert result.exit_code == code
    assert f"{state:5} staff-are-told: seen" in result.output


def test_production_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = {**OUTPUTS, "Stage": "prod"}
    target = Target(where="a stack", outputs=outputs, time_lapse="", urls={"portal": "x"})
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **asked: target)
    monkeypatch.setattr("dunlin.cli.stack.agree_to_write", lambda target, yes: None)
    result = CliRunner().invoke(app, ["smoke", "--yes"])
    assert result.exit_code == 2
    assert "This stack is production" in result.output
