"""Stream records as domain values. Rows of other kinds in the same tables are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dunlin.adapters.dynamo.rows.accounts import LEDGER, META, AccountRow, LedgerRow
from dunlin.adapters.dynamo.rows.touches import REPLY, SENT, ReplyRow, TouchRow
from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.touch import Touch
from dunlin.ports.accounts import Reply
from dunlin.ports.reports import StreamRecord


def read_records(event: Mapping[str, Any]) -> list[StreamRecord]:
    """The records of a Lambda stream event of the tables Accounts and Touches, in order."""
    records = []
    for record in event["Records"]:
        change = record["dynamodb"]
        old, new = (_value(change.get(image)) for image in ("OldImage", "NewImage"))
        if old is not None or new is not None:
            records.append(StreamRecord(record_id=record["eventID"], old=old, new=new))
    return records


def _value(image: Any) -> Account | LedgerEntry | Touch | Reply | None:
    if not image:
        return None
    sk, item = image["sk"]["S"], dict(image)
    if sk == META:
        return AccountRow.from_raw_data(item).to_domain()
    if sk.startswith(LEDGER):
        return LedgerRow.from_raw_data(item).to_domain()
    if sk.startswith(SENT):
        return TouchRow.from_raw_data(item).to_domain()
    if sk.startswith(REPLY):
        return ReplyRow.from_raw_data(item).to_domain()
    return None
