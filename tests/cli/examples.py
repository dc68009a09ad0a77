"""Every command of `dunlin`, found from its parser, and the example that its help ends with."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from dunlin.cli.main import app

RUN, ROOT = CliRunner(), get_command(app)
NARROW = {"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1"}


def commands(command: Any = ROOT, name: str = "") -> Iterator[str]:
    """The names of all commands, the groups among them; "" is `dunlin` itself."""
    yield name
    for word, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{name} {word}".strip())


def is_group(name: str) -> bool:
    command: Any = ROOT
    for word in name.split():
        command = command.commands[word]
    return hasattr(command, "commands")


def takes(name: str, option: str) -> bool:
    command: Any = ROOT
    for word in name.split():
        command = command.commands[word]
    return any(option in parameter.opts for parameter in command.params)


def help_of(name: str) -> str:
    shown = RUN.invoke(app, [*name.split(), "--help"], env=NARROW, prog_name="dunlin")
    assert shown.exit_code == 0, shown.output
    return shown.output.rstrip()


def example_of(name: str) -> str:
    """The example as a person would paste it into a shell; "" where the help ends otherwise."""
    _, mark, example = help_of(name).rpartition("Example: ")
    lines = example.split("\n") if mark else []
    return " ".join(line.strip().removesuffix("\\").strip() for line in lines).strip()


def words_of(example: str) -> tuple[list[str], str]:
    """The words after `dunlin`, and the file that its input comes from, "" without one."""
    order, _, given = example.partition(" < ")
    program, *words = shlex.split(order)
    assert program == "dunlin", example
    return words, given.strip()
