"""What makes a debt unique in its creditor's books, and whether two rows tell of one debtor."""

from __future__ import annotations

from dunlin.domain.imports.matching import compatible, contradicts, share_contact
from dunlin.domain.imports.names import name_key
from dunlin.domain.imports.types import NormalisedRow

_APART = ("property", "unit", "claim", "load_number", "for_reference", "for", "job")
"""What tells the debts of one person apart where they have no number."""


def debt_key(row: NormalisedRow) -> str:
    """What makes a debt unique in its creditor's books: reference and invoice number.

    A row with neither is known by who owes and since when, never by how much: that changes.
    """
    if row.reference or row.invoice:
        if row.reference and row.invoice and row.reference != row.invoice:
            return f"{row.reference}/{row.invoice}"
        return row.reference or row.invoice
    who = row.consumer_reference or name_key(row.consumer.name)
    who = who or next(iter((*row.consumer.emails, *row.consumer.phones)), "")
    if not who:
        return ""
    extras = dict(row.extras)
    parts = [who, *(extras.get(k, "") for k in _APART)]
    since = row.due_on or row.issued_on
    parts.append(since.isoformat() if since else "")
    return "|".join(p for p in parts if p)


def of_one_debtor(first: NormalisedRow, second: NormalisedRow) -> bool:
    """False where two rows of one key are debts of two people: by customer number, by a name with
    nothing in common, or, where they have no number of their own, by their contact points."""
    numbers = first.consumer_reference, second.consumer_reference
    if all(numbers):
        return numbers[0] == numbers[1]
    mine, other = first.consumer, second.consumer
    if mine == other:
        return True
    if first.reference or first.invoice:
        alike = compatible(name_key(mine.name), {name_key(other.name)} - {""})
        return alike or share_contact(mine, other)
    return not contradicts(mine, other)


def who_of(row: NormalisedRow) -> str:
    """Who owes, in the words of a key; the same however the rows of a file are ordered."""
    person = row.consumer
    named = row.consumer_reference or name_key(person.name)
    if row.reference or row.invoice:
        return named or next(iter((*person.emails, *person.phones)), "")
    return next(iter((*person.emails, *person.phones, person.street)), named)


def where_of(row: NormalisedRow) -> str:
    """The unit or site of a debt."""
    if not row.extras:
        return ""
    extras = dict(row.extras)
    return "|".join(extras[k].lower() for k in ("property", "unit") if k in extras)
