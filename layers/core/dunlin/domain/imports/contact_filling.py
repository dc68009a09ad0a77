"""Names and contact points from a contacts file, for the debts of another file.

A contact fills the debtor that its number means, where both files number the same thing: an
invoice's id is no client's id. Without a number it fills the one debtor at its address or of its
name; where two contacts bear one name, or two debtors do, nobody is filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import replace
from typing import NamedTuple

from dunlin.domain.imports import barring, fields
from dunlin.domain.imports.matching import (
    Consumers,
    SpillStore,
    compatible,
    contradicts,
    match_keys,
    share_contact,
)
from dunlin.domain.imports.names import name_key
from dunlin.domain.imports.types import (
    ColumnMap,
    FileProfile,
    NormalisedConsumer,
    NormalisedRow,
    Rejected,
)

NUMBERS = ("consumer_reference", "account_reference", "invoice_number")
_OF_ANYTHING = frozenset("id no nr number num code ref reference key recordid uuid guid".split())
"""Names of columns that number whatever a file lists."""


class DebtKey(NamedTuple):
    """The numbers of a debt, and the number of who owes it."""

    reference: str
    invoice: str
    owner: int


_OF_PAYMENTS = frozenset(("paid_date", "paid_flag", "last_payment_date", "last_payment_amount"))

NumberLink = tuple[str, str]
"""A field of the contacts and the field of the debts that number the same thing."""


def links_of(contacts: FileProfile, debts: FileProfile) -> tuple[NumberLink, ...]:
    """By which numbers two files speak of the same people, best first; none where by no number."""
    mine, other = _numbers_of(contacts), _numbers_of(debts)
    alike = [(a, b) for a in mine for b in other if mine[a] == other[b] not in _OF_ANYTHING]
    if alike:
        return tuple(alike)
    return tuple(
        (field, field)
        for field in NUMBERS
        if field in mine and field in other and other[field] not in _OF_ANYTHING
        and (field == "consumer_reference" or mine[field] not in _OF_ANYTHING)
    )  # fmt: skip


def _numbers_of(profile: FileProfile) -> dict[str, str]:
    """{field: folded name of its column}."""
    return {c.field: fields.key_of(c.key) for c in profile.mapping if c.field in NUMBERS}


def as_contacts(columns: tuple[ColumnMap, ...]) -> tuple[ColumnMap, ...]:
    """The columns of a contacts file, its `id` taken for what it is there: the contact's number.
    A day on which such a record was closed is none on which somebody paid."""
    columns = tuple(
        replace(c, field=fields.IGNORE, score=0.0, why="a list of contacts holds no debts")
        if c.field in _OF_PAYMENTS and c.score < 1
        else c
        for c in columns
    )
    numbers = [c for c in columns if c.field in NUMBERS]
    if any(c.field == "consumer_reference" for c in numbers):
        return columns
    own = next((c for c in numbers if fields.key_of(c.key) in _OF_ANYTHING), None)
    return tuple(
        replace(c, field="consumer_reference", why="it numbers the contacts") if c is own else c
        for c in columns
    )


class ContactFiles:
    """The contacts of all contacts files."""

    def __init__(self, spill: SpillStore) -> None:
        self._rows: MutableMapping[int, tuple[NormalisedRow, tuple[NumberLink, ...]]] = (
            spill.by_number()
        )
        self._count = 0
        self._spill = spill
        self.bars: dict[int, tuple[str, ...]] = {}
        """What contacts say of consumers, by their numbers, that forbids to write."""

    def __len__(self) -> int:
        return self._count

    def add(
        self, contacts: FileProfile, debts: FileProfile, rows: Iterable[NormalisedRow | Rejected]
    ) -> None:
        """Keeps the rows of a contacts file, whichever file came first."""
        links = links_of(contacts, debts)
        for row in rows:
            if not isinstance(row, Rejected):
                self._rows[self._count] = (row, links)
                self._count += 1

    def fill(self, consumers: Consumers, debts: Iterable[DebtKey]) -> set[int]:
        """Fills who is meant; the numbers of those of whom it is not known which contact they
        are."""
        by_debt = self._by_debt(debts)
        shared = names_of_two(row.consumer for row, _ in self._rows.values())
        unclear: set[str] = set()
        for row, links in self._rows.values():
            numbers = [(b, _number(row, a)) for a, b in links if _number(row, a)]
            if numbers:
                at = _by_number(consumers, by_debt, numbers)
                if at is not None and _agrees(row.consumer, consumers, at):
                    self._take(consumers, at, row)
                continue
            at, by_name = _by_contact(consumers, row.consumer)
            name = name_key(row.consumer.name)
            if at is None:
                continue
            if by_name and (name in shared or f"name:{name}" in consumers.namesakes):
                unclear.add(name)
            elif _agrees(row.consumer, consumers, at):
                self._take(consumers, at, row)
        return consumers.of_names(unclear)

    def _take(self, consumers: Consumers, at: int, row: NormalisedRow) -> None:
        consumers.fill(at, row.consumer)
        if codes := bars_of_contact(row):
            self.bars[at] = (*self.bars.get(at, ()), *codes)

    def _by_debt(self, debts: Iterable[DebtKey]) -> MutableMapping[str, int]:
        """Owners by `field:number` of their debts; -1 where two owe under one number."""
        owners: MutableMapping[str, int] = self._spill.by_text()
        for debt in debts:
            named = (("account_reference", debt.reference), ("invoice_number", debt.invoice))
            for field, number in named:
                if number:
                    key = f"{field}:{number}"
                    owners[key] = debt.owner if owners.get(key, debt.owner) == debt.owner else -1
        return owners


def bars_of_contact(row: NormalisedRow) -> tuple[str, ...]:
    """The codes of what a contact's row says that forbids to write: of the person, for a contact
    is no debt."""
    return tuple(code for code in row.holds if code in barring.STAFF)


def names_of_two(contacts: Iterable[NormalisedConsumer]) -> set[str]:
    """Keys of names that two contacts bear whose contact points have nothing in common."""
    first: dict[str, NormalisedConsumer] = {}
    shared: set[str] = set()
    for contact in contacts:
        name = name_key(contact.name)
        if not name:
            continue
        before = first.setdefault(name, contact)
        if before is not contact and before != contact and contradicts(before, contact):
            shared.add(name)
    return shared


def _number(row: NormalisedRow, field: str) -> str:
    return {
        "consumer_reference": row.consumer_reference,
        "account_reference": row.reference,
        "invoice_number": row.invoice,
    }[field]


def _by_number(
    consumers: Consumers, by_debt: Mapping[str, int], numbers: list[tuple[str, str]]
) -> int | None:
    for field, number in numbers:
        if field == "consumer_reference":
            at = consumers.at(f"ref:{number}")
        else:
            at = by_debt.get(f"{field}:{number}")
        if at is not None and at >= 0:
            return at
    return None


def _by_contact(consumers: Consumers, contact: NormalisedConsumer) -> tuple[int | None, bool]:
    """(the consumer at a contact's address or of its name, whether the name alone says so)."""
    for key in match_keys("", contact):
        at = consumers.at(key)
        if at is not None:
            return at, key.startswith("name:")
    return None, False


def _agrees(contact: NormalisedConsumer, consumers: Consumers, at: int) -> bool:
    known = consumers.all[at]
    alike = compatible(name_key(contact.name), known.names)
    return alike or share_contact(contact, known.consumer)
