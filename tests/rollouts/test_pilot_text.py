"""What `dunlin pilot show` prints: whole words on a narrow terminal."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import Any

from dunlin.domain.money import Money
from dunlin.domain.reports.outcome import Deliveries, Lift, Report
from dunlin.domain.rollouts.ramp import GUARDRAILS, read
from dunlin.domain.rollouts.rollout import Baseline, Rollout, RolloutStage, Segment
from dunlin.domain.strategy.strategy import Selection
from dunlin.views.reports.pilot_text import pilot_lines
from tests.support.builders import CREDITOR, NOON

RULES = {"PLAT-TIME": "Nobody is contacted before 8 in the morning or after 9 in the evening."}


def a_report(**parts: Any) -> Report:
    rollout = Rollout(
        rollout_id="harbor.1",
        creditor=CREDITOR,
        segment=Segment(name="late", when=Selection()),
        stage=RolloutStage.PILOT,
        size=8,
        strategy_version=3,
        configuration="c",
        started_at=NOON,
        baseline=Baseline(on=NOON.date(), accounts=9, owed={}, buckets={}),
        halted=parts.pop("halted", ""),
    )
    usual: dict[str, Any] = {
        "rollout": rollout, "at": NOON + timedelta(days=7), "accounts": 8, "held_out": 1,
        "planned": 6, "actual": 5,
        "deliveries": {
            ("second_reminder", "email"): Deliveries(sent=7, delivered=6, bounced=1, clicked=4),
            ("reminder", "sms"): Deliveries(sent=1, delivered=1),
        },
        "replies": {"insurer": 1}, "refused": {"PLAT-TIME": 2, "GONE-1": 1},
        "paid": {"USD": 12_550}, "payers": 1,
        "guardrails": tuple(
            read(g, contacts=8, events=8 * (g.name == "complaint"), guardrails=len(GUARDRAILS))
            for g in GUARDRAILS
        ),
    }  # fmt: skip
    return Report(**usual | parts)


def test_each_count_has_its_word_and_nothing_is_cut() -> None:
    lines = pilot_lines(a_report(), None, RULES)
    assert max(map(len, lines)) <= 80
    text = " ".join(" ".join(lines).split())
    assert "8 accounts are written to, 1 left alone" in text
    assert "second reminder by e-mail: 7 sent, 6 delivered, 1 bounced, 4 clicked" in text
    assert "reminder by text: 1 sent, 1 delivered" in text
    assert "of 6 that fell due in the first 48" in text
    assert f"paid: {Money(12_550, 'USD')} on 1 account" in text
    assert "complained: 8 of 8 (100.0%), too many: it halts" in text
    assert "bounced: 0 of 8 (0.0%), too early to tell" in text
    assert "2 × PLAT-TIME: Nobody is contacted before 8 in the morning" in text
    assert "1 × GONE-1: not a rule of this rulebook any more" in text
    assert "too few to tell" in text


def test_a_halt_and_a_proof_are_plain() -> None:
    lift = Lift(
        treated=0.3, held_out=0.1, treated_accounts=8, held_out_accounts=1, low=0.05, high=0.35
    )
    lines = pilot_lines(a_report(halted="complaint", refused=MappingProxyType({})), lift, RULES)
    text = " ".join(" ".join(lines).split())
    assert "HALTED: complaint" in text
    assert "30.0% of what was owed, 10.0% where nobody was" in text
    assert "proves nothing" not in text
    assert "a rule put" not in text
