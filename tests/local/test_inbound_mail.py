"""A mail that the local SES delivers: laid into the bucket and told as the function reads it."""

from __future__ import annotations

from typing import Any

import pytest

from dunlin.adapters.aws.mail_store import read_arrival
from local.cloud import CloudError
from local.inbound_mail import LARGEST, deliver


class Cloud:
    """Clients of S3 and SNS that remember what they were asked."""

    def __init__(self, *topics: str) -> None:
        self.topics = topics
        self.asked: dict[str, dict[str, Any]] = {}

    def client(self, _service: str) -> Cloud:
        return self

    def put_object(self, **asked: Any) -> None:
        self.asked["put_object"] = asked

    def publish(self, **asked: Any) -> None:
        self.asked["publish"] = asked

    def list_topics(self) -> dict[str, Any]:
        return {"Topics": [{"TopicArn": arn} for arn in self.topics]}

    def list_buckets(self) -> dict[str, Any]:
        return {"Buckets": [{"Name": "dunlin-deployments"}, {"Name": "dunlin-dropbucket-1"}]}


def test_a_mail_is_laid_down_and_told() -> None:
    cloud = Cloud("arn:aws:sns:x:0:dunlin-replies", "arn:aws:sns:x:0:dunlin-mail")
    to = ["reply-1@reply.example.com"]
    key = deliver(
        cloud,  # type: ignore[arg-type]
        b"From: a@example.com",
        to,
        returns_to="a@example.com",
        verdicts={"dmarc": "FAIL"},
    )
    laid, told_of = cloud.asked["put_object"], cloud.asked["publish"]
    assert (laid["Bucket"], laid["Key"]) == ("dunlin-dropbucket-1", key)
    assert told_of["TopicArn"] == "arn:aws:sns:x:0:dunlin-mail"
    arrival = read_arrival({"Message": told_of["Message"]})
    assert arrival is not None
    assert (arrival.key, list(arrival.recipients), arrival.returns_to) == (key, to, "a@example.com")
    assert (arrival.spam, arrival.virus, arrival.dmarc) == ("PASS", "PASS", "FAIL")


def test_no_mail_above_forty_megabytes_comes_in() -> None:
    with pytest.raises(ValueError, match="40 MB"):
        deliver(Cloud(), b"x" * (LARGEST + 1), ["a@reply.example.com"])  # type: ignore[arg-type]


def test_without_a_stack_nobody_takes_mail_in() -> None:
    with pytest.raises(CloudError):
        deliver(Cloud(), b"x", ["a@reply.example.com"])  # type: ignore[arg-type]
