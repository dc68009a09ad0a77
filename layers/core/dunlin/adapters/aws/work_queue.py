"""Hands work to a later function through one SQS queue."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
