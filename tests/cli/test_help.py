"""The help of every command ends with an example, and fits a narrow terminal."""

from __future__ import annotations

import pytest

from tests.cli.examples import commands, example_of, help_of, words_of

NAMES = list(commands())


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name or "dunlin")
def test_help_ends_with_an_example_of_the_command_itself(name: str) -> None:
    example = example_of(name)
    assert example, f"the help of {name} has no example"
    words, _ = words_of(example)
    assert words[: len(name.split())] == name.split()


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name or "dunlin")
def test_help_fits_eighty_columns(name: str) -> None:
    assert [line for line in help_of(name).splitlines() if len(line) > 80] == []
