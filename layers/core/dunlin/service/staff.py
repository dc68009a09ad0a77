"""What staff see: the portfolio and one account. Reading changes nothing."""

from __future__ import annotations

from datetime import date

from dunlin.domain import ids
from dunlin.domain.counters import Cell, CurrencyPortfolio, Figure
from dunlin.domain.counters import portfolio as sum_up
from dunlin.ports import AccountBook, AuditArchive, Counters, Creditors, StaffAccount


def portfolio(
    *, creditor: str, today: date, counters: Counters, creditors: Creditors
) -> list[CurrencyPortfolio]:
    """The portfolio of one creditor, or of all for "", by currency; aged as of `today`."""
    tally: dict[Cell, Figure] = {}
    for one in [creditor] if creditor else creditors.all():
        tally |= counters.tally(one)
    return sum_up(tally, today)


def look_up(
    wanted: str,
    *,
    creditor: str,
    book: AccountBook,
    log: AuditArchive,
    creditors: Creditors,
) -> StaffAccount | None:
    """One account by its id or by a creditor's own reference; None where there is none.

    A widget made for one creditor never shows an account of another.
    """
    for account_id in _candidates(wanted.strip(), creditor, creditors):
        account = book.account(account_id)
        if account is not None and creditor in ("", account.creditor):
            return StaffAccount(
                thread=book.thread(account_id), history=log.chain(f"account#{account_id}")
            )
    return None


def _candidates(wanted: str, creditor: str, creditors: Creditors) -> list[str]:
    if not wanted:
        return []
    if wanted.startswith("acc_"):
        return [wanted]
    return [ids.account_id(one, wanted) for one in ([creditor] if creditor else creditors.all())]
