"""Everything a stack holds, as plain files: rows as JSON lines, objects as they are, and a
manifest with the hash of each, so that whoever leaves takes all of it and can prove it whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer

from dunlin.domain.errors import DomainError

MANIFEST = "manifest.json"
_READ = TypeDeserializer()


def export(
    folder: Path,
    *,
    tables: Mapping[str, str],
    buckets: Mapping[str, str],
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Write `tables/{name}.jsonl` (rows in order of their keys) and `buckets/{name}/{key}` into
    an empty folder, and return the manifest: `{file: {sha256, bytes, rows?}}`."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise DomainError(f"{folder} is not empty")
    files: dict[str, Any] = {}
    for name, table in sorted(tables.items()):
        lines = sorted(_rows(table))
        path = folder / "tables" / f"{name}.jsonl"
        _keep(path, "".join(lines).encode())
        files[str(path.relative_to(folder))] = _told(path) | {"rows": len(lines)}
        progress(f"{name}: {len(lines):,} rows")
    for name, bucket in sorted(buckets.items()):
        number = 0
        for key, content in _objects(bucket):
            # A key is outside text: it must not lead out of the folder.
            path = folder / "buckets" / name / key
            if not path.resolve().is_relative_to(folder.resolve()):
                raise DomainError(f"{bucket}: the key {key!r} leads out of the folder")
            _keep(path, content)
            files[str(path.relative_to(folder))] = _told(path)
            number += 1
        progress(f"{name}: {number:,} files")
    (folder / MANIFEST).write_text(json.dumps(files, indent=1, sort_keys=True), encoding="utf-8")
    return files


def differences(folder: Path) -> list[str]:
    """What a folder lacks, has too much or holds changed against its manifest; none where it is
    whole."""
    wanted = json.loads((folder / MANIFEST).read_text("utf-8"))
    there = {
        str(path.relative_to(folder)): path
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    faults = [f"missing: {name}" for name in sorted(wanted.keys() - there.keys())]
    faults += [f"not in the manifest: {name}" for name in sorted(there.keys() - wanted.keys())]
    faults += [
        f"changed: {name}"
        for name in sorted(wanted.keys() & there.keys())
        if _told(there[name])["sha256"] != wanted[name]["sha256"]
    ]
    return faults


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _told(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _rows(table: str) -> Iterator[str]:
    client: Any = boto3.client("dynamodb")
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            row = {key: _READ.deserialize(value) for key, value in item.items()}
            yield json.dumps(row, sort_keys=True, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, set):
        return sorted(value)
    raise TypeError(f"no plain form of {type(value).__name__}")


def _objects(bucket: str) -> Iterator[tuple[str, bytes]]:
    client: Any = boto3.client("s3")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", ()):
            yield item["Key"], client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()


def empty(bucket: str) -> int:
    """Delete every version of every file of a bucket; how many must stay, being write-once."""
    client: Any = boto3.client("s3")
    kept = 0
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            try:
                client.delete_object(
                    Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"]
                )
            except client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] != "AccessDenied":
                    raise
                kept += 1
    return kept


def remove_rest(tables: Iterable[str], buckets: Iterable[str], secrets: Iterable[str]) -> list[str]:
    """Remove what outlived the stack, as a production stack lets its data do; what had to stay,
    and why. Secrets can be had back for a week."""
    dynamo, s3 = boto3.client("dynamodb"), boto3.client("s3")
    keeper = boto3.client("secretsmanager")
    for secret in secrets:
        try:
            keeper.delete_secret(SecretId=secret, RecoveryWindowInDays=7)
        except keeper.exceptions.ResourceNotFoundException:
            continue
    for table in tables:
        try:
            dynamo.update_table(TableName=table, DeletionProtectionEnabled=False)
            dynamo.delete_table(TableName=table)
        except dynamo.exceptions.ResourceNotFoundException:
            continue
    left = []
    for bucket in buckets:
        try:
            kept = empty(bucket)
        except s3.exceptions.NoSuchBucket:
            continue
        if kept:
            left.append(f"{bucket}: {kept:,} write-once files, until their retention ends")
        else:
            s3.delete_bucket(Bucket=bucket)
    return left
