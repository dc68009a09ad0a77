"""The README's seven steps are the script's: the same commands in the same order."""

from __future__ import annotations

import re

from tests.docs.markdown import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPT = (ROOT / "tools" / "first_hour.sh").read_text(encoding="utf-8")


def _of_the_readme() -> dict[str, list[str]]:
    section = README.split("\n## The first hour\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (\d) \| ([^|]+) \|", section, re.MULTILINE)
    return {number: re.findall(r"`(dunlin [^`]+)`", commands) for number, commands in rows}


def _of_the_script() -> dict[str, list[str]]:
    """Commands that the script runs, by the number of the step that they stand in."""
    steps: dict[str, list[str]] = {}
    number = ""
    for line in SCRIPT.splitlines():
        if heading := re.match(r'step "(\d?)', line):
            number = heading[1]
        elif line.startswith("run "):
            steps.setdefault(number, []).append(line.removeprefix("run "))
    return steps


def test_the_readme_shows_what_the_script_runs() -> None:
    assert _of_the_readme() == _of_the_script()
    assert list(_of_the_script()) == list("1234567")


def test_whatever_the_script_runs_of_dunlin_is_shown() -> None:
    lines = [line.strip() for line in SCRIPT.splitlines()]
    assert [line for line in lines if line.startswith("dunlin ")] == []
