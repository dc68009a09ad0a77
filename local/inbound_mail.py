"""A person's mail program and SES in front of our mail domain: a reply as such programs write it,
laid into the bucket and told to the topic as the receipt rule does.

docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from types import MappingProxyType
from typing import Any

from local.cloud import REGION, Cloud, CloudError
from local.outside import OutboxEmail

LARGEST = 40_000_000  # bytes; SES takes no more
_PASSES = ("spam", "virus", "spf", "dkim", "dmarc")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    """A file that a person attaches."""

    name: str
    content: bytes
    content_type: str = "application/octet-stream"


def reply_to(
    email: OutboxEmail,
    text: str,
    *,
    file: MailFile | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> EmailMessage:
    """A reply with our message quoted below it. `headers` stand in the place of usual ones."""
    message = EmailMessage(policy=SMTP)
    usual = {
        "From": email.to[0],
        "To": email.reply_to[0],
        "Subject": f"Re: {email.subject}",
        "Date": f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} +0000",
        "Message-ID": f"<{uuid.uuid4()}@mail.example.com>",
        "In-Reply-To": f"<{email.message_id.partition('@')[0]}@email.amazonses.com>",
    }
    for name, value in {**usual, **headers}.items():
        message[name] = value
    quoted = "".join(f"> {line}\n" for line in email.text.splitlines())
    written = f"On {email.sent_at:%a, %b %d, %Y at %I:%M %p} {email.sender} wrote:\n"
    message.set_content(f"{text}\n\n{written}{quoted}")
    if file is not None:
        kind, _, precise = file.content_type.partition("/")
        message.add_attachment(
            file.content, maintype=kind, subtype=precise or "octet-stream", filename=file.name
        )
    return message


def deliver(
    cloud: Cloud,
    raw: bytes,
    recipients: Iterable[str],
    *,
    bucket: str = "",
    topic_arn: str = "",
    returns_to: str = "",
    verdicts: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Deliver a mail as SES would and return where it lies. Bucket and topic are those of the
    stack that runs here where they are left out; `verdicts` other than PASS by name (`dmarc`).

    Raises `CloudError` where no stack takes mail in, and `ValueError` for a mail that SES refuses.
    """
    if len(raw) > LARGEST:
        raise ValueError("SES takes no mail above 40 MB")
    message_id = uuid.uuid4().hex
    key = f"mail/{message_id}"
    bucket, topic_arn = bucket or _bucket(cloud), topic_arn or _topic(cloud)
    cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=raw)
    to = list(recipients)
    stamp = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    notice: dict[str, Any] = {
        "notificationType": "Received",
        "mail": {
            "timestamp": stamp,
            "source": returns_to,
            "messageId": message_id,
            "destination": to,
            "headersTruncated": False,
            "headers": [],
            "commonHeaders": {},
        },
        "receipt": {
            "timestamp": stamp,
            "processingTimeMillis": 222,
            "recipients": to,
            **{f"{name}Verdict": {"status": verdicts.get(name, "PASS")} for name in _PASSES},
            "action": {
                "type": "S3",
                "topicArn": topic_arn,
                "bucketName": bucket,
                "objectKeyPrefix": "mail/",
                "objectKey": key,
            },
        },
    }
    cloud.client("sns").publish(
        TopicArn=topic_arn,
        Subject="Amazon SES Email Receipt Notification",
        Message=json.dumps(notice),
    )
    return key


def deliver_reply(
    cloud: Cloud, email: OutboxEmail, text: str, *, file: MailFile | None = None
) -> str:
    """What `deliver` says of a reply to one of our messages, by the person who got it."""
    raw = reply_to(email, text, file=file).as_bytes()
    return deliver(
        cloud, raw, [parseaddr(email.reply_to[0])[1]], returns_to=parseaddr(email.to[0])[1]
    )


def _topic(cloud: Cloud) -> str:
    topics = cloud.client("sns").list_topics()["Topics"]
    names = [topic["TopicArn"] for topic in topics]
    return _first((arn for arn in names if arn.endswith("-mail")), "topic for mail")


def _bucket(cloud: Cloud) -> str:
    buckets = cloud.client("s3").list_buckets()["Buckets"]
    names = [bucket["Name"] for bucket in buckets]
    return _first((name for name in names if "dropbucket" in name.lower()), "drop bucket")


def _first(names: Iterable[str], what: str) -> str:
    name = next(iter(names), "")
    if not name:
        raise CloudError(f"no {what} in {REGION}")
    return name
