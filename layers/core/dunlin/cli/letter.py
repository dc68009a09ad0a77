"""`dunlin letter write | proof`: a printable letter, and the proof that it was mailed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from dunlin.cli.account import ThisAccount
from dunlin.cli.call import tell_allowance
from dunlin.cli.commands import Commands
from dunlin.cli.speech import day, say
from dunlin.cli.stack import Output
from dunlin.cli.who import Doer
from dunlin.domain.errors import DomainError
from dunlin.service.staff import calls

app = Commands(
    "Letters of staff, under the same rules.",
    example="dunlin letter write HC-1003 --template reminder -o letter.html --by desk-1",
)


@app.command()
def write(
    account: ThisAccount,
    by: Doer,
    template: Annotated[
        str, typer.Option(help="reminder, arrangement_offer, final_notice or lien_notice")
    ],
    output: Output,
) -> None:
    """Write a printable letter (HTML) where the rules allow one now.

    Example: dunlin letter write HC-1003 --template reminder -o letter.html \\
    --by desk-1
    """
    from dunlin.runtime import wiring
    from dunlin.views.letters.letter_printer import JinjaLetterPrinter

    allowed, printed = calls.write_letter(
        account.account_id,
        template=template,
        by=by,
        book=wiring.account_book(),
        gate=wiring.gate(),
        printer=JinjaLetterPrinter(),
        now=wiring.clock().now(),
    )
    if printed is not None:
        output.write_bytes(printed.html.encode())
        say(f"{output} is written: print it and mail it.")
        say(f"sha256 {printed.sha256}")
    tell_allowance(allowed)


@app.command()
def proof(
    account: ThisAccount,
    contact: Annotated[str, typer.Argument(help="The id that `letter write` printed.")],
    by: Doer,
    mailed_on: Annotated[str, typer.Option(help="YYYY-MM-DD")],
    proof_code: Annotated[str, typer.Option("--proof", help="Tracking number or batch.")],
) -> None:
    """Record the day a letter was mailed, and the proof of it.

    Example: dunlin letter proof HC-1003 letter-1 --mailed-on 2026-11-23 \\
    --proof batch-7 --by desk-1
    """
    from dunlin.runtime import wiring

    try:
        mailed = date.fromisoformat(mailed_on)
    except ValueError as error:
        raise DomainError("--mailed-on is YYYY-MM-DD") from error
    calls.prove_letter(
        account.account_id,
        contact,
        mailed_on=mailed,
        proof=proof_code,
        by=by,
        book=wiring.account_book(),
        now=wiring.clock().now(),
    )
    say(f"mailed on {day(mailed)}")
