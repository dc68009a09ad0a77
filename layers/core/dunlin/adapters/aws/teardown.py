"""A stack comes to rest and is removed: CloudFormation waits for a state machine as long as one of
its executions runs, which here is up to a year, deletes no bucket that holds a file, and functions
that still run write what was not exported.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from dunlin.adapters.aws.readiness import Clients
from dunlin.domain.errors import DomainError

DOORS = ("Portal", "ReceiveWebhook", "ReceiveChanges", "ChangeBalance")
"""The functions that people and other systems call: nothing comes in while they are closed."""
MACHINES = ("Ladder", "Notice", "Arrangement", "Import")
_PATIENT = Config(retries={"mode": "adaptive", "max_attempts": 12})
_LOOK_EVERY = 15.0
_QUIET = timedelta(minutes=3)


def patient_clients(service: str) -> Any:
    """A client that waits out throttling: a large stack is stopped by a hundred thousand calls."""
    import boto3

    make: Any = boto3.client
    return make(service, config=_PATIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Teardown:
    """A stack that is to be removed.

    Args:
        stack: Its name.
        outputs: Its outputs.
        clients: Service → boto3 client.
        look_every: Seconds between two looks at what has not come to rest.
        patience: Seconds until something that does not come to rest is said to be stuck.
    """

    stack: str
    outputs: Mapping[str, str]
    clients: Clients = patient_clients
    look_every: float = _LOOK_EVERY
    patience: float = 3600.0
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def rest(self) -> None:
        """Close the doors, stop the schedules, and wait until queues and streams are read to their
        end. Raises `DomainError` where one is not; `resume` opens all again."""
        functions, events = self.clients("lambda"), self.clients("events")
        for door in self._doors():
            functions.put_function_concurrency(FunctionName=door, ReservedConcurrentExecutions=0)
        for rule in self._of_type("AWS::Events::Rule"):
            events.disable_rule(Name=rule)
        self._until(self._busy_queues, "these queues are not read to their end")
        self._until(self._busy_streams, "these functions still read streams")

    def resume(self) -> None:
        """Undo `rest`."""
        functions, events = self.clients("lambda"), self.clients("events")
        for door in self._doors():
            functions.delete_function_concurrency(FunctionName=door)
        for rule in self._of_type("AWS::Events::Rule"):
            events.enable_rule(Name=rule)

    def stop_executions(self) -> int:
        """Stop all executions of all machines, until none is left; how many there were."""
        steps, stopped = self.clients("stepfunctions"), set[str]()

        def running() -> list[str]:
            """Stop what runs: of what was stopped before, a list may still tell for a while."""
            left = [
                execution
                for machine in MACHINES
                for execution in _running(steps, self.outputs[f"{machine}MachineArn"])
            ]
            for execution in left:
                if execution not in stopped:
                    steps.stop_execution(executionArn=execution, cause="The stack is removed.")
                    stopped.add(execution)
            return left

        self._until(running, "these executions do not stop")
        return len(stopped)

    def clear(self) -> list[str]:
        """Remove what a first deployment left that failed; what stays is named with why. Raises
        `DomainError` where a table of it holds a row: then it was not the first."""
        dynamo = self.clients("dynamodb")
        tables = list(self._of_type("AWS::DynamoDB::Table"))
        for table in tables:
            if dynamo.scan(TableName=table, Limit=1)["Items"]:
                raise DomainError(f"{table} of {self.stack} holds rows: nothing was removed")
        for table in tables:
            dynamo.update_table(TableName=table, DeletionProtectionEnabled=False)
        return self.delete()

    def delete(self) -> list[str]:
        """Remove the stack; what CloudFormation could not remove stays, and is named with why."""
        formation = self.clients("cloudformation")
        formation.delete_stack(StackName=self.stack)
        kept = self._undeleted(formation)
        if kept:
            formation.delete_stack(StackName=self.stack, RetainResources=sorted(kept))
            left = self._undeleted(formation)
            if left:
                lines = "\n".join(f"{name}: {why}" for name, why in sorted(left.items()))
                raise DomainError(f"CloudFormation did not remove {self.stack}:\n{lines}")
        return [f"{name}: {why}" for name, why in sorted(kept.items())]

    def _doors(self) -> list[str]:
        names = (f"{door}FunctionName" for door in DOORS)
        return [self.outputs[name] for name in names if name in self.outputs]

    def _of_type(self, kind: str) -> Iterator[str]:
        for resource in _resources(self.clients("cloudformation"), self.stack):
            gone = resource["ResourceStatus"] == "DELETE_COMPLETE"
            if resource["ResourceType"] == kind and resource.get("PhysicalResourceId") and not gone:
                yield resource["PhysicalResourceId"]

    def _busy_queues(self) -> list[str]:
        """Queues with work in them. Dead letters are exported by nobody and hold nothing up."""
        queues, busy = self.clients("sqs"), []
        for url in self._of_type("AWS::SQS::Queue"):
            name = url.rpartition("/")[2]
            if not name.endswith("Queue"):
                continue
            counts = queues.get_queue_attributes(
                QueueUrl=url,
                AttributeNames=[
                    "ApproximateNumberOfMessages",
                    "ApproximateNumberOfMessagesNotVisible",
                    "ApproximateNumberOfMessagesDelayed",
                ],
            )["Attributes"]
            if any(int(number) for number in counts.values()):
                busy.append(name)
        return busy

    def _busy_streams(self) -> list[str]:
        """Functions that were called by a stream within the last minutes: there is no count of what
        a stream still holds, but who has read it to its end is called no more."""
        functions, metrics = self.clients("lambda"), self.clients("cloudwatch")
        busy, end = set(), self.now()
        pages = functions.get_paginator("list_event_source_mappings").paginate()
        for mapping in (m for page in pages for m in page["EventSourceMappings"]):
            name = str(mapping["FunctionArn"]).rpartition(":")[2]
            if ":dynamodb:" not in mapping["EventSourceArn"] or not name.startswith(
                f"{self.stack}-"
            ):
                continue
            points = metrics.get_metric_statistics(
                Namespace="AWS/Lambda",
                MetricName="Invocations",
                Dimensions=[{"Name": "FunctionName", "Value": name}],
                StartTime=end - _QUIET,
                EndTime=end,
                Period=60,
                Statistics=["Sum"],
            )["Datapoints"]
            if any(point["Sum"] for point in points):
                busy.add(name)
        return sorted(busy)

    def _until(self, busy: Callable[[], list[str]], words: str) -> None:
        deadline = time.monotonic() + self.patience
        while names := busy():
            if time.monotonic() > deadline:
                raise DomainError(f"{words}: {', '.join(names[:20])}")
            time.sleep(self.look_every)

    def _undeleted(self, formation: Any) -> dict[str, str]:
        """Wait for the end of a deletion; what it left, by logical name, with CloudFormation's
        reason."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                status = formation.describe_stacks(StackName=self.stack)["Stacks"][0]["StackStatus"]
            except ClientError as error:
                if "does not exist" in str(error):
                    return {}
                raise
            if status == "DELETE_FAILED":
                return {
                    resource["LogicalResourceId"]: resource.get("ResourceStatusReason", "no reason")
                    for resource in _resources(formation, self.stack)
                    if resource["ResourceStatus"] == "DELETE_FAILED"
                }
            if time.monotonic() > deadline:
                raise DomainError(f"{self.stack} is still {status}: look at its events")
            time.sleep(self.look_every)


def _running(steps: Any, machine: str) -> Iterable[str]:
    """ARNs of a machine's executions that run, page by page."""
    asked: dict[str, Any] = {"stateMachineArn": machine, "statusFilter": "RUNNING"}
    while True:
        page = steps.list_executions(**asked, maxResults=1000)
        yield from (execution["executionArn"] for execution in page["executions"])
        if not page.get("nextToken"):
            return
        asked["nextToken"] = page["nextToken"]


def _resources(formation: Any, stack: str) -> Iterator[dict[str, Any]]:
    """The resources of a stack, page by page."""
    for page in formation.get_paginator("list_stack_resources").paginate(StackName=stack):
        yield from page["StackResourceSummaries"]
