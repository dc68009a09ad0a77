"""`dunlin reassigned export | import`: whether the numbers that texts go to are still theirs.

The Reassigned Numbers Database takes a file of numbers and days, and answers with a file.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.account import EvidenceOption
from dunlin.cli.commands import Commands
from dunlin.cli.speech import count, say
from dunlin.cli.stack import OnStack, Output
from dunlin.cli.who import Doer
from dunlin.domain.accounts.reassigned import NumberWord

app = Commands(
    "Numbers that may be somebody else's by now.",
    example="dunlin reassigned export harbor-clinic -o numbers.csv",
)
WhoseNumbers = Annotated[str, typer.Argument(help="The creditor.")]
_SHOWN = 10


@app.command()
def export(
    creditor: WhoseNumbers,
    output: Output,
    _on: OnStack,
    headings: Annotated[
        bool, typer.Option("--headings/--no-headings", help="A first line that names the columns.")
    ] = True,
) -> None:
    """Write the numbers that the database is to be asked about, each with the last day on which
    it was known to be the person's. The file names numbers: keep it as you keep your own.

    Example: dunlin reassigned export harbor-clinic -o numbers.csv
    """
    from dunlin.adapters.files.reassigned_numbers import NumberFiles
    from dunlin.runtime import wiring
    from dunlin.service.staff.reassigned import ask_about_numbers

    now = wiring.clock().now()
    files = NumberFiles(today=now.date(), questions=output, headings=headings)
    asked = ask_about_numbers(creditor, book=wiring.account_book(), database=files, now=now)
    say(f"{output} holds {count(asked.questions, 'number')} to ask about.")
    if asked.undated:
        more = f" and {len(asked.undated) - _SHOWN:,} more" if len(asked.undated) > _SHOWN else ""
        say(
            f"{count(len(asked.undated), 'number')} cannot be asked about: no day is known on"
            " which it was the person's. A file's consent date says it, or dunlin account fact"
            " ... text_verified_at."
        )
        say(f"{', '.join(asked.undated[:_SHOWN])}{more}", 2, 2)


@app.command("import")
def take(
    creditor: WhoseNumbers,
    file: Annotated[Path, typer.Argument(help="What the database answered, as CSV.")],
    by: Doer,
    evidence: EvidenceOption,
    asked: Annotated[
        Path | None, typer.Option(help="The file that was asked, where answers leave out the day.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day of the answers; today without."),
    ] = None,
) -> None:
    """Write down what the database answered. A number that is somebody else's is closed, and the
    debts of its person come before staff.

    Example: dunlin reassigned import harbor-clinic answers.csv --by desk-1 \\
    --evidence rnd-2026-11
    """
    from dunlin.adapters.files.reassigned_numbers import NumberFiles
    from dunlin.runtime import wiring
    from dunlin.service.staff.reassigned import take_answers

    now = wiring.clock().now()
    day: date = on.date() if on is not None else now.date()
    heard = take_answers(
        creditor,
        database=NumberFiles(today=now.date(), answered=file, asked=asked),
        on=day,
        by=by,
        evidence=evidence,
        book=wiring.account_book(),
        waker=wiring.waker(),
        now=now,
    )
    people = heard.people
    say(
        f"{count(people[NumberWord.NO], 'number')} confirmed,"
        f" {people[NumberWord.YES]:,} somebody else's,"
        f" {people[NumberWord.NO_DATA]:,} without data, {heard.of_nobody:,} of nobody here."
    )
    if heard.before_staff:
        say(f"Before staff: {', '.join(heard.before_staff)}")
    for bad in heard.bad[:_SHOWN]:
        shown = f" {bad.value!r}" if bad.value else ""
        say(f"row {bad.row}: {_BAD[bad.code]}{shown}", 2, 2)
    if heard.bad:
        say(f"{count(len(heard.bad), 'row')} told nothing.")
        raise typer.Exit(1)


_BAD = {
    "bad_number": "no number of the United States",
    "bad_date": "no day such as 2026-11-30",
    "no_date": "no day, and none in the file that was asked (--asked)",
    "future_date": "a day that is still to come",
    "bad_answer": "neither yes, no nor no data",
}
