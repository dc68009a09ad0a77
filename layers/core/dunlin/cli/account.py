"""`dunlin account`: one account, what staff know of its person, and how they steer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.cli.who import By, Version, Why, order, refused, tell
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.guard import csv_line
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.staff import overview, pauses, steering
from dunlin.service.staff.contact_points import channel_standing, give_point
from dunlin.service.staff.finding import find_accounts
from dunlin.service.staff.flags import FLAGS, lift_flag, set_flag

_INSTANT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ"]
app = typer.Typer(no_args_is_help=True, help="One account.")


@app.callback()
def _accounts() -> None:
    """Keeps `show` a command of its own."""


def find_account(which: str, creditor: str) -> Account:
    """The account that is meant by an id, a reference, an invoice, the number of a person or an
    address of theirs. Exits with 1 where none is, or several are: those are listed."""
    from dunlin.runtime import wiring

    meant = find_accounts(
        which, creditor=creditor, book=wiring.account_book(), creditors=wiring.creditors()
    )
    if len(meant) == 1:
        return meant[0]
    if not meant:
        console.print(
            f"[red]No account {which!r}. Give its id, its reference, the number or the address of"
            " who owes it."
        )
        raise typer.Exit(1)
    console.print(f"[yellow]{len(meant)} accounts go by {which!r}. Give the id of one:")
    table = Table("id", "creditor", "reference", "owed", "status")
    for account in meant:
        cells = (account.account_id, account.creditor, account.reference, str(account.balance))
        table.add_row(*cells, account.status.value)
    console.print(table)
    raise typer.Exit(1)


Which = Annotated[
    str, typer.Argument(help="Account id, reference, invoice, or number or address of who owes.")
]
Creditor = Annotated[str, typer.Option("--creditor", help="Of this creditor alone.")]


@app.command()
def show(
    which: Which, creditor: Creditor = "", aws: Aws = False, stack: StackName = "dunlin"
) -> None:
    """Standing, ledger, conversation and next action of one account. No names are shown."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    account_history = wiring.account_book().account_history(account.account_id)
    console.print(f"[bold]{account.reference}[/]  {account.account_id}")
    console.print(f"{account.status.value}, {account.balance} owed, due {account.due_on}")
    if account.hold:
        console.print(f"[yellow]held: {account.hold.value}[/] {account.hold_reason}")
    if account.escalated:
        console.print(f"[yellow]escalated: {account.escalated}")
    if account.paused and account.hold is not Hold.PAUSED:
        console.print("[yellow]paused by staff besides")
    if account.case and account.case.asked_at:
        asked = account.case
        console.print(f"[yellow]{asked.kind} unanswered since {asked.asked_at:%Y-%m-%d %H:%M} UTC")
    if account.override:
        wanted = {k: v for k, v in asdict(account.override).items() if v}
        console.print(f"override: {', '.join(f'{k} {v}' for k, v in wanted.items())}")
    for channel in Channel:
        standing = channel_standing(account_history.consumer, channel)
        console.print(f"{channel.value}: {standing}", markup=False)
    action = account.next_action
    if action:
        console.print(
            f"next: {action.at:%Y-%m-%d %H:%M} UTC {action.channel} {action.template}"
            f" ({action.reason})"
        )
    ledger = Table("on", "kind", "amount", "source")
    for entry in account_history.ledger:
        ledger.add_row(entry.on.isoformat(), entry.kind, str(entry.amount), entry.source)
    console.print(ledger)
    touches = Table("at (UTC)", "channel", "template", "state", "key")
    for touch in account_history.touches:
        touches.add_row(
            f"{touch.permitted_at:%Y-%m-%d %H:%M}",
            touch.channel.value,
            touch.template,
            touch.state.value,
            touch.key,
        )
    console.print(touches)
    for reply in account_history.replies:
        labels = ", ".join(reply.labels)
        console.print(f"{reply.at:%Y-%m-%d %H:%M} {reply.channel} reply: {labels}")


EvidenceOption = Annotated[str, typer.Option(help="A code: case number, reply id, document id.")]


