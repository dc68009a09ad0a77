"""The gate before a trial: whether a newly trained model may be tried on accounts at all.

It opens a canary or it does not; it never says that a model is better. It also says when a model
that decides already is taken back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dunlin.domain.errors import DomainError
from dunlin.domain.learning.fairness import GAP, RATIO, AuditedTouch, GroupAudit, audit
from dunlin.domain.learning.off_policy import (
    Interval,
    LoggedTouch,
    change,
    cleaned,
    cluster_error,
    weights,
)

EFFECTIVE = 300.0
LARGEST = 100.0
MEAN = (0.9, 1.1)
HELD_OUT = 300
"""Touches held out below which a head's calibration is not judged: anything would pass."""
UNSOUND = 0.01
"""The share of a log that may be unsound before nothing is concluded from it."""
ROLLBACK_CHANCE = 0.001
"""Harm that a model within budget shows once in a thousand weeks takes the model back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutTouch:
    """A matured touch that trained neither model: what each of them said would happen (0 to 1), and
    whether it did."""

    account_id: str
    champion: float
    challenger: float
    happened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCheck:
    """One thing that was looked at. `verdict` is `passed`, `failed`, or `unknown` where there is
    too little to tell."""

    name: str
    verdict: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """Every check of a model, passed and failed."""

    checks: tuple[GateCheck, ...]
    groups: tuple[GroupAudit, ...] = ()

    @property
    def outcome(self) -> str:
        """`canary`, `refused`, or `not distinguishable yet`."""
        verdicts = {check.verdict for check in self.checks}
        if "failed" in verdicts:
            return "refused"
        return "not distinguishable yet" if "unknown" in verdicts else "canary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a model is judged by: the log with what the touches brought, the same log with 1 where
    a touch did harm, touches held out for each head, and decisions to audit."""

    value: Sequence[LoggedTouch]
    harm: Sequence[LoggedTouch]
    held_out: Mapping[str, Sequence[HeldOutTouch]]
    audited: Sequence[AuditedTouch]


def judge(challenge: Challenge) -> GateReport:
    """Look at everything, also after something failed: a person wants to see it all."""
    groups = audit(challenge.audited)
    checks = [
        *_log_checks(challenge),
        *(
            check
            for head, touches in challenge.held_out.items()
            for check in _calibration_checks(head, touches)
        ),
        *(_fairness_check(group) for group in groups),
    ]
    if not groups:
        checks.append(GateCheck(name="fairness", verdict="unknown", says="Nothing was audited."))
    return GateReport(checks=tuple(checks), groups=groups)


def _log_checks(challenge: Challenge) -> Iterable[GateCheck]:
    value, harm = cleaned(challenge.value), cleaned(challenge.harm)
    unsound = max(value.unsound, harm.unsound)
    share = unsound / max(1, len(challenge.value), len(challenge.harm))
    yield GateCheck(
        name="log",
        verdict="passed" if share <= UNSOUND else "failed",
        says=f"{unsound} touches are unsound or contradicted; {value.repeated} came twice.",
    )
    try:
        weighed = weights(value.touches)
        brought, harmed = change(value.touches), change(harm.touches)
    except DomainError as error:
        yield GateCheck(name="weights", verdict="unknown", says=str(error))
        return
    enough = (
        weighed.effective >= EFFECTIVE
        and weighed.largest <= LARGEST
        and MEAN[0] <= weighed.mean <= MEAN[1]
    )
    yield GateCheck(
        name="weights",
        verdict="passed" if enough else "unknown",
        says=(
            f"Effective sample {weighed.effective:.0f} (at least {EFFECTIVE:.0f}), largest weight "
            f"{weighed.largest:.1f} (at most {LARGEST:.0f}), mean {weighed.mean:.2f}."
        ),
    )
    yield _change_check("value", brought, failed=any(c.high < 0 for c in brought))
    yield _change_check("harm", harmed, failed=any(c.low > 0 for c in harmed))


