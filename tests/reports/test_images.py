"""What a table stream says, as domain values."""

from __future__ import annotations

import json
from typing import Any

from dunlin.adapters.dynamo.images import read_records
from dunlin.adapters.dynamo.rows.accounts import AccountRow, LedgerRow
from dunlin.adapters.dynamo.rows.touches import ReplyRow, TouchRow
from dunlin.domain.accounts.account import Hold
from dunlin.ports.accounts import Reply
from dunlin.ports.reports import StreamRecord
from tests.staff import builders
from tests.staff.builders import NOW


def test_stream_images_become_domain_values() -> None:
    account = builders.account(hold=Hold.DISPUTE)
    reply = Reply(
        reply_id="r1",
        account_id=account.account_id,
        consumer_id=account.consumer_id,
        channel="sms",
        at=NOW,
        text="hello",
    )
    values: list[Any] = [account, builders.entry(account), builders.touch(account), reply]
    rows = [
        AccountRow.of(account, "2026-11-21T15:00:00Z"),
        LedgerRow.of(builders.entry(account)),
        TouchRow.of(builders.touch(account)),
        ReplyRow.of(reply),
    ]
    event = {
        "Records": [
            {"eventID": str(n), "dynamodb": {"NewImage": row.serialize()}}
            for n, row in enumerate(rows)
        ]
        + [{"eventID": "9", "dynamodb": {"NewImage": {"sk": {"S": "OTHER"}}}}]
    }
    event = json.loads(json.dumps(event))
    assert read_records(event) == [
        StreamRecord(record_id=str(n), old=None, new=value) for n, value in enumerate(values)
    ]
