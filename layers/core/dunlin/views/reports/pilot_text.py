"""What a rollout did, in plain words for a terminal. Lines of at most 80 columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from dunlin.domain.money import Money
from dunlin.domain.plain_text import wrapped
from dunlin.domain.reports.outcome import Deliveries, Lift, Report
from dunlin.domain.rollouts.ramp import GuardrailTest, RampDecision
from dunlin.views.reports.rehearsal_text import CHANNELS, in_words

_GUARDS = {"opt_out": "asked for no more messages", "complaint": "complained", "bounce": "bounced"}
_COURSE = {
    RampDecision.CLEARED: "few enough to go on",
    RampDecision.UNDECIDED: "too early to tell",
    RampDecision.HALT: "too many: it halts",
}


def pilot_lines(report: Report, lift: Lift | None, rules: Mapping[str, str]) -> list[str]:
    """The whole report; `lift` None where too few were left alone to compare with, `rules` what
    each rule says in plain words, by its id."""
    rollout = report.rollout
    lines = wrapped(
        f"{rollout.rollout_id}: {rollout.stage.value}, segment {rollout.segment.name}, strategy"
        f" {rollout.strategy_version}. {report.accounts} accounts are written to,"
        f" {report.held_out} left alone by lot to compare with."
    )
    if rollout.halted:
        lines += wrapped(f"HALTED: {rollout.halted}")
    lines += ["", "Messages"]
    for (template, channel), count in report.deliveries.items():
        name = f"{template.replace('_', ' ')} by {CHANNELS.get(channel, channel)}"
        lines += wrapped(f"{name}: {_delivered(count)}", 2, 4)
    lines += wrapped(
        f"{report.contacts} contacts so far; of {report.planned} that fell due in the first 48"
        f" hours {report.actual} took place.",
        2,
    )
    lines += ["", "What came back"]
    lines += wrapped(f"paid: {money(report.paid) or 'nothing yet'}{_on(report.payers)}", 2, 4)
    replies = ", ".join(f"{n} {label.replace('_', ' ')}" for label, n in report.replies.items())
    lines += wrapped(f"replies: {replies or 'none'}", 2, 4)
    for guard in report.guardrails:
        lines += wrapped(_guarded(guard), 2, 4)
    lines += wrapped(_compared(lift), 2, 4)
    if report.refused:
        lines += ["", "Decisions in which a rule put a message off or kept it back"]
    for code, times in report.refused.items():
        rule, plain = in_words(code, rules)
        lines += wrapped(f"{times} × {rule}: {plain}", 2, 4)
    return lines


def money(sums: Mapping[str, int]) -> str:
    """Sums of several currencies on one line."""
    return "  ".join(str(Money(minor, currency)) for currency, minor in sums.items())


def _delivered(count: Deliveries) -> str:
    parts = [(f.name, getattr(count, f.name)) for f in fields(count)]
    return ", ".join(f"{n} {what}" for what, n in parts if n)


def _on(payers: int) -> str:
    return "" if not payers else f" on {payers} account{'s' if payers > 1 else ''}"


def _guarded(guard: GuardrailTest) -> str:
    what = _GUARDS.get(guard.guardrail, guard.guardrail)
    so_many = f"{guard.events} of {guard.contacts} ({guard.rate:.1%})"
    return f"{what}: {so_many}, {_COURSE[guard.course]}"


def _compared(lift: Lift | None) -> str:
    if lift is None:
        return "beside those left alone: they are too few to tell"
    return (
        f"recovered {lift.treated:.1%} of what was owed, {lift.held_out:.1%} where nobody was"
        f" contacted: {lift.difference:+.1%} ({lift.low:+.1%} to {lift.high:+.1%})"
        + ("" if lift.decided else ", which proves nothing yet")
    )
