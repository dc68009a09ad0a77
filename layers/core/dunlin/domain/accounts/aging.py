"""Aging: how long a balance has been overdue, in the buckets that the field uses.

Days count from the due date to the day asked about, both calendar dates. What is not due yet and
what has no due date stand apart, so the buckets together always hold the whole portfolio.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class AgingBucket(StrEnum):
    """Days past due. `NOT_DUE` lies in the future; `UNKNOWN` has no due date at all."""

    NOT_DUE = "not due"
    TO_30 = "0-30"
    TO_60 = "31-60"
    TO_90 = "61-90"
    OVER_90 = "over 90"
    UNKNOWN = "no due date"


_DAYS = {AgingBucket.TO_30: (0, 30), AgingBucket.TO_60: (31, 60), AgingBucket.TO_90: (61, 90)}
_OVER = 91


def aging_bucket(due_on: date | None, today: date) -> AgingBucket:
    """The bucket of a due date as seen today; a balance due today is in 0-30."""
    if due_on is None:
        return AgingBucket.UNKNOWN
    days = (today - due_on).days
    if days < 0:
        return AgingBucket.NOT_DUE
    within = (bucket for bucket, (_, last) in _DAYS.items() if days <= last)
    return next(within, AgingBucket.OVER_90)


def due_within(bucket: AgingBucket, today: date) -> tuple[date, date] | None:
    """The first and the last due date of a bucket as seen today; None for what has none."""
    if bucket is AgingBucket.UNKNOWN:
        return None
    if bucket is AgingBucket.NOT_DUE:
        return today + timedelta(days=1), date.max
    if bucket is AgingBucket.OVER_90:
        return date.min, today - timedelta(days=_OVER)
    first, last = _DAYS[bucket]
    return today - timedelta(days=last), today - timedelta(days=first)
