"""Payments that the creditor received itself, from a payments file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from dunlin.domain import ids
from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import LedgerEntry, Status
from dunlin.domain.accounts.stated import FELL, RECEIVED
from dunlin.domain.imports.types import UNCHANGED, UPDATED
from dunlin.domain.money import Money
from dunlin.ports.accounts import LedgerEntries
from dunlin.service.imports.plans import (
    COUNTED,
    UNMATCHED,
    ImportContext,
    ImportPlan,
    Read,
)


def pay(
    book: LedgerEntries, context: ImportContext, item: dict[str, Any], read: Read
) -> ImportPlan:
    """Payments that the creditor received, each once: what makes it one is account, day,
    amount, and which of several alike it is.

    A payment dated before the day of which the newest export told the account is counted in that
    export's balance. So are the payments of that very day where together they are exactly what
    the balance fell by with it. Every other payment is subtracted; should an export count it all
    the same, the next one says so and the balance follows.
    """
    keys = [line[0] for line in item["payments"]]
    known = next((a for a in item["accounts"] if a in read.accounts), None)
    if known is None:
        return ImportPlan(outcomes=dict.fromkeys(keys, UNMATCHED))
    stored = read.accounts[known]
    as_of = item["as_of"].get(known, "")
    same_day = sum(line[1] for line in item["payments"] if line[3] == as_of)
    same_export = stored.extras.get(FELL) == f"{as_of} {same_day}"
    outcomes = {}
    ledger = []
    for key, minor, currency, day, alike in item["payments"]:
        entry_id = ids.entry_id(known, payment_source(day, -minor, alike))
        outcomes[key] = UNCHANGED if currency != stored.balance.currency else UPDATED
        if currency != stored.balance.currency:
            continue
        if book.has_entry(known, entry_id):
            outcomes[key] = UPDATED if context.before(stored) == UPDATED else UNCHANGED
            continue
        if day and (day < as_of or (day == as_of and same_export)):
            outcomes[key] = COUNTED
            continue
        ledger.append(
            LedgerEntry(
                entry_id=entry_id,
                account_id=known,
                kind="payment",
                amount=Money(-minor, currency),
                on=date.fromisoformat(day) if day else context.now.date(),
                source="import payments file",
            )
        )
    if not ledger:
        return ImportPlan(outcomes=outcomes)
    paid = sum(entry.amount.minor for entry in ledger)
    left = Money(stored.balance.minor + paid, stored.balance.currency)
    received = int(stored.extras.get(RECEIVED, "0")) - paid
    after = replace(stored, balance=left, extras=stored.extras | {RECEIVED: str(received)})
    if paid < 0:
        after = replace(after, paid_at=context.now)
    if left.minor <= 0:
        after = lifecycle.settle(after)
    data = {"changed": ["balance"], "difference_minor": paid}
    change = context.changed(stored, "AccountUpdated", data=data, after=after, ledger=ledger)
    wake = (known,) if stored.status is Status.ACTIVE else ()
    return ImportPlan(outcomes=outcomes, changes=(change,), wake=wake)


def payment_source(day: str, minor: int, alike: int) -> str:
    """What makes a payment one: its day, its amount, and which of several alike it is."""
    return f"payment {day} {minor} {alike}"
