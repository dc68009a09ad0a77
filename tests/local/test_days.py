"""Days pass where a local cloud has a clock of its own, and nobody answers a message twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.cloud import ROOT
from local.simulated_consumers import SimulatedConsumers, persona

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)
OPENER = next(
    address
    for address in (f"person{n}@example.com" for n in range(1_000))
    if persona(address) == "opens only"
)


@dataclass
class Letter:
    to: tuple[str, ...]
    message_id: str
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Outside:
    """An outbox."""

    letters: list[Letter] = field(default_factory=list)

    def emails(self) -> tuple[Letter, ...]:
        return tuple(self.letters)

    def texts(self) -> tuple[()]:
        return ()


@dataclass
class Plans:
    """What people mean to do."""

    now: datetime = MONDAY
    acts: list[Callable[[], None]] = field(default_factory=list)

    def plan(self, at: datetime, act: Callable[[], None]) -> None:
        self.acts.append(act)


def people(outside: Any, plans: Any, diary: Path) -> SimulatedConsumers:
    book: Any = None
    return SimulatedConsumers(outside=outside, lapse=plans, book=book, reply_topic="", diary=diary)


def test_the_next_program_does_not_answer_the_same_letter_again(tmp_path: Path) -> None:
    diary = tmp_path / "consumers.json"
    outside, plans = Outside([Letter((OPENER,), "first")]), Plans()
    people(outside, plans, diary).look()
    assert len(plans.acts) == 2  # it arrives, and is opened
    later = Plans()
    again = people(outside, later, diary)
    again.look()
    assert later.acts == []
    outside.letters.append(Letter((OPENER,), "second"))
    again.look()
    assert len(later.acts) == 2


def test_without_a_local_cloud_days_say_what_starts_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local", "days", "1"], cwd=ROOT, check=False, text=True,
        capture_output=True, env=os.environ | {"DUNLIN_HOUSE": str(tmp_path), "COLUMNS": "200"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "make demo" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_file_of_the_sample_is_dated_from_this_week(tmp_path: Path) -> None:
    file = tmp_path / "open.csv"
    subprocess.run(
        [sys.executable, "-m", "local", "sample", "redline-freight", str(file)],
        cwd=ROOT, check=True,
    )  # fmt: skip
    text = file.read_text()
    assert "RF-48210" in text
    days = [
        datetime.strptime(cell, "%d-%b-%Y").replace(tzinfo=UTC)
        for line in text.splitlines()[1:]
        for cell in line.split(",")[8:10]
    ]
    newest = (datetime.now(UTC) - max(days)).days
    assert -60 < newest < 60
