"""Rows of arrangements, in the Accounts table under the account, sort key `ARR#{id}`. Private to
this package. The schedule, its tries and the consent are one JSON document; what a condition or
the index of due times reads stands beside it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from dunlin.adapters.dynamo.rows import AccountRow, instant, read_instant, shard
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
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import Decline, DeclineReason, MethodKind

PREFIX = "ARR#"
SHARDS = 4
_TIMES = (
    "asked_at",
    "agreed_at",
    "ended_at",
    "counter_until",
    "frozen_since",
    "pending_at",
    "next_at",
)
_WORDS = (
    "asked_by",
    "strategy_version",
    "why",
    "manual",
    "replaces",
    "number",
    "run",
    "remind_days",
)


class ArrangementsByDue(GlobalSecondaryIndex["ArrangementRow"]):
    """The accounts' own index of due times, in shards of its own (`ARR0` to `ARR3`)."""

    class Meta:
        index_name = "byDue"
        projection = AllProjection()

    due_bucket = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class ArrangementRow(Model):
    """No attribute may carry the name of a key of the accounts' other indexes."""

    Meta: Any = AccountRow.Meta  # the same table, bound with it

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute()
    body = JSONAttribute()
    due_bucket = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    task_token = UnicodeAttribute(null=True)
    version = NumberAttribute()

    by_due = ArrangementsByDue()

    # Everything but the keys and the task token, which only `AwaitInstalment` writes.
    WRITTEN = ("state", "body", "due_bucket", "due_at", "version")

    @classmethod
    def of(cls, one: Arrangement) -> ArrangementRow:
        timed = one.in_force and one.next_at is not None
        return cls(
            one.account_id,
            PREFIX + one.arrangement_id,
            state=one.state.value,
            body=_body(one),
            due_bucket=bucket(shard(one.account_id, SHARDS)) if timed else None,
            due_at=instant(one.next_at) if timed and one.next_at else None,
            version=one.version,
        )

    def to_domain(self) -> Arrangement:
        body = self.body
        kept: dict[str, Any] = {name: body[name] for name in _WORDS}
        kept |= {name: body[name] and read_instant(body[name]) for name in _TIMES}
        return Arrangement(
            arrangement_id=self.sk.removeprefix(PREFIX),
            account_id=self.account_id,
            state=ArrangementState(self.state),
            version=int(self.version),
            terms=_to_terms(body["terms"]),
            beyond=tuple(Bound(b) for b in body["beyond"]),
            pending=tuple(body["pending"]),
            instalments=tuple(_to_instalment(i) for i in body["instalments"]),
            autopay=_to_autopay(body["autopay"]) if body["autopay"] else None,
            **kept,
        )


def bucket(number: int) -> str:
    """The partition of the index in which arrangements of one shard lie."""
    return f"ARR{number}"


def _body(one: Arrangement) -> dict[str, Any]:
    times = {name: getattr(one, name) for name in _TIMES}
    return {
        **{name: at and instant(at) for name, at in times.items()},
        **{name: getattr(one, name) for name in _WORDS},
        "terms": _of_terms(one.terms),
        "beyond": [b.value for b in one.beyond],
        "pending": list(one.pending),
        "instalments": [_of_instalment(i) for i in one.instalments],
        "autopay": _of_autopay(one.autopay) if one.autopay else None,
    }


def _of_money(amount: Money) -> list[Any]:
    return [amount.minor, amount.currency]


def _of_terms(terms: Terms) -> dict[str, Any]:
    return {
        "frequency": terms.frequency.value,
        "instalments": [
            [p.number, p.due_on.isoformat(), *_of_money(p.amount)] for p in terms.instalments
        ],
    }


def _to_terms(row: dict[str, Any]) -> Terms:
    return Terms(
        frequency=Frequency(row["frequency"]),
        instalments=tuple(
            Planned(number=n, due_on=date.fromisoformat(on), amount=Money(minor, currency))
            for n, on, minor, currency in row["instalments"]
        ),
    )


def _of_instalment(one: Instalment) -> dict[str, Any]:
    return {
        "number": one.number,
        "due_on": one.due_on.isoformat(),
        "amount": _of_money(one.amount),
        "paid": one.paid_minor,
        "told": [one.told_minor, one.told_at and instant(one.told_at)],
        "not_before": one.not_before and one.not_before.isoformat(),
        "late_at": one.late_at and instant(one.late_at),
        "missed_at": one.missed_at and instant(one.missed_at),
        "tries": [_of_try(t) for t in one.tries],
    }


def _to_instalment(row: dict[str, Any]) -> Instalment:
    told_minor, told_at = row["told"]
    return Instalment(
        number=row["number"],
        due_on=date.fromisoformat(row["due_on"]),
        amount=Money(*row["amount"]),
        paid_minor=row["paid"],
        told_minor=told_minor,
        told_at=told_at and read_instant(told_at),
        not_before=row["not_before"] and date.fromisoformat(row["not_before"]),
        late_at=row["late_at"] and read_instant(row["late_at"]),
        missed_at=row["missed_at"] and read_instant(row["missed_at"]),
        tries=tuple(_to_try(t) for t in row["tries"]),
    )


def _of_try(one: Try) -> dict[str, Any]:
    return {
        "attempt_id": one.attempt_id,
        "at": instant(one.at),
        "amount": _of_money(one.amount),
        "method_ref": one.method_ref,
        "kind": one.kind.value,
        "state": one.state.value,
        "payment_id": one.payment_id,
        "decline": one.decline and [one.decline.reason.value, one.decline.code],
        "asked_at": one.asked_at and instant(one.asked_at),
    }


def _to_try(row: dict[str, Any]) -> Try:
    refused = row["decline"]
    return Try(
        attempt_id=row["attempt_id"],
        at=read_instant(row["at"]),
        amount=Money(*row["amount"]),
        method_ref=row["method_ref"],
        kind=MethodKind(row["kind"]),
        state=TryState(row["state"]),
        payment_id=row["payment_id"],
        decline=Decline(reason=DeclineReason(refused[0]), code=refused[1]) if refused else None,
        asked_at=row["asked_at"] and read_instant(row["asked_at"]),
    )


_REFS = ("setup_id", "setup_ref", "customer_ref", "method_ref", "label", "expires", "paused")


def _of_autopay(one: Autopay) -> dict[str, Any]:
    agreed = one.consent
    return {
        "consent": [agreed.text_sha256, agreed.version, agreed.language, instant(agreed.at)],
        "kind": one.kind.value,
        "stopped_at": one.stopped_at and instant(one.stopped_at),
        **{name: getattr(one, name) for name in _REFS},
    }


def _to_autopay(row: dict[str, Any]) -> Autopay:
    text, version, language, at = row["consent"]
    return Autopay(
        consent=Authorisation(
            text_sha256=text, version=version, language=language, at=read_instant(at)
        ),
        kind=MethodKind(row["kind"]),
        stopped_at=row["stopped_at"] and read_instant(row["stopped_at"]),
        **{name: row[name] for name in _REFS},
    )
