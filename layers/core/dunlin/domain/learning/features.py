"""What the learner may know of an account, and the columns that its heads see.

The list of names is the allow-list: no ZIP, no name, no language, no state, no age or gender, no
domain of an address, no open. What law says about a place is a mask, never a feature.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dunlin.domain.learning.arms import ARMS, BLOCKS

VERSION = 1
"""Changes with every change of a column: a model of another version is not scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownState:
    """What is known of an account on the day of a decision.

    `balance_ratio` is what is owed over the industry's median; `on_time_ratio` is None without
    earlier invoices; `days_since_touch` is None before the first. `*_engaged` counts touches of a
    channel that a human followed, `*_ignored` those in a row that nobody did. `softer` counts
    touches that were not firm. `pay_weekday` is the weekday (Monday 0) on which they usually pay.
    """

    days_past_due: float
    balance_ratio: float
    invoices: int
    on_time_ratio: float | None
    partial_payments: int
    prior_plan: bool
    portal_user: bool
    placed_days: float
    touches: int = 0
    softer: int = 0
    days_since_touch: float | None = None
    email_engaged: int = 0
    sms_engaged: int = 0
    email_ignored: int = 0
    sms_ignored: int = 0
    wants_plan: bool = False
    broken_promise: bool = False
    pay_weekday: int | None = None


PERSON = (
    *("always", "days past due", "balance", "on time", "no history", "partial payments"),
    *("earlier plan", "portal user", "touched before", "touch number", "e-mail followed"),
    *("text followed", "e-mails ignored", "texts ignored", "wants a plan", "broken promise"),
    "days since placed",
)
DAY = (
    *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    *("payday near", "Friday of payday week", "touched lately", "own payday", "refund season"),
)
_BY_CHANNEL = (
    *("always", "days past due", "on time", "portal user", "touch number", "e-mail followed"),
    *("text followed", "e-mails ignored", "texts ignored"),
)
_BY_TONE = (
    *("always", "days past due", "balance", "on time", "no history", "partial payments"),
    *("earlier plan", "portal user", "touch number", "e-mail followed", "text followed"),
    *("wants a plan", "days since placed"),
)
CHANNEL_PLACES = tuple(PERSON.index(name) for name in _BY_CHANNEL)
TONE_PLACES = tuple(PERSON.index(name) for name in _BY_TONE)

COLUMNS = (
    *PERSON,
    *DAY,
    *(f"text: {name}" for name in _BY_CHANNEL),
    *(f"neutral: {name}" for name in _BY_TONE),
    *(f"firm: {name}" for name in _BY_TONE),
    *(f"plan: {name}" for name in _BY_TONE),
    *(f"{block}:00" for block in BLOCKS),
    *(f"text at {block}:00" for block in BLOCKS),
)
"""Every column of a head, in order."""
GROUPS = (
    *("main",) * len(PERSON),
    *("calendar",) * len(DAY),
    *("channel",) * len(_BY_CHANNEL),
    *("message",) * (3 * len(_BY_TONE)),
    *("hour",) * len(BLOCKS),
    *("hour by channel",) * len(BLOCKS),
)
"""The group of each column: how far it may move from its prior depends on it."""
DAY_AT = len(PERSON)
CHANNEL_AT = DAY_AT + len(DAY)
NEUTRAL_AT = CHANNEL_AT + len(_BY_CHANNEL)
FIRM_AT = NEUTRAL_AT + len(_BY_TONE)
PLAN_AT = FIRM_AT + len(_BY_TONE)
BLOCK_AT = PLAN_AT + len(_BY_TONE)
TEXT_BLOCK_AT = BLOCK_AT + len(BLOCKS)


def _within(value: float, low: float, high: float) -> float:
    return low if value < low else min(value, high)


def person_part(known: KnownState) -> list[float]:
    """The columns of `PERSON`: each within -2 and 2, so that nothing outside of what was trained
    can carry a score away."""
    history = known.invoices / (known.invoices + 2)
    on_time = 0.0 if known.on_time_ratio is None else (known.on_time_ratio - 0.7) * 2 * history
    return [
        1.0,
        _within(math.log1p(max(0.0, known.days_past_due)) / 1.5 - 2.3, -2, 2),
        _within(math.log(max(1e-3, known.balance_ratio)) / 1.5, -2, 2),
        _within(on_time, -2, 2),
        float(known.on_time_ratio is None),
        min(3, known.partial_payments) / 3,
        float(known.prior_plan),
        float(known.portal_user),
        float(known.touches > 0),
        min(7, known.touches) / 4,
        min(2, known.email_engaged) / 2,
        min(2, known.sms_engaged) / 2,
        min(4, known.email_ignored) / 3,
        min(4, known.sms_ignored) / 3,
        float(known.wants_plan),
        float(known.broken_promise),
        _within(known.placed_days / 30 - 1, -2, 2),
    ]


def day_part(known: KnownState, day: date, ahead: int) -> list[float]:
    """The columns of `DAY` for a local day that lies `ahead` days after the decision."""
    part = [0.0] * len(DAY)
    weekday = day.weekday()
    part[weekday] = 1.0
    part[7] = float(day.day in (1, 2, 15, 16))
    part[8] = float(weekday == 4 and (day.day <= 3 or 13 <= day.day <= 17 or day.day >= 28))
    if known.days_since_touch is not None:
        part[9] = math.exp(-(known.days_since_touch + ahead - 5) / 4)
        part[9] = min(2.0, part[9])
    part[10] = float(known.pay_weekday == weekday)
    part[11] = float(day.month in (2, 3, 4))
    return part


def columns(person: Sequence[float], day: Sequence[float], arm_index: int) -> list[float]:
    """The row of one arm: every column of `COLUMNS`, out of `person_part` and `day_part`."""
    arm = ARMS[arm_index]
    text = float(arm.channel == "sms")
    by_tone = [person[place] for place in TONE_PLACES]
    nothing = [0.0] * len(by_tone)
    blocks = [float(arm.block == block) for block in BLOCKS]
    return [
        *person,
        *day,
        *(text * person[place] for place in CHANNEL_PLACES),
        *(by_tone if arm.tone == "neutral" else nothing),
        *(by_tone if arm.tone == "firm" else nothing),
        *(by_tone if arm.offer == "plan" else nothing),
        *blocks,
        *(text * block for block in blocks),
    ]
