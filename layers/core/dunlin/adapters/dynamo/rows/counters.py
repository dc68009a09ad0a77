"""Rows of the table Ops of what is counted: `AGG#SHARE#{account_id}` remembers what one account
adds and at which version. The counters themselves, an attribute a day, are no rows of fields."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from dunlin.adapters.dynamo.rows.row import StoredRow, WholeAttribute
from dunlin.adapters.dynamo.rows.tables import OPS
from dunlin.domain.accounts.counters import CountedShare, CounterCell

_KEY, _SK = "AGG#SHARE#", "SHARE"


class ShareRow(StoredRow):
    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=_SK)
    version = WholeAttribute()
    minor = WholeAttribute()
    # All of them or, once the account is gone, none.
    creditor = UnicodeAttribute(null=True)
    status = UnicodeAttribute(null=True)
    hold = UnicodeAttribute(null=True)
    currency = UnicodeAttribute(null=True)
    due_on = UnicodeAttribute(null=True)

    @staticmethod
    def key(account_id: str) -> dict[str, Any]:
        return {"pk": {"S": _KEY + account_id}, "sk": {"S": _SK}}

    @classmethod
    def of(cls, share: CountedShare) -> ShareRow:
        pk = _KEY + share.account_id
        if share.cell is None:
            return cls(pk, version=share.version, minor=share.minor)
        return cls.holding(share.cell, pk=pk, version=share.version, minor=share.minor)

    def to_domain(self) -> CountedShare:
        held = self.fields_of(CounterCell)
        cell = None
        if held:
            for field in fields(CounterCell):
                if field.name not in held:
                    raise self.lacking(field.name)
            cell = CounterCell(**held)
        return CountedShare(
            account_id=self.pk.removeprefix(_KEY),
            version=self.version,
            cell=cell,
            minor=self.minor,
        )
