"""`dunlin account list`: the accounts that staff ask for, a page at a time or all as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.speech import count, day, say, say_json, say_table
from dunlin.cli.stack import Json, OnStack
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.lists import AccountFilter, ListOrder
from dunlin.domain.imports.guard import csv_line
from dunlin.service.staff.account_list import PAGE, ListRequest, every_page, list_accounts
from dunlin.views.widgets.words import HOLDS

_COLUMNS = (
    "account_id", "creditor", "reference", "invoice", "status", "hold", "owed_minor", "currency",
    "due_on", "days_past_due", "industry", "location", "strategy", "pilot",
)  # fmt: skip


def listed(
    _on: OnStack,
    creditor: Annotated[str, typer.Argument(help="Whose accounts; all, where none is named.")] = "",
    status: Annotated[
        list[str] | None, typer.Option(help="Several are allowed; open: none of them finished.")
    ] = None,
    hold: Annotated[str, typer.Option(help="Such as dispute, review or promise.")] = "",
    bucket: Annotated[
        str, typer.Option(help="not-due, 0-30, 31-60, 61-90, over-90 or no-due-date")
    ] = "",
    industry: Annotated[str, typer.Option(help="Such as dental.")] = "",
    location: Annotated[str, typer.Option(help="The creditor's site.")] = "",
    strategy: Annotated[str, typer.Option(help="The version of the strategy.")] = "",
    pilot: Annotated[str, typer.Option(help="The id of a pilot.")] = "",
    currency: Annotated[str, typer.Option(help="Such as USD, which balances are in.")] = "",
    min_balance: Annotated[str, typer.Option(help="In minor units (cents).")] = "",
    max_balance: Annotated[str, typer.Option(help="In minor units (cents).")] = "",
    find: Annotated[
        str, typer.Option(help="A reference, a name, an e-mail address or a number.")
    ] = "",
    sort: Annotated[ListOrder, typer.Option(help="The oldest or the least first.")] = ListOrder.DUE,
    backwards: Annotated[bool, typer.Option("--backwards", help="The other way round.")] = False,
    size: Annotated[int, typer.Option(min=1, max=200, help="Of a page.")] = PAGE,
    after: Annotated[str, typer.Option(help="Go on where the page before ended.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="All of them, into a CSV file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Accounts by status, hold, age, site, pilot or balance, a page at a time. No names are shown.
    The lists follow what is written within a moment.

    Example: dunlin account list harbor-clinic --bucket over-90 --sort owed \\
    --backwards
    """
    from dunlin.runtime import wiring

    words = {
        "status": ",".join(status or ()),
        "hold": hold,
        "bucket": bucket,
        "industry": industry,
        "location": location,
        "strategy": strategy,
        "pilot": pilot,
        "currency": currency,
        "min_balance": min_balance,
        "max_balance": max_balance,
    }
    request = ListRequest(
        creditor=creditor,
        wanted=AccountFilter.read(words),
        find=find,
        order=sort,
        backwards=backwards,
        after=after,
        size=size,
    )
    ports, today = wiring.account_list(), wiring.clock().now().date()
    if output is not None:
        written = _write(output, every_page(request, ports=ports, today=today), today)
        say(f"{output} holds {count(written, 'account')}.")
        return
    page = list_accounts(request, ports=ports, today=today)
    if as_json:
        rows = [dict(zip(_COLUMNS, _cells(a, today), strict=True)) for a in page.accounts]
        say_json({"accounts": rows, "after": page.after, "looked_at": page.looked_at})
        return
    _say_page(page.accounts, page.looked_at)
    if page.cut_off:
        say("More may go by this: say more of it.")
    if page.after:
        say(f"Go on with --after '{page.after}'")


def _say_page(accounts: Sequence[Account], looked_at: int) -> None:
    say_table(
        ("id", "reference", "owed", "due", "status", "hold"),
        [
            (a.account_id, a.reference, a.balance, day(a.due_on), a.status.value,
             HOLDS[a.hold] if a.hold else "-")
            for a in accounts
        ],
    )  # fmt: skip
    if not accounts:
        say(f"None of {count(looked_at, 'account')} that were looked at is asked for.")


def _write(output: Path, pages: Iterable[Sequence[Account]], today: date) -> int:
    """Write every account of the pages as CSV; how many there are."""
    written = 0
    with output.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_line(_COLUMNS))
        for accounts in pages:
            file.writelines(csv_line(_cells(account, today)) for account in accounts)
            written += len(accounts)
    return written


def _cells(account: Account, today: date) -> list[str]:
    days = account.days_past_due(today)
    cells = (
        account.account_id, account.creditor, account.reference, account.invoice,
        account.status.value, account.hold.value if account.hold else "",
        account.balance.minor, account.balance.currency, account.due_on or "",
        "" if days is None else days, account.industry, account.location,
        account.strategy_version or "", account.cohort,
    )  # fmt: skip
    return [str(cell) for cell in cells]
