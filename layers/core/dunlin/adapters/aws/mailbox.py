"""The mailbox over SES v2. One call is one attempt: the SDK's own retries are off, since SES has
no idempotency key and a repeated request is a second e-mail.
"""

from __future__ import annotations

import re
from email.utils import formataddr, parseaddr
from functools import cache
from typing import TYPE_CHECKING, Any

from dunlin.adapters.aws.one_attempt import ONE_ATTEMPT, unavailable
from dunlin.domain.errors import Defect
from dunlin.ports.messages import Email

if TYPE_CHECKING:
    from types_boto3_sesv2.client import SESV2Client

_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_HEADER_NAME = re.compile(r"[!-9;-~]{1,126}")
_HEADER_VALUE = re.compile(r"[ -~]{1,870}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


@cache
def _ses() -> SESV2Client:
    import boto3

    return boto3.client("sesv2", config=ONE_ATTEMPT)


class SesMailbox:
    """Sends through a configuration set, whose events carry the touch id back; "" for a message
    that is no touch."""

    def __init__(self, configuration_set: str, *, client: SESV2Client | None = None) -> None:
        self._configuration_set = configuration_set
        self._given = client

    def send(self, email: Email) -> str:
        """Hand one e-mail over and return SES's message id.

        Raises `Unavailable` (`certain` where SES certainly did not take it) and `Defect` for a
        line break in a header or address, before anything is sent.
        """
        request = _request(email, self._configuration_set)
        client = self._given or _ses()
        with unavailable("ses"):
            return client.send_email(**request)["MessageId"]


def _request(email: Email, configuration_set: str) -> dict[str, Any]:
    for what, text in (
        ("recipient", email.to),
        ("sender", email.sender),
        ("reply address", email.reply_to),
        ("subject", email.subject),
    ):
        if not text or _CONTROL.search(text):
            raise Defect(f"the {what} of an e-mail is empty or holds a control character")
    for name, value in email.headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise Defect(f"the header {name!r} cannot be sent")
    for name, value in email.tags.items():
        if not _TAG.fullmatch(name) or not _TAG.fullmatch(value):
            raise Defect(f"the tag {name!r} holds more than letters, digits, - and _")
    through = {"ConfigurationSetName": configuration_set} if configuration_set else {}
    return {
        **through,
        # A display name outside ASCII travels as an encoded word (RFC 2047).
        "FromEmailAddress": formataddr(parseaddr(email.sender)),
        "Destination": {"ToAddresses": [email.to]},
        "ReplyToAddresses": [email.reply_to],
        "EmailTags": [{"Name": n, "Value": v} for n, v in email.tags.items()],
        "Content": {
            "Simple": {
                "Subject": {"Data": email.subject, "Charset": "UTF-8"},
                "Body": {
                    kind: {"Data": words, "Charset": "UTF-8"}
                    for kind, words in (("Text", email.text), ("Html", email.html))
                    if words
                },
                "Headers": [{"Name": n, "Value": v} for n, v in email.headers.items()],
                **_attached(email),
            }
        },
    }


def _attached(email: Email) -> dict[str, Any]:
    if not email.attachments:
        return {}
    return {
        "Attachments": [
            {
                "FileName": file.name,
                "ContentType": file.content_type,
                "RawContent": file.content,
                "ContentDisposition": "ATTACHMENT",
                "ContentTransferEncoding": "BASE64",
            }
            for file in email.attachments
        ]
    }
