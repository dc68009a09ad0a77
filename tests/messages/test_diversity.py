"""The report of how different the messages of a segment were, against figures by hand."""

from __future__ import annotations

import pytest

from dunlin.domain.messages.diversity import VariantSent, diversity


def said(segment: str, account: str, variant: str) -> VariantSent:
    return VariantSent(segment=segment, account_id=account, variant=variant)


def test_each_segment_is_counted_on_its_own() -> None:
    found = diversity(
        [
            said("late", "a", "reminder.gentle/email"),
            said("late", "b", "reminder.gentle/email"),
            said("late", "a", "answers.gentle/sms"),
            said("late", "b", "answers.gentle/sms"),
            said("new", "c", "reminder.gentle/email"),
            said("new", "c", "reminder.gentle/email"),
            said("new", "d", "reminder.firm/email"),
            said("new", "e", "reminder.gentle/email"),
        ]
    )
    late, new = found
    assert (late.segment, late.messages, late.variants, late.repeated) == ("late", 4, 2, 0)
    assert late.effective == pytest.approx(2)
    assert (late.most_used, late.most_share) == ("answers.gentle/sms", 0.5)
    assert (new.variants, new.repeated, new.most_share) == (2, 1, 0.75)
    # exp(-(3/4 ln 3/4 + 1/4 ln 1/4))
    assert new.effective == pytest.approx(1.7547, abs=1e-4)


def test_one_variant_is_no_diversity_and_nothing_is_none() -> None:
    assert diversity([]) == ()
    [only] = diversity([said("s", str(n), "reminder.gentle/email") for n in range(9)])
    assert only.effective == pytest.approx(1)
