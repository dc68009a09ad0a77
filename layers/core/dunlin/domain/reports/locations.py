"""Locations of one creditor: sites, branches, buildings. An account's is what its file says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dunlin.domain.accounts.counters import FINISHED
from dunlin.domain.reports.outcome import Member, paid_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One location: accounts, units among them, how many still owe, what they owe and what came
    in during the period, in minor units by currency."""

    name: str
    accounts: int
    units: int
    owing: int
    owed: Mapping[str, int]
    recovered: Mapping[str, int]


def rolled_up(members: Iterable[Member], since: date, until: date) -> list[Site]:
    """Every location, by name; each account stands in exactly one, so the sums agree with the
    creditor's."""
    sites: dict[str, list[Member]] = {}
    for member in members:
        sites.setdefault(member.account.location, []).append(member)
    return [_site(name, members, since, until) for name, members in sorted(sites.items())]


def _site(name: str, members: Sequence[Member], since: date, until: date) -> Site:
    owing = [
        m.account
        for m in members
        if m.account.status.value not in FINISHED and m.account.balance.minor > 0
    ]
    owed: Counter[str] = Counter()
    for account in owing:
        owed[account.balance.currency] += account.balance.minor
    paid: Counter[str] = Counter()
    for member in members:
        paid.update(paid_in(member, since, until))
    return Site(
        name=name,
        accounts=len(members),
        units=len({u for m in members if (u := m.account.extras.get("unit", ""))}),
        owing=len(owing),
        owed=dict(sorted(owed.items())),
        recovered={c: n for c, n in sorted(paid.items()) if n},
    )
