"""Raw provider events in the Webhooks table: each stored once, kept 400 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.webhooks import EventRow
from dunlin.domain.errors import Conflict

_KEPT = timedelta(days=400)


class DynamoInbox:
    """`Inbox` over the Webhooks table."""

    def store(self, event_id: str, body: str, at: datetime) -> bool:
        row = EventRow(event_id, body=body, at=at, expires_at=at + _KEPT)
        try:
            with translated("event"):
                row.save(condition=EventRow.event_id.does_not_exist())
        except Conflict:
            return False
        return True

    def event(self, event_id: str) -> str | None:
        row = reading.get(EventRow, event_id)
        if row is None:
            return None
        row.complete()
        return row.body
