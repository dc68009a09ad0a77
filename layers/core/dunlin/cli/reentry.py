"""`dunlin reentry list | take | report`: small and written-off balances, looked at once more."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from dunlin.cli.account import Creditor, Which, find_account
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.cli.who import By, Why, order, tell
from dunlin.domain.reports.measures import SMALL_MINOR
from dunlin.domain.reports.reentry import group_of
from dunlin.service.staff import reentry

app = typer.Typer(no_args_is_help=True, help="Ended accounts that may be looked at once more.")
Whose = Annotated[str, typer.Option("--creditor", help="The creditor's id.")]
Under = Annotated[int, typer.Option("--under", min=1, help="A small balance, in minor units.")]


@app.command("list")
def list_(
    creditor: Whose, under: Under = SMALL_MINOR, aws: Aws = False, stack: StackName = "dunlin"
) -> None:
    """The accounts that may enter again, and why each may."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    table = Table("account", "balance", "because it is")
    for candidate in reentry.candidates(
        creditor, book=wiring.account_book(), small_under_minor=under
    ):
        table.add_row(
            candidate.reference,
            str(candidate.balance),
            str(group_of(candidate, small_under_minor=under)),
        )
    console.print(table)


@app.command()
def take(
    which: Which,
    by: By,
    why: Why,
    creditor: Creditor = "",
    under: Under = SMALL_MINOR,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Let one account enter again; it starts with the next pilot or roll-out."""
    target = target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    done = reentry.reenter(
        find_account(which, creditor).account_id,
        order(target, by, why),
        book=wiring.account_book(),
        now=wiring.clock().now(),
        small_under_minor=under,
    )
    tell(done, f"{which} has entered again")


@app.command()
def report(creditor: Whose, aws: Aws = False, stack: StackName = "dunlin") -> None:
    """What came in on accounts that entered again, apart from all others."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    table = Table("group", "accounts", "recovered", "outstanding")
    for recovered in reentry.report(creditor, book=wiring.account_book()):
        table.add_row(
            recovered.group.value,
            str(recovered.accounts),
            str(recovered.paid),
            str(recovered.outstanding),
        )
    console.print(table)
