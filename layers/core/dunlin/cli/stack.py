"""`dunlin up | down | deploy | status`: the stack."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dunlin.cli.target import NoStack, Target, find_target, project_root

console = Console()

Aws = Annotated[bool, typer.Option("--aws", help="Work on AWS although the local cloud runs.")]
StackName = Annotated[str, typer.Option("--stack", help="Name of the stack on AWS.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")]


def target_or_exit(*, stack: str = "dunlin", aws: bool = False) -> Target:
    """The stack to work on, or a message and exit code 2."""
    try:
        return find_target(stack=stack, aws=aws)
    except NoStack as error:
        console.print(f"[red]{error}")
        raise typer.Exit(2) from error


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
    """Start the local cloud, deploy the stack and open the world around it."""
    _house("up", "--time-lapse", time_lapse)


def down() -> None:
    """Stop the local stack and leave nothing running."""
    _house("down")


def deploy(
    stage: Annotated[str, typer.Option(help="sandbox or prod")] = "sandbox",
) -> None:
    """Build and deploy the stack to AWS with your credentials (samconfig.toml has the stages)."""
    root = project_root()
    sam = root / ".local" / "sam" / "bin" / "sam"
    for arguments in (["build", "--cached", "--parallel"], ["deploy", "--config-env", stage]):
        done = subprocess.run([sam, *arguments], cwd=root, check=False)  # noqa: S603
        if done.returncode:
            raise typer.Exit(done.returncode)


def status(aws: Aws = False, stack: StackName = "dunlin") -> None:
    """What there is, where it stands, and where to look."""
    target = target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    console.print(f"[bold]{target.where}[/]  clock {wiring.clock().now():%Y-%m-%d %H:%M} UTC")
    book, creditors = wiring.account_book(), wiring.creditors()
    table = Table("creditor", "accounts", "by status", "waiting for a person", "open balance")
    for creditor in creditors.all():
        accounts = list(book.accounts_of_creditor(creditor))
        by_status = Counter(a.status.value for a in accounts)
        owed: Counter[str] = Counter()
        for account in accounts:
            if account.owes:
                owed[account.balance.currency] += account.balance.minor
        table.add_row(
            creditor,
            str(len(accounts)),
            ", ".join(f"{n} {s}" for s, n in sorted(by_status.items())),
            str(sum(a.waits_for_staff for a in accounts)),
            "  ".join(_money(minor, currency) for currency, minor in sorted(owed.items())),
        )
    console.print(table)
    for name, url in target.urls.items():
        console.print(f"{name:22} {url}")


def _money(minor: int, currency: str) -> str:
    from dunlin.domain.money import Money

    return str(Money(minor, currency))
