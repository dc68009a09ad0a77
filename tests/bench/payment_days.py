"""How well the days of payments are foretold, on invoices of others: temporal splits, each forecast
by what was known the day before.

The folder that `--data` names holds `xero_invoices.csv` (an export of Xero's invoices) and
`uci_default_credit_cards.csv` (Yeh and Lien 2009, UCI Machine Learning Repository 350); neither is
part of the project. Cards say by how many months a bill was late: thirty days each.
"""

from __future__ import annotations

import csv
import time
from datetime import date, timedelta
from pathlib import Path

from dunlin.domain.learning.payment_timing import PastInvoice, TimingBacktest, backtest
from tests.bench.tables import say, table

_MONTHS = ((2020, 5), (2020, 7), (2020, 9), (2020, 11), (2021, 1), (2021, 2))
XERO_SPLITS = tuple(date(year, month, 1) for year, month in _MONTHS)
CARD_MONTHS = tuple(date(2005, month, 1) for month in range(4, 10))
CARDS = 6_000


def report(folder: Path | None) -> str:
    """Mean absolute errors in days beside the due date and the median. Raises `SystemExit` without
    a folder."""
    if folder is None:
        raise SystemExit("The section `payment-days` wants `--data` with the folder of the files.")
    rows = []
    for name, invoices, splits in (
        ("Xero, owed to the business", _xero(folder, "ACCREC"), XERO_SPLITS),
        ("Xero, owed by the business", _xero(folder, "ACCPAY"), XERO_SPLITS),
        (f"{CARDS:,} cards", _cards(folder), (CARD_MONTHS[-1], date(2005, 10, 1))),
    ):
        say(f"forecasting {name}")
        began = time.process_time()
        rows.append(_row(name, backtest(invoices, splits), time.process_time() - began))
    return "## Days of payments\n\n" + table(
        ("invoices of", "forecast", "error", "due date", "median", "within 8 in 10", "CPU s"), rows
    )


def _row(name: str, result: TimingBacktest, seconds: float) -> tuple[str, ...]:
    return (
        name,
        f"{result.invoices:,}",
        f"{result.error:.2f}",
        f"{result.error_of_due_date:.2f}",
        f"{result.error_of_median:.2f}",
        f"{result.within:.2f}",
        f"{seconds:.1f}",
    )


def _xero(folder: Path, kind: str) -> list[PastInvoice]:
    with (folder / "xero_invoices.csv").open(encoding="utf-8") as lines:
        return [
            PastInvoice(
                account_id=row["contact_id"],
                issued=date.fromisoformat(row["date"]),
                due=date.fromisoformat(row["due_date"]),
                amount=float(row["total"]),
                paid_on=date.fromisoformat(paid) if (paid := row["fully_paid_on_date"]) else None,
            )
            for row in csv.DictReader(lines)
            if row["type"] == kind and row["status"] in ("PAID", "AUTHORISED") and row["due_date"]
        ]


def _cards(folder: Path) -> list[PastInvoice]:
    """Bills of six months; the columns X11 back to X6 say by how many months April's to
    September's was late."""
    invoices = []
    with (folder / "uci_default_credit_cards.csv").open(encoding="utf-8") as lines:
        for _, row in zip(range(CARDS), csv.DictReader(lines), strict=False):
            for place, issued in enumerate(CARD_MONTHS):
                due = issued + timedelta(days=25)
                late = 30 * max(0, int(row[f"X{11 - place}"]))
                invoices.append(
                    PastInvoice(
                        account_id=row["ID"],
                        issued=issued,
                        due=due,
                        amount=1.0,
                        paid_on=due + timedelta(days=late),
                    )
                )
    return invoices
