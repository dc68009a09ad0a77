"""Every command, option and target that a page names is there, and none is kept from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from dunlin.cli.main import app
from tests.docs.markdown import PAGES, ROOT, blocks, page_id, spans

COMMAND = get_command(app)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
VARIABLES = set(re.findall(r"^([A-Z]+) \?=", MAKEFILE, re.MULTILINE))


def _orders(text: str, program: str) -> Iterator[list[str]]:
    """The words after the program's name, of each time it is called."""
    for code in [*spans(text), *blocks(text)]:
        for part in re.split(r" && |, (?=dunlin )|  #|: ", code):
            words = re.sub(r'"[^"]*"', '""', part).replace(" | ", "|").split()
            if words and words[0].rsplit("/", 1)[-1] == program:
                yield words[1:]


def _wrong(words: list[str], command: Any = COMMAND) -> str | None:
    """What of an order the program does not know; None where it knows all of it."""
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        names = words[0].split("|")
        for name in names[1:]:
            if (fault := _wrong([name, *words[1:]], command)) is not None:
                return fault
        if names[0] not in command.commands:
            return f"no command {names[0]}"
        command, words = command.commands[names[0]], words[1:]
    known = {o for p in command.params for o in [*p.opts, *p.secondary_opts]} | {"--help"}
    for word in words:
        for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", word):
            if option not in known:
                return f"{command.name} has no {option}"
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    if not arguments and words and not words[0].startswith(("-", "<", "…", "[")):
        return f"{command.name} takes no {words[0]}"
    return None


def _commands(group: Any) -> dict[str, Any]:
    commands: dict[str, Any] = group.commands
    return commands


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_command_and_option_on_a_page_is_one(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    wrong = {" ".join(o): fault for o in _orders(text, "dunlin") if (fault := _wrong(o))}
    assert wrong == {}


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_target_on_a_page_is_one_of_the_makefile(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for words in _orders(text, "make"):
        for word in words:
            name = word.split("=", 1)[0]
            assert name in (VARIABLES if "=" in word else TARGETS), word


def test_the_table_of_commands_is_the_program_itself() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = page.split("\n## Commands\n", 1)[1].split("\n## ", 1)[0]
    listed: dict[str, set[str]] = {}
    for span in spans(section.split("|---|---|", 1)[1]):
        for part in span.split(" ") if "|" not in span and " " in span else [span]:
            head, _, rest = part.partition(" ")
            listed[head] = set(rest.split("|")) - {""}
    there = {
        name: set(getattr(command, "commands", ()))
        for name, command in _commands(COMMAND).items()
        if not command.hidden
    }
    assert set(listed) == set(there)
    assert {n: c for n, c in listed.items() if c} == {n: there[n] for n, c in listed.items() if c}


@pytest.mark.parametrize(
    "words", [["activate", "acme", "--limit", "50"], ["launch"], ["rules", "list|loosen"]]
)
def test_what_is_no_command_is_found(words: list[str]) -> None:
    assert _wrong(words) is not None
