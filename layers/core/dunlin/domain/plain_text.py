"""Outside words as plain text for people: no control characters, in lines that fit."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence

WIDTH = 80
"""Columns of the narrowest terminal that is written for."""


def printable(text: str) -> str:
    """The text with a space for each control character and line break."""
    return "".join(c if c.isprintable() else " " for c in text)


def plain_json(text: str) -> str:
    """JSON that says the same, with escapes for what would move a terminal's cursor or turn its
    text round."""
    return _PERHAPS_NOT_PLAIN.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1]


_PERHAPS_NOT_PLAIN = re.compile(r"[^\n -~]")


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


def table_lines(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, width: int = WIDTH
) -> list[str]:
    """Rows in columns under their names, amounts and figures to the right. The widest column is
    wrapped where a line would be too long; where that leaves too little of it, each row is a few
    lines of its own. Nothing is cut, and a column in which nothing stands is left out."""
    plain = [[printable(cell).strip() for cell in row] for row in rows]
    kept = [n for n in range(len(head)) if any(row[n] for row in plain)]
    if not kept:
        return []
    table = [[head[n] for n in kept], *([row[n] for n in kept] for row in plain)]
    columns = list(zip(*table, strict=True))
    widths = [max(map(len, column)) for column in columns]
    widest = max(range(len(kept)), key=lambda n: (widths[n], n))
    room = width - sum(widths) + widths[widest] - len(_GAP) * (len(kept) - 1)
    if room < min(widths[widest], _NARROWEST):
        return _rows_apart(table[0], table[1:], width)
    widths[widest] = min(widths[widest], room)
    right = [all(_FIGURE.fullmatch(cell) for cell in column[1:]) for column in columns]
    lines = []
    for row in table:
        words = textwrap.wrap(row[widest], widths[widest], break_on_hyphens=False) or [""]
        for number, part in enumerate(words):
            cells = [part if n == widest else "" if number else c for n, c in enumerate(row)]
            lined = (
                cell.rjust(widths[n]) if right[n] else cell.ljust(widths[n])
                for n, cell in enumerate(cells)
            )
            lines.append(_GAP.join(lined).rstrip())
    return lines


_GAP = "  "
_NARROWEST = 24
_FIGURE = re.compile(r"(?:[-+−]?\W{0,3}(?:[A-Z]{3} )?\d[\d,.]*%?)?|-")


def _rows_apart(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Each row by itself: its first cell, and below it the others by their names."""
    lines: list[str] = []
    longest = max(map(len, head[1:]), default=0)
    for row in rows:
        lines += wrapped(row[0], width=width)
        for name, cell in zip(head[1:], row[1:], strict=True):
            if cell:
                lines += textwrap.wrap(
                    f"{name:<{longest}}  {cell}",
                    width,
                    initial_indent="  ",
                    subsequent_indent=" " * (longest + 4),
                    break_on_hyphens=False,
                )
    return lines
