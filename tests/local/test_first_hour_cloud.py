"""The README's seven steps, run as a person runs them: at a terminal, against a fresh local cloud,
answering what `dunlin new` asks."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dunlin.adapters.files.yaml_documents import parse
from local import local_stack
from local.cloud import ROOT
from tests.conftest import PORT

pytestmark = [pytest.mark.cloud, pytest.mark.timeout(1800)]

ANSWERS = {
    "Which line of business?": "healthcare",
    "Are the bills your own (first)": "first",
    "The name that people know you by": "Harbor Street Clinic",
    "Your postal address": "12 Harbor Street, Springfield, IL 62701",
    "The number people call": "(217) 555-0142",
    "The address that messages come from": "accounts@harbor.example.com",
    "The address that a person of yours reads": "",
    "Your number for texts": "(217) 555-0143",
    "The smallest instalment": "",
    "The most months": "",
}
_STEP = re.compile(r"^── (.*)$", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(slots=True, kw_only=True)
class Hour:
    """What a terminal showed of the script, and the seconds of each step by its name."""

    code: int
    text: str
    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, step: str) -> str:
        """What the terminal showed from a step's heading to the next."""
        return self.text.split(f"── {step}", 1)[1].split("\n── ", 1)[0]


def at_a_terminal(command: list[str], environment: dict[str, str]) -> Hour:
    """Run a command at a terminal of 80 columns, type the answers, note when each step began."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, close_fds=True
    )
    os.close(theirs)
    text, asked, waiting = "", 0, dict(ANSWERS)
    began: list[tuple[str, float]] = []
    while True:
        if select.select([ours], [], [], 1)[0]:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # Linux's way to say that the other end is closed
                piece = b""
            if not piece:
                break
            text += piece.decode(errors="replace").replace("\r\n", "\n")
        steps = _STEP.findall(text)
        began += [(name, time.monotonic()) for name in steps[len(began) :]]
        for question in [q for q in waiting if q in text[asked:] and text.endswith(": ")]:
            os.write(ours, f"{waiting.pop(question)}\n".encode())
            asked = len(text)
    os.close(ours)
    ends = [at for _, at in began[1:]] + [time.monotonic()]
    seconds = {name: end - at for (name, at), end in zip(began, ends, strict=True)}
    return Hour(code=process.wait(), text=_COLOUR.sub("", text), seconds=seconds)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("house")
    yield folder
    local_stack.close_stack(folder)


@pytest.fixture(scope="module")
def hour(house: Path) -> Hour:
    environment = os.environ | {
        "DUNLIN_HOUSE": str(house), "DUNLIN_PORT": str(PORT + 20), "COLUMNS": "80",
        "TERM": "xterm-256color",
    }  # fmt: skip
    return at_a_terminal([str(ROOT / "tools" / "first_hour.sh")], environment)


def test_the_seven_steps_run_to_their_end(hour: Hour, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        for name, seconds in hour.seconds.items():
            sys.stdout.write(f"\n  {seconds:6.1f} s  {name}")
        sys.stdout.write(f"\n  {sum(hour.seconds.values()):6.1f} s  in all\n")
    assert hour.code == 0, hour.text[-3000:]
    assert [name[0] for name in hour.seconds if name[0].isdigit()] == list("1234567")


def test_what_was_answered_is_the_strategy(hour: Hour, house: Path) -> None:
    written: Any = parse((house / "first-hour" / "harbor.strategy.yaml").read_bytes())
    assert written["brand"]["name"] == ANSWERS["The name that people know you by"]
    assert written["brand"]["address"] == ANSWERS["Your postal address"]
    assert written["industry"] == "medical"
    assert [q for q in ANSWERS if q not in hour.of("2 ")] == []


def test_each_step_leaves_what_the_next_one_needs(hour: Hour, house: Path) -> None:
    left = {path.name for path in (house / "first-hour").iterdir()}
    assert {"open.mapping.yaml", "open.report.csv", "rehearsal.html"} <= left
    assert "The first strategy of harbor" in hour.of("4 ")
    assert "No errors. Stored as version 1" in hour.of("4 ")


def test_the_pilot_is_whom_the_look_before_named_and_they_hear_of_it(hour: Hour) -> None:
    named = re.findall(r"^(HC-\d+) ", hour.of("4 "), re.MULTILINE)
    assert len(named) > 1
    assert f"\n{len(named)} accounts would be contacted" in hour.of("4 ")
    assert f"\nharbor.1: {len(named)} accounts started" in hour.of("5 ")
    # One has no e-mail address, and a number of which nothing fresh is known gets no text.
    assert f" {len(named) - 1} contacts so far" in hour.of("6 ")
    assert "PLAT-NUMBER" in hour.of("6 ")
    assert "grows by itself" in " ".join(hour.of("7 ").split())
