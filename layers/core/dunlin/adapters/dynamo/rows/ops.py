"""Rows of the table Ops that stand for themselves: pauses, signals that were applied, what
messages cost, the clock of a time-lapse stack, mail that is nobody's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from dunlin.adapters.dynamo.rows.forms import INSTANT
from dunlin.adapters.dynamo.rows.row import EpochAttribute, StoredRow, TextAttribute, WholeAttribute
from dunlin.adapters.dynamo.rows.tables import OPS, shard
from dunlin.domain.rollouts.rollout import Segment
from dunlin.domain.strategy.strategy import document_of
from dunlin.domain.strategy.strategy_document import read_selection
from dunlin.ports.staff import StrayMail

PAUSE_SHARDS = 16
PAUSE = "PAUSE"


class PauseRow(StoredRow):
    """`PAUSE#{creditor}#{shard}`: sharded, so that permits do not queue up behind one row. Paused
    segments are kept by name, `{when, by}`, and counted as often as they change."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=PAUSE)
    by_platform = UnicodeAttribute(null=True)
    by_creditor = UnicodeAttribute(null=True)
    segments = JSONAttribute(null=True)
    segments_version = WholeAttribute(null=True)

    @staticmethod
    def key_of(creditor: str, number: int | str) -> str:
        return f"PAUSE#{creditor}#{number}"

    @classmethod
    def key(cls, creditor: str, account_id: str) -> str:
        """The row that speaks for an account."""
        return cls.key_of(creditor, shard(account_id, PAUSE_SHARDS))

    @property
    def scope(self) -> str:
        """Which pause is on, "" where none."""
        return "platform" if self.by_platform else "creditor" if self.by_creditor else ""

    @property
    def paused_segments(self) -> tuple[Segment, ...]:
        """The segments that are paused, as they were saved when they were."""
        return tuple(
            Segment(name=name, when=read_selection(kept["when"], name=name))
            for name, kept in sorted((self.segments or {}).items())
        )

    def with_segment(self, segment: Segment, by: str, *, on: bool) -> dict[str, Any]:
        """`segments` with one more or one less; `by` says who and when."""
        others = {n: kept for n, kept in (self.segments or {}).items() if n != segment.name}
        if not on:
            return others
        return others | {segment.name: {"when": document_of(segment.when), "by": by}}

    @classmethod
    def segments_at(cls, version: int) -> Any:
        """The condition that the paused segments are those of a version."""
        kept = cls.segments_version
        return kept == version if version else kept.does_not_exist()


class SeenRow(StoredRow):
    """`SEEN#{signal_id}`: a signal that was applied; `digest` is one of what it said, where a
    repetition must be told from another word under the same id."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="SEEN")
    digest = UnicodeAttribute(null=True)


class SpendRow(StoredRow):
    """`SPEND#{month}`: what messages have cost, in millionths, and the highest cap that was met."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="SPEND")
    micro = WholeAttribute(null=True)
    stopped_at = WholeAttribute(null=True)


class WalkRow(StoredRow):
    """`WALK#{walk}`: where a long walk goes on, and until when another one is under way."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default="WALK")
    cursor = UnicodeAttribute(null=True)
    held_until = TextAttribute(INSTANT, null=True)


class PaceRow(StoredRow):
    """`PACE#email`: the next free turn and the step to the one behind it, in microseconds (the
    turn since 1970), so that a turn is taken by one write."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True, default="PACE#email")
    sk = UnicodeAttribute(range_key=True, default="PACE")
    step = WholeAttribute(null=True)
    turn = WholeAttribute(null=True)
    per_day = WholeAttribute(null=True)
    closed_until = TextAttribute(INSTANT, null=True)
    quiet_at = TextAttribute(INSTANT, null=True)


class ClockRow(StoredRow):
    """`CLOCK`: the virtual instant. Moved by the driver alone."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True, default="CLOCK")
    sk = UnicodeAttribute(range_key=True, default="CLOCK")
    at = TextAttribute(INSTANT)


class StrayRow(StoredRow):
    """`STRAY#{creditor}`: a mail that belongs to nobody we know and waits for staff, as long as
    the mail itself is kept."""

    Meta: Any = OPS
    KEY, SK = "STRAY#", "MAIL#"
    KEPT = timedelta(days=90)

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    at = TextAttribute(INSTANT)
    key = UnicodeAttribute(attr_name="mail_key")
    expires_at = EpochAttribute()

    @classmethod
    def of(cls, mail: StrayMail) -> StrayRow:
        return cls(
            cls.KEY + mail.creditor,
            cls.SK + mail.mail_id,
            at=mail.at,
            key=mail.key,
            expires_at=mail.at + cls.KEPT,
        )

    def to_domain(self) -> StrayMail:
        self.complete()
        return StrayMail(
            mail_id=self.sk.removeprefix(self.SK),
            creditor=self.pk.removeprefix(self.KEY),
            at=self.at,
            key=self.key,
        )
