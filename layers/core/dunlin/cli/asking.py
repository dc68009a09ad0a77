"""Asks a file's questions at the terminal, where a person sits there."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import typer

from dunlin.domain.imports.answers import choice_of
from dunlin.domain.imports.question_words import asked_of_the_file
from dunlin.views.imports.import_text import question_lines


def somebody_is_there() -> bool:
    """True where questions can be read and answered at this terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(document: Mapping[str, Any]) -> dict[str, str]:
    """The answers to what a file waits for, by question; what a person leaves open is not there."""
    answers: dict[str, str] = {}
    waiting = [(q, spoken) for q, spoken in asked_of_the_file(document) if q.blocking]
    for number, (question, spoken) in enumerate(waiting, 1):
        typer.echo("")
        for line in question_lines(spoken, number):
            typer.echo(line)
        figures = " or ".join(str(n + 1) for n in range(len(spoken.answers)))
        while True:
            text = typer.prompt(
                f"Answer {figures} (Enter leaves it open)", default="", show_default=False
            )
            if not text.strip():
                break
            choice = (
                spoken.answers[int(text) - 1].choice
                if text.strip().isdecimal() and 0 < int(text) <= len(spoken.answers)
                else choice_of(question, text)
            )
            if choice is not None:
                answers[question.id] = choice
                break
            typer.echo("That is none of the answers.")
    return answers
