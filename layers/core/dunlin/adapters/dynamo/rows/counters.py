"""Rows of the table Ops of what is counted: `AGG#SHARE#{account_id}` remembers what one account
adds and is listed by, and at which version; `AGG#LIST#{list}` / `{key}` is one place on a list. The
counters themselves, an attribute a day, are no rows of fields."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from dunlin.adapters.dynamo.rows.row import StoredRow, WholeAttribute
from dunlin.adapters.dynamo.rows.tables import OPS
from dunlin.domain.accounts.counters import CountedShare, CounterCell
from dunlin.domain.accounts.lists import ListPlace

_KEY, _SK = "AGG#SHARE#", "SHARE"
_LIST = "AGG#LIST#"


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
    # What the lists are kept by; a row without `listed` is older than they are.
    site = UnicodeAttribute(null=True)
    cohort = UnicodeAttribute(null=True)
    listed = BooleanAttribute(null=True)

    @staticmethod
    def key(account_id: str) -> dict[str, Any]:
        return {"pk": {"S": _KEY + account_id}, "sk": {"S": _SK}}

    @classmethod
    def of(cls, share: CountedShare) -> ShareRow:
        pk = _KEY + share.account_id
        if share.cell is None:
            return cls(pk, version=share.version, minor=share.minor)
        return cls.holding(
            share.cell,
            pk=pk,
            version=share.version,
            minor=share.minor,
            site=share.site or None,
            cohort=share.cohort or None,
            listed=share.listed,
        )

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
            site=self.site or "",
            cohort=self.cohort or "",
            listed=bool(self.listed),
        )


class PlaceRow(StoredRow):
    """A place on a list: its keys are all it holds."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    @staticmethod
    def list_key(name: str) -> str:
        return _LIST + name

    @classmethod
    def key(cls, place: ListPlace) -> dict[str, Any]:
        return {"pk": {"S": cls.list_key(place.name)}, "sk": {"S": place.key}}

    @classmethod
    def of(cls, place: ListPlace) -> PlaceRow:
        return cls(cls.list_key(place.name), place.key)

    def to_domain(self) -> ListPlace:
        return ListPlace(self.pk.removeprefix(_LIST), self.sk)
