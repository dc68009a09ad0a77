"""Who runs a command, for the audit log: the caller's identity on AWS, a code on a laptop. And what
became of what they asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import typer

from dunlin.cli.commands import Given
from dunlin.cli.speech import say
from dunlin.cli.stack import Aws, StackName, Yes, to_write
from dunlin.cli.target import Target
from dunlin.domain.errors import DomainError
from dunlin.service.accounts.staff_command import CommandResult, StaffCommand, code

By = Annotated[
    str,
    typer.Option("--by", help="Who does it: a code, never a name. On AWS the caller is recorded."),
]
Why = Annotated[str, typer.Option("--why", help="A code: a case number, a ticket, a reply id.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What staff ask of a stack: who, and why."""

    target: Target
    order: StaffCommand


def _asked(
    why: Why, by: By = "", aws: Aws = False, stack: StackName = "dunlin", yes: Yes = False
) -> Asked:
    target = to_write(aws, stack, yes)
    return Asked(target=target, order=order(target, by, why))


def _doer(by: By = "", aws: Aws = False, stack: StackName = "dunlin", yes: Yes = False) -> str:
    return code(actor(to_write(aws, stack, yes), by), "--by")


ByStaff = Annotated[Asked, Given(_asked)]
Doer = Annotated[str, Given(_doer)]


def order(target: Target, by: str, why: str, version: int | None = None) -> StaffCommand:
    """Who and why, checked. Raises `DomainError` where either is missing or is no code."""
    return StaffCommand(by=code(actor(target, by), "--by"), why=code(why, "--why"), version=version)


def actor(target: Target, by: str) -> str:
    """On AWS the last part of the caller's ARN (user, or session of a role), whatever is typed.
    Raises `DomainError` where nobody is named."""
    if target.endpoint:
        if not by:
            raise DomainError("--by is needed here: a code of who does it, such as desk-1")
        return by
    arn = str(target.client("sts").get_caller_identity()["Arn"])
    return re.sub(r"[^A-Za-z0-9._:-]", "-", arn.rsplit("/", 1)[-1]).strip("-.")[:60]


_OUTCOMES = {
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
    tell_outcome(done.outcome, success, done.because)


def tell_outcome(outcome: str, success: str, because: Iterable[tuple[str, str]] = ()) -> None:
    """Say an outcome in words; exit code 3 unless it is done or was so already."""
    if outcome == "done":
        say(success)
        return
    say(_OUTCOMES[outcome], colour="yellow")
    for rule, why in because:
        say(f"{rule}: {why}" if rule else why, 2, 2)
    if outcome != "unchanged":
        raise typer.Exit(3)
