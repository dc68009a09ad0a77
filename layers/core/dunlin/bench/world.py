"""What the bench asks of a world, and what the two worlds of the project share: who is placed
when, how events look, and the measures by month of arrival.

People are invented; every parameter stands in the code. Chance is drawn for each person apart, so
two policies meet the same people with the same luck as far as they do the same.
"""

from __future__ import annotations

import heapq
import math
import random
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

DAY, HOUR = 86_400.0, 3_600.0
START = datetime(2025, 3, 3, tzinfo=UTC)
"""Monday; the first account of every run is placed on this day."""

Event = dict[str, Any]
ZONES = {
    "America/New_York": ("NY", "100"),
    "America/Chicago": ("IL", "606"),
    "America/Denver": ("CO", "802"),
    "America/Los_Angeles": ("CA", "900"),
}
_INFO = {name: ZoneInfo(name) for name in ZONES}
# Median balance in dollars and spread of its logarithm.
INDUSTRIES = {"dental": (420.0, 0.8), "storage": (210.0, 0.6), "used": (640.0, 0.9)}


class BenchWorld(Protocol):
    """The protocol of `dunlin learn bench`. Instants of events are epoch seconds in `ts`; time
    never runs backwards for an account; keys that begin with `_` are the world's own."""

    horizon_days: int

    def reset(
        self, seed: int, n: int, industry: str, arrival_days: int
    ) -> list[dict[str, Any]]: ...

    def step(self, account_id: str, touch: Mapping[str, Any]) -> list[Event]: ...

    def advance(self, account_id: str, until: str | float) -> list[Event]: ...

    def metrics(self) -> dict[str, Any]: ...


def seconds(instant: str | float) -> float:
    """An instant, ISO 8601 or epoch seconds, as epoch seconds. Raises `ValueError`."""
    if isinstance(instant, int | float):
        return float(instant)
    return datetime.fromisoformat(instant).timestamp()


def sigmoid(z: float) -> float:
    """The logistic function, safe at both ends."""
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0


@dataclass(slots=True)
class Soul:
    """One invented person with one debt, and how far they came. `nature` is the world's own."""

    index: int
    public: dict[str, Any]
    placed: float
    nature: Any
    chance: random.Random
    owed: float
    paid: float = 0.0
    stopped: bool = False
    complained: bool = False
    in_plan: bool = False
    clock: float = 0.0
    touches: list[tuple[float, str]] = field(default_factory=list)
    ahead: list[tuple[float, int, Event]] = field(default_factory=list)
    firm: int = 0
    plans_offered: int = 0
    laid: int = 0

    @property
    def zone(self) -> ZoneInfo:
        return _INFO[self.public["timezone"]]

    def local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self.zone)

    def later(self, at: float, event: Event) -> None:
        """Something that will happen by itself unless the debt is paid before."""
        self.laid += 1
        heapq.heappush(self.ahead, (at, self.laid, event))

    def touched_within(self, days: float) -> int:
        return sum(self.clock - at < days * DAY for at, _ in self.touches)


