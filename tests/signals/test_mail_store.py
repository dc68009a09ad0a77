"""What SES tells of a mail, read as outside data; and the mail fetched from the bucket."""

from __future__ import annotations

import io
import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from dunlin.adapters.aws.mail_store import S3MailStore, read_arrival
from dunlin.domain.errors import Unavailable
from dunlin.domain.messages.mail import LARGEST

# docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-examples.html, shortened
NOTICE: dict[str, Any] = {
    "notificationType": "Received",
    "receipt": {
        "timestamp": "2026-11-23T18:00:00.000Z",
        "recipients": ["reply-1@reply.example.com"],
        "spamVerdict": {"status": "PASS"},
        "virusVerdict": {"status": "PASS"},
        "spfVerdict": {"status": "PASS"},
        "dkimVerdict": {"status": "GRAY"},
        "dmarcVerdict": {"status": "FAIL"},
        "dmarcPolicy": "reject",
        "action": {
            "type": "S3",
            "bucketName": "drop",
            "objectKeyPrefix": "mail/",
            "objectKey": "mail/d6iitobk75ur44p8kdnnp7g2n800",
        },
    },
    "mail": {
        "source": "0000014fbe1c09cf@example.com",
        "messageId": "d6iitobk75ur44p8kdnnp7g2n800",
        "destination": ["reply-1@reply.example.com"],
    },
}


def notified(notice: object) -> dict[str, Any]:
    return {"Type": "Notification", "Message": json.dumps(notice)}


def test_a_notification_is_read() -> None:
    arrival = read_arrival(notified(NOTICE))
    assert arrival is not None
    assert arrival.key == "mail/d6iitobk75ur44p8kdnnp7g2n800"
    assert arrival.recipients == ("reply-1@reply.example.com",)
    assert arrival.returns_to == "0000014fbe1c09cf@example.com"
    verdicts = (arrival.spam, arrival.virus, arrival.spf, arrival.dkim, arrival.dmarc)
    assert verdicts == ("PASS", "PASS", "PASS", "GRAY", "FAIL")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Message": "Successfully validated SNS topic for Amazon SES event publishing."},
        {"Message": "[]"},
        notified({"receipt": [], "mail": None}),
        notified({"receipt": {"action": {"objectKey": "drop/x.csv"}, "recipients": []}}),
        notified({"receipt": {"action": {"objectKey": "mail/../x y"}, "recipients": []}}),
        notified({"receipt": {"action": {"objectKey": "mail/1"}, "recipients": "all"}}),
    ],
)
def test_what_is_no_notification_is_none(body: dict[str, Any]) -> None:
    assert read_arrival(body) is None


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> S3MailStore:
    s3 = boto3.client(
        "s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    store = S3MailStore(bucket="drop")
    monkeypatch.setattr(S3MailStore, "_s3", s3)
    return store


def test_no_more_is_fetched_than_is_read(store: S3MailStore) -> None:
    with Stubber(store._s3) as s3:
        asked = {"Bucket": "drop", "Key": "mail/1", "Range": f"bytes=0-{LARGEST}"}
        s3.add_response("get_object", {"Body": io.BytesIO(b"From: a")}, asked)
        assert store.mail("mail/1") == b"From: a"


@pytest.mark.parametrize(("code", "content"), [("NoSuchKey", None), ("InvalidRange", b"")])
def test_a_mail_that_is_gone_or_empty(store: S3MailStore, code: str, content: bytes | None) -> None:
    with Stubber(store._s3) as s3:
        s3.add_client_error("get_object", code)
        assert store.mail("mail/1") == content


def test_a_bucket_that_refuses_is_asked_again(store: S3MailStore) -> None:
    with Stubber(store._s3) as s3:
        s3.add_client_error("get_object", "SlowDown")
        with pytest.raises(Unavailable):
            store.mail("mail/1")
