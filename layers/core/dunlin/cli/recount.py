"""`dunlin recount`: the counters of the dashboard against the accounts themselves."""

from __future__ import annotations

from typing import Annotated

import typer

from dunlin.cli.speech import count, not_in_order, say
from dunlin.cli.stack import OnStack
from dunlin.cli.target import agree_to_write
from dunlin.domain.errors import DomainError
from dunlin.service.reports.publishing import count_anew, index_anew, recount

_SHOWN = 10


def recounted(
    target: OnStack,
    creditor: Annotated[str, typer.Argument(help="The creditor's id.")],
    write: Annotated[bool, typer.Option("--write", help="Count what was lost on the way.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write to AWS without asking.")] = False,
) -> None:
    """Count a creditor's accounts one by one and compare with the counters; exit code 1 where
    they differ. Accounts that are being written meanwhile may differ for a moment. With --write
    everybody is found by name again too.

    Example: dunlin recount harbor-clinic --write
    """
    from dunlin.runtime import wiring

    if creditor not in wiring.creditors().all():
        raise DomainError(f"no creditor {creditor}")
    book, counters = wiring.account_book(), wiring.counters()
    if write:
        agree_to_write(target, yes)
        changed = count_anew(creditor, book=book, counters=counters)
        index_anew(creditor, book=book)
        say(f"{count(changed, 'account')} counted that had not been.")
    drifts = recount(creditor, book=book, counters=counters)
    if drifts:
        mend = "" if write else "; --write counts what was lost on the way"
        cells = count(len(drifts), "cell")
        raise not_in_order(
            f"{cells} of the counters at odds with the accounts{mend}:",
            *(f"{d.cell.status}, due {d.cell.due_on or 'no day'}" for d in drifts[:_SHOWN]),
        )
    say("The counters agree with the accounts.")
