"""Rows of the table Audit: one chain of entries a partition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from dunlin.adapters.dynamo.rows.forms import StoredForm
from dunlin.adapters.dynamo.rows.row import StoredRow, TextAttribute, WholeAttribute
from dunlin.adapters.dynamo.rows.tables import AUDIT
from dunlin.domain.audit.audit import AuditEntry, canonical
from dunlin.domain.instants import utc_text

# The spelling that was hashed is the one that is stored, so it can be checked again.
_AT: StoredForm[datetime] = StoredForm(utc_text, datetime.fromisoformat)
_DATA: StoredForm[Mapping[str, Any]] = StoredForm(lambda data: canonical(data).decode(), json.loads)


class AuditRow(StoredRow):
    """One entry. It lacks nothing: its hash is over all of it."""

    Meta: Any = AUDIT

    subject = UnicodeAttribute(hash_key=True)
    sequence = WholeAttribute(range_key=True)
    at = TextAttribute(_AT)
    actor = UnicodeAttribute()
    what = UnicodeAttribute()
    data = TextAttribute(_DATA)
    previous = UnicodeAttribute()
    hash = UnicodeAttribute()

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditRow:
        return cls.holding(entry)

    def to_domain(self) -> AuditEntry:
        return AuditEntry(**self.fields_of(AuditEntry))
