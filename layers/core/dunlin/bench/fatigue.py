"""A world of continuous traits: means, order, two kinds of attention, temper. Nobody has a type;
tiredness grows with the count of touches and does not pass."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dunlin.bench.private_schedules import PROMISES
from dunlin.bench.world import DAY, HOUR, PeopledWorld, Soul, near_payday, sigmoid

TIRED_BY_COUNT = 0.16
"""How much each earlier touch takes from the log-odds of being noticed."""
REACHED = {"email": -0.75, "sms": -0.2}
MOVED = {"gentle": -0.35, "neutral": -0.3, "firm": -0.35}
FIRM_ON_ORDER = -0.45
"""A firm tone moves who keeps little order, and less who keeps much: log-odds by trait."""
ANNOYED = {"gentle": -5.35, "neutral": -5.05, "firm": -4.35}
KEEPS = 0.85


@dataclass(frozen=True, slots=True)
class Traits:
    """Each is standard normal before it is tied to the others."""

    means: float
    order: float
    mail: float
    phone: float
    temper: float
    evening: float


class Fatigue(PeopledWorld):
    """Continuous traits; tired by count."""

    def nature(self, chance: random.Random) -> tuple[Any, dict[str, Any]]:
        means, order = chance.gauss(0, 1), chance.gauss(0, 1)
        traits = Traits(
            means=means,
            order=0.3 * means + 0.95 * order,
            mail=0.4 * order + 0.9 * chance.gauss(0, 1),
            phone=chance.gauss(0, 1),
            temper=-0.2 * means + chance.gauss(0, 1),
            evening=chance.gauss(0, 1),
        )
        invoices = chance.randrange(0, 12)
        on_time = sigmoid(0.5 + 0.7 * traits.order + 0.6 * traits.means)
        kept = sum(chance.random() < on_time for _ in range(invoices))
        return traits, {
            "days_past_due": 5 + int(chance.gammavariate(2, 20) * (1.3 - 0.4 * sigmoid(order))),
            "prior_invoices": invoices,
            "prior_on_time_ratio": kept / invoices if invoices else None,
            "prior_partial_payments": sum(chance.random() < sigmoid(-1.2 - means) for _ in "123"),
            "prior_payment_plan": chance.random() < sigmoid(-2 - 0.9 * means),
            "uses_portal": chance.random() < sigmoid(-0.4 + 0.9 * traits.mail),
            "sms_consent": chance.random() < sigmoid(0.4 + 0.5 * traits.phone),
            "balance_factor": 1.0 - 0.12 * max(-2.0, min(2.0, means)),
        }

    def unprompted(self, soul: Soul) -> None:
        nature = soul.nature
        cures = sigmoid(-2.7 + 0.8 * nature.order + 0.6 * nature.means)
        if soul.chance.random() < cures:
            at = soul.placed + soul.chance.uniform(1, 58) * DAY
            soul.later(at, {"type": "payment", "kind": "full", "amount": soul.owed, "touch": None})

    def answered(self, soul: Soul, touch: Mapping[str, Any], number: int) -> None:
        nature, draws = soul.nature, [soul.chance.random() for _ in range(7)]
        channel, tone = touch["channel"], touch["tone"]
        local = soul.local(soul.clock)
        evening = (local.hour - 13) / 5
        gap = (soul.clock - soul.touches[-1][0]) / DAY if soul.touches else 9.0
        attention = nature.phone if channel == "sms" else nature.mail
        noticed = REACHED[channel] + 0.8 * attention - TIRED_BY_COUNT * number
        noticed += 0.4 * nature.evening * evening + 0.15 * evening - 0.25 * (local.weekday() > 4)
        annoyed = ANNOYED[tone] + 0.7 * nature.temper + 0.14 * number + 1.2 * (gap < 4)
        annoyed += 0.35 * (channel == "sms")
        if draws[0] < sigmoid(annoyed):
            what = "complaint" if draws[1] < 0.08 else "opt_out"
            event = {"type": what, "channel": channel, "touch": number}
            soul.later(soul.clock + 3 * HOUR * draws[2], event)
            return
        offered = touch["offer"] == "plan"
        moved = MOVED[tone] + 0.35 * nature.order + (0.3 - 0.5 * nature.means) * offered
        moved += FIRM_ON_ORDER * nature.order * (tone == "firm")
        if draws[3] < sigmoid(noticed) * sigmoid(moved):
            self._acts(soul, offered, number, channel, draws)

    def _acts(
        self, soul: Soul, offered: bool, number: int, channel: str, draws: list[float]
    ) -> None:
        nature = soul.nature
        at = soul.clock + HOUR * (0.3 + 20 * draws[4] ** 2)
        cause = {"channel": channel, "touch": number}
        soul.later(at, {"type": "portal_visit", "seconds": int(20 + 200 * draws[5]), **cause})
        full = sigmoid(-0.25 + 1.1 * nature.means + 0.5 * near_payday(soul.local(at)))
        plan = sigmoid(-0.9 - 0.9 * nature.means) if offered else 0.0
        if draws[6] < plan:
            self._agrees(soul, at + HOUR, number)
        elif draws[6] < plan + (1 - plan) * full:
            event = {"type": "payment", "kind": "full", "amount": soul.owed, "touch": number}
            soul.later(at + HOUR, event)
        elif draws[6] > 0.97:
            soul.later(at, {"type": "reply", "text": PROMISES[draws[5] > 0.5], **cause})

    def _agrees(self, soul: Soul, at: float, number: int) -> None:
        """A plan of four instalments, ten days apart, the first at once."""
        left = soul.owed - soul.paid
        soul.later(at - 60, {"type": "plan_request", "touch": number})
        soul.later(at, {"type": "plan_started", "instalments": 4, "touch": number})
        for step in range(4):
            due = at + step * 10 * DAY + 60
            if step and soul.chance.random() > KEEPS:
                soul.later(due, {"type": "plan_missed", "instalment": step + 1, "touch": number})
                return
            event = {"type": "payment", "kind": "partial", "amount": left / 4, "_instalment": True}
            soul.later(due, {**event, "touch": number})
