"""Hands work to a later function through one SQS queue, and back to it where it failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dunlin.domain.errors import Unavailable

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


class SqsWorkQueue:
    """`Queue` over SQS. Putting twice is harmless: what reads the queue is idempotent."""

    def __init__(self, *, url: str) -> None:
        self._url = url

    @cached_property
    def _client(self) -> SQSClient:
        return boto3.client("sqs", config=Config(connect_timeout=1, read_timeout=3))

    def put(self, message: Mapping[str, Any]) -> None:
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(dict(message)))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("sqs", type(error).__name__) from error


_FIRST_SECONDS, _LONGEST_SECONDS = 60, 900


class SqsRedelivery:
    """Brings a message that failed back after a minute, then two, then four, where its queue
    would wait until the longest of functions has surely ended."""

    def __init__(self, *, url: str) -> None:
        self._url = url

    @cached_property
    def _client(self) -> SQSClient:
        return boto3.client("sqs", config=Config(connect_timeout=1, read_timeout=3))

    def soon(self, receipt: str, times: int) -> None:
        """A message was received for the `times`th time, and failed. Where SQS does not answer,
        the queue's own time holds."""
        seconds = min(_FIRST_SECONDS * 2 ** (times - 1), _LONGEST_SECONDS)
        with suppress(BotoCoreError, ClientError):
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )
