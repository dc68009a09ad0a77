"""The daily look at messages: our touches of a day against what the providers say of them.

Exact for what the providers tell of each message. What SNS counts is not held against ours: it
tells no number of texts by day, only rates (docs/deploy.md says what this look cannot see).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.ports.messages import SendStatistics
from dunlin.ports.reports import PermittedTouches

# SES gives up after 14 hours, and the carriers' receipts come within hours: after a day without
# a word the word was lost.
SILENCE = timedelta(hours=24)
_ARRIVED = frozenset({TouchState.DELIVERED, TouchState.BOUNCED, TouchState.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCounts:
    """One day. `counts` are touches by channel and state; `silent` those handed over of which
    the provider said nothing, `doubtful` those of which nobody knows whether they went out.
    `provider_emails` is what SES counted, None where it says nothing about the day."""

    day: date
    counts: Mapping[str, Mapping[str, int]]
    silent: tuple[str, ...]
    doubtful: tuple[str, ...]
    provider_emails: int | None

    @property
    def emails_differ(self) -> int:
        """How many e-mails SES counted beyond ours (positive) or short of them (negative). A
        touch in doubt may be one or none of its."""
        if self.provider_emails is None:
            return 0
        mine = self.counts.get(Channel.EMAIL.value, {})
        sure = sum(mine.get(state.value, 0) for state in (TouchState.SENT, *_ARRIVED))
        most = sure + mine.get(TouchState.UNKNOWN.value, 0)
        return self.provider_emails - min(max(self.provider_emails, sure), most)

    @property
    def differences(self) -> int:
        """How much does not agree; zero on a good day."""
        return abs(self.emails_differ) + len(self.silent)

    def document(self) -> dict[str, Any]:
        """The report: ids, code words and counts."""
        return asdict(self) | {
            "day": self.day.isoformat(),
            "emails_differ": self.emails_differ,
            "differences": self.differences,
        }


def count_messages(
    *, book: PermittedTouches, statistics: SendStatistics | None, now: datetime
) -> MessageCounts:
    """Count the newest whole day (UTC) of which every word must have come: the day before
    yesterday. Raises `Unavailable`."""
    day = (now - SILENCE).date() - timedelta(days=1)
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    counts: dict[str, Counter[str]] = {}
    silent, doubtful = [], []
    for touch in book.touches_permitted(start - timedelta(hours=1), end):
        if not start <= _handed_over(touch) < end:
            continue
        counts.setdefault(touch.channel.value, Counter())[touch.state.value] += 1
        if touch.state is TouchState.SENT:
            silent.append(touch.touch_id)
        elif touch.state is TouchState.UNKNOWN:
            doubtful.append(touch.touch_id)
    return MessageCounts(
        day=day,
        counts={channel: dict(states) for channel, states in counts.items()},
        silent=tuple(sorted(silent)),
        doubtful=tuple(sorted(doubtful)),
        provider_emails=statistics.emails(day) if statistics is not None else None,
    )


def _handed_over(touch: Touch) -> datetime:
    return touch.sent_at or touch.permitted_at
