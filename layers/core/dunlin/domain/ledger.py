"""The ledger of one account as its person sees it: itemised, and with entries that sum up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dunlin.domain.account import LedgerEntry
from dunlin.domain.money import Money


def total(entries: Sequence[LedgerEntry], currency: str) -> Money:
    """The sum of the entries, which is the balance."""
    return sum((e.amount for e in entries), start=Money(0, currency))


@dataclass(frozen=True, slots=True, kw_only=True)
class Itemisation:
    """The debt since its itemisation date, in the parts of CFPB Model Form B-1
    (12 CFR 1006.34(c)(2)(viii)): `owed_then + interest + fees - credited = owed_now`.
    """

    since: date
    owed_then: Money
    interest: Money
    fees: Money
    credited: Money
    owed_now: Money


def itemise(entries: Sequence[LedgerEntry], currency: str) -> Itemisation | None:
    """Itemise from the date of the first charge; None for an account without a charge.

    What was charged later is interest where the entry says so, else a fee. Refunds and
    chargebacks give back what was credited.
    """
    charges = sorted(e.on for e in entries if e.kind == "charge")
    if not charges:
        return None
    since = charges[0]
    nothing = Money(0, currency)
    then, interest, fees, credited = nothing, nothing, nothing, nothing
    for entry in entries:
        if entry.kind == "charge" and entry.on <= since:
            then += entry.amount
        elif entry.kind == "charge" and "interest" in entry.note.lower():
            interest += entry.amount
        elif entry.kind == "charge" or (entry.kind == "adjustment" and entry.amount.minor > 0):
            fees += entry.amount
        else:
            credited -= entry.amount
    return Itemisation(
        since=since,
        owed_then=then,
        interest=interest,
        fees=fees,
        credited=credited,
        owed_now=total(entries, currency),
    )
