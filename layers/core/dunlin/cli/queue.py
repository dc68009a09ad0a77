"""`dunlin queue`: what waits for staff, and what they decide and answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from dunlin.cli.account import Creditor, Which, find_account, steered
from dunlin.cli.stack import Aws, Json, StackName, console, target_or_exit
from dunlin.cli.who import By, Version, Why, refused, say, tell
from dunlin.domain.accounts.account import Account
from dunlin.domain.arrangements.terms import NoTerms
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.staff.queue import KINDS, Item, item_of
from dunlin.service import arrangements
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.contact import recovery
from dunlin.service.staff import queue

app = typer.Typer(no_args_is_help=True, help="What waits for a person at the creditor.")


@app.command("list")
def list_items(
    creditor: Annotated[str, typer.Option(help="One creditor; all where left out.")] = "",
    kind: Annotated[str, typer.Option(help=", ".join(KINDS))] = "",
    owner: Annotated[str, typer.Option(help="Only what this member of staff has.")] = "",
    late: Annotated[bool, typer.Option("--late", help="Only what is overdue.")] = False,
    as_json: Json = False,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """What waits for staff, by when it is due. No names are shown."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    now = wiring.clock().now()
    try:
        items = queue.listing(
            creditor=creditor,
            kind=kind,
            owner=owner,
            late=late,
            book=wiring.account_book(),
            creditors=wiring.creditors(),
            now=now,
        )
    except DomainError as error:
        raise refused(error) from error
    if as_json:
        typer.echo(json.dumps([_told(item, now) for item in items], indent=1))
        return
    table = Table("account", "reference", "kind", "since (UTC)", "due (UTC)", "owner", "version")
    for item in items:
        account = item.account
        due = _minute(item.due)
        table.add_row(
            account.account_id,
            account.reference,
            item.kind,
            _minute(item.since),
            f"[red]{due} late" if item.late(now) else due,
            item.owner or "-",
            str(account.version),
        )
    console.print(table)
    console.print(f"{len(items)} wait")


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "-"


def _told(item: Item, now: datetime) -> dict[str, Any]:
    return {
        "account_id": item.account.account_id,
        "creditor": item.account.creditor,
        "kind": item.kind,
        "since": item.since and item.since.isoformat(),
        "due": item.due and item.due.isoformat(),
        "late": item.late(now),
        "owner": item.owner,
        "version": item.account.version,
    }


