"""Colours: how well a text can be read on what is behind it (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

READABLE = 4.5  # the least contrast of text of ordinary size, level AA
WELL_READABLE = 5.0  # of a colour that is mixed here: rounding must not take it below


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """The relative luminance of a colour `#rrggbb`, 0 for black to 1 for white."""
    channels = [channel / 255 for channel in _channels(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str, other: str) -> float:
    """The contrast ratio of two colours `#rrggbb`, 1 for the same to 21 for black on white."""
    darker, lighter = sorted((_luminance(colour), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def until_readable(colour: str, *, against: str, towards: str) -> str:
    """The colour itself, or the nearest mix with `towards` (black or white) that can be read on
    `against`, with a little more contrast than is asked for."""
    for share in range(0, 101, 4):
        mixed = "#" + "".join(
            f"{round(a + (b - a) * share / 100):02x}"
            for a, b in zip(_channels(colour), _channels(towards), strict=True)
        )
        if contrast(mixed, against) >= WELL_READABLE:
            return mixed
    return towards
