"""The drop bucket in S3."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from heapq import nlargest
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
from botocore.exceptions import ClientError

from dunlin.domain.errors import DomainError

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import ObjectTypeDef

_OURS = {"written-by": "dunlin"}
_MEMORY = 8 << 20
_ABSENT = frozenset({"NoSuchKey", "NoSuchVersion", "404"})


class S3DropBox:
    """`DropBox` over one bucket."""

    def __init__(self, *, bucket: str) -> None:
        self._bucket = bucket
        self._s3 = boto3.client("s3")

    def read(
        self, key: str, *, version: str | None = None, start: int = 0, end: int | None = None
    ) -> bytes:
        wanted: dict[str, Any] = {"Bucket": self._bucket, "Key": key}
        if version:
            wanted["VersionId"] = version
        if start or end is not None:
            wanted["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        try:
            return self._s3.get_object(**wanted)["Body"].read()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "InvalidRange":  # the file ends before `start`
                return b""
            if code in _ABSENT:
                raise DomainError(f"no file {key}") from error
            raise

    def write(self, key: str, content: bytes | Iterable[bytes], content_type: str) -> None:
        if isinstance(content, bytes):
            self._put(key, content, content_type)
            return
        with tempfile.SpooledTemporaryFile(max_size=_MEMORY) as kept:
            for piece in content:
                kept.write(piece)
            kept.seek(0)
            self._put(key, kept, content_type)

    def _put(self, key: str, body: bytes | IO[bytes], content_type: str) -> None:
        self._s3.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=body,
            Metadata=_OURS,
            ContentType=content_type,
            # A browser must save a report, never show it as a page.
            ContentDisposition=f"attachment; filename*=UTF-8''{quote(key.rsplit('/', 1)[-1])}",
        )

    def ours(self, key: str, version: str) -> bool:
        wanted: dict[str, Any] = {"Bucket": self._bucket, "Key": key}
        if version:
            wanted["VersionId"] = version
        try:
            head = self._s3.head_object(**wanted)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return False
            raise
        return bool(head["Metadata"] == _OURS)

    def remove(self, key: str) -> None:
        self._s3.delete_object(Bucket=self._bucket, Key=key)

    def keys(self, prefix: str) -> list[str]:
        return [item["Key"] for item in self._listed(prefix)]

    def newest(self, prefix: str, suffix: str, most: int) -> list[str]:
        objects = (item for item in self._listed(prefix) if item["Key"].endswith(suffix))
        last = nlargest(most, objects, key=lambda item: item["LastModified"])
        return [item["Key"] for item in last]

    def _listed(self, prefix: str) -> Iterator[ObjectTypeDef]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        return (item for page in pages for item in page.get("Contents", ()))
