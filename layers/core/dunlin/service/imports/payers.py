"""Which debts the payments of a file may mean: by the number they name, by several, by who paid."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dunlin.domain import ids
from dunlin.domain.imports.assemble import Assembly
from dunlin.domain.imports.matching import match_keys
from dunlin.domain.imports.names import name_key
from dunlin.domain.imports.types import NormalisedAccount
from dunlin.ports.imports import DropBox
from dunlin.service.imports import work
from dunlin.service.imports.job import Job
from dunlin.service.imports.plans import MOST_ENTRIES

_BETWEEN = re.compile(r"\s*[,;&+|]\s*|\s+(?:and|und|y|e|et)\s+|\s+/\s+|\n")


@dataclass(slots=True)
class _Known:
    """What the creditor's files say of the debts that a file of payments may mean."""

    by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_customer: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_person: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    as_of: dict[str, str] = field(default_factory=dict)


def payment_items(job: Job, assembly: Assembly, drop_box: DropBox) -> Iterator[dict[str, Any]]:
    """The payments of a file, those of one payer and one number together: `named` are the accounts
    by each number that they name, likeliest first, `persons` the payer's debts."""
    groups: dict[tuple[str, ...], list[tuple[str, NormalisedAccount]]] = defaultdict(list)
    for key, account in assembly.accounts.items():
        payer = (_customer(account), name_key(account.consumer.name))
        groups[(account.reference, account.invoice, *payer)].append((key, account))
    known = _known(job.creditor, groups.values(), drop_box)
    numbers = [n for group in groups for n in group[:2] if n and n != group[2]]
    # Numbers of which no debt bears one are not the debts' numbers, as of cheques.
    strange = bool(numbers) and not any(
        n in known.by_name for number in numbers for n in (number, *split(number))
    )
    alike: Counter[tuple[str, ...]] = Counter()
    for (reference, invoice, *_), payments in groups.items():
        first = payments[0][1]
        lines = [_line(key, a, alike) for key, a in payments if _minor(a)]
        named = _named(job.creditor, reference, invoice, known)
        persons = _persons(job.creditor, first, known)
        accounts = list(dict.fromkeys([a for t in named for tier in t for a in tier] + persons))
        for start in range(0, len(lines), MOST_ENTRIES):
            yield {
                "what": "payment",
                "named": named,
                "persons": persons,
                "accounts": accounts,
                "as_of": {a: known.as_of[a] for a in accounts if a in known.as_of},
                "strange": strange,
                "payer": {
                    "number": _customer(first),
                    "name": first.consumer.name,
                    "text": invoice or ("" if reference == _customer(first) else reference),
                },
                "payments": lines[start : start + MOST_ENTRIES],
            }


def split(text: str) -> list[str]:
    """The numbers of a cell that holds several: `K-1, K-5`; none where it holds one."""
    parts = [part for part in _BETWEEN.split(text) if part]
    return parts if len(parts) > 1 else []


def _line(key: str, account: NormalisedAccount, alike: Counter[tuple[str, ...]]) -> list[Any]:
    """[key, minor units, currency, day, which of several alike, whether it was undone]."""
    minor = _minor(account)
    day = account.paid_on.isoformat() if account.paid_on else ""
    # Payments of one number on one day are told apart by their place, whoever paid them.
    mark = (account.reference, account.invoice, day, str(minor))
    alike[mark] += 1
    undone = "payment_undone" in dict(account.extras)
    return [key, minor, account.balance.currency, day, alike[mark], undone]


def _minor(account: NormalisedAccount) -> int:
    return int(dict(account.extras).get("payment_minor", "0"))


def _customer(account: NormalisedAccount) -> str:
    return dict(account.extras).get("consumer_reference", "")


def _known(
    creditor: str, groups: Iterable[list[tuple[str, NormalisedAccount]]], drop_box: DropBox
) -> _Known:
    names: set[str] = set()
    people: set[str] = set()
    called: set[str] = set()
    for _, account in (payment for group in groups for payment in group[:1]):
        for name in (account.reference, account.invoice):
            names |= {name, *split(name)}
        people |= set(_consumers(creditor, account))
        called.add(work.name_mark(account.consumer.name))
    names.discard("")
    called.discard("")
    known = _Known()
    for named in work.all_named(drop_box, creditor):
        by = [(known.by_name, n) for n in {named.invoice, named.reference} & names]
        if named.consumer_reference in names:
            by.append((known.by_customer, named.consumer_reference))
        if named.consumer_id in people:
            by.append((known.by_person, named.consumer_id))
        if named.called in called:
            by.append((known.by_person, named.called))
        for accounts, name in by:
            accounts[name].append(named.account_id)
            before = known.as_of.get(named.account_id, "")
            known.as_of[named.account_id] = max(named.as_of, before)
    return known


def _consumers(creditor: str, account: NormalisedAccount) -> list[str]:
    return [ids.consumer_id(creditor, key) for key in match_keys("", account.consumer)]


def _named(creditor: str, reference: str, invoice: str, known: _Known) -> list[list[list[str]]]:
    """The accounts by each number that a payment names: of one number, or of several that one
    cell holds, those that it may mean, likeliest first."""
    both = f"{reference}/{invoice}" if reference and invoice else ""
    whole = [_tier(creditor, name, known) for name in (both, invoice, reference) if name]
    several = split(invoice or reference)
    if not several or any(known.by_name.get(n) for n in (both, invoice, reference) if n):
        return [whole]
    return [[_tier(creditor, name, known)] for name in several]


def _tier(creditor: str, name: str, known: _Known) -> list[str]:
    return list(dict.fromkeys([ids.account_id(creditor, name), *known.by_name.get(name, ())]))


def _persons(creditor: str, account: NormalisedAccount, known: _Known) -> list[str]:
    """The debts of who paid: by the customer's number, else by contact points and name."""
    number = _customer(account) or account.reference
    theirs = known.by_customer.get(number, [])
    if not theirs and not _customer(account):
        marks = [*_consumers(creditor, account), work.name_mark(account.consumer.name)]
        theirs = [a for mark in marks if mark for a in known.by_person.get(mark, ())]
    return list(dict.fromkeys(theirs))
