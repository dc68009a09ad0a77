"""Mail that SES took in: where it lies in the drop bucket, and what SES tells of it.

Shape: docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dunlin.adapters.aws.event_fields import object_at
from dunlin.domain.errors import Unavailable
from dunlin.domain.messages.arrival import MailArrival
from dunlin.domain.messages.mail import LARGEST

PREFIX = "mail/"
_KEY = re.compile(r"mail/[A-Za-z0-9._/-]{1,200}")
_GONE = frozenset({"NoSuchKey", "404"})


class S3MailStore:
    """`MailStore` over the drop bucket."""

    def __init__(self, *, bucket: str) -> None:
        self._bucket = bucket

    @cached_property
    def _s3(self) -> Any:
        import boto3

        return boto3.client("s3")

    def mail(self, key: str) -> bytes | None:
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=key, Range=f"bytes=0-{LARGEST}")
            content = answer["Body"].read()
        except ClientError as failure:
            code = failure.response.get("Error", {}).get("Code", "")
            if code in _GONE:
                return None
            if code == "InvalidRange":
                return b""  # an object without a byte
            raise Unavailable("mail", code, certain=True) from failure
        except BotoCoreError as failure:
            raise Unavailable("mail", type(failure).__name__, certain=True) from failure
        return bytes(content)


def read_arrival(body: Mapping[str, Any]) -> MailArrival | None:
    """The notification of a received mail, as SNS hands it over; None for any other shape, such
    as the greeting with which SES tries a topic."""
    try:
        notice: Any = json.loads(str(body.get("Message", "")))
    except ValueError:
        return None
    if not isinstance(notice, Mapping):
        return None
    receipt, mail = object_at(notice, "receipt"), object_at(notice, "mail")
    key, recipients = object_at(receipt, "action").get("objectKey"), receipt.get("recipients")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or not isinstance(recipients, list):
        return None
    verdicts = {
        name: str(object_at(receipt, f"{name}Verdict").get("status", ""))
        for name in ("spam", "virus", "spf", "dkim", "dmarc")
    }
    return MailArrival(
        key=key,
        recipients=tuple(str(recipient)[:320] for recipient in recipients[:50]),
        returns_to=str(mail.get("source") or "")[:320],
        **verdicts,
    )
