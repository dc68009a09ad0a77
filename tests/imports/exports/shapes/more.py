"""Exports in which something else stands beside what is owed: items, insurers, sellers, trust."""

from __future__ import annotations

import datetime as dt
import random

from tests.imports.exports.draft import Column, Draft, Fill, Line
from tests.imports.exports.shape import Shape, total_line
from tests.imports.exports.shapes import ages
from tests.imports.exports.truth import EITHER, Debt
from tests.imports.exports.writing import Minor

B = ages.buckets(30, 60, 90)


def itemised(draft: Draft) -> None:
    """Each invoice in as many rows as it has items, with the invoice's figures in each."""
    lines = []
    for line in draft.lines:
        if line.debt is None:
            continue
        first = line.debt.billed * 2 // 5
        for text, minor in (("Labor", first), ("Parts", line.debt.billed - first)):
            cells = {**line.cells, "item": text, "line": Minor(minor)}
            lines.append(Line(debt=line.debt, cells=cells))
    place = next(n for n, c in enumerate(draft.columns) if c.key == "owed") + 1
    draft.columns[place:place] = [
        Column("Description", "item", lambda _: ""),
        Column("LineAmount", "line", lambda _: ""),
    ]
    draft.lines = lines


def by_customer(draft: Draft) -> None:
    """A row for each customer, by age, as a summary has it."""
    lines = []
    for party in draft.parties():
        own = [line for line in draft.lines if line.debt and line.debt.party is party]
        total = total_line(draft, "", own)
        for line in own:
            if line.debt is not None:
                draft.held_back.append(line.debt)
        lines.append(Line(debt=own[0].debt, cells=dict(total.cells)))
        lines[-1].cells.pop(draft.columns[0].key, None)
    draft.lines = [*lines, total_line(draft, "TOTAL", lines)]


def insurer_part(_draft: Draft, rng: random.Random) -> Fill:
    """What an insurer is still to pay, of the whole: more than the patient's part."""
    parts: dict[Debt, int] = {}
    return lambda debt: Minor(parts.setdefault(debt, rng.randint(1_000, 90_000)))


def with_insurer(draft: Draft) -> None:
    """The balance is the patient's part and the insurer's."""
    insurer = next((c for c in draft.columns if "Ins" in c.header), None)
    if insurer is None:
        return

    def whole(debt: Debt) -> Minor:
        part = insurer.fill(debt)
        return Minor(debt.minor + (part if isinstance(part, Minor) else 0))

    for column in draft.columns:
        if column.header in ("Total", "Balance"):
            column.fill = whole
            column.key = "whole"