@app.command()
def show(
    which: Which, creditor: Creditor = "", aws: Aws = False, stack: StackName = "dunlin"
) -> None:
    """One item: why it waits, what the person wrote, and what was answered. It shows words that
    a person wrote, so mind who looks over your shoulder."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    book, now = wiring.account_book(), wiring.clock().now()
    item = item_of(account, queue.queue_policy(account.creditor, wiring.creditors()))
    console.print(f"{account.reference}  {account.account_id}", style="bold", markup=False)
    if item is None:
        console.print("waits for nobody")
    else:
        late = "  LATE" if item.late(now) else ""
        console.print(f"{item.kind}, due {_minute(item.due)} UTC{late}, with {item.owner or '-'}")
    console.print(f"version {account.version}, {account.balance} owed")
    if account.hold_reason:
        console.print(account.hold_reason, style="yellow", markup=False)
    request = arrangements.open_request(account.account_id, book)
    if request is not None:
        terms = request.terms
        console.print(
            f"asks for {len(terms.instalments)} payments, {terms.frequency.value}, of "
            f"{terms.total} in all:"
        )
        for planned in terms.instalments:
            console.print(f"  {planned.due_on.isoformat()}  {planned.amount}")
    conversation = book.conversation(account.account_id)
    spoken = [(r.at, f"{r.channel} {', '.join(r.labels)}", r.text) for r in conversation.replies]
    spoken += [(a.at, f"answer by {a.by}", a.text) for a in conversation.answers]
    for at, what, text in sorted(spoken, key=lambda line: line[0]):
        console.print(f"\n{_minute(at)} UTC  {what}", style="dim", markup=False)
        console.print(text, markup=False)


@app.command()
def take(
    which: Which,
    why: Why,
    by: By = "",
    owner: Annotated[str, typer.Option(help="Who gets it; whoever takes it by default.")] = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Take an item, or give it to somebody."""
    from dunlin.runtime import wiring

    asked, account = _asked(which, creditor, by, why, version, aws=aws, stack=stack)
    try:
        done = queue.take(
            account.account_id,
            asked,
            owner=owner or asked.by,
            book=wiring.account_book(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    tell(done, f"{account.reference} is with {owner or asked.by}")


def _asked(
    which: str, creditor: str, by: str, why: str, version: int | None, *, aws: bool, stack: str
) -> tuple[StaffCommand, Account]:
    """Who does it to which account; where no version is named, as the account stands now."""
    asked, account = steered(which, creditor, by, why, version, aws=aws, stack=stack)
    return replace(asked, version=asked.version or account.version), account


@app.command()
def approve(
    which: Which,
    why: Why,
    by: By = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Agree to the arrangement asked for, or let the account go on; the rules still bind."""
    _decide("approve", which, creditor, by, why, version, aws=aws, stack=stack)


@app.command()
def release(
    which: Which,
    why: Why,
    by: By = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Let an account go on whose matter is settled; a request for an arrangement is not."""
    _decide("release", which, creditor, by, why, version, aws=aws, stack=stack)


@app.command()
def decline(
    which: Which,
    why: Why,
    by: By = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Refuse the arrangement asked for and tell the person, or keep the account on hold."""
    _decide("decline", which, creditor, by, why, version, aws=aws, stack=stack)


@app.command()
def close(
    which: Which,
    why: Why,
    by: By = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Close an account for good: its ladder ends and no message follows."""
    _decide("close", which, creditor, by, why, version, aws=aws, stack=stack)


_DONE = {
    "approve": "approved",
    "release": "released",
    "decline": "declined: nothing goes out on its own account",
    "close": "closed",
}


def _decide(
    decision: str,
    which: str,
    creditor: str,
    by: str,
    why: str,
    version: int | None,
    *,
    aws: bool,
    stack: str,
) -> None:
    from dunlin.runtime import wiring

    asked, account = _asked(which, creditor, by, why, version, aws=aws, stack=stack)
    try:
        decided = queue.decide(
            account_id=account.account_id,
            decision=decision,
            order=asked,
            book=wiring.account_book(),
            waker=wiring.arranging_waker(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    say(decided.outcome, f"{account.reference}: {_DONE[decision]}", decided.because)


@app.command()
def counter(
    which: Which,
    why: Why,
    frequency: Annotated[str, typer.Option(help="weekly, every_two_weeks or monthly")],
    first: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first payment.")],
    count: Annotated[int | None, typer.Option(help="How many payments.")] = None,
    instalment: Annotated[
        int | None, typer.Option(help="Or how much each, in minor units (cents).")
    ] = None,
    by: By = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Answer a request for an arrangement with other terms, and tell the person."""
    from dunlin.runtime import wiring

    asked, account = _asked(which, creditor, by, why, version, aws=aws, stack=stack)
    book, now = wiring.account_book(), wiring.clock().now()
    try:
        strategy = arrangements.in_force(account.creditor, wiring.creditors(), now.date())
        terms = arrangements.propose(
            account,
            strategy,
            instalment=Money(instalment, account.balance.currency) if instalment else None,
            count=count,
            frequency=frequency,
            first_on=date(first.year, first.month, first.day),
            today=now.date(),
        )
        if isinstance(terms, NoTerms):
            raise DomainError(f"no such schedule can be made: {terms.value}")
        done = queue.counter(
            account.account_id, asked, terms, book=book, waker=wiring.arranging_waker(), now=now
        )
    except DomainError as error:
        raise refused(error) from error
    tell(done, f"{account.reference}: countered, and the person is told")


@app.command()
def answer(
    which: Which,
    words: Annotated[Path, typer.Argument(help="A text file with the answer; - reads the input.")],
    why: Why,
    by: By = "",
    release_too: Annotated[
        bool | None,
        typer.Option(
            "--release/--keep", help="Lift the hold besides; by itself only for a question."
        ),
    ] = None,
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Write back to the person, word for word, as a message that the rules allow."""
    from dunlin.runtime import wiring

    text = typer.get_text_stream("stdin").read() if str(words) == "-" else words.read_text("utf-8")
    asked, account = _asked(which, creditor, by, why, version, aws=aws, stack=stack)
    try:
        done = queue.answer(
            account.account_id,
            asked,
            text,
            release=release_too,
            book=wiring.account_book(),
            creditors=wiring.creditors(),
            waker=wiring.arranging_waker(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    tell(done, f"{account.reference}: the answer is on its way, if the rules allow it")


@app.command()
def unattended(aws: Aws = False, stack: StackName = "dunlin") -> None:
    """Open accounts that will not move and give no reason; exit code 1 where there are any."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    unattended_accounts = recovery.unattended(
        book=wiring.account_book(),
        creditors=wiring.creditors(),
        waker=wiring.arranging_waker(),
        now=wiring.clock().now(),
    )
    for account in unattended_accounts:
        why = (
            f"due {_minute(account.due_at)}, no execution" if account.due_at else "nothing planned"
        )
        console.print(f"{account.account_id}  {account.reference}  {why}", markup=False)
    console.print(f"{len(unattended_accounts)} unattended")
    if unattended_accounts:
        raise typer.Exit(1)


@app.command()
def notify(
    creditor: Annotated[str, typer.Argument(help="Whose `escalation.notify` to subscribe.")],
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Let the addresses of the creditor's strategy hear by e-mail of what waits for staff, by ids
    alone. Each must confirm once, by the link that AWS sends."""
    target = target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    strategy = wiring.creditors().strategy(creditor)
    if strategy is None or not strategy.escalation.notify:
        raise refused(DomainError(f"the strategy of {creditor} names nobody to notify"))
    client, topic = target.client("sns"), target.outputs["StaffTopicArn"]
    only = {
        "FilterPolicyScope": "MessageBody",
        "FilterPolicy": json.dumps({"creditor": [creditor]}),
    }
    for address in strategy.escalation.notify:
        client.subscribe(TopicArn=topic, Protocol="email", Endpoint=address, Attributes=only)
        console.print(f"{address}  asked to confirm", markup=False)
