"""`dunlin letter write | proof`: a printable letter, and the proof that it was mailed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.account import Creditor, Which, find_account
from dunlin.cli.call import Caller, refuse, tell
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.domain.errors import DomainError
from dunlin.service.staff import calls

app = typer.Typer(no_args_is_help=True, help="Letters of staff, under the same rules.")


@app.command()
def write(
    which: Which,
    by: Caller,
    template: Annotated[
        str, typer.Option(help="reminder, arrangement_offer, final_notice or lien_notice")
    ],
    to: Annotated[Path, typer.Option("-o", "--output", help="HTML file to print.")],
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Write a printable letter where the rules allow one now."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring
    from dunlin.views.letters.letter_printer import JinjaLetterPrinter

    account = find_account(which, creditor)
    try:
        allowed, printed = calls.write_letter(
            account.account_id,
            template=template,
            by=by,
            book=wiring.account_book(),
            gate=wiring.gate(),
            printer=JinjaLetterPrinter(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refuse(error) from error
    if printed is not None:
        to.write_bytes(printed.html.encode())
        console.print(f"{to}  sha256 {printed.sha256}", markup=False)
    tell(allowed)


@app.command()
def proof(
    which: Which,
    contact: Annotated[str, typer.Argument(help="The id that `letter write` printed.")],
    by: Caller,
    mailed_on: Annotated[str, typer.Option(help="YYYY-MM-DD")],
    proof_code: Annotated[str, typer.Option("--proof", help="Tracking number or batch.")],
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Record the day a letter was mailed, and the proof of it."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    try:
        day = date.fromisoformat(mailed_on)
    except ValueError as error:
        raise refuse(DomainError("--mailed-on is YYYY-MM-DD")) from error
    try:
        calls.prove_letter(
            account.account_id,
            contact,
            mailed_on=day,
            proof=proof_code,
            by=by,
            book=wiring.account_book(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refuse(error) from error
    console.print(f"mailed on {day.isoformat()}")
