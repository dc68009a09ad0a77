"""Whose debt a row is: a number that comes back under another person is a debt of its own."""

from __future__ import annotations

import hashlib

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.imports.matching import compatible
from dunlin.domain.imports.names import name_key
from dunlin.domain.imports.types import NormalisedAccount, NormalisedConsumer

_PERSON = "file_person"  # a hash of whom the file named last
_NUMBER = "consumer_reference"


def named_person(account_read: NormalisedAccount) -> dict[str, str]:
    """Whom the file names for a debt, as it is kept with the account: no name stands there."""
    named = f"{_number(account_read)}\x1f{name_key(account_read.consumer.name)}"
    return {_PERSON: hashlib.sha256(named.encode()).hexdigest()[:16]}


def another_person(stored: Account, holder: Consumer, account_read: NormalisedAccount) -> bool:
    """True where a file names somebody for a known debt who is not its person: another number or
    another name, and no contact point in common. Whom it named before, it may name again."""
    if stored.extras.get(_PERSON) == named_person(account_read)[_PERSON]:
        return False
    if strangers(holder, account_read.consumer):
        return True
    person = account_read.consumer
    points = {p.lower() for p in (*person.emails, *person.phones)}
    known = {p.lower() for p in holder.all_points}
    numbers = {_number(account_read), stored.extras.get(_NUMBER, "")} - {""}
    return len(numbers) == 2 and bool(points and known) and not points & known


def strangers(holder: Consumer, person: NormalisedConsumer) -> bool:
    """True where a record and somebody in a file are two people: their names say so, and they have
    no contact point in common."""
    named, name = name_key(person.name), name_key(holder.name)
    if not named or not name or compatible(named, {name}):
        return False
    points = {p.lower() for p in (*person.emails, *person.phones)}
    return not points & {p.lower() for p in holder.all_points}


def identity_of_other(identity: str, person: NormalisedConsumer) -> str:
    """What makes somebody unique whose number is another person's already."""
    return f"{identity}|{name_key(person.name)}"


def key_of_other(key: str, account_read: NormalisedAccount) -> str:
    """What makes the debt of another person under a known number unique."""
    return f"{key}|{account_read.identity}"


def _number(account_read: NormalisedAccount) -> str:
    return dict(account_read.extras).get(_NUMBER, "")
