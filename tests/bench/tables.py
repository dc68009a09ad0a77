"""Markdown tables, and lines of progress beside them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; every column but the first is aligned to the right."""
    lines = [
        "| " + " | ".join(head) + " |",
        "|" + "|".join(["---", *["---:"] * (len(head) - 1)]) + "|",
    ]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def say(line: str) -> None:
    """Progress, beside the answer on standard output."""
    print(f"  {line.strip()[:140]}", file=sys.stderr, flush=True)  # noqa: T201