SHAPES = (
    Shape(
        name="xero-line-items", prefix="INV-", days=("%d %b %Y",), currency="GBP", columns=(
            ("ContactName", "name"), ("EmailAddress", "email"), ("InvoiceNumber", "number"),
            ("InvoiceDate", "issued"), ("DueDate", "due"), ("Total", "billed"),
            ("InvoiceAmountPaid", "paid"), ("InvoiceAmountDue", "owed"), ("Currency", "=GBP"),
            ("Type", "=Sales invoice"), ("Status", "?"),
        ),
        standings={"open": ("Awaiting Payment",), "paid": ("Paid",), "void": ("Voided",)},
        finish=itemised,
    ),
    Shape(
        name="quickbooks-aging-summary", verdict=EITHER, reason="no due day, ages only",
        preamble=("Wren Field Services", "A/R Aging Summary", "As of November 20, 2026", ""),
        columns=(
            ("", "name"), ("Current", "b-current"), ("1 - 30", "b0"), ("31 - 60", "b30"),
            ("61 - 90", "b60"), ("91 and over", "b90"), ("Total", "sole"),
        ),
        finish=by_customer, summed=True,
    ),
    Shape(
        name="dental-patient-part", firms=0, verdict=EITHER, reason="an insurer's part beside it",
        columns=(
            ("Guarantor", "last_first"), ("Email", "email"), ("Statement Date", "issued"),
            ("Due Date", "due"), ("Balance", "sole"), ("Est Ins Pmt", insurer_part),
            ("Patient Portion", "sole"),
        ),
        finish=with_insurer,
    ),
    Shape(
        name="factoring-debtors", firms=1, columns=(
            ("Seller", "=Tully Freight LLC"), ("Seller Email", "=tully@example.com"),
            ("Debtor No.", "account"), ("Debtor", "name"), ("Debtor Email", "email"),
            ("Invoice", "number"), ("Invoice Date", "issued"), ("Due Date", "due"),
            ("Invoice Amount", "billed"), ("Payments", "paid"), ("Balance", "owed"),
        ),
    ),
    Shape(
        name="law-trust", firms=0.2, columns=(
            ("Matter", lambda _d, _r: lambda d: f"M-{d.number[-4:]}"), ("Client", "name"),
            ("Client Email", "email"), ("Opposing Party", "=Tully Freight LLC"),
            ("Opposing Counsel", "=Wren Hale"), ("Opposing Counsel Email", "=hale@example.com"),
            ("Invoice", "number"), ("Invoice Date", "issued"), ("Due Date", "due"),
            ("Trust Balance", lambda _d, _r: lambda d: Minor(d.minor // 7 * 3)),
            ("Outstanding", "sole"),
        ),
    ),
    Shape(
        name="auto-loans", firms=0, verdict=EITHER, reason="past due, payoff and fees", columns=(
            ("Account #", "number"), ("Borrower", "name"), ("Email", "email"), ("Phone", "phone"),
            ("Co-Borrower", "=Wes Tully"), ("Co-Borrower Email", "=wes@example.com"),
            ("Maturity", lambda _d, _r: lambda d: d.issued + dt.timedelta(days=1200)),
            ("Payoff Amount", lambda _d, _r: lambda d: Minor(d.minor * 9 + 7)),
            ("Due Date", "due"), ("Past Due", "sole"), ("Days Past Due", ages.days),
        ),
    ),
    Shape(
        name="subscriptions", firms=0.3, days=("%Y-%m-%d",), columns=(
            ("Subscriber", "name"), ("Email", "email"), ("Plan", "=Pro"),
            ("MRR", lambda _d, _r: lambda d: Minor(d.minor // 11 + 900)),
            ("Invoice", "number"), ("Invoice Date", "issued"), ("Due Date", "due"),
            ("Last Failed Payment", lambda _d, _r: lambda d: d.issued + dt.timedelta(days=33)),
            ("Amount Due", "owed"), ("Currency", "=USD"), ("Status", "?"),
        ),
        standings={"open": ("past_due", "unpaid"), "paid": ("paid",), "void": ("void",)},
    ),
    Shape(
        name="settled-ledger", days=("%m/%d/%Y", "%Y-%m-%d"), columns=(
            ("Invoice No", "number"), ("Customer Name", "name"), ("Customer Email", "email"),
            ("Invoice Date", "issued"), ("Due Date", "due"), ("Invoice Total", "billed"),
            ("Amount Paid", "paid"), ("Balance Due", "owed"),
            ("Date Paid", ages.cleared_on), ("Check #", ages.cleared("55", "")),
        ),
        standings={"open": ("",), "paid": ("",)},
    ),
    Shape(
        name="full-ledger-no-balance", columns=(
            ("Invoice", "number"), ("Client", "name"), ("Email", "email"), ("Issued", "issued"),
            ("Due", "due"), ("Amount", "sole"), ("Status", "?"),
        ),
        standings={"open": ("Open", "Late"), "paid": ("Paid", "Paid - thanks"),
                   "void": ("Void", "Cancelled"), "disputed": ("Disputed",),
                   "legal": ("In collections",)},
    ),
)  # fmt: skip
