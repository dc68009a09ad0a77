"""Runs the import's stages over bytes, as a dry run does, and gives its JSON."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dunlin.adapters.imports.contact_checks import CHECKS
from dunlin.adapters.imports.opening import opened_file
from dunlin.domain.imports import report
from dunlin.domain.imports.matching import SpillStore
from dunlin.domain.imports.opened import Dropped, refused
from dunlin.domain.imports.records import FileRefused
from dunlin.domain.imports.sidecar import Sidecar
from dunlin.service.imports.read_file import FileResult, read_files

TODAY = dt.date(2026, 11, 21)


def dropped(
    content: bytes,
    name: str = "open.csv",
    *,
    range_bytes: int = 8 << 20,
    creditors_currency: str = "",
    **settings: Any,
) -> Dropped:
    """A file from its bytes; `settings` is its sidecar."""
    file = opened_file(name, lambda: io.BytesIO(content), Sidecar(**settings))
    hints = replace(file.hints, range_bytes=range_bytes, currency=creditors_currency)
    return replace(file, hints=hints)


def result_of(content: bytes | str, **settings: Any) -> FileResult:
    """The result of one file."""
    data = content.encode() if isinstance(content, str) else content
    try:
        file = dropped(data, **settings)
    except FileRefused as no:
        return FileResult(name="open.csv", profile=refused(no.code, no.detail), assembly=None)
    (result,) = read_files([file], checks=CHECKS, today=TODAY)
    return result


def read(content: bytes | str, **settings: Any) -> dict[str, Any]:
    """The dry run's JSON of one file."""
    return result_document(result_of(content, **settings))


def read_together(
    *contents: str, large: Callable[[], SpillStore] = SpillStore
) -> list[dict[str, Any]]:
    """The dry run's JSON of several files read together."""
    files = [dropped(c.encode(), f"file{n}.csv") for n, c in enumerate(contents)]
    return [result_document(r) for r in read_files(files, checks=CHECKS, today=TODAY, large=large)]


def result_document(result: FileResult) -> dict[str, Any]:
    """The JSON of a result."""
    text = "".join(report.dry_run_json(result.name, result.profile, result.assembly))
    document: dict[str, Any] = json.loads(text)
    return document


def rows_by(told_of: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """The rows of a dry run by their line."""
    return {row["row"]: row for row in told_of["rows"]}
