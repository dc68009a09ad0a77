"""`dunlin call check | log`: may staff call now, and what became of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.account import Creditor, Which, find_account
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.domain.errors import DomainError
from dunlin.service.staff import calls

app = typer.Typer(no_args_is_help=True, help="Calls of staff, under the same rules.")
Caller = Annotated[str, typer.Option("--by", help="Who does it: a code, never a name.")]


def tell(allowed: calls.Allowance) -> None:
    """Say what was decided and why; exit code 3 where it is not allowed now."""
    if allowed.outcome == "allow":
        console.print(f"[green]allowed[/] until {allowed.valid_until:%Y-%m-%d %H:%M} UTC")
        console.print(f"permit {allowed.contact_id}")
        return
    if allowed.until is not None:
        console.print(f"[yellow]not before {allowed.until:%Y-%m-%d %H:%M:%S} UTC")
    else:
        console.print("[red]not allowed[/], and waiting does not change it")
    for rule, because in allowed.reasons:
        console.print(f"  {rule}: {because}", markup=False)
    raise typer.Exit(3)


def refuse(error: DomainError) -> typer.Exit:
    """Print a refusal; exit code 2."""
    console.print(str(error), style="red", markup=False)
    return typer.Exit(2)


@app.command()
def check(
    which: Which, by: Caller, creditor: Creditor = "", aws: Aws = False, stack: StackName = "dunlin"
) -> None:
    """May this person be called now? Where yes, the call counts from here on."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    try:
        allowed = calls.check_call(
            account.account_id,
            by=by,
            book=wiring.account_book(),
            gate=wiring.gate(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refuse(error) from error
    tell(allowed)


@app.command()
def log(
    which: Which,
    by: Caller,
    outcome: Annotated[str, typer.Option(help=", ".join(calls.OUTCOMES))],
    note_code: Annotated[str, typer.Option(help="A code for what was said, never words.")] = "",
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Record what became of a call."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    try:
        contact = calls.log_call(
            account.account_id,
            outcome=outcome,
            by=by,
            note_code=note_code,
            book=wiring.account_book(),
            waker=wiring.waker(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refuse(error) from error
    console.print(f"logged {contact}: {outcome}")


@app.command("import")
def import_log(
    file: Annotated[Path, typer.Argument(help="CSV: date, direction (in or out), minutes?")],
    creditor: Annotated[str, typer.Option("--creditor", help="The creditor's id.")],
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Keep how many calls came in and went out on each day, from before launch on, for
    `dunlin report`. References, numbers and names in the file are not kept."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.domain.ids import creditor_id
    from dunlin.domain.reports.daily_series import read_call_log
    from dunlin.runtime import wiring
    from dunlin.service.reports.measures import keep_calls

    try:
        creditor_id(creditor)
        calls = read_call_log(rows(file, "date", "direction"))
        log = keep_calls(creditor, calls, wiring.drop_box())
    except DomainError as error:
        raise refuse(error) from error
    days = sorted({c.on for c in log})
    console.print(f"{sum(c.calls for c in calls)} calls read; {len(days)} days are known.")
    if days:
        console.print(f"From {days[0]} to {days[-1]}.")


def rows(file: Path, *wanted: str) -> list[dict[str, str]]:
    """The rows of a CSV by the names of its columns, in small letters, all of `wanted` among
    them. Raises `DomainError`."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DomainError(f"{file} cannot be read as UTF-8 text: {error}") from error
    reader = csv.DictReader(io.StringIO(text))
    names = {str(name).strip().lower() for name in reader.fieldnames or ()}
    missing = [name for name in wanted if name not in names]
    if missing:
        raise DomainError(f"{file.name} has no column {' and '.join(missing)}")
    return [
        {str(k).strip().lower(): v or "" for k, v in row.items() if isinstance(v, str | None)}
        for row in reader
    ]
