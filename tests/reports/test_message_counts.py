"""The daily look at messages: every touch of a day against what the providers said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dunlin.adapters.aws.send_statistics import SesStatistics
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.counters import MemoryCounters
from dunlin.domain.accounts import counters as figures
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.service.reports.message_counts import MessageCounts, count_messages
from dunlin.service.reports.publishing import recount_all
from tests.support import ground
from tests.support.builders import CREDITOR

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)  # every word about its last message has had a day to come
EVENING = datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)


class Told:
    """A provider that counted so many."""

    def __init__(self, emails: int | None) -> None:
        self._emails = emails

    def emails(self, day: date) -> int | None:
        assert day == DAY
        return self._emails


def touch(n: int, state: TouchState, *, at: datetime = EVENING, channel: str = "email") -> Touch:
    sent = state not in (TouchState.PERMITTED, TouchState.UNKNOWN, TouchState.RELEASED)
    return Touch(
        touch_id=f"tch_{n}",
        key=f"T#1#{n}#0",
        account_id="acc_1",
        consumer_id="con_1",
        creditor=CREDITOR,
        channel=Channel(channel),
        template="reminder.gentle",
        template_version="1",
        state=state,
        permitted_at=at,
        expires_at=at + timedelta(minutes=5),
        sent_at=at if sent else None,
    )


def look(touches: list[Touch], provider: int | None) -> MessageCounts:
    book = MemoryBook()
    book.touches = {(t.account_id, t.key): t for t in touches}
    return count_messages(book=book, statistics=Told(provider), now=NOW)


def test_a_day_on_which_every_message_was_answered_has_no_difference() -> None:
    counts = look(
        [
            touch(1, TouchState.DELIVERED),
            touch(2, TouchState.BOUNCED),
            touch(3, TouchState.RELEASED),
            touch(4, TouchState.DELIVERED, channel="sms"),
            touch(5, TouchState.SENT, at=EVENING + timedelta(seconds=1)),  # the next day's
        ],
        provider=2,
    )
    assert counts.day == DAY
    assert counts.counts == {
        "email": {"delivered": 1, "bounced": 1, "released": 1},
        "sms": {"delivered": 1},
    }
    assert (counts.silent, counts.emails_differ, counts.differences) == ((), 0, 0)


def test_a_dropped_event_is_found_by_its_touch() -> None:
    counts = look([touch(1, TouchState.DELIVERED), touch(2, TouchState.SENT)], provider=2)
    assert (counts.silent, counts.differences) == (("tch_2",), 1)
    assert counts.document()["silent"] == ("tch_2",)


@pytest.mark.parametrize(
    ("provider", "differ"), [(None, 0), (0, -1), (1, 0), (2, 0), (3, 1), (10, 8)]
)
def test_a_touch_in_doubt_may_have_gone_out_or_not(provider: int | None, differ: int) -> None:
    counts = look([touch(1, TouchState.DELIVERED), touch(2, TouchState.UNKNOWN)], provider)
    assert (counts.emails_differ, counts.doubtful) == (differ, ("tch_2",))


def test_a_message_belongs_to_the_day_it_was_handed_over() -> None:
    midnight = datetime(2026, 11, 20, tzinfo=UTC)
    late = replace(touch(1, TouchState.DELIVERED, at=midnight), permitted_at=midnight)
    early = replace(late, touch_id="tch_2", key="T#1#2#0", permitted_at=midnight)
    early = replace(early, permitted_at=midnight - timedelta(minutes=2))
    assert look([late, early], provider=2).differences == 0


def test_ses_counts_by_quarter_hours_and_says_nothing_where_it_has_nothing() -> None:
    class Ses:
        def __init__(self) -> None:
            self.points: list[dict[str, Any]] = []

        def get_send_statistics(self) -> dict[str, Any]:
            return {"SendDataPoints": self.points}

    ses = Ses()
    assert SesStatistics(ses).emails(DAY) is None
    ses.points = [
        {"Timestamp": EVENING, "DeliveryAttempts": 3, "Rejects": 1},
        {"Timestamp": EVENING - timedelta(hours=9), "DeliveryAttempts": 2, "Rejects": 0},
        {"Timestamp": EVENING + timedelta(hours=1), "DeliveryAttempts": 9, "Rejects": 0},
    ]
    assert SesStatistics(ses).emails(DAY) == 6
    assert SesStatistics(ses).emails(DAY - timedelta(days=5)) == 0


def test_a_counter_that_drifts_is_found_by_counting_anew() -> None:
    book, account = ground.memory_world()
    counters = MemoryCounters()
    counters.count([figures.share_of(account)])
    assert recount_all(book=book, counters=counters, creditors=book.creditors) == []
    book.accounts["acc_lost"] = replace(account, account_id="acc_lost")
    (drift,) = recount_all(book=book, counters=counters, creditors=book.creditors)
    assert drift.cell.creditor == account.creditor
