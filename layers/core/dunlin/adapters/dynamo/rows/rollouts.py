"""Rows of the table Ops of a creditor's saved segments and rollouts: `ROLLOUTS#{creditor}` with
`SEGMENT#{name}`, `ROLLOUT#{id}`, `REQUEST#{id}`, `LOOK#{id}` or `LOOKING#{id}`. A selection is
stored as a strategy writes it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from dunlin.adapters.dynamo.rows.forms import (
    DAY,
    INSTANT,
    TABLE,
    WORDS,
    Fields,
    Missing,
    StoredForm,
    document,
    word,
)
from dunlin.adapters.dynamo.rows.row import (
    EpochAttribute,
    StoredRow,
    TextAttribute,
    WholeAttribute,
)
from dunlin.adapters.dynamo.rows.tables import OPS
from dunlin.domain.reports.outcome import Deliveries, Moments, Outcomes, RolloutLook
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import (
    Baseline,
    Rollout,
    RolloutStage,
    Segment,
    Walk,
    creditor_of,
)
from dunlin.domain.strategy.strategy import document_of
from dunlin.domain.strategy.strategy_document import read_selection

SEGMENT, ROLLOUT, REQUEST = "SEGMENT#", "ROLLOUT#", "REQUEST#"
LOOK, LOOKING = "LOOK#", "LOOKING#"

_ROLLOUT = Fields(
    Rollout,
    *("strategy_version", "configuration", "size", "halted", "halted_by"),
    stage=word(RolloutStage),
    started_at=INSTANT,
    halted_at=INSTANT,
    baseline=document(Baseline, on=DAY, owed=TABLE, buckets=TABLE),
    chosen=WORDS,
    walk=document(Walk, outcomes=TABLE),
)

_COUNTER: StoredForm[Counter[str]] = StoredForm(dict, Counter)
_PEOPLE: StoredForm[set[str]] = StoredForm(sorted, set)
_MOMENTS: StoredForm[Moments] = document(Moments)
_DELIVERIES: StoredForm[dict[tuple[str, str], Deliveries]] = StoredForm(
    lambda many: [[*key, asdict(counts)] for key, counts in many.items()],
    lambda kept: {(name, channel): Deliveries(**counts) for name, channel, counts in kept},
)
_OUTCOMES = Fields(
    Outcomes,
    *("accounts", "held_out", "planned", "actual", "payers"),
    deliveries=_DELIVERIES,
    replies=_COUNTER,
    refused=_COUNTER,
    paid=_COUNTER,
    opted_out=_PEOPLE,
    complained=_PEOPLE,
    treated=_MOMENTS,
    left_alone=_MOMENTS,
)


def key_of(creditor: str) -> str:
    return f"ROLLOUTS#{creditor}"


class SegmentRow(StoredRow):
    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    document = JSONAttribute()

    @classmethod
    def of(cls, creditor: str, segment: Segment) -> SegmentRow:
        return cls(key_of(creditor), SEGMENT + segment.name, document=document_of(segment.when))

    def to_domain(self) -> Segment:
        self.complete()
        return _segment(self.sk.removeprefix(SEGMENT), self.document)


class RolloutRow(StoredRow):
    """A rollout with its segment as it was saved then. Without its selection it would take every
    account, so such a row is refused."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    document = JSONAttribute()
    version = WholeAttribute()

    @classmethod
    def of(cls, rollout: Rollout) -> RolloutRow:
        segment = rollout.segment
        return cls(
            key_of(rollout.creditor),
            ROLLOUT + rollout.rollout_id,
            document=_ROLLOUT.write(rollout)
            | {"segment": segment.name, "when": document_of(segment.when)},
            version=rollout.version,
        )

    def to_domain(self) -> Rollout:
        self.complete()
        kept = self.document
        rollout_id = self.sk.removeprefix(ROLLOUT)
        try:
            held = _ROLLOUT.read(kept)
            segment = _segment(kept["segment"], kept["when"])
        except (Missing, KeyError) as gone:
            raise self.lacking(f"document.{gone.args[0]}") from gone
        return Rollout(
            **held,
            rollout_id=rollout_id,
            creditor=creditor_of(rollout_id),
            segment=segment,
            version=self.version,
        )


class RequestRow(StoredRow):
    """What was asked and what came of it, kept while somebody may still ask it again."""

    Meta: Any = OPS
    KEPT = timedelta(days=90)

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    asked_at = TextAttribute(INSTANT)
    rollout_id = UnicodeAttribute(null=True)
    answer = JSONAttribute(null=True)
    version = WholeAttribute()
    expires_at = EpochAttribute()

    @classmethod
    def of(cls, request: RolloutRequest) -> RequestRow:
        return cls(
            key_of(request.creditor),
            REQUEST + request.request_id,
            asked_at=request.asked_at,
            rollout_id=request.rollout_id or None,
            answer=None if request.answer is None else dict(request.answer),
            version=request.version,
            expires_at=request.asked_at + cls.KEPT,
        )

    def to_domain(self) -> RolloutRequest:
        return RolloutRequest(
            **self.fields_of(RolloutRequest),
            request_id=self.sk.removeprefix(REQUEST),
            creditor=self.pk.removeprefix(key_of("")),
        )


class LookRow(StoredRow):
    """What a look at a rollout counted: `LOOK#` the last one that was finished, `LOOKING#` one
    that goes on after the page it names."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    at = TextAttribute(INSTANT)
    after = UnicodeAttribute(null=True)
    number = WholeAttribute()
    counted = JSONAttribute()

    @classmethod
    def of(cls, look: RolloutLook) -> LookRow:
        return cls(
            key_of(creditor_of(look.rollout_id)),
            (LOOKING if look.after else LOOK) + look.rollout_id,
            at=look.at,
            after=look.after or None,
            number=look.number,
            counted=_OUTCOMES.write(look.outcomes),
        )

    def to_domain(self) -> RolloutLook:
        self.complete()
        return RolloutLook(
            rollout_id=self.sk.partition("#")[2],
            at=self.at,
            after=self.after or "",
            number=self.number,
            outcomes=Outcomes(**_OUTCOMES.read(self.counted)),
        )


def _segment(name: str, kept: dict[str, Any]) -> Segment:
    return Segment(name=name, when=read_selection(kept, name=name))
