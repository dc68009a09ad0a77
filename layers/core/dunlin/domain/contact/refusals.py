"""Refusals: how long a message waits that its provider did not take, and when a person must look.

A provider that refuses a message may say something about the message or whom it is for: it is tried
a few times, then a person looks. A limit of the provider (`errors.Limit`) says nothing about
either: it costs time alone, however often it comes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.errors import Limit

AT_MOST = 5  # refusals of one rung's message, after which a person must look
VOID, EXPIRED = "void", "expired unspent"  # a touch that was given back before any provider saw it
_FIRST_PAUSE = timedelta(minutes=5)
# A day's quota of SES comes back as yesterday's messages fall out of its 24 hours, so that looking
# again every hour or so loses little; whoever was stopped is heard of by staff first.
_PAUSES = {
    Limit.RATE: timedelta(minutes=1),
    Limit.UNREACHABLE: timedelta(minutes=5),
    Limit.STOPPED: timedelta(minutes=30),
    Limit.QUOTA: timedelta(hours=1),
}
_LONGEST = timedelta(hours=6)


def stated(limit: Limit | None, code: str) -> str:
    """The reason of a touch that was given back: the provider's code, after the limit if any."""
    return f"{limit.value}: {code}" if limit is not None else code


def limit_of(touch: Touch) -> Limit | None:
    """The limit for which a touch was given back, None for any other reason."""
    word = touch.reason.partition(":")[0]
    return next((limit for limit in Limit if limit.value == word), None)


def refused(touch: Touch) -> bool:
    """True where the provider saw the message of a touch and refused it."""
    given_back = touch.state is TouchState.RELEASED and touch.reason not in (VOID, EXPIRED)
    return given_back and limit_of(touch) is None


def count(touches: Iterable[Touch], rung_name: str) -> int:
    """How often the message of a rung was refused, in whichever run of the ladder."""
    return sum(refused(touch) for touch in touches if touch.rung_name == rung_name)


def pause(touch: Touch, refusals: int) -> timedelta:
    """How long to wait after a touch was given back; `refusals` of its message before and with it.
    A limit keeps many back at once: they return one by one over as long again, later each time.
    """
    limit = limit_of(touch)
    if limit is None:
        return _FIRST_PAUSE * float(4 ** max(refusals - 1, 0))
    again = min(_PAUSES[limit] * float(2 ** min(touch.occurrence, 10)), _LONGEST)
    digest = hashlib.sha256(touch.touch_id.encode()).digest()
    return again * (1 + int.from_bytes(digest[:4], "big") / 2**32)
