"""One account of a bench's run as the product knows it: what was seen of it so far, what was sent,
and what came of each touch."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dunlin.adapters.files.reply_model_file import load_reply_model
from dunlin.bench.world import DAY, Event
from dunlin.domain.learning.features import KnownState
from dunlin.domain.replies.reading import ReplyReading, read

LOOK_HOUR = 7
"""The local hour at which the day's decisions fall, an hour before the first block."""
ATTRIBUTED_DAYS = 10
"""A payment that no link explains belongs to the last touch within so many days."""
PROMISE_GRACE = 2
_KEEP, _KEEP_WEIGHT = 0.8, 10.0

_model = lru_cache(maxsize=1)(load_reply_model)


@lru_cache(maxsize=65_536)
def _heard(text: str, channel: str, day: date, zone: str) -> ReplyReading:
    now = datetime.combine(day, datetime.min.time(), ZoneInfo(zone)) + timedelta(hours=12)
    return read(text, channel=channel, now=now, zone=ZoneInfo(zone), model=_model())


@lru_cache(maxsize=65_536)
def local_hour(day: date, zone: str, hour: int) -> float:
    """Epoch seconds of a local hour."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone)).timestamp()


@dataclass(slots=True)
class SentTouch:
    """One touch with what it was decided by and what came of it; `value` is the share of what was
    owed then that came back because of it."""

    at: float
    arm: int
    person: list[float]
    day: list[float]
    probability: float
    owed: float
    days_left: float
    engaged: bool = False
    harmed: bool = False
    paid: float = 0.0
    planned: bool = False

    @property
    def value(self) -> float:
        return min(1.0, self.paid / self.owed) if self.owed else 0.0


@dataclass(slots=True)
class Underway:
    """An account between placing and horizon. `closed` says why nothing more is sent; a plan that
    runs closes it until an instalment is missed."""

    public: dict[str, Any]
    placed: float
    median: float
    horizon_days: int
    next_look: date = date.min
    left: float = 0.0
    closed: str = ""
    channels: dict[str, bool] = field(default_factory=dict)
    touches: list[SentTouch] = field(default_factory=list)
    last: str = ""
    followed: str = ""
    engaged: dict[str, int] = field(default_factory=lambda: {"email": 0, "sms": 0})
    ignored: dict[str, int] = field(default_factory=lambda: {"email": 0, "sms": 0})
    softer: int = 0
    wants_plan: bool = False
    plan_touch: int | None = None
    promised: date | None = None
    broken: bool = False
    ahead: list[tuple[float, int, Event]] = field(default_factory=list)
    queued: int = 0
    harmed: bool = False

    @property
    def zone(self) -> str:
        return str(self.public["timezone"])

    @property
    def ends(self) -> float:
        return self.placed + self.horizon_days * DAY

    def expect(self, events: list[Event]) -> None:
        """Take in what the world answers; it is seen once its time has passed."""
        for event in events:
            self.queued += 1
            heapq.heappush(self.ahead, (float(event["ts"]), self.queued, event))

    def see(self, until: float) -> None:
        """See what happened up to an instant."""
        while self.ahead and self.ahead[0][0] <= until:
            _, _, event = heapq.heappop(self.ahead)
            seen = _SEEN.get(str(event.get("type")))
            if seen is not None:
                seen(self, event)

    def known(self, day: date, now: float) -> KnownState:
        """What the learner may know on a local day."""
        public = self.public
        since = (now - self.touches[-1].at) / DAY if self.touches else None
        if self.promised is not None and day > self.promised + timedelta(days=PROMISE_GRACE):
            self.promised, self.broken = None, True
        age = (now - self.placed) / DAY
        return KnownState(
            days_past_due=public["days_past_due"] + age,
            balance_ratio=self.left / self.median,
            invoices=public["prior_invoices"],
            on_time_ratio=public["prior_on_time_ratio"],
            partial_payments=int(public["prior_partial_payments"]),
            prior_plan=bool(public["prior_payment_plan"]),
            portal_user=bool(public["uses_portal"]),
            placed_days=age,
            touches=len(self.touches),
            softer=self.softer,
            # Touches are sent some hours after the look: a spacing of five days is five looks.
            days_since_touch=None if since is None else round(since + 0.25),
            email_engaged=self.engaged["email"],
            sms_engaged=self.engaged["sms"],
            email_ignored=self.ignored["email"],
            sms_ignored=self.ignored["sms"],
            wants_plan=self.wants_plan,
            broken_promise=self.broken,
        )

    def at_placing(self) -> KnownState:
        """What was known on the day of placing."""
        public = self.public
        return KnownState(
            days_past_due=public["days_past_due"],
            balance_ratio=float(public["balance"]) / self.median,
            invoices=public["prior_invoices"],
            on_time_ratio=public["prior_on_time_ratio"],
            partial_payments=int(public["prior_partial_payments"]),
            prior_plan=bool(public["prior_payment_plan"]),
            portal_user=bool(public["uses_portal"]),
            placed_days=0,
        )

    def waits_for_promise(self, day: date) -> bool:
        return self.promised is not None and day <= self.promised + timedelta(days=PROMISE_GRACE)

    def sent(self, touch: SentTouch, channel: str, tone: str) -> None:
        """Note a touch that went out."""
        self.touches.append(touch)
        self.last = channel
        self.ignored[channel] += 1
        self.softer += tone != "firm"

    def _caused(self, event: Event) -> SentTouch | None:
        place = event.get("touch")
        if isinstance(place, int) and 0 <= place < len(self.touches):
            return self.touches[place]
        return None

    def _engages(self, event: Event) -> None:
        touch = self._caused(event)
        if touch is not None and not touch.engaged:
            touch.engaged = True
            channel = "sms" if touch.arm >= 36 else "email"
            self.engaged[channel] += 1
            self.ignored[channel] = 0

    def _visited(self, event: Event) -> None:
        self._engages(event)
        touch = self._caused(event)
        if touch is not None:
            self.followed = "sms" if touch.arm >= 36 else "email"

    def _asked_for_plan(self, event: Event) -> None:
        self._engages(event)
        self.wants_plan = True

    def _plan_started(self, event: Event) -> None:
        self._engages(event)
        place = event.get("touch")
        self.plan_touch = place if isinstance(place, int) else len(self.touches) - 1
        touch = self._caused(event)
        if touch is not None:
            touch.planned = True
        self.closed = self.closed or "plan"

    def _plan_missed(self, _event: Event) -> None:
        self.broken, self.plan_touch = True, None
        if self.closed == "plan":
            self.closed = ""

    def _paid(self, event: Event) -> None:
        amount, at = float(event["amount"]), float(event["ts"])
        self.left = max(0.0, self.left - amount)
        touch = self._caused(event)
        if touch is None and self.plan_touch is not None and self.plan_touch >= 0:
            touch = self.touches[self.plan_touch]
        if touch is None and self.touches:
            newest = self.touches[-1]
            touch = newest if at - newest.at <= ATTRIBUTED_DAYS * DAY else None
        if touch is not None:
            self._engages({"touch": self.touches.index(touch)})
            touch.paid += amount
        if self.left < 1:
            self.closed = "settled"

    def _replied(self, event: Event) -> None:
        at = datetime.fromtimestamp(float(event["ts"]), ZoneInfo(self.zone))
        channel = str(event.get("channel") or self.last or "email")
        reading = _heard(str(event.get("text", "")), channel, at.date(), self.zone)
        if reading.opt_out:
            self._stopped(event)
            return
        self._engages(event)
        if reading.pause:
            self.closed = "waits for a person"
        elif reading.promise_on is not None:
            self.promised = reading.promise_on
        if "plan_request" in reading.intents:
            self.wants_plan = True

    def _stopped(self, event: Event) -> None:
        touch = self._caused(event) or (self.touches[-1] if self.touches else None)
        if touch is not None:
            touch.harmed = True
        self.harmed, self.closed = True, "opted out"

    def _bounced(self, event: Event) -> None:
        if str(event.get("bounce_type", "hard")).lower() not in ("soft", "transient"):
            self.channels[str(event.get("channel") or self.last)] = False


_SEEN: dict[str, Callable[[Underway, Event], None]] = {
    "portal_visit": Underway._visited,
    "plan_request": Underway._asked_for_plan,
    "plan_started": Underway._plan_started,
    "plan_missed": Underway._plan_missed,
    "payment": Underway._paid,
    "reply": Underway._replied,
    "opt_out": Underway._stopped,
    "complaint": Underway._stopped,
    "bounce": Underway._bounced,
}


def place(public: dict[str, Any], median: float, horizon_days: int) -> Underway:
    """An account as it was placed."""
    return Underway(
        public=public,
        placed=datetime.fromisoformat(public["placed_at"]).timestamp(),
        median=median,
        horizon_days=horizon_days,
        left=float(public["balance"]),
        channels={
            "email": bool(public["has_email"]),
            "sms": bool(public["has_phone"]) and bool(public["sms_consent"]),
        },
    )


class KeepRates:
    """What plans bring within the horizon, by the days that were left: measured on those whose
    horizon is over, shrunk to a guess while they are few."""

    def __init__(self) -> None:
        self._sums: dict[int, tuple[float, float]] = {}

    def learn(self, touches: list[SentTouch]) -> None:
        self._sums = {}
        for touch in touches:
            total, count = self._sums.get(int(touch.days_left // 15), (0.0, 0.0))
            self._sums[int(touch.days_left // 15)] = total + touch.value, count + 1

    def share(self, days_left: float) -> float:
        total, count = self._sums.get(int(days_left // 15), (0.0, 0.0))
        guess = _KEEP * min(1.0, 0.3 + max(0.0, days_left) / 45)
        return (total + guess * _KEEP_WEIGHT) / (count + _KEEP_WEIGHT)
