"""The report of how different the messages of a segment were, against figures by hand."""

from __future__ import annotations

import pytest

from dunlin.domain.messages.diversity import VariantSent, diversity


def sent(segment: str, account: str, variant: str) -> VariantSent:
    return VariantSent(segment=segment, account_id=account, variant=variant)


def test_each_segment_is_counted_on_its_own() -> None:
    report = diversity(
        [
            sent("late", "a", "reminder.gentle/email"),
            sent("late", "b", "reminder.gentle/email"),
            sent("late", "a", "answers.gentle/sms"),
            sent("late", "b", "answers.gentle/sms"),
            sent("new", "c", "reminder.gentle/email"),
            sent("new", "c", "reminder.gentle/email"),
            sent("new", "d", "reminder.firm/email"),
            sent("new", "e", "reminder.gentle/email"),
        ]
    )
    late, new = report
    assert (late.segment, late.messages, late.variants, late.repeated) == ("late", 4, 2, 0)
    assert late.effective == pytest.approx(2)
    assert (late.most_used, late.most_share) == ("answers.gentle/sms", 0.5)
    assert (new.variants, new.repeated, new.most_share) == (2, 1, 0.75)
    # exp(-(3/4 ln 3/4 + 1/4 ln 1/4))
    assert new.effective == pytest.approx(1.7547, abs=1e-4)


def test_one_variant_is_no_diversity_and_nothing_is_none() -> None:
    assert diversity([]) == ()
    [only] = diversity([sent("s", str(n), "reminder.gentle/email") for n in range(9)])
    assert only.effective == pytest.approx(1)
