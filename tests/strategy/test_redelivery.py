"""A strategy that could not be stored comes back within minutes, not after ninety."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dunlin.adapters.aws.work_queue import SqsRedelivery
from dunlin.runtime.batches import each_message


class Sqs:
    """Remembers for how long each message is hidden; refuses where it is told to."""

    def __init__(self) -> None:
        self.hidden: dict[str, int] = {}
        self.refuses = False

    def change_message_visibility(
        self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int  # noqa: N803
    ) -> None:  # fmt: skip
        if self.refuses:
            raise ClientError({"Error": {"Code": "x"}}, "ChangeMessageVisibility")
        assert QueueUrl == "https://sqs/config"
        self.hidden[ReceiptHandle] = VisibilityTimeout


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> tuple[SqsRedelivery, Sqs]:
    sqs = Sqs()
    monkeypatch.setattr(SqsRedelivery, "_client", sqs)
    return SqsRedelivery(url="https://sqs/config"), sqs


def batch(**times: int) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": name,
                "receiptHandle": f"receipt-{name}",
                "attributes": {"ApproximateReceiveCount": str(number)},
                "body": json.dumps({"name": name}),
            }
            for name, number in times.items()
        ]
    }


def fails_but_one(message: dict[str, Any]) -> None:
    if message["name"] != "good":
        raise RuntimeError("no")


def test_what_failed_comes_back_soon_and_later_each_time(queue: tuple[SqsRedelivery, Sqs]) -> None:
    redelivery, sqs = queue
    answer = each_message(
        batch(first=1, good=1, second=2, fifth=5, long=9), fails_but_one, soon=redelivery.soon
    )
    failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert failed == ["first", "second", "fifth", "long"]
    assert sqs.hidden == {
        "receipt-first": 60,
        "receipt-second": 120,
        "receipt-fifth": 900,
        "receipt-long": 900,
    }


def test_where_the_queue_does_not_answer_its_own_time_holds(
    queue: tuple[SqsRedelivery, Sqs],
) -> None:
    redelivery, sqs = queue
    sqs.refuses = True
    answer = each_message(batch(first=1), fails_but_one, soon=redelivery.soon)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "first"}]}
