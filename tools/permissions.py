"""Writes the table of docs/permissions.md from the template: each role, what it reads and writes.

The words around the table are written by hand. `make template` renews the table with the template,
and a test keeps both equal.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from infra.rules.permissions import as_list, statements

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "permissions.md"
BEGIN, END = "<!-- made by `make template` -->\n", "<!-- until here -->\n"

_READS = ("Get", "BatchGet", "List", "Describe", "Query", "Scan", "ConditionCheck", "Receive")
_VERBS = {
    "PutItem": "puts", "UpdateItem": "updates", "DeleteItem": "deletes", "PutObject": "puts",
    "DeleteObject": "deletes", "SendMessage": "sends to", "DeleteMessage": "takes from",
    "InvokeFunction": "calls", "StartExecution": "starts", "StopExecution": "stops",
    "SendTaskSuccess": "wakes", "PutEvents": "sends to", "SendEmail": "mails",
    "Publish": "texts", "Sign": "signs with",
    "PutSuppressedDestination": "closes addresses at the provider",
}  # fmt: skip
# Every role keeps its own log and its traces; what a row of every role says tells nobody apart.
_OF_EVERY_ROLE = ("logs:", "xray:")
# What has no function or machine to say what it is for.
_OTHERS = {
    "SmsDeliveryRole": "SNS keeps what became of each text",
    "ApiGatewayLogRole": "API Gateway keeps the portal's access log",
}


def _target(value: Any) -> str:
    """A resource as people name it: `Accounts`, `Accounts/byDue`, `drop/*`, `Reply queue`."""
    if isinstance(value, dict):
        ((function, argument),) = value.items()
        if function == "Fn::Split":  # a parameter that lists by comma
            return str(argument[1]["Ref"])
        value = ".".join(map(str, argument)) if isinstance(argument, list) else str(argument)
        if function == "Fn::GetAtt" and value.endswith(".StreamArn"):
            return str(value).removesuffix("Table.StreamArn") + " stream"
    text = re.sub(r"\$\{(\w+)\.(?:Arn|Id)\}|^(\w+)\.(?:Arn|Id)$", r"\1\2", value)
    if ":sns:" in text:
        return "topics"
    text = re.sub(r"^arn:.*:(stateMachine|execution|identity|configuration-set|event-bus)[:/]",
                  "", text)  # fmt: skip
    text = (
        text.replace("${AWS::StackName}-", "")
        .replace("DropBucket/", "")
        .replace("AuditBucket/", "audit: ")
    )
    text = re.sub(r"^(\w+)Table(?:/index)?", r"\1", text)
    return re.sub(r"Function$", "", text)


def _kept(statement: dict[str, Any]) -> str:
    """What a condition leaves of a statement."""
    words = []
    for test in statement.get("Condition", {}).values():
        for key, values in test.items():
            named = ", ".join(f"`{_target(value)}`" for value in as_list(values))
            if key == "dynamodb:LeadingKeys":
                words.append(f"keys {named}")
            elif key == "dynamodb:Attributes" and statement["Effect"] == "Allow":
                words.append(f"{named} alone")
            elif key == "dynamodb:Attributes":
                words.append(named)
            else:
                words.append(f"{key.split(':')[-1]} {named}")
    return f" ({'; '.join(words)})" if words else ""


def _split(role: dict[str, Any]) -> tuple[str, str]:
    """What a role reads and what it does, as two cells."""
    reads: dict[str, None] = {}
    acts: dict[str, dict[str, None]] = defaultdict(dict)
    for statement, _ in statements(role["Properties"].get("Policies", []), []):
        actions = [a for a in as_list(statement["Action"]) if not a.startswith(_OF_EVERY_ROLE)]
        targets = [_target(resource) for resource in as_list(statement["Resource"])]
        kept = _kept(statement)
        for action in (a.split(":")[1] for a in actions):
            if statement["Effect"] == "Deny":
                acts["never"][f"{targets[0]}{kept}"] = None
            elif action.startswith(_READS):
                reads |= dict.fromkeys(f"{target}{kept}" for target in targets)
            else:
                acts[_VERBS.get(action, f"`{action}`")] |= dict.fromkeys(
                    f"{'' if target == '*' else target}{kept}".strip() for target in targets
                )
    reads = {"what the provider holds" if name == "*" else name: None for name in reads}
    done = [f"{verb} {', '.join(filter(None, named))}".strip() for verb, named in acts.items()]
    return ", ".join(sorted(reads)), "; ".join(done)


def _rows(resources: dict[str, Any]) -> Iterator[str]:
    purposes = dict(_OTHERS)
    resources = {n: r for n, r in resources.items() if isinstance(r, dict)}  # loops are lists
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        held = properties.get("Role")
        if isinstance(held, dict) and "Fn::GetAtt" in held:
            role = as_list(held["Fn::GetAtt"])[0].split(".")[0]
            purposes[role] = str(properties.get("Description") or f"runs {name}")
    for name, resource in sorted(resources.items()):
        if resource.get("Type") == "AWS::IAM::Role":
            reads, acts = _split(resource)
            why = purposes[name].rstrip(".")
            yield f"| {name.removesuffix('Role')} | {why} | {reads or '-'} | {acts or '-'} |\n"


def table(template: str) -> str:
    """The rows of all roles of a template's text."""
    head = "| role | what for | reads | does |\n|---|---|---|---|\n"
    return head + "".join(_rows(yaml_parse(template)["Resources"]))


def page(template: str) -> str:
    """docs/permissions.md with the table of a template's text."""
    before, rest = PAGE.read_text().split(BEGIN)
    return before + BEGIN + "\n" + table(template) + "\n" + END + rest.split(END)[1]
