"""Finding: the accounts that somebody means by what they have at hand. Reading changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from dunlin.domain import ids
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.names import plain
from dunlin.ports.accounts import CalledPeople, FoundAccounts, People
from dunlin.ports.strategies import Creditors


class CalledAccounts(CalledPeople, People, Protocol):
    """Accounts by what their people are called."""


MOST = 50
"""Accounts that are told of one search; more are no answer."""


def find_accounts(
    wanted: str, *, creditor: str, book: FoundAccounts, creditors: Creditors
) -> list[Account]:
    """Every account that may be meant, by id, by what its creditor calls it or its person, or by
    how they are reached; of one creditor, or of all for "". Never one guessed of several."""
    wanted = wanted.strip()
    if not wanted:
        return []
    if wanted.startswith("acc_"):
        account = book.account(wanted)
        mine = account is not None and creditor in ("", account.creditor)
        return [account] if account is not None and mine else []
    meant: dict[str, Account] = {}
    for name in [creditor] if creditor else creditors.all():
        for account in (*book.accounts_named(name, wanted), *_of_person(name, wanted, book)):
            meant.setdefault(account.account_id, account)
    if not meant:
        reached = _reached(wanted, book)
        meant = {a.account_id: a for a in reached if creditor in ("", a.creditor)}
    return sorted(meant.values(), key=lambda a: (a.creditor, a.reference, a.account_id))[:MOST]


def find_called(
    name: str, *, creditor: str, book: CalledAccounts, creditors: Creditors
) -> list[Account]:
    """The accounts of whoever is called so, each word of it; of one creditor, or of all for "".
    For looking alone: a name is no ground to act on an account. Raises `DomainError` where it is
    borne by too many."""
    called = [
        account
        for mine in ([creditor] if creditor else creditors.all())
        for person in book.consumers_called(mine, name)
        for account in book.accounts_of_consumer(person.consumer_id)
    ]
    return sorted(called, key=lambda a: (a.creditor, a.reference, a.account_id))[:MOST]


def _of_person(creditor: str, number: str, book: FoundAccounts) -> Iterable[Account]:
    """The accounts of the person who has this number at the creditor."""
    person = book.consumer(ids.consumer_id(creditor, f"ref:{number}"))
    if person is None:
        return ()
    theirs = book.accounts_of_consumer(person.consumer_id)
    own = [a for a in theirs if plain(number) in map(plain, a.names)]
    return own or theirs


def _reached(address: str, book: FoundAccounts) -> Iterable[Account]:
    """The accounts of everybody who is reached at an e-mail address or a phone number."""
    digits = "".join(c for c in address if c.isdigit())
    if "@" in address:
        points = [address]
    elif len(digits) >= 10 and not any(c.isalpha() for c in address):
        points = [f"+{digits}"] if address.startswith("+") else [f"+1{digits}", f"+{digits}"]
    else:
        return ()
    people = {p.consumer_id: p for point in points for p in book.consumers_at(point)}
    return [account for person in people for account in book.accounts_of_consumer(person)]
