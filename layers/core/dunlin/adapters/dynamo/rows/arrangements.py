"""Rows of arrangements, in the table Accounts under the account, sort key `ARR#{id}`. The schedule,
its tries and the consent are one JSON document; what a condition or the index of due times reads
stands beside it.
"""

from __future__ import annotations

import json
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from dunlin.adapters.dynamo.rows.forms import (
    DAY,
    INSTANT,
    MONEY,
    PLAIN,
    WORDS,
    Fields,
    Missing,
    document,
    each,
    line,
    word,
)
from dunlin.adapters.dynamo.rows.row import RawItem, StoredRow, TextAttribute, WholeAttribute
from dunlin.adapters.dynamo.rows.tables import ACCOUNTS, shard
from dunlin.domain.arrangements.arrangement import (
    Arrangement,
    ArrangementState,
    Authorisation,
    Autopay,
    Instalment,
    Try,
    TryState,
)
from dunlin.domain.arrangements.terms import Bound, Frequency, Planned, Terms
from dunlin.domain.payments.payments import Decline, DeclineReason, MethodKind

ARRANGEMENT = "ARR#"
SHARDS = 4

_TERMS = document(
    Terms,
    frequency=word(Frequency),
    instalments=each(line(Planned, number=PLAIN, due_on=DAY, amount=MONEY)),
)
_TRY = document(
    Try,
    at=INSTANT,
    amount=MONEY,
    kind=word(MethodKind),
    state=word(TryState),
    decline=line(Decline, reason=word(DeclineReason), code=PLAIN),
    asked_at=INSTANT,
)
_INSTALMENT = document(
    Instalment,
    due_on=DAY,
    amount=MONEY,
    told_at=INSTANT,
    not_before=DAY,
    late_at=INSTANT,
    missed_at=INSTANT,
    tries=each(_TRY),
)
_AUTOPAY = document(
    Autopay,
    consent=line(Authorisation, text_sha256=PLAIN, version=PLAIN, language=PLAIN, at=INSTANT),
    kind=word(MethodKind),
    stopped_at=INSTANT,
)
_BODY = Fields(
    Arrangement,
    *("number", "asked_by", "strategy_version", "why", "manual", "replaces", "remind_days", "run"),
    terms=_TERMS,
    asked_at=INSTANT,
    beyond=each(word(Bound)),
    instalments=each(_INSTALMENT),
    agreed_at=INSTANT,
    ended_at=INSTANT,
    counter_until=INSTANT,
    autopay=_AUTOPAY,
    frozen_since=INSTANT,
    pending=WORDS,
    pending_at=INSTANT,
    next_at=INSTANT,
)


def _amounts_apart(item: RawItem) -> RawItem:
    """Before, the day of a payment and its amount stood in one list, and what an instalment was
    told in another."""
    if "body" not in item:
        return item
    body = json.loads(item["body"]["S"])
    for planned in body["terms"]["instalments"]:
        if len(planned) == 4:
            planned[2:] = [planned[2:]]
    for instalment in body["instalments"]:
        if "told" in instalment:
            instalment["paid_minor"] = instalment.pop("paid")
            instalment["told_minor"], instalment["told_at"] = instalment.pop("told")
    return item | {"body": {"S": json.dumps(body)}}


class ArrangementsByDue(GlobalSecondaryIndex["ArrangementRow"]):
    """The accounts' own index of due times, in shards of its own (`ARR0` to `ARR3`)."""

    class Meta:
        index_name = "byDue"
        projection = KeysOnlyProjection()

    due_bucket = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class ArrangementRow(StoredRow):
    """No attribute may carry the name of a key of the accounts' other indexes."""

    Meta: Any = ACCOUNTS
    UPGRADES = (_amounts_apart,)
    WAITING = frozenset({"task_token"})  # `AwaitInstalment` writes it

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    state = TextAttribute(word(ArrangementState))
    body = JSONAttribute()
    due_bucket = UnicodeAttribute(null=True)
    due_at = TextAttribute(INSTANT, null=True)
    task_token = UnicodeAttribute(null=True)
    version = WholeAttribute()

    by_due = ArrangementsByDue()

    @classmethod
    def of(cls, arrangement: Arrangement) -> ArrangementRow:
        timed = arrangement.in_force and arrangement.next_at is not None
        return cls.holding(
            arrangement,
            sk=ARRANGEMENT + arrangement.arrangement_id,
            body=_BODY.write(arrangement),
            due_bucket=bucket(shard(arrangement.account_id, SHARDS)) if timed else None,
            due_at=arrangement.next_at if timed else None,
        )

    def to_domain(self) -> Arrangement:
        held = self.fields_of(Arrangement)
        try:
            held |= _BODY.read(self.body)
        except Missing as gone:
            raise self.lacking(f"body.{gone.path}") from gone
        return Arrangement(**held, arrangement_id=self.sk.removeprefix(ARRANGEMENT))


def bucket(number: int) -> str:
    """The partition of the index in which arrangements of one shard lie."""
    return f"ARR{number}"
