"""Files that people send us, in the drop bucket beside the creditor's own files."""

from __future__ import annotations

import hashlib
import secrets
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dunlin.domain.errors import Unavailable


class S3Evidence:
    """`Evidence` over one bucket, under `evidence/{creditor}/` and a name like a random one."""

    def __init__(self, *, bucket: str) -> None:
        self._bucket = bucket

    @cached_property
    def _s3(self) -> Any:
        """Made with the first file: most visits bring none."""
        import boto3

        return boto3.client("s3")

    def keep(self, content: bytes, *, creditor: str, content_type: str, once: str = "") -> str:
        # Of a delivery the content is part of the name: who knows its id cannot guess the file.
        named = hashlib.sha256(once.encode() + b"|" + content).hexdigest()[:32] if once else ""
        key = f"evidence/{creditor}/{named or secrets.token_hex(16)}"
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content,
                ContentType=content_type,
                # Staff save it; a browser never shows it as a page.
                ContentDisposition="attachment",
            )
        except (ClientError, BotoCoreError) as failure:
            raise Unavailable("evidence", type(failure).__name__, certain=False) from failure
        return key
