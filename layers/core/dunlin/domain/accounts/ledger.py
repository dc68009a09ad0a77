"""The ledger of one account as its person sees it: itemised, with entries that sum up, and with
what each payment paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dunlin.domain.accounts.account import LedgerEntry
from dunlin.domain.money import Money

PRINCIPAL, INTEREST, FEE = "principal", "interest", "fee"


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
    since = _since(entries)
    if since is None:
        return None
    sums = {part: Money(0, currency) for part in (PRINCIPAL, INTEREST, FEE, "")}
    for entry in entries:
        sums[_part(entry, since)] += entry.amount
    return Itemisation(
        since=since,
        owed_then=sums[PRINCIPAL],
        interest=sums[INTEREST],
        fees=sums[FEE],
        credited=-sums[""],
        owed_now=total(entries, currency),
    )


def _since(entries: Sequence[LedgerEntry]) -> date | None:
    return min((e.on for e in entries if e.kind == "charge"), default=None)


def _part(entry: LedgerEntry, since: date | None) -> str:
    """Which part of the debt an entry charges, "" for one that pays or gives back."""
    if entry.kind in (INTEREST, FEE):
        return entry.kind
    if entry.kind == "charge" and (since is None or entry.on <= since):
        return PRINCIPAL
    if entry.kind == "charge":
        return INTEREST if "interest" in entry.note.lower() else FEE
    return FEE if entry.kind == "adjustment" and entry.amount.minor > 0 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtPart:
    """One part of a debt: charged, paid of it, and left: `charged - applied = left`."""

    part: str
    charged: Money
    applied: Money

    @property
    def left(self) -> Money:
        return self.charged - self.applied


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What one payment or credit paid, by part, in the order of the rule; a refund or chargeback
    takes back, which is negative. What found nothing to pay is a credit to the person."""

    entry_id: str
    parts: tuple[tuple[str, Money], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """How everything paid was applied. `credit` is what was paid beyond the debt:
    the `left` of all shares less `credit` is the balance."""

    shares: tuple[DebtPart, ...]
    lines: tuple[Applied, ...]
    credit: Money


def allocate(entries: Sequence[LedgerEntry], currency: str, order: Sequence[str]) -> Allocation:
    """Apply what was paid to what was charged by then, part by part in `order` (the creditor's
    rule, `PaymentPolicy.allocation`); what is taken back reopens the part paid last.

    A fee or interest that is charged after the principal was paid stays owed until it is paid
    or waived. Entries of one day charge before they pay.
    """
    since, book = _since(entries), _Book(order, Money(0, currency))
    lines = []
    for entry in sorted(entries, key=lambda e: (e.on, not _part(e, since), e.entry_id)):
        part = _part(entry, since)
        if part:
            book.charge(part, entry.amount)
        elif entry.amount.minor < 0:
            lines.append(Applied(entry_id=entry.entry_id, parts=book.pay(-entry.amount)))
        else:
            lines.append(Applied(entry_id=entry.entry_id, parts=book.take_back(entry.amount)))
    return Allocation(shares=book.shares(), lines=tuple(lines), credit=book.credit)


class _Book:
    """What is charged, applied and paid in advance, while entries are walked through."""

    def __init__(self, order: Sequence[str], nothing: Money) -> None:
        self._order = tuple(order)
        self._charged = dict.fromkeys(self._order, nothing)
        self._applied = dict.fromkeys(self._order, nothing)
        self.credit = nothing

    def shares(self) -> tuple[DebtPart, ...]:
        return tuple(
            DebtPart(part=p, charged=self._charged[p], applied=self._applied[p])
            for p in self._order
        )

    def charge(self, part: str, amount: Money) -> None:
        self._charged[part] += amount
        self._apply(part, min(self.credit, self._charged[part] - self._applied[part]))

    def _apply(self, part: str, advance: Money) -> None:
        if advance.minor > 0:
            self._applied[part] += advance
            self.credit -= advance

    def pay(self, amount: Money) -> tuple[tuple[str, Money], ...]:
        done = []
        for part in self._order:
            moved = min(amount, self._charged[part] - self._applied[part])
            if moved.minor > 0:
                self._applied[part] += moved
                amount -= moved
                done.append((part, moved))
        self.credit += amount
        return tuple(done)

    def take_back(self, amount: Money) -> tuple[tuple[str, Money], ...]:
        """Out of what was paid in advance first, then the parts in reverse. More than was ever
        paid is a charge on the last part."""
        advance = min(amount, self.credit)
        self.credit -= advance
        amount -= advance
        done = []
        for part in reversed(self._order):
            moved = min(amount, self._applied[part])
            if moved.minor > 0:
                self._applied[part] -= moved
                amount -= moved
                done.append((part, -moved))
        self._charged[self._order[-1]] += amount
        return tuple(done)
