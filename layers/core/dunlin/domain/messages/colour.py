"""Colours: how well a text can be read on what is behind it (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

READABLE = 4.5  # the least contrast of text of ordinary size, level AA


def _luminance(colour: str) -> float:
    """The relative luminance of a colour `#rrggbb`, 0 for black to 1 for white."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours `#rrggbb`, 1 for the same to 21 for black on white."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
