"""Rows of the table Permits: authority that is out and not yet spent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from dunlin.adapters.dynamo.rows.forms import INSTANT, word
from dunlin.adapters.dynamo.rows.row import EpochAttribute, StoredRow, TextAttribute, WholeAttribute
from dunlin.adapters.dynamo.rows.tables import PERMITS
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import Permit

_KEPT = timedelta(days=366)


class PermitRow(StoredRow):
    """Never read, only asked for by the conditions of a transaction: one that lacks what is asked
    for is void."""

    Meta: Any = PERMITS

    permit_id = UnicodeAttribute(hash_key=True)
    touch_id = UnicodeAttribute()
    account_id = UnicodeAttribute()
    consumer_id = UnicodeAttribute()
    consumer_version = WholeAttribute()
    creditor = UnicodeAttribute()
    channel = TextAttribute(word(Channel))
    address_hash = UnicodeAttribute()
    template_version = UnicodeAttribute()
    rulebook = UnicodeAttribute()
    expires_at = TextAttribute(INSTANT, attr_name="ends_at")
    # Long after the end: it only clears rows of permits that nobody spent.
    cleared_at = EpochAttribute(attr_name="expires_at")

    @classmethod
    def of(cls, permit: Permit) -> PermitRow:
        return cls.holding(permit, cleared_at=permit.expires_at + _KEPT)
