"""A job: one version of one dropped file, and the keys that belong to it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dunlin.domain import ids
from dunlin.domain.errors import DomainError
from dunlin.domain.imports import file_names
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.imports import DropBox
from dunlin.ports.strategies import Creditors

_KEY = re.compile(r"drop/([^/]+)/([^/]+)")
_OURS = (".report.csv", ".summary.json", ".mapping.yaml")
_RETURNED = ".rejected.csv"
"""Written by an import, and dropped again under the same name by a person who mended it."""


def dropped_file(key: str) -> tuple[str, str] | None:
    """(creditor, file name) of an import's key; None for outputs and other keys."""
    match = _KEY.fullmatch(key)
    if match is None or key.endswith(_OURS):
        return None
    return match[1], match[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One version of one dropped file."""

    import_id: str
    creditor: str
    key: str
    version: str

    @property
    def stem(self) -> str:
        return file_names.stem(self.key)

    def work(self, name: str) -> str:
        return f"work/{self.import_id}/{name}"


def job_of(key: str, version: str) -> Job | None:
    """The job of a dropped file, None where the key is not one."""
    dropped = dropped_file(key)
    if dropped is None:
        return None
    return Job(
        import_id=ids.import_id(dropped[0], key, version),
        creditor=dropped[0],
        key=key,
        version=version,
    )


def job_to_start(key: str, version: str, drop_box: DropBox) -> Job | None:
    """The job of a file that a person dropped; None for what an import wrote itself."""
    job = job_of(key, version)
    if job is not None and key.endswith(_RETURNED) and drop_box.ours(key, version):
        return None
    return job


def strategy_of(creditor: str, creditors: Creditors) -> Strategy | None:
    """The creditor's strategy, None where it has none and so does not exist."""
    try:
        return creditors.strategy(ids.creditor_id(creditor))
    except DomainError:
        return None
