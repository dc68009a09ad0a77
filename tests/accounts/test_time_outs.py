"""A table that answers nothing in time is away; the SDK's error then holds no answer to read."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session
from pynamodb.connection import Connection

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.rows.accounts import META, AccountRow
from dunlin.adapters.dynamo.rows.ops import SeenRow
from dunlin.adapters.dynamo.transaction import Transaction
from dunlin.domain.errors import Unavailable


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    away = ReadTimeoutError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com")
    monkeypatch.setattr(AccountRow.Meta, "max_retry_attempts", 0)
    with patch.object(URLLib3Session, "send", side_effect=away):
        yield


def test_a_transaction_that_nobody_answers_may_have_been_done() -> None:
    connection = Connection(region="us-east-1", max_retry_attempts=0)
    with pytest.raises(Unavailable, match="dynamodb") as away, Transaction(connection) as t:
        t.put(SeenRow("SEEN#1"), None)
    assert not away.value.certain


def test_a_read_that_nobody_answers_is_away() -> None:
    with (
        patch.object(AccountRow, "_connection", None),
        pytest.raises(Unavailable, match="dynamodb"),
    ):
        reading.get(AccountRow, "acc", META)
