"""Raw provider events in the Webhooks table: each stored once, kept 400 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from dunlin.adapters.dynamo.faults import translated
from dunlin.domain.errors import Conflict
from dunlin.domain.instants import sortable_text

_KEPT = timedelta(days=400)


class _EventRow(Model):
    event_id = UnicodeAttribute(hash_key=True)
    body = UnicodeAttribute()
    at = UnicodeAttribute()
    expires_at = NumberAttribute()


class DynamoInbox:
    """`Inbox` over the Webhooks table."""

    def __init__(self, *, webhooks_table: str) -> None:
        meta = type(
            "Meta",
            (),
            {
                "table_name": webhooks_table,
                "connect_timeout_seconds": 1,
                "read_timeout_seconds": 3,
            },
        )
        self._rows: type[_EventRow] = type("Row", (_EventRow,), {"Meta": meta})

    def store(self, event_id: str, body: str, at: datetime) -> bool:
        row = self._rows(
            event_id=event_id,
            body=body,
            at=sortable_text(at),
            expires_at=int((at + _KEPT).timestamp()),
        )
        try:
            with translated("event"):
                row.save(condition=self._rows.event_id.does_not_exist())
        except Conflict:
            return False
        return True

    def event(self, event_id: str) -> str | None:
        with translated("event"):
            try:
                return self._rows.get(event_id, consistent_read=True).body
            except self._rows.DoesNotExist:
                return None