@app.command()
def bounced(
    creditor: Annotated[str, typer.Argument(help="Whose people.")],
    to: Annotated[Path, typer.Option("-o", "--output", help="CSV file to write.")],
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Every contact point that takes nothing any more, with its account and the cause, as CSV.
    The file names addresses: keep it as you keep your own."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    lines = [csv_line(("account_id", "reference", "channel", "address", "at", "cause"))]
    for bounce in overview.bounced(creditor, book=wiring.account_book()):
        at = bounce.at.isoformat()
        cells = (
            bounce.account_id,
            bounce.reference,
            bounce.channel,
            bounce.address,
            at,
            bounce.cause,
        )
        lines.append(csv_line(cells))
    to.write_text("".join(lines), encoding="utf-8")
    console.print(f"{to}  {len(lines) - 1} contact points", markup=False)


@app.command()
def flag(
    which: Which,
    name: Annotated[str, typer.Argument(metavar="FLAG", help=", ".join(FLAGS))],
    by: By,
    evidence: EvidenceOption,
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
    evidence: EvidenceOption,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Take a flag away. Consents that were revoked stay so."""
    _change(lift_flag, which, name, creditor, stack, aws, by=by, evidence=evidence)
    console.print(f"{name} does not stand")


@app.command()
def contact(
    which: Which,
    point: Annotated[str, typer.Argument(help="An e-mail address, or a number as +12175550142.")],
    by: By,
    evidence: EvidenceOption,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Write down a contact point that the person gave. It opens what a dead or wrong address
    closed, never what the person closed."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    try:
        given = give_point(
            account.account_id,
            point,
            by=by,
            evidence=evidence,
            book=wiring.account_book(),
            waker=wiring.waker(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    console.print("It is used first from now on." if given else "It was used first already.")


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
            waker=wiring.waker(),
            now=wiring.clock().now(),
            **given,
        )
    except DomainError as error:
        raise refused(error) from error


@app.command()
def pause(
    which: Which,
    why: Why,
    by: By = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Contact nobody about this account until it is resumed; queued messages included."""
    from dunlin.runtime import wiring

    asked, account = steered(which, creditor, by, why, version, aws=aws, stack=stack)
    book = wiring.account_book()
    done = pauses.pause(account.account_id, asked, book=book, now=wiring.clock().now())
    tell(done, f"{account.reference} is paused")


@app.command()
def resume(
    which: Which,
    why: Why,
    by: By = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """End a pause or a snooze of staff; what else holds the account holds it still."""
    from dunlin.runtime import wiring

    asked, account = steered(which, creditor, by, why, version, aws=aws, stack=stack)
    done = pauses.resume(
        account.account_id,
        asked,
        book=wiring.account_book(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    tell(done, f"{account.reference} is no longer paused")


@app.command()
def snooze(
    which: Which,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Nothing before then.")],
    why: Why,
    by: By = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Contact nobody about this account before a day."""
    from dunlin.runtime import wiring

    asked, account = steered(which, creditor, by, why, version, aws=aws, stack=stack)
    try:
        done = pauses.snooze(
            account.account_id,
            asked,
            until=until.date(),
            book=wiring.account_book(),
            waker=wiring.waker(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    tell(done, f"{account.reference} is left in peace until {until.date().isoformat()}")


@app.command()
def skip(
    which: Which,
    why: Why,
    by: By = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Leave out the next rung: it counts as used."""
    from dunlin.runtime import wiring

    asked, account = steered(which, creditor, by, why, version, aws=aws, stack=stack)
    done = steering.skip(
        account.account_id,
        asked,
        book=wiring.account_book(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    tell(done, f"the next rung of {account.reference} is left out")


@app.command()
def move(
    which: Which,
    to: Annotated[datetime, typer.Option(formats=_INSTANT, help="An instant in UTC.")],
    why: Why,
    by: By = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Let the next rung fall due at another instant, where the rules allow it then."""
    from dunlin.runtime import wiring

    asked, account = steered(which, creditor, by, why, version, aws=aws, stack=stack)
    try:
        done = steering.move(
            account.account_id,
            asked,
            at=to.replace(tzinfo=UTC),
            book=wiring.account_book(),
            gate=wiring.gate(),
            waker=wiring.waker(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    tell(done, f"the next rung of {account.reference} is due {to:%Y-%m-%d %H:%M} UTC")


@app.command()
def override(
    which: Which,
    why: Why,
    by: By = "",
    tone: Annotated[str, typer.Option(help="gentle, neutral or firm")] = "",
    channel: Annotated[str, typer.Option(help="email or sms")] = "",
    longest_months: Annotated[int | None, typer.Option(help="Of an arrangement.")] = None,
    lowest_instalment: Annotated[
        int | None, typer.Option(help="Of an arrangement, in minor units (cents).")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Back to the strategy.")] = False,
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Override tone, channel or arrangement limits of this account; never the rules."""
    from dunlin.runtime import wiring

    asked, account = steered(which, creditor, by, why, version, aws=aws, stack=stack)
    try:
        done = steering.override(
            account.account_id,
            asked,
            steering.Wanted(
                tone=tone,
                channel=channel,
                longest_months=longest_months,
                lowest_instalment_minor=lowest_instalment,
                clear=clear,
            ),
            book=wiring.account_book(),
            gate=wiring.gate(),
            waker=wiring.waker(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    tell(done, f"{account.reference} is overridden")


def steered(
    which: str, creditor: str, by: str, why: str, version: int | None, *, aws: bool, stack: str
) -> tuple[StaffCommand, Account]:
    """Who steers which account, on which stack. Exits where there is none."""
    target = target_or_exit(stack=stack, aws=aws)
    return order(target, by, why, version), find_account(which, creditor)
