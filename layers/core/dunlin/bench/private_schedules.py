"""A world of types with private schedules: who someone is decides when they look, which channel
reaches them and which tone moves them; tiredness comes from how close the touches lie."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dunlin.bench.world import DAY, HOUR, PeopledWorld, Soul, near_payday

TONES = ("gentle", "neutral", "firm")
QUESTIONS = (
    "I already paid this last month",
    "What is this for?",
    "I do not owe this, please check",
)
PROMISES = ("I will pay on Friday", "can pay next week when I get my check")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKind:
    """One type of person. Probabilities unless said otherwise: `email`, `sms`: a message is
    noticed; `moved` by tone; `full` and `plan`: what who is moved does; `cures`: pays unprompted
    within the horizon; `annoyed`: opts out at a gentle touch, times `by_tone`. `blocks` weighs the
    six two-hour blocks from 8 to 20. The last line is what the books show: mean on-time ratio,
    partial payments, earlier plan, portal, mean days past due, consent to texts."""

    share: float
    email: float
    sms: float
    moved: tuple[float, float, float]
    plan_moves: float
    full: float
    plan: float
    cures: float
    annoyed: float
    by_tone: tuple[float, float, float]
    blocks: tuple[float, ...]
    weekend: float
    books: tuple[float, float, float, float, float, float]


KINDS = {
    "forgetful": PersonKind(
        share=0.30, email=0.50, sms=0.66, moved=(0.50, 0.46, 0.38), plan_moves=0.95, full=0.62,
        plan=0.12, cures=0.17, annoyed=0.005, by_tone=(1, 1.3, 2.6),
        blocks=(0.95, 1.05, 1.1, 1.0, 0.95, 0.95), weekend=0.85,
        books=(0.85, 0.1, 0.05, 0.50, 25, 0.65),
    ),
    "short of cash": PersonKind(
        share=0.28, email=0.42, sms=0.55, moved=(0.36, 0.36, 0.28), plan_moves=1.35, full=0.13,
        plan=0.50, cures=0.04, annoyed=0.007, by_tone=(1, 1.4, 2.8),
        blocks=(0.75, 0.8, 1.0, 0.95, 1.1, 1.4), weekend=0.95,
        books=(0.50, 0.9, 0.35, 0.35, 40, 0.60),
    ),
    "avoiding": PersonKind(
        share=0.17, email=0.22, sms=0.42, moved=(0.13, 0.22, 0.36), plan_moves=1.15, full=0.36,
        plan=0.26, cures=0.04, annoyed=0.009, by_tone=(1, 1.2, 1.7),
        blocks=(0.8, 0.9, 1.0, 1.0, 1.1, 1.2), weekend=0.9,
        books=(0.30, 0.3, 0.10, 0.12, 70, 0.50),
    ),
    "busy": PersonKind(
        share=0.14, email=0.30, sms=0.55, moved=(0.42, 0.42, 0.36), plan_moves=1.0, full=0.64,
        plan=0.08, cures=0.12, annoyed=0.006, by_tone=(1, 1.2, 2.0),
        blocks=(0.6, 0.5, 0.9, 0.6, 1.0, 2.4), weekend=1.3,
        books=(0.80, 0.1, 0.05, 0.45, 30, 0.70),
    ),
    "disputing": PersonKind(
        share=0.07, email=0.55, sms=0.55, moved=(0.40, 0.38, 0.34), plan_moves=0.9, full=0.14,
        plan=0.06, cures=0.05, annoyed=0.02, by_tone=(1, 1.5, 2.5),
        blocks=(1, 1, 1, 1, 1, 1), weekend=0.8,
        books=(0.60, 0.3, 0.10, 0.35, 55, 0.50),
    ),
    "gone": PersonKind(
        share=0.04, email=0.02, sms=0.02, moved=(0, 0, 0), plan_moves=1.0, full=0, plan=0,
        cures=0, annoyed=0.001, by_tone=(1, 1, 1), blocks=(1, 1, 1, 1, 1, 1), weekend=1.0,
        books=(0.50, 0.3, 0.10, 0.10, 90, 0.50),
    ),
}  # fmt: skip
OWN_BLOCK = 1.5
"""How much likelier a person looks in the one block that is theirs alone."""
PAYDAY, OFF_PAYDAY = 1.9, 0.85
TIRED = 0.72
"""What is left of attention for each touch within the last four days."""
REPEATED = 0.9
"""What is left of it for each earlier touch on the same channel."""
KEEPS = 0.82
"""Each instalment of a plan is paid with this probability, else the plan ends."""
DISPUTES, PROMISES_SHARE = 0.45, 0.12


class PrivateSchedules(PeopledWorld):
    """Types with private schedules; tired by touches that lie close."""

    def nature(self, chance: random.Random) -> tuple[Any, dict[str, Any]]:
        names = tuple(KINDS)
        name = chance.choices(names, [KINDS[n].share for n in names])[0]
        kind = KINDS[name]
        on_time, partial, plan, portal, days, consent = kind.books
        invoices = chance.randrange(0, 9)
        kept = sum(chance.random() < on_time for _ in range(invoices))
        return (name, chance.randrange(6)), {
            "days_past_due": int(chance.gammavariate(2.5, days / 2.5)) + 5,
            "prior_invoices": invoices,
            "prior_on_time_ratio": kept / invoices if invoices else None,
            "prior_partial_payments": sum(chance.random() < partial / 3 for _ in range(3)),
            "prior_payment_plan": chance.random() < plan,
            "uses_portal": chance.random() < portal,
            "sms_consent": chance.random() < consent,
            "balance_factor": 1.25 if name in ("short of cash", "avoiding") else 0.9,
        }

    def unprompted(self, soul: Soul) -> None:
        kind = KINDS[soul.nature[0]]
        if soul.chance.random() < kind.cures:
            at = soul.placed + soul.chance.uniform(1, 58) * DAY
            soul.later(at, {"type": "payment", "kind": "full", "amount": soul.owed, "touch": None})

    def answered(self, soul: Soul, touch: Mapping[str, Any], number: int) -> None:
        kind, chance = KINDS[soul.nature[0]], soul.chance
        draws = [chance.random() for _ in range(8)]
        channel, tone = touch["channel"], TONES.index(touch["tone"])
        local = soul.local(soul.clock)
        block = min(5, max(0, (local.hour - 8) // 2))
        close = soul.touched_within(4)
        same = sum(c == channel for _, c in soul.touches)
        looks = kind.blocks[block] * (OWN_BLOCK if block == soul.nature[1] else 0.9)
        looks *= kind.weekend if local.weekday() > 4 else 1.0
        notices = (kind.sms if channel == "sms" else kind.email) * looks
        notices *= TIRED**close * REPEATED**same
        annoyed = kind.annoyed * kind.by_tone[tone] * (1.5 if channel == "sms" else 1.0)
        annoyed *= 1 + 0.8 * close + 0.12 * number
        if draws[0] < annoyed:
            what = "complaint" if draws[1] < 0.08 else "opt_out"
            event = {"type": what, "channel": channel, "touch": number}
            soul.later(soul.clock + 3 * HOUR * draws[2], event)
            return
        offered = touch["offer"] == "plan"
        moved = kind.moved[tone] * (kind.plan_moves if offered else 1.0)
        if draws[3] > min(0.95, notices) * moved:
            return
        self._acts(soul, offered=offered, number=number, channel=channel, draws=draws)

    def _acts(
        self, soul: Soul, *, offered: bool, number: int, channel: str, draws: list[float]
    ) -> None:
        """What somebody does who was moved: look, then pay, ask for a plan, write or nothing."""
        kind = KINDS[soul.nature[0]]
        at = soul.clock + HOUR * (0.2 + 12 * draws[4] ** 2)
        cause = {"channel": channel, "touch": number}
        if soul.nature[0] == "disputing" and draws[5] < DISPUTES:
            text = QUESTIONS[int(draws[6] * 3)]
            soul.later(at, {"type": "reply", "text": text, **cause})
            return
        soul.later(at, {"type": "portal_visit", "seconds": int(20 + 200 * draws[6]), **cause})
        rich = PAYDAY if near_payday(soul.local(at)) else OFF_PAYDAY
        full = min(0.9, kind.full * (rich if kind.full < 0.5 else 1.0))
        plan = kind.plan if offered else 0.0
        if offered and draws[5] < plan:
            self._agrees(soul, at + HOUR, number)
        elif draws[5] < plan + full * (1 - plan):
            event = {"type": "payment", "kind": "full", "amount": soul.owed, "touch": number}
            soul.later(at + HOUR, event)
        elif draws[5] > 1 - PROMISES_SHARE and channel == "sms":
            soul.later(at, {"type": "reply", "text": PROMISES[draws[7] > 0.5], **cause})

    def _agrees(self, soul: Soul, at: float, number: int) -> None:
        """A plan of three instalments, four for more than $600: one at once, then fortnightly."""
        count = 4 if soul.owed - soul.paid > 600 else 3
        part = (soul.owed - soul.paid) / count
        soul.later(at - 60, {"type": "plan_request", "touch": number})
        soul.later(at, {"type": "plan_started", "instalments": count, "touch": number})
        for step in range(count):
            due = at + step * 14 * DAY + 60
            if step and soul.chance.random() > KEEPS:
                soul.later(due, {"type": "plan_missed", "instalment": step + 1, "touch": number})
                return
            event = {"type": "payment", "kind": "partial", "amount": part, "_instalment": True}
            soul.later(due, {**event, "touch": number})
