"""One JSON object a line in, one answer a line out: how drafts, replies and cases are judged."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer


def lines_of(file: Path | None = None) -> Iterable[str]:
    """The lines of a file, of standard input without one; what is no UTF-8 is replaced."""
    if file is not None:
        return file.read_text("utf-8", "replace").splitlines()
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    return sys.stdin


def write_answers(answers: Iterable[Mapping[str, Any]]) -> None:
    """Write each answer as it comes; ends with exit code 1 where one of them is an `error`."""
    failed = False
    for answer in answers:
        failed = failed or "error" in answer
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    if failed:
        raise typer.Exit(1)