def _change_check(name: str, changes: Sequence[Interval], *, failed: bool) -> GateCheck:
    return GateCheck(
        name=name,
        verdict="failed" if failed else "passed",
        says=" and ".join(
            f"{each.value:+.4f} a touch ({each.low:+.4f} to {each.high:+.4f}) {way}"
            for each, way in zip(changes, ("by weights", "doubly robust"), strict=True)
        ),
    )


def calibration_error(touches: Sequence[HeldOutTouch]) -> Interval:
    """What the challenger says beyond what happens, on average. Raises `DomainError` without a
    touch."""
    if not touches:
        raise DomainError("Nothing was held out to check a model with.")
    apart = [touch.challenger - touch.happened for touch in touches]
    mean = sum(apart) / len(apart)
    parts = zip(touches, apart, strict=True)
    return Interval(
        value=mean, error=cluster_error((t.account_id, (d - mean) / len(apart)) for t, d in parts)
    )


def _calibration_checks(head: str, touches: Sequence[HeldOutTouch]) -> Iterable[GateCheck]:
    name = f"calibration of {head}"
    try:
        apart = calibration_error(touches)
    except DomainError as error:
        yield GateCheck(name=name, verdict="unknown", says=str(error))
        return
    bad = sum(not 0 <= touch.challenger <= 1 for touch in touches)
    verdict = "passed" if apart.holds(0) and not bad else "failed"
    if len(touches) < HELD_OUT or math.isinf(apart.error):
        verdict = "failed" if bad else "unknown"
    yield GateCheck(
        name=name,
        verdict=verdict,
        says=f"{apart.value:+.4f} beyond what happens ({apart.low:+.4f} to {apart.high:+.4f}).",
    )
    ours = sum((t.challenger - t.happened) ** 2 for t in touches) / len(touches)
    theirs = sum((t.champion - t.happened) ** 2 for t in touches) / len(touches)
    yield GateCheck(
        name=f"Brier score of {head}",
        verdict="passed" if ours <= theirs else "failed",
        says=f"{ours:.5f} beside {theirs:.5f} of the model that decides.",
    )


def _fairness_check(group: GroupAudit) -> GateCheck:
    ratio = "not judged" if group.firm_ratio is None else f"{group.firm_ratio:.2f}"
    gap = "not judged" if group.plan_gap is None else f"{100 * group.plan_gap:+.1f} points"
    return GateCheck(
        name=f"fairness: {group.dimension} {group.group}",
        verdict="passed" if group.fair else "failed",
        says=(
            f"Firm ratio {ratio} ({RATIO[0]:.2f} to {RATIO[1]:.2f}), plans in hardship {gap} (at "
            f"most {100 * GAP:.0f}); {group.touches} touches on the smaller side."
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWeek:
    """A week of a model that decides. `loaded` is whether its document was read and its hash
    matched; `expected_harm` is what the budget allows on the accounts of the week."""

    loaded: bool
    harmed: int
    expected_harm: float
    calibrated: bool


def rollback(weeks: Sequence[ModelWeek]) -> str | None:
    """Why the model is taken back for the last good one, or None; the newest week is the last.
    Calibration takes two weeks in a row: one in twenty fails by chance."""
    if not weeks:
        return None
    newest = weeks[-1]
    if not newest.loaded:
        return "document"
    if newest.harmed and poisson_tail(newest.harmed, newest.expected_harm) < ROLLBACK_CHANCE:
        return "harm"
    if len(weeks) > 1 and not (newest.calibrated or weeks[-2].calibrated):
        return "calibration"
    return None


def poisson_tail(count: int, expected: float) -> float:
    """The chance of `count` or more where `expected` are expected."""
    if expected <= 0:
        return 0.0 if count else 1.0
    below = (math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(count))
    return max(0.0, 1 - sum(below))
