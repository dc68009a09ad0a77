"""Re-entry: staff let an ended account enter again, and see what came of those that did."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.reports.measures import SMALL_MINOR
from dunlin.domain.reports.reentry import Recovered, barred, entered, group_of, recovered
from dunlin.domain.strategy.strategy import REENTERED
from dunlin.ports.accounts import LedgerAccounts, Ledgers, Portfolios
from dunlin.service.accounts.staff_command import (
    AccountChange,
    CommandResult,
    StaffCommand,
    apply_command,
)


class LedgerPortfolio(Portfolios, Ledgers, Protocol):
    """A creditor's accounts with their ledgers."""


def candidates(
    creditor: str, *, book: Portfolios, small_under_minor: int = SMALL_MINOR
) -> list[Account]:
    """The accounts of a creditor that may enter again, smallest balance first."""
    ended = book.accounts_of_creditor(creditor, status=Status.EXHAUSTED.value)
    ready = [a for a in ended if not barred(a, small_under_minor=small_under_minor)]
    return sorted(ready, key=lambda a: (a.balance.minor, a.account_id))


def reenter(
    account_id: str,
    order: StaffCommand,
    *,
    book: LedgerAccounts,
    now: datetime,
    small_under_minor: int = SMALL_MINOR,
) -> CommandResult:
    """Put an ended account back among the imported ones, once. It starts with the next rollout,
    on the ladder that the strategy assigns it then; a rung it has used is never used again."""

    def decide(account: Account) -> CommandResult | AccountChange:
        why = barred(account, small_under_minor=small_under_minor)
        group = group_of(account, small_under_minor=small_under_minor)
        if why or group is None:
            return CommandResult(outcome="refused", because=(("", why),))
        extras = {REENTERED: entered(now.date(), group, book.ledger(account_id))}
        return AccountChange(
            what="AccountReentered",
            account=replace(lifecycle.reenter(account), extras=account.extras | extras),
            data={"group": group.value, "balance_minor": account.balance.minor},
        )

    return apply_command(account_id, order, decide, book=book, now=now)


def report(creditor: str, *, book: LedgerPortfolio) -> tuple[Recovered, ...]:
    """What came in since on the accounts of a creditor that entered again."""
    again = [a for a in book.accounts_of_creditor(creditor) if a.extras.get(REENTERED)]
    return recovered((account, book.ledger(account.account_id)) for account in again)
