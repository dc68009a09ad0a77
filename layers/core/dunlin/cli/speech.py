"""The one way to speak: lines and tables of 80 columns, JSON for programs, refusals.

Exit codes: 0 done, or so already; 1 looked at, and not in order, or it failed; 2 refused, with the
reason; 3 not done now, since the rules or the account's standing do not allow it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typer

from dunlin.domain.errors import DomainError
from dunlin.domain.plain_text import plain_json, table_lines, wrapped


def say(text: str, indent: int = 0, deeper: int = 0, *, colour: str = "") -> None:
    """Say a sentence, wrapped; what it names of outside is shown as plain text. `deeper` sets the
    later lines in."""
    for paragraph in text.split("\n"):
        for line in wrapped(paragraph, indent, deeper) or [""]:
            typer.echo(typer.style(line, fg=colour) if colour else line)


def say_aside(text: str) -> None:
    """Say a sentence where errors are said, so that what programs read stays whole."""
    for line in wrapped(text):
        typer.echo(line, err=True)


def say_whole(text: str) -> None:
    """Say what is copied as it stands, however long: a command, an address, a key."""
    typer.echo(text)


def say_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Say rows under the names of their columns; nothing where there is no row."""
    for line in table_lines(head, [[str(cell) for cell in row] for row in rows]):
        typer.echo(line)


def say_json(document: Any) -> None:
    """Say a document to another program. What would move a terminal's cursor or turn its text
    round is escaped, for people look at it too."""
    typer.echo(plain_json(json.dumps(document, indent=1, ensure_ascii=False)))


def refused(error: object) -> typer.Exit:
    """Say why something is refused, where errors are said; the exit code is 2."""
    _say_error(error)
    return typer.Exit(2)


def not_in_order(*faults: object) -> typer.Exit:
    """Say what is wrong with what was looked at; the exit code is 1."""
    for fault in faults:
        _say_error(fault)
    return typer.Exit(1)


def _say_error(error: object) -> None:
    for paragraph in str(error).split("\n"):
        for line in wrapped(paragraph, deeper=2):
            typer.secho(line, fg="red", err=True)


def no_such_file(path: Path) -> DomainError:
    """What is raised, or said, where a file that was named is not there."""
    return DomainError(f"{path}: no such file")


def write_new(path: Path, content: str | bytes) -> None:
    """Write a file that must not be there yet. Raises `DomainError`."""
    try:
        with path.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
    except FileExistsError as error:
        raise DomainError(f"{path} is there already: move it, or name another") from error
    except OSError as error:
        raise DomainError(f"{path}: {error.strerror or error}") from error


def day(on: date | None) -> str:
    """`3 Nov 2026`."""
    return f"{on.day} {on:%b %Y}" if on else "-"


def minute(at: datetime | None) -> str:
    """`3 Nov 2026 15:04`, in UTC."""
    return f"{day(at.date())} {at:%H:%M}" if (at := at and at.astimezone(UTC)) else "-"


def count(number: int, noun: str) -> str:
    """`1 account`, `1,200 accounts`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
