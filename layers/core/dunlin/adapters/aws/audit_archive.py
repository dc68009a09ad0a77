"""The audit log in its table, its write-once copy in S3 under Object Lock, and its signatures.

Objects: `entries/{day}/{batch}.jsonl`, `roots/{day}.json`, `roots/{day}.leaves.jsonl`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.rows.audit import AuditRow
from dunlin.domain.audit.audit import AuditEntry, Leaf, SignedRoot, from_json, to_json
from dunlin.domain.errors import Defect

_EXISTS = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})
_TOGETHER = 16  # objects read side by side: a day of a million accounts has ten thousand
_SEGMENTS = 8  # of a scan of the table
_ABSENT = frozenset({"NoSuchKey", "404"})


def _lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(
        json.dumps(row, sort_keys=True, ensure_ascii=False).encode() + b"\n" for row in rows
    )


def audit_records(
    records: Iterable[dict[str, Any]], copied_at: datetime | None
) -> tuple[list[tuple[datetime, str, AuditEntry]], int]:
    """Stream records of the Audit table as (copied at, record id, entry), and how many were no
    insert: an entry that was replaced or removed, which nothing of ours ever does.

    A record that was held up for a day is copied under the day on which it comes: the one on which
    it was written may be signed by then. Without `copied_at` an entry's own instant stands for it.
    """
    inserted, tampered = [], 0
    for record in records:
        if record["eventName"] != "INSERT":
            tampered += 1
            continue
        row = AuditRow.from_raw_data(dict(record["dynamodb"]["NewImage"]))
        entry = row.to_domain()
        inserted.append((copied_at or entry.at, record["eventID"], entry))
    return inserted, tampered


class S3AuditArchive:
    """`AuditArchive` over the Audit table and the audit bucket."""

    def __init__(self, *, bucket: str) -> None:
        self._bucket = bucket
        self._s3 = boto3.client("s3", config=Config(max_pool_connections=_TOGETHER))

    def chain(self, subject: str) -> list[AuditEntry]:
        return [
            row.to_domain() for row in reading.found(AuditRow.query(subject, consistent_read=True))
        ]

    def entries_since(self, day: date) -> Iterator[AuditEntry]:
        wanted = AuditRow.at >= datetime.combine(day, time(), UTC)
        segments = [
            AuditRow.scan(wanted, segment=number, total_segments=_SEGMENTS)
            for number in range(_SEGMENTS)
        ]
        for row in reading.side_by_side(segments):
            yield row.to_domain()

    def archive(self, day: date, batch: str, entries: Sequence[AuditEntry]) -> bool:
        return self._put(f"entries/{day}/{batch}.jsonl", _lines(to_json(e) for e in entries))

    def _put(self, key: str, content: bytes) -> bool:
        try:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=content, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] in _EXISTS:
                return False
            raise
        return True

    def _keys(self, prefix: str) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        for page in pages:
            for item in page.get("Contents", []):
                yield item["Key"]

    def _read(self, key: str) -> bytes | None:
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise

    def archived(self, day: date) -> Iterator[AuditEntry]:
        keys = self._keys(f"entries/{day}/")
        with ThreadPoolExecutor(_TOGETHER) as together:
            while some := list(islice(keys, _TOGETHER * 4)):
                for content in together.map(self._read, some):
                    for line in (content or b"").splitlines():
                        yield from_json(json.loads(line))

    def put_root(self, root: SignedRoot, leaves: Iterable[Leaf]) -> None:
        # Leaves first: a root that is there can always be proven.
        self._put_leaves(root.day, _lines(asdict(leaf) for leaf in leaves))
        content = json.dumps(asdict(root), sort_keys=True).encode()
        if not self._put(f"roots/{root.day}.json", content):
            stored = self.root(date.fromisoformat(root.day))
            # Each signature over the same root is another: what was signed is compared.
            if stored is None or stored.message() != root.message():
                raise Defect(f"another root of {root.day} lies in the archive already")

    def _put_leaves(self, day: str, content: bytes) -> None:
        key = f"roots/{day}.leaves.jsonl"
        if not self._put(key, content) and self._read(key) != content:
            raise Defect(f"other leaves of {day} lie in the archive already")

    def root(self, day: date) -> SignedRoot | None:
        content = self._read(f"roots/{day}.json")
        return None if content is None else SignedRoot(**json.loads(content))

    def leaves(self, day: date) -> list[Leaf]:
        content = self._read(f"roots/{day}.leaves.jsonl") or b""
        return [Leaf(**json.loads(line)) for line in content.splitlines()]

    def roots(self) -> list[date]:
        return sorted(
            date.fromisoformat(key.removeprefix("roots/").removesuffix(".json"))
            for key in self._keys("roots/")
            if key.endswith(".json")
        )


class KmsSigner:
    """`Signer` over an asymmetric KMS key (ECC_NIST_P256)."""

    def __init__(self, *, key_id: str) -> None:
        self._key_id = key_id
        self._kms = boto3.client("kms")

    def sign(self, message: bytes) -> str:
        answer = self._kms.sign(
            KeyId=self._key_id,
            Message=message,
            MessageType="RAW",
            SigningAlgorithm="ECDSA_SHA_256",
        )
        return base64.b64encode(answer["Signature"]).decode()

    def public_key(self) -> str:
        der = self._kms.get_public_key(KeyId=self._key_id)["PublicKey"]
        body = base64.encodebytes(der).decode()
        return f"-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----\n"
