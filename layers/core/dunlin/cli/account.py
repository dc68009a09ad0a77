"""`dunlin account show | flag | unflag`: one account, and what staff know of its person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from rich.table import Table

from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.domain.account import Account
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import account_id as make_account_id
from dunlin.service.flags import FLAGS, lift_flag, set_flag

app = typer.Typer(no_args_is_help=True, help="One account.")


@app.callback()
def _accounts() -> None:
    """Keeps `show` a command of its own."""


def find_account(which: str, creditor: str) -> Account:
    """An account by its id, or by its reference at a creditor. Exits with 1 where none is."""
    from dunlin.runtime import wiring

    wanted = which if which.startswith("acc_") else make_account_id(creditor, which)
    account = wiring.account_book().account(wanted)
    if account is None:
        console.print(f"[red]No account {which!r}. Give its id, or --creditor and its reference.")
        raise typer.Exit(1)
    return account


Which = Annotated[str, typer.Argument(help="Account id, or the creditor's reference.")]
Creditor = Annotated[str, typer.Option("--creditor", help="Needed with a reference.")]


@app.command()
def show(
    which: Which, creditor: Creditor = "", aws: Aws = False, stack: StackName = "dunlin"
) -> None:
    """Standing, ledger, thread and next action of one account. No names are shown."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    thread = wiring.account_book().thread(account.account_id)
    console.print(f"[bold]{account.reference}[/]  {account.account_id}")
    console.print(f"{account.status.value}, {account.balance} owed, due {account.due_on}")
    if account.hold:
        console.print(f"[yellow]held: {account.hold.value}[/] {account.hold_reason}")
    if account.escalated:
        console.print(f"[yellow]escalated: {account.escalated}")
    action = account.next_action
    if action:
        console.print(
            f"next: {action.at:%Y-%m-%d %H:%M} UTC {action.channel} {action.template}"
            f" ({action.reason})"
        )
    ledger = Table("on", "kind", "amount", "source")
    for entry in thread.ledger:
        ledger.add_row(entry.on.isoformat(), entry.kind, str(entry.amount), entry.source)
    console.print(ledger)
    touches = Table("at (UTC)", "channel", "template", "state", "key")
    for touch in thread.touches:
        touches.add_row(
            f"{touch.permitted_at:%Y-%m-%d %H:%M}",
            touch.channel.value,
            touch.template,
            touch.state.value,
            touch.key,
        )
    console.print(touches)
    for reply in thread.replies:
        labels = ", ".join(reply.labels)
        console.print(f"{reply.at:%Y-%m-%d %H:%M} {reply.channel} reply: {labels}")


By = Annotated[str, typer.Option("--by", help="Who does it: a code, never a name.")]
Evidence = Annotated[str, typer.Option(help="A code: case number, reply id, document id.")]


@app.command()
def flag(
    which: Which,
    name: Annotated[str, typer.Argument(metavar="FLAG", help=", ".join(FLAGS))],
    by: By,
    evidence: Evidence,
    value: Annotated[str, typer.Option(help="A medium, an address label, or bad times.")] = "",
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Flag the person of an account; it binds at once, for all their accounts."""
    _change(set_flag, which, name, creditor, stack, aws, by=by, evidence=evidence, value=value)
    console.print(f"{name} is set; lifted when {FLAGS[name].lifts}")


@app.command()
def unflag(
    which: Which,
    name: Annotated[str, typer.Argument(metavar="FLAG", help=", ".join(FLAGS))],
    by: By,
    evidence: Evidence,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Take a flag away. Consents that were revoked stay so."""
    _change(lift_flag, which, name, creditor, stack, aws, by=by, evidence=evidence)
    console.print(f"{name} does not stand")


def _change(
    change: Callable[..., bool],
    which: str,
    name: str,
    creditor: str,
    stack: str,
    aws: bool,
    **given: str,
) -> None:
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    try:
        change(
            account.account_id,
            name,
            book=wiring.account_book(),
            alarm=wiring.alarm(),
            now=wiring.clock().now(),
            **given,
        )
    except DomainError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from error
