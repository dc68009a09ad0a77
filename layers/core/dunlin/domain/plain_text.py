"""Outside words as plain text for people: no control characters, in lines that fit."""

from __future__ import annotations

import textwrap

WIDTH = 80
"""Columns of the narrowest terminal that is written for."""


def printable(text: str) -> str:
    """The text with a space for each control character and line break."""
    return "".join(c if c.isprintable() else " " for c in text)


def shortened(text: str, most: int) -> str:
    """The printable text, cut with `…` where it is longer than `most` characters."""
    plain = printable(text)
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def wrapped(
    text: str, indent: int = 0, deeper: int = 0, *, mark: str = "", width: int = WIDTH
) -> list[str]:
    """The printable text in lines of at most `width`, each after `indent` spaces and the `mark`,
    those after the first `deeper` in."""
    lead = " " * indent + mark
    return textwrap.wrap(
        printable(text),
        width,
        initial_indent=lead,
        subsequent_indent=lead + " " * deeper,
        break_on_hyphens=False,
    )
