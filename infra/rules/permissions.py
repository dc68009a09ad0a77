"""cfn-lint rules of our own: what a policy may say.

Used as `cfn-lint --append-rules infra/rules`, on the translated template: SAM's own resources
hide policies from linters.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

# (policy's resource, statement) → why AWS leaves no resource to name.
STAR_RESOURCES = {
    ("TracePolicy", "WriteTraces"): "X-Ray takes no resource",
    ("SendSmsRole", "SendText"): "a phone is no resource; topics are denied beside it",
    ("SyncOptoutsRole", "ReadTextList"): "the list of opted-out phones is no resource",
    ("SyncOptoutsRole", "KeepMailList"): "the account's suppression list is no resource",
    ("ReconcileCountsRole", "AskProvider"): "what SES counted is no resource",
    ("GuardSpendRole", "AskWhatMayBeSent"): "the quota of the SES account is no resource",
    ("LadderMachineRole", "DeliverLogs"): "log delivery takes no resource",
    ("NoticeMachineRole", "DeliverLogs"): "log delivery takes no resource",
    ("ArrangementMachineRole", "DeliverLogs"): "log delivery takes no resource",
    ("ImportMachineRole", "DeliverLogs"): "log delivery takes no resource",
    **{
        (f"{name}Role", "WakeLadder"): "a task token is no resource"
        for name in (
            "ActivateAccounts",
            "LoadRows",
            "LoadStrategy",
            "RecordEmailEvent",
            "RecordSmsReceipt",
            "ReadReply",
            "ReadMail",
            "Portal",
            "PostPayment",
            "ChargeInstalment",
            "ReconcileLadders",
            "SyncOptouts",
            "ReconcilePayments",
            "ChangeBalance",
            "ReceiveChanges",
            "Decide",
            "AnswerImport",
        )
    },
}

# A key whose policy does not give it to its account can never be changed or deleted again.
STAR_ACTIONS = {("DataKey", "AccountKeepsItsKey"), ("LogKey", "AccountKeepsItsKey")} | {
    ("AuditKey", "AccountKeepsItsKey")
}

_IDENTITY = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")


def as_list(value: Any) -> list[Any]:
    """A policy may hold one thing or a list of them."""
    return value if isinstance(value, list) else [value]


def statements(value: Any, path: list[Any]) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Every policy statement below `value` with its path, through conditional ones."""
    if isinstance(value, dict):
        if "Effect" in value and "Action" in value:
            yield value, path
        for key, inner in value.items():
            yield from statements(inner, [*path, key])
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from statements(inner, [*path, index])


def _allowed(cfn: Template) -> Iterator[tuple[str, str, dict[str, Any], list[Any]]]:
    for name, resource in cfn.get_resources().items():
        for statement, path in statements(
            resource.get("Properties", {}), ["Resources", name, "Properties"]
        ):
            if statement["Effect"] == "Allow":
                yield name, resource["Type"], statement, path


class NoStarActions(CloudFormationLintRule):
    """An allowed action is named in full."""

    id = "E9101"
    shortdesc = "No star in an allowed action"
    description = "Every action that a policy allows is named in full"
    tags: ClassVar[list[str]] = ["iam"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        return [
            RuleMatch([*path, "Action"], f"{name} allows {action}")
            for name, _, statement, path in _allowed(cfn)
            if (name, statement.get("Sid")) not in STAR_ACTIONS
            for action in as_list(statement["Action"])
            if "*" in str(action)
        ]


class NoStarResources(CloudFormationLintRule):
    """An allowed resource is named, except where AWS takes none."""

    id = "E9102"
    shortdesc = "No star as a resource where one can be named"
    description = "A role's statement on every resource stands in the list with its reason"
    tags: ClassVar[list[str]] = ["iam"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        return [
            RuleMatch([*path, "Resource"], f"{name} allows {statement['Action']} on everything")
            for name, kind, statement, path in _allowed(cfn)
            if kind in _IDENTITY
            and "*" in as_list(statement.get("Resource"))
            and (name, statement.get("Sid")) not in STAR_RESOURCES
        ]


class NamedStatements(CloudFormationLintRule):
    """A statement of a policy has a name, so that lists and logs can point at it."""

    id = "E9103"
    shortdesc = "Every statement of a role's policies has a Sid"
    description = "Statements are named, trust policies aside"
    tags: ClassVar[list[str]] = ["iam"]

    def match(self, cfn: Template) -> list[RuleMatch]:
        return [
            RuleMatch(path, f"{name} has a statement without a Sid")
            for name, _, statement, path in _allowed(cfn)
            if "AssumeRolePolicyDocument" not in path and not statement.get("Sid")
        ]
