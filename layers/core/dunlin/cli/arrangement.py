"""`dunlin arrangement`: what was agreed with a person, recorded by hand or ended by staff."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from dunlin.cli.account import ThisAccount
from dunlin.cli.commands import Commands
from dunlin.cli.speech import day, say, say_table
from dunlin.cli.who import ByStaff
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.arrangements.terms import NoTerms, by_hand
from dunlin.domain.errors import DomainError
from dunlin.service import arrangements
from dunlin.views.widgets.words import words

app = Commands(
    "What was agreed with a person about paying.", example="dunlin arrangement show HC-1003"
)


@app.command()
def show(account: ThisAccount) -> None:
    """Every arrangement of an account, newest first, with its instalments. No names are shown.

    Example: dunlin arrangement show HC-1003
    """
    from dunlin.runtime import wiring

    today = wiring.clock().now().date()
    agreed = wiring.account_book().arrangements(account.account_id)
    for arrangement in agreed:
        _say(arrangement, today)
    if not agreed:
        say("Nothing was ever arranged about it.")


def _say(arrangement: Arrangement, today: date) -> None:
    how = (
        "agreed by hand"
        if arrangement.manual
        else "by autopay"
        if arrangement.autopays
        else "paid by the person"
    )
    frequency = words(arrangement.terms.frequency.value).lower()
    state = words(arrangement.state.value).lower()
    say(f"{arrangement.arrangement_id}  {state}, {frequency}, {how}")
    say_table(
        ("number", "due", "amount", "left", "state", "tries"),
        [
            (
                i.number,
                day(i.due_on),
                i.amount,
                i.left,
                words(i.state(today).value).lower(),
                len(i.tries),
            )
            for i in arrangement.instalments
        ],
    )


def _dated(text: str) -> tuple[date, int]:
    """`2026-12-01=5000`: a date and minor units. Raises `DomainError`."""
    day_text, _, minor = text.partition("=")
    try:
        return date.fromisoformat(day_text), int(minor)
    except ValueError as error:
        raise DomainError("a payment is DATE=MINOR, for example 2026-12-01=5000") from error


@app.command()
def record(
    account: ThisAccount,
    payments: Annotated[list[str], typer.Argument(help="DATE=MINOR, such as 2026-12-01=5000.")],
    asked: ByStaff,
) -> None:
    """Record what staff agreed by hand: the ladder stands still and a missed payment is for staff.

    The payments sum to what is owed. Nothing is sent and nothing is debited.

    Example: dunlin arrangement record HC-1003 2026-12-15=15500 2027-01-15=15575 \\
    --why case-17 --by desk-1
    """
    from dunlin.runtime import wiring

    now = wiring.clock().now()
    dated = [_dated(text) for text in payments]
    terms = by_hand(arrangements.arrangeable(account), dated, today=now.date())
    if isinstance(terms, NoTerms):
        raise DomainError(f"no such schedule can be made: {words(terms.value).lower()}")
    arrangement = arrangements.record(
        account.account_id,
        terms,
        by=asked.order.by,
        why=asked.order.why,
        book=wiring.account_book(),
        waker=wiring.arranging_waker(),
        now=now,
    )
    if isinstance(arrangement, arrangements.AskRefusal):
        raise DomainError(f"nothing was recorded: {words(arrangement.value).lower()}")
    _say(arrangement, now.date())


@app.command()
def cancel(account: ThisAccount, asked: ByStaff) -> None:
    """End an arrangement or a request; the ladder goes on after its usual gap.

    Example: dunlin arrangement cancel HC-1003 --why case-17 --by desk-1
    """
    from dunlin.runtime import wiring

    gone = arrangements.cancel(
        account.account_id,
        by=f"staff:{asked.order.by}",
        why=asked.order.why,
        book=wiring.account_book(),
        waker=wiring.arranging_waker(),
        now=wiring.clock().now(),
    )
    if gone is None:
        raise DomainError("there is no arrangement to end")
    say(f"{account.reference}: {gone.arrangement_id} is cancelled")
