"""A stack on AWS is removed in an order that ends: it rests, it is exported, executions are
stopped, buckets are emptied, and only then is it deleted; what stays is named. The account behind
it refuses what AWS refuses: a machine whose executions run, a bucket that holds a file.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from dunlin.adapters.aws import stack_export
from dunlin.adapters.aws.teardown import DOORS, MACHINES, Teardown
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.cli.main import app
from dunlin.cli.target import TABLES, Target
from dunlin.domain.errors import DomainError
from dunlin.runtime import wiring
from tests.staff.builders import ChainLog
from tests.support.builders import NOON

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
RULES = ["dunlin-drop", "dunlin-staff", "dunlin-schedule"]


class Account:
    """One AWS account with the stack `dunlin` in it, as far as leaving touches it."""

    def __init__(self, *, executions: int = 5, locked: int = 0, queued: int = 0) -> None:
        self.log: list[str] = []
        self.closed: set[str] = set()
        self.disabled: set[str] = set()
        self.running = {
            f"arn:{machine}:{number}" for machine in MACHINES for number in range(executions)
        }
        self.files, self.locked, self.queued = 3, locked, queued
        self.streamed = 1
        self.status = "CREATE_COMPLETE"
        self.failed: dict[str, str] = {}

    def client(self, service: str) -> Any:
        return self

    # Lambda, EventBridge
    def put_function_concurrency(self, *, FunctionName: str, **_: Any) -> None:  # noqa: N803
        self.closed.add(FunctionName)

    def delete_function_concurrency(self, *, FunctionName: str) -> None:  # noqa: N803
        self.closed.remove(FunctionName)

    def disable_rule(self, *, Name: str) -> None:  # noqa: N803
        self.disabled.add(Name)

    def enable_rule(self, *, Name: str) -> None:  # noqa: N803
        self.disabled.remove(Name)

    # SQS, CloudWatch: each look finds less
    def get_queue_attributes(self, *, QueueUrl: str, **_: Any) -> Any:  # noqa: N803
        left, self.queued = self.queued, max(0, self.queued - 1)
        return {"Attributes": {"ApproximateNumberOfMessages": str(left)}}

    def get_metric_statistics(self, **_: Any) -> Any:
        left, self.streamed = self.streamed, 0
        return {"Datapoints": [{"Sum": float(left)}]}

    # Step Functions, two a page
    def list_executions(self, *, stateMachineArn: str, **asked: Any) -> Any:  # noqa: N803
        mine = sorted(e for e in self.running if e.startswith(stateMachineArn))
        start = int(asked.get("nextToken", 0))
        page: dict[str, Any] = {
            "executions": [{"executionArn": e} for e in mine[start : start + 2]]
        }
        return page | ({"nextToken": str(start + 2)} if len(mine) > start + 2 else {})

    def stop_execution(self, *, executionArn: str, **_: Any) -> None:  # noqa: N803
        self.log.append("stop")
        self.running.remove(executionArn)

    # CloudFormation
    def get_paginator(self, operation: str) -> Any:
        pages = {
            "list_stack_resources": [
                {
                    "StackResourceSummaries": [
                        {
                            "ResourceType": "AWS::Events::Rule",
                            "PhysicalResourceId": rule,
                            "LogicalResourceId": rule,
                            "ResourceStatus": "CREATE_COMPLETE",
                        }
                    ]
                }
                for rule in RULES
            ]
            + [
                {
                    "StackResourceSummaries": [
                        {
                            "ResourceType": "AWS::SQS::Queue",
                            "PhysicalResourceId": f"https://sqs/0/dunlin-{name}",
                            "LogicalResourceId": name,
                            "ResourceStatus": "CREATE_COMPLETE",
                        }
                        for name in ("DropQueue", "DropDeadLetters")
                    ]
                },
                {
                    "StackResourceSummaries": [
                        {
                            "ResourceType": "AWS::S3::Bucket",
                            "LogicalResourceId": name,
                            "ResourceStatus": "DELETE_FAILED",
                            "ResourceStatusReason": why,
                        }
                        for name, why in self.failed.items()
                    ]
                },
            ],
            "list_event_source_mappings": [
                {
                    "EventSourceMappings": [
                        {
                            "FunctionArn": "arn:aws:lambda:r:0:function:dunlin-archive_audit",
                            "EventSourceArn": "arn:aws:dynamodb:r:0:table/x/stream/y",
                        },
                        {
                            "FunctionArn": "arn:aws:lambda:r:0:function:other",
                            "EventSourceArn": "arn:aws:dynamodb:r:0:table/x/stream/y",
                        },
                    ]
                }
            ],
        }[operation]

        class Pages:
            def paginate(self, **_: Any) -> Any:
                return pages

        return Pages()

    def delete_stack(self, *, StackName: str, RetainResources: list[str] | None = None) -> None:  # noqa: N803
        self.log.append("delete")
        if self.running:
            self.status = "DELETE_FAILED"
            self.failed = {"LadderMachine": "executions are running"}
        elif self.locked and "AuditBucket" not in (RetainResources or []):
            self.status, self.failed = "DELETE_FAILED", {"AuditBucket": "is not empty"}
        else:
            self.status, self.failed = "gone", {}

    def describe_stacks(self, **_: Any) -> Any:
        if self.status == "gone":
            error: Any = {"Code": "ValidationError", "Message": "Stack dunlin does not exist"}
            raise ClientError({"Error": error}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": self.status}]}


OUTPUTS = {
    **{f"{machine}MachineArn": f"arn:{machine}" for machine in MACHINES},
    **{f"{door}FunctionName": f"dunlin-{door}" for door in DOORS},
    **{f"{table}TableName": table for table in TABLES},
    "DropBucketName": "drop",
    "AuditBucketName": "audit",
    "Stage": "sandbox",
    "StripeSecretName": "stripe",
    "BillingSecretName": "billing",
}


def teardown(account: Account) -> Teardown:
    return Teardown(
        stack="dunlin", outputs=OUTPUTS, clients=account.client, look_every=0, now=lambda: NOW,
        patience=5,
    )  # fmt: skip


def test_it_rests_once_nobody_gets_in_and_all_is_read() -> None:
    account = Account(queued=3)
    teardown(account).rest()
    assert account.closed == {f"dunlin-{door}" for door in DOORS}
    assert account.disabled == set(RULES)
    assert (account.queued, account.streamed) == (0, 0)
    teardown(account).resume()
    assert not account.closed
    assert not account.disabled


def test_a_queue_that_is_never_read_is_named() -> None:
    account = Account(queued=1_000_000_000)
    stuck = Teardown(
        stack="dunlin", outputs=OUTPUTS, clients=account.client, look_every=0, patience=0
    )
    with pytest.raises(DomainError, match="dunlin-DropQueue"):
        stuck.rest()


def test_every_execution_of_every_machine_is_stopped_page_by_page() -> None:
    account = Account(executions=5)
    assert teardown(account).stop_executions() == 5 * len(MACHINES)
    assert not account.running


def test_what_cloudformation_cannot_remove_stays_and_is_named() -> None:
    account = Account(executions=0, locked=2)
    assert teardown(account).delete() == ["AuditBucket: is not empty"]
    assert account.status == "gone"
    assert account.log == ["delete", "delete"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """`dunlin destroy` on an account; the export, emptying and the rest only say that they ran."""

    def destroyed(account: Account, *, whole: bool = True) -> tuple[int, str]:
        target = Target(where="stack dunlin on AWS", outputs=OUTPUTS, time_lapse="", urls={})
        book = MemoryBook()
        monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: target)
        monkeypatch.setattr("dunlin.cli.leave.actor", lambda *_: "op-7")
        monkeypatch.setattr("dunlin.adapters.aws.teardown.Teardown", lambda **_: teardown(account))
        for name, value in (
            ("account_book", book), ("creditors", book.creditors),
            ("audit_archive", ChainLog(book)), ("clock", FixedClock(NOON)),
        ):  # fmt: skip
            monkeypatch.setattr(wiring, name, lambda value=value: value)

        def export(folder: Path, **_: Any) -> dict[str, Any]:
            assert "platform" in book.pauses
            assert account.closed
            account.log.append("export")
            return {}

        def empty(bucket: str) -> int:
            account.log.append(f"empty {bucket}")
            return account.locked if bucket == "audit" else 0

        monkeypatch.setattr(stack_export, "export", export)
        monkeypatch.setattr(stack_export, "differences", lambda _: [] if whole else ["missing: x"])
        monkeypatch.setattr(stack_export, "empty", empty)
        monkeypatch.setattr(
            stack_export,
            "remove_rest",
            lambda *_: ["audit: 2 write-once files"] * bool(account.locked),
        )
        order = ["destroy", str(tmp_path / "all"), "--confirm", "dunlin"]
        answer = CliRunner().invoke(app, order, env={"COLUMNS": "200"})
        return answer.exit_code, answer.output

    return destroyed


def test_destroy_ends_and_says_what_stays(run: Any) -> None:
    account = Account(executions=3, locked=2, queued=2)
    code, output = run(account)
    assert code == 0, output
    stops = ["stop"] * 3 * len(MACHINES)
    assert account.log == ["export", *stops, "empty drop", "empty audit", "delete", "delete"]
    assert "left: AuditBucket: is not empty" in output
    assert "left: audit: 2 write-once files" in output
    assert output.rstrip().endswith("dunlin is gone.")


def test_nothing_is_removed_where_the_export_is_not_whole(run: Any) -> None:
    account = Account(executions=3)
    code, output = run(account, whole=False)
    assert code == 2
    assert "Nothing was removed" in output
    assert account.log == ["export"]
    assert len(account.running) == 3 * len(MACHINES)
    assert not account.closed
    assert json.dumps(sorted(account.disabled)) == "[]"
