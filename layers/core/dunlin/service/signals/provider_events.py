"""What mail and text providers tell of our messages reaches the account."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dunlin.domain.accounts.signal import ProviderSignal
from dunlin.domain.errors import Unavailable
from dunlin.ports.machines import LadderWaker
from dunlin.service.signals.signals import SignalBook, apply_signal

# A receipt can be quicker than the index by which its touch is found.
_INDEX_LAG = timedelta(minutes=2)


def record(event: ProviderSignal, *, book: SignalBook, waker: LadderWaker, now: datetime) -> str:
    """Apply what a provider told; one word for the metric: applied, repeated or unknown.

    Raises `Unavailable` where the touch may only not be findable yet.
    """
    signal = event.signal
    if signal.account_id is None or signal.touch_id is None:
        touch = book.touch_by_message(event.message_id)
        if touch is None:
            if timedelta(0) <= now - signal.at < _INDEX_LAG:
                raise Unavailable("index", "the touch of a message is not known yet", certain=True)
            return "unknown"
        signal = replace(
            signal,
            account_id=touch.account_id,
            consumer_id=touch.consumer_id,
            touch_id=touch.touch_id,
        )
    if book.account(str(signal.account_id)) is None:
        return "unknown"
    return "applied" if apply_signal(signal, book=book, waker=waker, now=now) else "repeated"
