"""Whoever leaves takes everything along, can prove it whole, and leaves nothing behind."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from dunlin.adapters.aws.stack_export import MANIFEST, differences, export, remove_rest
from dunlin.cli.target import TABLES
from dunlin.domain.errors import DomainError
from local.local_stack import LocalStack
from tests.support import builders

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def taken(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from dunlin.runtime import wiring

    builders.store(wiring.account_book(), wiring.creditors(), builders.account("INV-leave"))
    folder = tmp_path_factory.mktemp("leave") / "taken"
    export(
        folder,
        tables={name.lower(): stack.outputs[f"{name}TableName"] for name in TABLES},
        buckets={"drop": stack.outputs["DropBucketName"]},
        progress=lambda line: None,
    )
    return folder


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_everything_is_in_the_folder_and_every_change_of_it_is_found(taken: Path) -> None:
    rows = lines(taken / "tables/accounts.jsonl")
    account = next(r for r in rows if r.get("reference") == "INV-leave")
    assert account["balance_minor"] == 12_500
    chain = lines(taken / "tables/audit.jsonl")
    assert any(e["subject"] == f"account#{account['account_id']}" for e in chain)
    assert differences(taken) == []
    people = taken / "tables/people.jsonl"
    whole = people.read_bytes()
    people.write_bytes(whole.replace(b"Ada", b"Eve", 1))
    assert differences(taken) == ["changed: tables/people.jsonl"]
    people.unlink()
    (taken / "more.txt").write_text("more")
    assert differences(taken) == ["missing: tables/people.jsonl", "not in the manifest: more.txt"]
    (taken / "more.txt").unlink()
    people.write_bytes(whole)
    assert differences(taken) == []


def test_a_folder_that_holds_something_is_left_alone(taken: Path) -> None:
    before = (taken / MANIFEST).read_bytes()
    with pytest.raises(DomainError):
        export(taken, tables={}, buckets={}, progress=lambda line: None)
    assert (taken / MANIFEST).read_bytes() == before


def test_what_outlives_the_stack_is_removed_but_for_what_is_write_once(stack: LocalStack) -> None:
    dynamo: Any = boto3.client("dynamodb")
    s3: Any = boto3.client("s3")
    dynamo.create_table(
        TableName="left-table",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    s3.create_bucket(Bucket="left-plain")
    s3.put_object(Bucket="left-plain", Key="one.txt", Body=b"1")
    s3.create_bucket(Bucket="left-locked", ObjectLockEnabledForBucket=True)
    s3.put_object(
        Bucket="left-locked",
        Key="entry.jsonl",
        Body=b"1",
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=datetime.now(UTC) + timedelta(days=30),
    )
    boto3.client("secretsmanager").create_secret(Name="left-secret", SecretString="{}")
    left = remove_rest(
        ["left-table", "gone-table"],
        ["left-plain", "left-locked", "gone-bucket"],
        ["left-secret", "gone-secret"],
    )
    assert left == ["left-locked: 1 write-once files, until their retention ends"]
    assert "left-table" not in dynamo.list_tables()["TableNames"]
    names = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    assert "left-plain" not in names
    assert "left-locked" in names
