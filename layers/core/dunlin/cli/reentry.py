"""`dunlin reentry list | take | report`: small and written-off balances, looked at once more."""

from __future__ import annotations

from typing import Annotated

import typer

from dunlin.cli.account import ThisAccount
from dunlin.cli.commands import Commands
from dunlin.cli.speech import say, say_table
from dunlin.cli.stack import OnStack
from dunlin.cli.who import ByStaff, tell
from dunlin.domain.reports.measures import SMALL_MINOR
from dunlin.domain.reports.reentry import group_of
from dunlin.service.staff import reentry
from dunlin.views.widgets.words import words

app = Commands(
    "Ended accounts that may be looked at once more.",
    example="dunlin reentry list --creditor harbor-clinic",
)
Whose = Annotated[str, typer.Option("--creditor", help="The creditor's id.")]
Under = Annotated[int, typer.Option("--under", min=1, help="A small balance, in minor units.")]


@app.command("list")
def list_(creditor: Whose, _on: OnStack, under: Under = SMALL_MINOR) -> None:
    """The accounts that may enter again, and why each may.

    Example: dunlin reentry list --creditor harbor-clinic --under 5000
    """
    from dunlin.runtime import wiring

    rows = [
        (
            candidate.reference,
            candidate.balance,
            words(str(group_of(candidate, small_under_minor=under))).lower(),
        )
        for candidate in reentry.candidates(
            creditor, book=wiring.account_book(), small_under_minor=under
        )
    ]
    say_table(("account", "balance", "because it is"), rows)
    if not rows:
        say("No account may enter again.")


@app.command()
def take(account: ThisAccount, asked: ByStaff, under: Under = SMALL_MINOR) -> None:
    """Let one account enter again; it starts with the next pilot or roll-out.

    Example: dunlin reentry take HC-1003 --why case-17 --by desk-1
    """
    from dunlin.runtime import wiring

    done = reentry.reenter(
        account.account_id,
        asked.order,
        book=wiring.account_book(),
        now=wiring.clock().now(),
        small_under_minor=under,
    )
    tell(done, f"{account.reference} has entered again")


@app.command()
def report(creditor: Whose, _on: OnStack) -> None:
    """What came in on accounts that entered again, apart from all others.

    Example: dunlin reentry report --creditor harbor-clinic
    """
    from dunlin.runtime import wiring

    rows = [
        (
            words(recovered.group.value),
            f"{recovered.accounts:,}",
            recovered.paid,
            recovered.outstanding,
        )
        for recovered in reentry.report(creditor, book=wiring.account_book())
    ]
    say_table(("group", "accounts", "recovered", "outstanding"), rows)
    if not rows:
        say("No account has entered again.")
