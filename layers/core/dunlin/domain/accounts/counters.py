"""Counters of a portfolio: how many accounts and how much balance stand in which cell.

A cell is kept by due date, not by aging bucket: a bucket changes every night though nothing
happened, a due date does not. Each account's counted share is remembered with its version, so a
repeated, late or lost change can never count twice and the next change mends what was lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.aging import AgingBucket, aging_bucket


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CounterCell:
    """What accounts are counted by. `hold` is "" for none; `due_on` an ISO date or ""."""

    creditor: str
    status: str
    hold: str
    currency: str
    due_on: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of accounts and the sum of their balances in minor units."""

    accounts: int = 0
    minor: int = 0

    def __add__(self, other: Figure) -> Figure:
        return Figure(self.accounts + other.accounts, self.minor + other.minor)

    def __sub__(self, other: Figure) -> Figure:
        return Figure(self.accounts - other.accounts, self.minor - other.minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedShare:
    """What one account adds, at one version. `cell` is None once the account is gone.

    `site` and `cohort` are what else the account is listed by, and `listed` says that it is: what
    was counted before there were lists is not.
    """

    account_id: str
    version: int
    cell: CounterCell | None
    minor: int = 0
    site: str = ""
    cohort: str = ""
    listed: bool = False

    def adds_as(self, other: CountedShare) -> bool:
        """True where the two add and are listed alike, whatever their versions."""
        return replace(self, version=other.version) == other


def share_of(account: Account) -> CountedShare:
    """The share of an account as it is."""
    return CountedShare(
        account_id=account.account_id,
        version=account.version,
        cell=CounterCell(
            creditor=account.creditor,
            status=account.status.value,
            hold=account.hold.value if account.hold else "",
            currency=account.balance.currency,
            due_on=account.due_on.isoformat() if account.due_on else "",
        ),
        minor=account.balance.minor,
        site=account.location,
        cohort=account.cohort,
        listed=True,
    )


def fold(shares: Iterable[CountedShare]) -> dict[CounterCell, Figure]:
    """Sum shares by cell; cells that come to nothing are left out."""
    sums: dict[CounterCell, Figure] = {}
    for share in shares:
        if share.cell is not None:
            sums[share.cell] = sums.get(share.cell, Figure()) + Figure(1, share.minor)
    return _without_zeros(sums)


def newest(shares: Iterable[CountedShare]) -> dict[str, CountedShare]:
    """The newest share of each account."""
    latest: dict[str, CountedShare] = {}
    for share in shares:
        known = latest.get(share.account_id)
        if known is None or share.version > known.version:
            latest[share.account_id] = share
    return latest


@dataclass(frozen=True, slots=True)
class Moves:
    """What to write: the shares that replace known ones, and the change of each cell."""

    shares: tuple[CountedShare, ...]
    deltas: Mapping[CounterCell, Figure]


def moves(known: Mapping[str, CountedShare], seen: Iterable[CountedShare]) -> Moves:
    """Compare what was seen with what was counted; only a newer version of an account counts."""
    fresh: list[CountedShare] = []
    deltas: dict[CounterCell, Figure] = {}
    for share in newest(seen).values():
        before = known.get(share.account_id)
        if before is not None and not _newer(share, before):
            continue
        fresh.append(share)
        if before is not None and before.cell is not None:
            deltas[before.cell] = deltas.get(before.cell, Figure()) - Figure(1, before.minor)
        if share.cell is not None:
            deltas[share.cell] = deltas.get(share.cell, Figure()) + Figure(1, share.minor)
    return Moves(tuple(fresh), _without_zeros(deltas))


def _newer(share: CountedShare, before: CountedShare) -> bool:
    unlisted = share.version == before.version and share.listed and not before.listed
    return share.version > before.version or unlisted


def _without_zeros(sums: Mapping[CounterCell, Figure]) -> dict[CounterCell, Figure]:
    return {cell: figure for cell, figure in sums.items() if figure != Figure()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A cell whose counter differs from the accounts themselves: always a defect."""

    cell: CounterCell
    counted: Figure
    actual: Figure


def drift(
    counted: Mapping[CounterCell, Figure], actual: Mapping[CounterCell, Figure]
) -> list[Drift]:
    """Every cell where counters and accounts disagree, in order; empty where all is well."""
    drifts = []
    for cell in sorted({*counted, *actual}):
        figure, truth = counted.get(cell, Figure()), actual.get(cell, Figure())
        if figure != truth:
            drifts.append(Drift(cell=cell, counted=figure, actual=truth))
    return drifts


# What nobody owes or pursues any more: it stays in the table by status, not in the aging.
FINISHED = frozenset({Status.SETTLED.value, Status.CLOSED.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyPortfolio:
    """One currency of a portfolio. The aging buckets add up to `owing`, the statuses to `all`;
    `by_hold` holds only what is on hold and still owing."""

    currency: str
    owing: Figure
    all: Figure
    by_bucket: Mapping[AgingBucket, Figure]
    by_status: Mapping[str, Figure]
    by_hold: Mapping[str, Figure]


def portfolio(tally: Mapping[CounterCell, Figure], today: date) -> list[CurrencyPortfolio]:
    """Sum cells as they stand today, by currency (never mixed), largest number of accounts
    first."""
    portfolios = []
    for currency in {cell.currency for cell in tally}:
        owing, everything = Figure(), Figure()
        by_bucket = dict.fromkeys(AgingBucket, Figure())
        by_status: dict[str, Figure] = {}
        by_hold: dict[str, Figure] = {}
        for cell, figure in tally.items():
            if cell.currency != currency:
                continue
            everything += figure
            by_status[cell.status] = by_status.get(cell.status, Figure()) + figure
            if cell.status in FINISHED:
                continue
            owing += figure
            bucket = aging_bucket(date.fromisoformat(cell.due_on) if cell.due_on else None, today)
            by_bucket[bucket] += figure
            if cell.hold:
                by_hold[cell.hold] = by_hold.get(cell.hold, Figure()) + figure
        portfolios.append(
            CurrencyPortfolio(
                currency=currency,
                owing=owing,
                all=everything,
                by_bucket=by_bucket,
                by_status=by_status,
                by_hold=by_hold,
            )
        )
    return sorted(portfolios, key=lambda p: (-p.all.accounts, p.currency))
