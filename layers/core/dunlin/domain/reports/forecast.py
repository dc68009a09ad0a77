"""Forecast: what a rehearsal would send, day by day, and how two strategies compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something from outside that a rehearsal is given: at `at` on one account.

    `kind`: payment (of `minor` minor units), opt_out, dispute, hardship, question, bounce.
    """

    event_id: str
    account_id: str
    at: datetime
    kind: str
    minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message that would leave: when, in whose time zone, and what it costs in millionths of
    a dollar at list price. `rung` is false for a notice (a receipt, a confirmation); `step` is the
    name of its rung, or what the notice is, `text` what it says."""

    account_id: str
    reference: str
    at: datetime
    zone: str
    channel: str
    template: str
    rung: bool
    cost_micro: int
    person_id: str = ""
    person: str = ""
    step: str = ""
    text: str = ""

    @property
    def local(self) -> datetime:
        """The person's own clock."""
        return self.at.astimezone(ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What would happen from `start` on. `refusals` count decisions by rule; `deferred` counts
    how often the gate let a touch wait; `ends` counts accounts by how they stand at the end."""

    start: datetime
    days: int
    started: int
    passed_over: Mapping[str, int]
    messages: tuple[Message, ...]
    refusals: Mapping[str, int]
    deferred: int
    ends: Mapping[str, int]

    @property
    def cost_micro(self) -> int:
        return sum(m.cost_micro for m in self.messages)

    def by_day(self) -> dict[date, Counter[str]]:
        """Messages of each local day by channel; days without one stand with none."""
        first = self.start.date()
        days: dict[date, Counter[str]] = {
            first + timedelta(days=n): Counter() for n in range(self.days + 1)
        }
        for message in self.messages:
            days.setdefault(message.local.date(), Counter())[message.channel] += 1
        return dict(sorted(days.items()))

    def by_step(self) -> dict[tuple[str, str], int]:
        """Messages by step and channel, in the order in which the steps first reach somebody."""
        first: dict[str, datetime] = {}
        for message in self.messages:
            step = message.step or message.template
            first[step] = min(first.get(step, message.at), message.at)
        counted = Counter((m.step or m.template, m.channel) for m in self.messages)
        return dict(sorted(counted.items(), key=lambda pair: (first[pair[0][0]], pair[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDifference:
    """Two forecasts over the same accounts: what each sends that the other does not, by account
    and day, and what both send alike."""

    only_first: int
    only_second: int
    both: int
    accounts_changed: int


def compare(first: Forecast, second: Forecast) -> ForecastDifference:
    """Messages are alike where account, local day, channel and template agree."""

    def keys(forecast: Forecast) -> Counter[tuple[str, date, str, str]]:
        return Counter(
            (m.account_id, m.local.date(), m.channel, m.template) for m in forecast.messages
        )

    ours, other = keys(first), keys(second)
    return ForecastDifference(
        only_first=(ours - other).total(),
        only_second=(other - ours).total(),
        both=(ours & other).total(),
        accounts_changed=len({key[0] for key in (ours - other) + (other - ours)}),
    )
