"""Who runs a command, for the audit log: the caller's identity on AWS, a code on a laptop."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

import typer

from dunlin.cli.stack import console
from dunlin.cli.target import Target
from dunlin.domain.errors import DomainError
from dunlin.service.accounts.staff_command import CommandResult, StaffCommand, code

By = Annotated[
    str,
    typer.Option("--by", help="Who does it: a code, never a name. On AWS the caller is recorded."),
]
Why = Annotated[str, typer.Option("--why", help="A code: a case number, a ticket, a reply id.")]
Version = Annotated[
    int | None, typer.Option(help="The account's version that was looked at; refused if it moved.")
]


def order(target: Target, by: str, why: str, version: int | None = None) -> StaffCommand:
    """Who and why, checked. Exits with 2 where either is missing or is no code."""
    try:
        return StaffCommand(
            by=code(actor(target, by), "who"), why=code(why, "why"), version=version
        )
    except DomainError as error:
        raise refused(error) from error


def actor(target: Target, by: str) -> str:
    """On AWS the last part of the caller's ARN (user, or session of a role), whatever is typed."""
    if target.endpoint:
        return by
    arn = str(target.client("sts").get_caller_identity()["Arn"])
    return re.sub(r"[^A-Za-z0-9._:-]", "-", arn.rsplit("/", 1)[-1]).strip("-.")[:60]


def refused(error: DomainError) -> typer.Exit:
    """Print a refusal; exit code 2."""
    console.print(str(error), style="red", markup=False)
    return typer.Exit(2)


_SAID = {
    "unchanged": "It was so already; nothing was written.",
    "stale": "The account has moved since that version. Look at it again.",
    "gone": "Nothing was changed.",
    "held": "Something else holds this account.",
    "busy": "A message is on its way this minute. Try again in five.",
    "refused": "Refused.",
    "unmet": "There is still no e-mail address and no number. Drop a contacts file first.",
}


def tell(done: CommandResult, success: str) -> None:
    """Say what became of it; exit code 3 where it was not done."""
    say(done.outcome, success, done.because)


def say(outcome: str, success: str, because: Iterable[tuple[str, str]] = ()) -> None:
    """Say an outcome in words; exit code 3 unless it is done or was so already."""
    if outcome == "done":
        console.print(success, markup=False)
        return
    console.print(_SAID[outcome], style="yellow", markup=False)
    for rule, why in because:
        console.print(f"  {rule}: {why}" if rule else f"  {why}", markup=False)
    if outcome != "unchanged":
        raise typer.Exit(3)
