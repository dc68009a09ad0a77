"""`dunlin up | down | deploy | status`: the stack."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.commands import Given
from dunlin.cli.speech import count, minute, say, say_table
from dunlin.cli.target import Target, agree_to_write, find_target, project_root

Aws = Annotated[bool, typer.Option("--aws", help="Work on AWS although the local cloud runs.")]
StackName = Annotated[str, typer.Option("--stack", help="Name of the stack on AWS.")]
Yes = Annotated[bool, typer.Option("--yes", help="Write to AWS without asking.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="File to write.")]


def on_stack(aws: Aws = False, stack: StackName = "dunlin") -> Target:
    """The stack to work on. Raises `NoStack`."""
    return find_target(stack=stack, aws=aws)


def to_write(aws: Aws = False, stack: StackName = "dunlin", yes: Yes = False) -> Target:
    """The stack to write to, which is said first. Raises as `agree_to_write` does."""
    target = on_stack(aws, stack)
    agree_to_write(target, yes)
    return target


OnStack = Annotated[Target, Given(on_stack)]
ToWrite = Annotated[Target, Given(to_write)]


def _house(*arguments: str) -> None:
    """Run `python -m local` of this project; its exit code is ours."""
    root: Path = project_root()
    environment = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(  # noqa: S603 - our own module, no outside text
        [sys.executable, "-m", "local", *arguments], cwd=root, env=environment, check=False
    )
    if done.returncode:
        raise typer.Exit(done.returncode)


def up(
    time_lapse: Annotated[
        str, typer.Option(help="Start of a virtual clock: 2026-11-23T15:00:00Z, or monday.")
    ] = "",
) -> None:
    """Start the local cloud, deploy the stack and open the world around it.

    Example: dunlin up --time-lapse 2026-11-23T15:00:00Z
    """
    _house("up", "--time-lapse", time_lapse)


def down() -> None:
    """Stop the local stack and leave nothing running.

    Example: dunlin down
    """
    _house("down")


def status(target: OnStack) -> None:
    """What there is, where it stands, and where to look.

    Example: dunlin status
    """
    from dunlin.runtime import wiring

    say(f"{target.where}, clock {minute(wiring.clock().now())} UTC")
    creditors = wiring.creditors()
    for creditor in creditors.all():
        _say_creditor(creditor)
    if not creditors.all():
        say("No creditor yet. Begin with: dunlin new CREDITOR")
    say("")
    say_table(("look at", "address"), list(target.urls.items()))


def _say_creditor(creditor: str) -> None:
    """A creditor's accounts by its counters, which take as long for a million as for ten."""
    from dunlin.domain.money import Money
    from dunlin.runtime import wiring
    from dunlin.service.staff.overview import portfolio

    book, today = wiring.account_book(), wiring.clock().now().date()
    totals = portfolio(
        creditor=creditor, today=today, counters=wiring.counters(), creditors=wiring.creditors()
    )
    owing = [t for t in totals if t.owing.minor]
    sums = ", ".join(str(Money(t.owing.minor, t.currency)) for t in owing)
    by_status: Counter[str] = Counter()
    for total in totals:
        by_status.update({status: figure.accounts for status, figure in total.by_status.items()})
    waiting = sum(1 for _ in book.waiting_for_staff(creditor))
    say("")
    say(
        f"{creditor}: {count(by_status.total(), 'account')}, {sums or 'nothing'} owed;"
        f" {waiting:,} {'waits' if waiting == 1 else 'wait'} for a person"
    )
    say(", ".join(f"{n:,} {s}" for s, n in sorted(by_status.items()) if n), 2)
