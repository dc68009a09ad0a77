"""`dunlin call check | log`: may staff call now, and what became of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.account import ThisAccount
from dunlin.cli.commands import Commands
from dunlin.cli.speech import count, day, minute, say
from dunlin.cli.stack import ToWrite
from dunlin.cli.who import Doer
from dunlin.domain.errors import DomainError
from dunlin.service.staff import calls

app = Commands(
    "Calls of staff, under the same rules.", example="dunlin call check HC-1003 --by desk-1"
)


def tell_allowance(allowed: calls.Allowance) -> None:
    """Say what was decided and why; exit code 3 where it is not allowed now."""
    if allowed.outcome == "allow":
        say(f"allowed until {minute(allowed.valid_until)} UTC", colour="green")
        say(f"permit {allowed.contact_id}")
        return
    if allowed.until is not None:
        at = f"{day(allowed.until.date())} {allowed.until:%H:%M:%S}"
        say(f"not before {at} UTC", colour="yellow")
    else:
        say("not allowed, and waiting does not change it", colour="red")
    for rule, because in allowed.reasons:
        say(f"{rule}: {because}", 2, 2)
    raise typer.Exit(3)


@app.command()
def check(account: ThisAccount, by: Doer) -> None:
    """May this person be called now? Where yes, the call counts from here on.

    Example: dunlin call check HC-1003 --by desk-1
    """
    from dunlin.runtime import wiring

    allowed = calls.check_call(
        account.account_id,
        by=by,
        book=wiring.account_book(),
        gate=wiring.gate(),
        now=wiring.clock().now(),
    )
    tell_allowance(allowed)


@app.command()
def log(
    account: ThisAccount,
    by: Doer,
    outcome: Annotated[str, typer.Option(help=", ".join(calls.OUTCOMES))],
    note_code: Annotated[str, typer.Option(help="A code for what was said, never words.")] = "",
) -> None:
    """Record what became of a call.

    Example: dunlin call log HC-1003 --outcome no_answer --by desk-1
    """
    from dunlin.runtime import wiring

    contact = calls.log_call(
        account.account_id,
        outcome=outcome,
        by=by,
        note_code=note_code,
        book=wiring.account_book(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    say(f"logged {contact}: {outcome.replace('_', ' ')}")


@app.command("import")
def import_log(
    file: Annotated[Path, typer.Argument(help="CSV: date, direction (in or out), minutes?")],
    creditor: Annotated[str, typer.Option("--creditor", help="The creditor's id.")],
    _on: ToWrite,
) -> None:
    """Keep how many calls came in and went out on each day, from before launch on, for
    `dunlin report`. References, numbers and names in the file are not kept.

    Example: dunlin call import calls.csv --creditor harbor-clinic
    """
    from dunlin.domain.ids import creditor_id
    from dunlin.domain.reports.daily_series import read_call_log
    from dunlin.runtime import wiring
    from dunlin.service.reports.measures import keep_calls

    calls_read = read_call_log(rows(file, "date", "direction"))
    log = keep_calls(creditor_id(creditor), calls_read, wiring.drop_box())
    days = sorted({c.on for c in log})
    say(f"{count(sum(c.calls for c in calls_read), 'call')} read; {count(len(days), 'day')} known.")
    if days:
        say(f"From {day(days[0])} to {day(days[-1])}.")


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
