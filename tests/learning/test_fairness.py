"""The audit catches a policy that is keyed on what it must not know, and none that is not."""

from __future__ import annotations

import random

import pytest

from dunlin.domain.learning.fairness import AuditedTouch, GroupAudit, audit


def touches(*, key: str | None, count: int = 8_000) -> list[AuditedTouch]:
    """Spanish speakers and the poorest ZIPs are further behind: a third more in the upper tenths.
    The policy is firmer there for everybody; with a key it also looks at the group."""
    draws = random.Random(36)
    audited = []
    for _ in range(count):
        groups = {
            "language": "es" if draws.random() < 0.2 else "en",
            "ZIP income": str(draws.randint(1, 5)),
        }
        behind = groups["language"] == "es" or groups["ZIP income"] == "1"
        tenth = min(9, draws.randrange(10) + (3 if behind else 0))
        singled = (key == "language" and groups["language"] == "es") or (
            key == "ZIP income" and groups["ZIP income"] == "1"
        )
        audited.append(
            AuditedTouch(
                groups=groups,
                tenth=tenth,
                firm=min(1.0, 0.04 * tenth * (2 if singled else 1)),
                plan=max(0.0, 0.6 - 0.03 * tenth - (0.2 if singled else 0.0)),
                hardship=draws.random() < 0.4,
            )
        )
    return audited


def of(audited: tuple[GroupAudit, ...], dimension: str, group: str) -> GroupAudit:
    return next(a for a in audited if (a.dimension, a.group) == (dimension, group))


def test_a_policy_that_does_not_look_is_fair_though_groups_differ():
    audited = audit(touches(key=None))
    assert all(each.fair for each in audited)
    assert of(audited, "language", "es").firm_ratio == pytest.approx(1.0)
    assert of(audited, "language", "es").plan_gap == pytest.approx(0.0)


def test_without_tenths_of_the_score_a_fair_policy_would_look_unfair():
    """Else the test above showed nothing."""
    crude = [
        AuditedTouch(groups=t.groups, tenth=0, firm=t.firm, plan=t.plan) for t in touches(key=None)
    ]
    assert not of(audit(crude), "language", "es").fair


@pytest.mark.parametrize(("key", "group"), [("language", "es"), ("ZIP income", "1")])
def test_a_policy_keyed_on_a_group_is_caught(key, group):
    caught = of(audit(touches(key=key)), key, group)
    assert caught.firm_ratio is not None
    assert caught.firm_ratio > 1.6
    assert caught.plan_gap == pytest.approx(-0.2, abs=0.02)
    assert not caught.fair


def test_a_group_of_few_is_not_judged():
    few = of(audit(touches(key="language", count=500)), "language", "es")
    assert few.touches < 200
    assert few.firm_ratio is None
    assert few.fair


def test_firm_words_for_a_group_alone_have_no_bound():
    alone = [
        AuditedTouch(groups={"language": language}, tenth=5, firm=firm, plan=0.0)
        for language, firm in (("es", 0.5), ("en", 0.0))
        for _ in range(200)
    ]
    assert of(audit(alone), "language", "es").firm_ratio == float("inf")
    gentle = [AuditedTouch(groups=t.groups, tenth=5, firm=0.0, plan=0.0) for t in alone]
    assert of(audit(gentle), "language", "es").firm_ratio == 1.0
