"""The template before others: another emulator makes it whole, two more linters read it.

cfn-lint reads it whole in test_template.py. What they hold against it and what stays all the same
is written with its reason in infra/rules/accepted.toml.
"""

import json
import tomllib
from typing import NamedTuple

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from tests.wiring import second_opinions, stack
from tests.wiring.second_cloud import CALLS, Finding, SecondCloud, second_cloud

pytestmark = pytest.mark.slow


class Opinions(NamedTuple):
    cloud: SecondCloud
    findings: list[Finding]


@pytest.fixture(scope="module")
def opinions(tmp_path_factory):
    place = tmp_path_factory.mktemp("opinions")
    with second_cloud() as cloud:
        findings = cloud.create(stack.translated(), stack.machines())
        findings += second_opinions.of_policies(cloud, place)
        findings += second_opinions.of_machines(cloud, place)
        findings += second_opinions.of_schemas(stack.translated(), stack.machines())
        yield Opinions(cloud, findings)


def _accepted() -> list[dict]:
    return tomllib.loads((stack.RULES / "accepted.toml").read_text())["finding"]


def _covers(accepted: dict, finding: Finding) -> bool:
    named = accepted.get("resources", [finding.resource])
    known = (accepted["by"], accepted["rule"]) == (finding.by, finding.rule)
    return known and finding.resource in named


def test_nobody_holds_anything_against_it_that_is_not_accepted(opinions):
    assert [f for f in opinions.findings if not any(_covers(a, f) for a in _accepted())] == []


def test_what_is_accepted_still_occurs_and_says_why(opinions):
    for accepted in _accepted():
        assert accepted["reason"].endswith("."), accepted
        occurs = {f.resource for f in opinions.findings if _covers(accepted, f)}
        assert occurs, accepted
        assert occurs == set(accepted.get("resources", occurs)), accepted


def test_the_second_cloud_holds_what_the_template_says(opinions):
    client = opinions.cloud.client
    alarms = client("cloudwatch").get_paginator("describe_alarms").paginate()
    assert sum(len(page["MetricAlarms"]) for page in alarms) == len(
        stack.resources("AWS::CloudWatch::Alarm")
    )
    for machine in client("stepfunctions").list_state_machines()["stateMachines"]:
        shown = client("stepfunctions").describe_state_machine(
            stateMachineArn=machine["stateMachineArn"]
        )
        assert "${" not in shown["definition"]
    held = client("dynamodb").list_tables()["TableNames"]
    assert len(held) == len(stack.resources("AWS::DynamoDB::Table"))
    stage = client("apigateway").get_stages(restApiId=opinions.cloud.api())["item"][0]
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 100


def test_the_second_cloud_refuses_what_aws_would(opinions):
    with pytest.raises(ParamValidationError, match="AlarmName"):
        CALLS["AWS::CloudWatch::Alarm"](opinions.cloud, {"Period": 60})
    empty = opinions.cloud.client("apigateway").create_rest_api(name="empty")["id"]
    with pytest.raises(ClientError, match="methods"):
        CALLS["AWS::ApiGateway::Deployment"](opinions.cloud, {"RestApiId": empty})


def test_the_linter_of_policies_finds_an_action_that_does_not_exist(opinions, tmp_path):
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItems", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    role = {
        "Arn": "arn:aws:iam::123456789012:role/r",
        "RolePolicyList": [{"PolicyDocument": document}],
    }
    account = {
        "RoleDetailList": [role],
        "UserDetailList": [],
        "GroupDetailList": [],
        "Policies": [],
    }
    (finding,) = second_opinions.parliament(account, tmp_path, {"r": "DecideRole"})
    assert finding.rule.startswith("UNKNOWN_ACTION")
    assert finding.resource == "DecideRole"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda definition: definition.update(StartAt="Nowhere"),
        lambda definition: definition["States"]["SendEmail"].update(Next="Nowhere"),
        lambda definition: definition["States"]["SendEmail"].update(Resourse="x"),
    ],
)
def test_the_validator_of_machines_finds_a_state_that_does_not_exist(spoil, tmp_path):
    definition = json.loads(json.dumps(stack.machines()["ladder"]))
    assert second_opinions.asl_validator(json.dumps(definition), "LadderMachine", tmp_path) == []
    spoil(definition)
    (finding,) = second_opinions.asl_validator(json.dumps(definition), "LadderMachine", tmp_path)
    assert finding.resource == "LadderMachine"
