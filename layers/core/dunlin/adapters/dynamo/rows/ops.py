"""Rows of the table Ops that stand for themselves: pauses, signals that were applied, what
messages cost, the clock of a time-lapse stack."""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import UnicodeAttribute

from dunlin.adapters.dynamo.rows.forms import INSTANT
from dunlin.adapters.dynamo.rows.row import StoredRow, TextAttribute, WholeAttribute
from dunlin.adapters.dynamo.rows.tables import OPS, shard

PAUSE_SHARDS = 16
PAUSE = "PAUSE"


class PauseRow(StoredRow):
    """`PAUSE#{creditor}#{shard}`: sharded, so that permits do not queue up behind one row."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=PAUSE)
    by_platform = UnicodeAttribute(null=True)
    by_creditor = UnicodeAttribute(null=True)

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


class ClockRow(StoredRow):
    """`CLOCK`: the virtual instant. Moved by the driver alone."""

    Meta: Any = OPS

    pk = UnicodeAttribute(hash_key=True, default="CLOCK")
    sk = UnicodeAttribute(range_key=True, default="CLOCK")
    at = TextAttribute(INSTANT)
