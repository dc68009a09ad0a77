"""Rows of the table Webhooks: what providers sent, as it came."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from dunlin.adapters.dynamo.rows.forms import INSTANT
from dunlin.adapters.dynamo.rows.row import EpochAttribute, StoredRow, TextAttribute
from dunlin.adapters.dynamo.rows.tables import WEBHOOKS


class EventRow(StoredRow):
    Meta: Any = WEBHOOKS

    event_id = UnicodeAttribute(hash_key=True)
    body = UnicodeAttribute()
    at = TextAttribute(INSTANT, null=True)  # for whoever looks into the table
    expires_at = EpochAttribute(null=True)
