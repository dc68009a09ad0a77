"""Tables as they were at an instant, under other names, and the stack pointed at them.

DynamoDB restores into a new table alone, without stream, time to live, recovery and protection
(docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Overview.html). A
stack's table is swapped for another in four changes, since CloudFormation takes a table in only
where the template has none of its name, and changes nothing else with it
(docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-existing-stack.html):

    keep    the tables would stay if the template lacked them
    point   the template lacks them, and whoever named one names the restored one by its own name
    adopt   the restored ones are taken in under the old names of the template
    name    everybody names them by those again: the template is the one from before

What breaks off in between is begun again with the same label: it looks where the stack stands and
goes on from there. The tables from before stay, for whoever wants to look at them.
"""

from __future__ import annotations

import copy
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dunlin.adapters.aws.readiness import Clients
from dunlin.domain.errors import DomainError

_TABLE = "AWS::DynamoDB::Table"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]

StackTemplate = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredTable:
    """A table under its new name; `stream` is the ARN of its stream, "" where it has none."""

    name: str
    arn: str
    stream: str


def tables_of(template: StackTemplate) -> list[str]:
    """The tables' names in a template."""
    return sorted(n for n, r in template["Resources"].items() if r["Type"] == _TABLE)


def keeping(template: StackTemplate) -> StackTemplate:
    """The same template, whose tables stay if it lacks them."""
    kept = copy.deepcopy(template)
    for name in tables_of(kept):
        kept["Resources"][name] |= {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return kept


def pointing(template: StackTemplate, restored: Mapping[str, RestoredTable]) -> StackTemplate:
    """The template without the tables; whoever named one names the restored one. Raises
    `DomainError` where a table of the template was not restored."""
    missing = [name for name in tables_of(template) if name not in restored]
    if missing:
        raise DomainError(f"not restored: {', '.join(missing)}")
    others = {n: r for n, r in template["Resources"].items() if n not in restored}
    pointed: StackTemplate = _named(template | {"Resources": others}, restored)
    return pointed


def adopting(template: StackTemplate, restored: Mapping[str, RestoredTable]) -> StackTemplate:
    """What `pointing` gives, with the tables beside it, which nobody names yet."""
    pointed = pointing(template, restored)
    tables = {name: keeping(template)["Resources"][name] for name in restored}
    return pointed | {"Resources": pointed["Resources"] | tables}


def _named(value: Any, restored: Mapping[str, RestoredTable]) -> Any:
    """A part of a template in which no table is named by the template's own name."""
    if isinstance(value, list):
        return [_named(each, restored) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"} and value["Ref"] in restored:
        return restored[value["Ref"]].name
    if set(value) == {"Fn::GetAtt"}:
        place = value["Fn::GetAtt"]
        name, attribute = place.split(".", 1) if isinstance(place, str) else place
        if name in restored:
            return _attribute(restored[name], attribute)
    if set(value) == {"Fn::Sub"}:
        return {"Fn::Sub": _substituted(value["Fn::Sub"], restored)}
    named = {key: _named(each, restored) for key, each in value.items()}
    if isinstance(named.get("DependsOn"), str | list):
        waits = [named["DependsOn"]] if isinstance(named["DependsOn"], str) else named["DependsOn"]
        named["DependsOn"] = [name for name in waits if name not in restored]
    return named


def _substituted(sub: Any, restored: Mapping[str, RestoredTable]) -> Any:
    text, values = (sub, None) if isinstance(sub, str) else sub

    def put(match: re.Match[str]) -> str:
        name, _, attribute = match[1].partition(".")
        if name not in restored:
            return match[0]
        return _attribute(restored[name], attribute) if attribute else restored[name].name

    text = re.sub(r"\$\{([\w.]+)\}", put, text)
    return text if values is None else [text, _named(values, restored)]


def _attribute(table: RestoredTable, attribute: str) -> str:
    known = {"Arn": table.arn, "StreamArn": table.stream}
    if not known.get(attribute):
        raise DomainError(f"{table.name} has no {attribute}")
    return known[attribute]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """The tables of a stack, restored beside it, and the stack pointed at them.

    Args:
        stack: Its name.
        clients: Service → boto3 client.
        bucket: The drop bucket, where CloudFormation reads templates that no call can carry.
        say: Takes a line about what happens.
        look_every: Seconds between two looks at what is under way.
        patience: Seconds until something under way is taken for stuck; a large table takes hours.
    """

    stack: str
    clients: Clients
    bucket: str
    say: Callable[[str], None]
    look_every: float
    patience: float = 12 * 3600.0

    def template(self) -> StackTemplate:
        """The template as it is deployed, with every loop gone through."""
        body: Any = self.clients("cloudformation").get_template(
            StackName=self.stack, TemplateStage="Processed"
        )["TemplateBody"]
        return json.loads(body) if isinstance(body, str) else dict(body)

    def physical(self) -> dict[str, str]:
        """The tables that the stack has now, by their names in the template."""
        pages = self.clients("cloudformation").get_paginator("list_stack_resources")
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=self.stack)
            for resource in page["StackResourceSummaries"]
            if resource["ResourceType"] == _TABLE
            and resource["ResourceStatus"] != "DELETE_COMPLETE"
        }

    def begin(self, label: str) -> StackTemplate:
        """The template to come back to: as it is deployed, kept under the label before the first
        change, so that a restore that broke off goes on with it."""
        key, s3 = f"work/restore/{label}/template.json", self.clients("s3")
        try:
            kept = s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except s3.exceptions.NoSuchKey:
            kept = json.dumps(self.template(), default=str).encode()
            s3.put_object(Bucket=self.bucket, Key=key, Body=kept)
        template: StackTemplate = json.loads(kept)
        return template

    def restore(
        self, template: StackTemplate, at: datetime | None, label: str, *, protect: bool
    ) -> dict[str, RestoredTable]:
        """Restore every table to an instant (None: the latest there is), as STACK-TABLE-LABEL; by
        name in the template. A table of that name that stands already is taken as it is."""
        dynamo, sources = self.clients("dynamodb"), self.physical()
        when: Any = {"RestoreDateTime": at} if at else {"UseLatestRestorableTime": True}
        restored = {}
        for logical in tables_of(template):
            name = f"{self.stack}-{logical.removesuffix('Table')}-{label}"
            if not self._stands(name):
                dynamo.restore_table_to_point_in_time(
                    SourceTableName=sources[logical], TargetTableName=name, **when
                )
                self.say(f"{name} is restored from {sources[logical]} …")
            properties = template["Resources"][logical]["Properties"]
            restored[logical] = (name, properties)
        return {n: self._furnish(*each, protect=protect) for n, each in restored.items()}

    def _stands(self, name: str) -> bool:
        dynamo = self.clients("dynamodb")
        try:
            dynamo.describe_table(TableName=name)
        except dynamo.exceptions.ResourceNotFoundException:
            return False
        return True

    def _furnish(self, name: str, properties: Mapping[str, Any], *, protect: bool) -> RestoredTable:
        """Give a restored table what a restore leaves out."""
        dynamo = self.clients("dynamodb")
        table = self._active(name)
        stream = properties.get("StreamSpecification")
        if stream and not table.get("LatestStreamArn"):
            dynamo.update_table(
                TableName=name, StreamSpecification={"StreamEnabled": True, **stream}
            )
            table = self._active(name)
        life: Any = properties["TimeToLiveSpecification"]
        seen = dynamo.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if seen["TimeToLiveStatus"] in ("DISABLED", "DISABLING"):
            dynamo.update_time_to_live(TableName=name, TimeToLiveSpecification=life)
        recovery: Any = {"PointInTimeRecoveryEnabled": True}
        dynamo.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
        if protect and not table.get("DeletionProtectionEnabled"):
            dynamo.update_table(TableName=name, DeletionProtectionEnabled=True)
            self._active(name)
        return RestoredTable(
            name=name, arn=table["TableArn"], stream=table.get("LatestStreamArn", "")
        )

    def paused(self, ops: str) -> bool:
        """Whether the whole platform is paused by a table Ops, as `dunlin pause platform` does."""
        rows = list(self._pauses(ops))
        return bool(rows) and all("by_platform" in row for row in rows)

    def carry_pauses(self, source: str, target: str) -> int:
        """Copy the pauses that are on now into a restored table Ops: what was stopped since its
        instant stays stopped. How many rows there are."""
        dynamo, copied = self.clients("dynamodb"), 0
        for row in self._pauses(source):
            dynamo.put_item(TableName=target, Item=row)
            copied += 1
        return copied

    def _pauses(self, ops: str) -> Iterator[dict[str, Any]]:
        pages = (
            self.clients("dynamodb")
            .get_paginator("scan")
            .paginate(
                TableName=ops,
                ConsistentRead=True,
                FilterExpression="begins_with(pk, :pause)",
                ExpressionAttributeValues={":pause": {"S": "PAUSE#"}},
            )
        )
        for page in pages:
            yield from page["Items"]

    def _active(self, name: str) -> dict[str, Any]:
        for _ in self._looks(f"{name} is not restored"):
            table: dict[str, Any] = self.clients("dynamodb").describe_table(TableName=name)["Table"]
            if table["TableStatus"] == "ACTIVE":
                return table
        raise AssertionError  # the looks end by an error alone

    def swap(self, template: StackTemplate, restored: Mapping[str, RestoredTable]) -> None:
        """Point the stack at restored tables, from wherever it stands; `template` is the one that
        `begin` gives. Raises `DomainError` where CloudFormation refuses."""
        now = self.physical()
        adopted = now == {logical: table.name for logical, table in restored.items()}
        if now and not adopted:
            self._change("keep", keeping(template))
            self._change("point", pointing(template, restored))
        if not adopted:
            self._change("adopt", adopting(template, restored), restored)
        self._change("name", template)

    def outputs(self) -> dict[str, str]:
        """The stack's outputs as they are now."""
        stacks = self.clients("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        return {o["OutputKey"]: o["OutputValue"] for o in stacks[0]["Outputs"]}

    def _change(
        self, step: str, template: StackTemplate, taken: Mapping[str, RestoredTable] | None = None
    ) -> None:
        """Bring the stack to a template, taking tables in where some are given."""
        formation = self.clients("cloudformation")
        name = f"{self.stack}-restore-{step}-{int(time.time())}"
        more: dict[str, Any] = {"ChangeSetType": "UPDATE"}
        if taken:
            resources = [
                {"ResourceType": _TABLE, "LogicalResourceId": logical,
                 "ResourceIdentifier": {"TableName": table.name}}
                for logical, table in taken.items()
            ]  # fmt: skip
            more = {"ChangeSetType": "IMPORT", "ResourcesToImport": resources}
        formation.create_change_set(
            StackName=self.stack,
            ChangeSetName=name,
            TemplateURL=self._lay(step, template),
            Parameters=[
                {"ParameterKey": key, "UsePreviousValue": True} for key in template["Parameters"]
            ],
            Capabilities=_CAPABILITIES,
            **more,
        )
        if not self._made(formation, name):
            self.say(f"{step}: so already.")
            return
        formation.execute_change_set(StackName=self.stack, ChangeSetName=name)
        for _ in self._looks(f"the stack does not end its change ({step})"):
            status = formation.describe_stacks(StackName=self.stack)["Stacks"][0]["StackStatus"]
            if status in ("UPDATE_COMPLETE", "IMPORT_COMPLETE"):
                self.say(f"{step}: done.")
                return
            if not status.endswith("IN_PROGRESS"):
                raise DomainError(f"{step}: the stack {self.stack} is {status}; its events say why")

    def _made(self, formation: Any, name: str) -> bool:
        """Wait for a change set; False where it would change nothing."""
        for _ in self._looks(f"the change set {name} is not made"):
            seen = formation.describe_change_set(StackName=self.stack, ChangeSetName=name)
            if seen["Status"] == "CREATE_COMPLETE":
                return True
            if seen["Status"] == "FAILED":
                reason = seen.get("StatusReason", "")
                if "didn't contain changes" in reason or "No updates" in reason:
                    formation.delete_change_set(StackName=self.stack, ChangeSetName=name)
                    return False
                raise DomainError(f"CloudFormation refuses: {reason}")
        raise AssertionError  # the looks end by an error alone

    def _lay(self, step: str, template: StackTemplate) -> str:
        """A template where CloudFormation reads it."""
        key = f"work/restore/{step}.json"
        s3 = self.clients("s3")
        body = json.dumps(template, default=str)
        s3.put_object(Bucket=self.bucket, Key=key, Body=body.encode())
        url: str = s3.generate_presigned_url(
            "get_object", Params={"Bucket": self.bucket, "Key": key}, ExpiresIn=3600
        )
        return url.partition("?")[0]

    def _looks(self, words: str) -> Iterator[None]:
        """One look after the other, until patience ends. Raises `DomainError` then."""
        end = time.monotonic() + self.patience
        while True:
            yield
            if time.monotonic() > end:
                raise DomainError(words)
            time.sleep(self.look_every)
