"""Contrast, against the figures that WCAG and its checkers give."""

from __future__ import annotations

import pytest

from dunlin.domain.messages.colour import READABLE, contrast


@pytest.mark.parametrize(
    ("colour", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_what_wcag_says(colour: str, other: str, ratio: float) -> None:
    assert contrast(colour, other) == contrast(other, colour) == pytest.approx(ratio, abs=0.01)
    assert (contrast(colour, other) >= READABLE) is (ratio >= 4.5)