class PeopledWorld(ABC):
    """What both worlds share: placing, the queue of what happens, counting."""

    horizon_days = 60

    def __init__(self) -> None:
        self._souls: dict[str, Soul] = {}
        self._violations = 0

    @abstractmethod
    def nature(self, chance: random.Random) -> tuple[Any, dict[str, Any]]:
        """A person's hidden nature and what the books show of it: `days_past_due`,
        `prior_invoices`, `prior_on_time_ratio`, `prior_partial_payments`, `prior_payment_plan`,
        `uses_portal`, `sms_consent`, `balance_factor`."""

    @abstractmethod
    def unprompted(self, soul: Soul) -> None:
        """Lay ahead what the person would do if nobody wrote."""

    @abstractmethod
    def answered(self, soul: Soul, touch: Mapping[str, Any], number: int) -> None:
        """Lay ahead what a touch that arrived brings."""

    def reset(self, seed: int, n: int, industry: str, arrival_days: int) -> list[dict[str, Any]]:
        if industry not in INDUSTRIES:
            raise ValueError(f"no industry {industry!r}; there are {', '.join(INDUSTRIES)}")
        self._souls, self._violations = {}, 0
        dice = random.Random(f"{type(self).__name__} {seed} {industry}")
        median, spread = INDUSTRIES[industry]
        for index in range(n):
            nature, shown = self.nature(dice)
            zone = dice.choice(tuple(ZONES))
            placed = START + timedelta(
                days=index * arrival_days / n, seconds=dice.randrange(4 * 3600)
            )
            factor = shown.pop("balance_factor")
            balance = round(median * factor * math.exp(dice.gauss(0, spread)), 2)
            public = {
                "account_id": f"a{index:06d}",
                "industry": industry,
                "placed_at": placed.isoformat(),
                "balance": max(25.0, balance),
                "has_email": True,
                "email_domain": dice.choice(("example.com", "example.net", "example.org")),
                "has_phone": True,
                "timezone": zone,
                "state": ZONES[zone][0],
                "zip": f"{ZONES[zone][1]}{dice.randrange(100):02d}",
                "language": "es" if dice.random() < 0.2 else "en",
                **shown,
            }
            soul = Soul(
                index=index,
                public=public,
                placed=placed.timestamp(),
                nature=nature,
                chance=random.Random(f"{seed} {index}"),
                owed=public["balance"],
                clock=placed.timestamp(),
            )
            self.unprompted(soul)
            self._souls[public["account_id"]] = soul
        return [dict(soul.public) for soul in self._souls.values()]

    def advance(self, account_id: str, until: str | float) -> list[Event]:
        soul, end = self._souls[account_id], seconds(until)
        soul.clock = max(soul.clock, end)
        events: list[Event] = []
        while soul.ahead and soul.ahead[0][0] <= end:
            at, _, event = heapq.heappop(soul.ahead)
            if self._takes_place(soul, event):
                events.append(_dated(at, event))
        return events

    def _takes_place(self, soul: Soul, event: Event) -> bool:
        """Let something happen; False where it became void: nothing is owed any more, or the
        person is gone."""
        match event["type"]:
            case "payment":
                left = soul.owed - soul.paid
                if left < 0.01 or (soul.in_plan and not event.get("_instalment")):
                    return False
                amount = left if event["kind"] == "full" else min(left, event["amount"])
                event["amount"] = round(amount, 2)
                soul.paid += amount
            case "plan_started":
                if soul.in_plan or soul.owed - soul.paid < 0.01:
                    return False
                soul.in_plan = True
            case "opt_out":
                if soul.stopped:
                    return False
                soul.stopped = True
            case "complaint":
                soul.complained = soul.stopped = True
        return True

    def step(self, account_id: str, touch: Mapping[str, Any]) -> list[Event]:
        soul, at = self._souls[account_id], seconds(touch["send_at_utc"])
        number = len(soul.touches)
        if self._forbidden(soul, touch, at):
            self._violations += 1
        soul.clock = max(soul.clock, at)
        channel = touch["channel"]
        soul.firm += touch["tone"] == "firm"
        soul.plans_offered += touch["offer"] == "plan"
        self.answered(soul, touch, number)
        soul.touches.append((at, channel))
        return [_dated(at + 5, {"type": "delivered", "channel": channel, "touch": number})]

    def _forbidden(self, soul: Soul, touch: Mapping[str, Any], at: float) -> bool:
        unconsented = touch["channel"] == "sms" and not soul.public["sms_consent"]
        hour = soul.local(at).hour
        return soul.stopped or unconsented or not 8 <= hour < 21 or at < soul.placed

    def metrics(self) -> dict[str, Any]:
        """Recovered over owed and opt-outs per 100 accounts, whole and by month of arrival (30
        days each), touches, violations, and how firm and plans lie over language and ZIP."""
        souls = list(self._souls.values())
        months: dict[int, list[Soul]] = {}
        for soul in souls:
            months.setdefault(int((soul.placed - START.timestamp()) / (30 * DAY)), []).append(soul)
        return {
            **_measures(souls),
            "violations": self._violations,
            "months": {month: _measures(there) for month, there in sorted(months.items())},
            "language": _shares(souls, lambda soul: soul.public["language"]),
            "zip": _shares(souls, lambda soul: str(int(soul.public["zip"][-2:]) // 20)),
        }


def _measures(souls: Sequence[Soul]) -> dict[str, float]:
    owed, paid = sum(s.owed for s in souls), sum(s.paid for s in souls)
    stopped = sum(s.stopped for s in souls)
    touches = sum(len(s.touches) for s in souls)
    return {
        "accounts": len(souls),
        "owed": round(owed, 2),
        "recovered": round(paid, 2),
        "recovery": paid / owed if owed else 0.0,
        "opt_outs": stopped,
        "opt_out_rate": stopped / len(souls) if souls else 0.0,
        "complaints": sum(s.complained for s in souls),
        "touches": touches,
    }


def _shares(souls: Sequence[Soul], group: Any) -> dict[str, dict[str, float]]:
    """Firm touches and offers of a plan over all touches, by group."""
    groups: dict[str, list[Soul]] = {}
    for soul in souls:
        groups.setdefault(group(soul), []).append(soul)
    shares: dict[str, dict[str, float]] = {}
    for name, there in sorted(groups.items()):
        touches = max(1, sum(len(s.touches) for s in there))
        shares[name] = {
            "firm": sum(s.firm for s in there),
            "firm_rate": sum(s.firm for s in there) / touches,
            "plan_rate": sum(s.plans_offered for s in there) / touches,
        }
    return shares


def _dated(at: float, event: Event) -> Event:
    shown = {key: value for key, value in event.items() if not key.startswith("_")}
    return {"ts": at, "at": datetime.fromtimestamp(at, UTC).isoformat(), **shown}


def near_payday(day: datetime) -> bool:
    """The two days from the first and from the fifteenth, when most wages arrive."""
    return day.day in (1, 2, 15, 16)
