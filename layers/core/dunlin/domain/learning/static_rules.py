"""Static rules: a fixed way through the touches that looks at the file and at what was followed,
and learns nothing. The baseline of every comparison, and the learner's safe start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dunlin.domain.learning.arms import Arm
from dunlin.domain.learning.features import KnownState


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRule:
    """One fixed rule.

    `first` channel where it is open; `then` the channel that was followed by a visit, or the same
    one, or the other one each time; `gaps` in days before the second and each later touch; a plan
    is offered from touch `plan_from` on, and where the file speaks for it before that if
    `plan_by_file` (an earlier plan, or a wish) or `plan_if_late` (partial payments, or often late);
    `tones` for each touch, the last one for all that follow; `hours` the block of each channel.
    """

    first: str = "email"
    then: Literal["followed", "same", "other"] = "followed"
    gaps: tuple[int, ...] = (6, 6, 6, 10)
    most: int = 5
    plan_from: int = 3
    plan_by_file: bool = True
    plan_if_late: bool = False
    tones: tuple[str, ...] = ("gentle", "gentle", "neutral", "neutral", "firm")
    email_hour: int = 12
    sms_hour: int = 18
    promise_days: int = 9

    def gap(self, touches: int) -> int:
        """Days before the next touch after so many."""
        return self.gaps[min(touches, len(self.gaps)) - 1] if touches else 0

    def arm(
        self, known: KnownState, *, last: str, followed: str, email: bool, sms: bool
    ) -> Arm | None:
        """The next touch's arm, None where the count is used up or no channel is open. `last` is
        the channel of the touch before, `followed` the one whose touch was followed by a visit
        last; "" where there is none."""
        if known.touches >= self.most or not (email or sms):
            return None
        channel = self._channel(last, followed)
        if not (email if channel == "email" else sms):
            channel = "sms" if channel == "email" else "email"
        late = known.partial_payments > 0 or (
            known.on_time_ratio is not None and known.on_time_ratio < 0.6
        )
        by_file = known.prior_plan or known.wants_plan or bool(followed)
        plan = (
            known.touches + 1 >= self.plan_from
            or (self.plan_by_file and by_file)
            or (self.plan_if_late and late)
        )
        return Arm(
            channel,
            self.email_hour if channel == "email" else self.sms_hour,
            self.tones[min(known.touches, len(self.tones) - 1)],
            "plan" if plan else "none",
        )

    def _channel(self, last: str, followed: str) -> str:
        if not last:
            return self.first
        other = "sms" if last == "email" else "email"
        if self.then == "followed":
            return followed or other
        return last if self.then == "same" else other


HEURISTIC = StaticRule()
"""What a careful office does today: e-mail at noon, then what was followed, five touches."""
LADDER = StaticRule(
    then="same",
    gaps=(10, 14, 21),
    most=4,
    plan_by_file=False,
    tones=("gentle", "gentle", "neutral", "neutral"),
)
"""The standard ladder of the default strategy, with a plan from its third rung."""
BEST_RULE = StaticRule(
    first="sms", gaps=(5,), most=6, plan_from=1, tones=("gentle", "gentle", "neutral")
)
"""The best of 48 static rules on both worlds of the bench, at equal opt-outs (seeds 101 and 102):
texts first where they are agreed to, then what was followed, a plan from the first touch, and
never firm."""
