"""`dunlin arrangement`: what was agreed with a person, recorded by hand or ended by staff."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from rich.table import Table

from dunlin.cli.account import Creditor, Which, find_account
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.cli.who import By, Why, order, refused
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.arrangements.terms import NoTerms, by_hand
from dunlin.domain.errors import DomainError
from dunlin.service import arrangements

app = typer.Typer(no_args_is_help=True, help="What was agreed with a person about paying.")


@app.command()
def show(
    which: Which, creditor: Creditor = "", aws: Aws = False, stack: StackName = "dunlin"
) -> None:
    """Every arrangement of an account, newest first, with its instalments. No names are shown."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    today = wiring.clock().now().date()
    agreed = wiring.account_book().arrangements(account.account_id)
    for arrangement in agreed:
        _print(arrangement, today)
    if not agreed:
        console.print("Nothing was ever arranged about it.")


def _print(arrangement: Arrangement, today: date) -> None:
    how = (
        "by hand"
        if arrangement.manual
        else "autopay"
        if arrangement.autopays
        else "paid by the person"
    )
    console.print(
        f"{arrangement.arrangement_id} {arrangement.state.value}, "
        f"{arrangement.terms.frequency.value}, {how}"
    )
    table = Table("number", "due", "amount", "left", "state", "tries")
    for i in arrangement.instalments:
        left, state = str(i.left), i.state(today).value
        table.add_row(str(i.number), str(i.due_on), str(i.amount), left, state, str(len(i.tries)))
    console.print(table)


def _dated(text: str) -> tuple[date, int]:
    """`2026-12-01=5000`: a date and minor units. Raises `DomainError`."""
    day, _, minor = text.partition("=")
    try:
        return date.fromisoformat(day), int(minor)
    except ValueError as error:
        raise DomainError("a payment is DATE=MINOR, for example 2026-12-01=5000") from error


@app.command()
def record(
    which: Which,
    payments: Annotated[list[str], typer.Argument(help="DATE=MINOR, such as 2026-12-01=5000.")],
    why: Why,
    by: By = "",
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Record what staff agreed by hand: the ladder stands still and a missed payment is for staff.

    The payments sum to what is owed. Nothing is sent and nothing is debited.
    """
    target = target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account, now = find_account(which, creditor), wiring.clock().now()
    asked = order(target, by, why)
    try:
        dated = [_dated(text) for text in payments]
        terms = by_hand(arrangements.arrangeable(account), dated, today=now.date())
        if isinstance(terms, NoTerms):
            raise DomainError(f"no such schedule can be made: {terms.value}")
        arrangement = arrangements.record(
            account.account_id,
            terms,
            by=asked.by,
            why=asked.why,
            book=wiring.account_book(),
            waker=wiring.arranging_waker(),
            now=now,
        )
    except DomainError as error:
        raise refused(error) from error
    if isinstance(arrangement, arrangements.AskRefusal):
        raise refused(DomainError(f"nothing was recorded: {arrangement.value}"))
    _print(arrangement, now.date())


@app.command()
def cancel(
    which: Which,
    why: Why,
    by: By = "",
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """End an arrangement or a request; the ladder goes on after its usual gap."""
    target = target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account, asked = find_account(which, creditor), order(target, by, why)
    gone = arrangements.cancel(
        account.account_id,
        by=f"staff:{asked.by}",
        why=asked.why,
        book=wiring.account_book(),
        waker=wiring.arranging_waker(),
        now=wiring.clock().now(),
    )
    if gone is None:
        raise refused(DomainError("there is no arrangement to end"))
    console.print(f"{account.reference}: {gone.arrangement_id} is cancelled", markup=False)
