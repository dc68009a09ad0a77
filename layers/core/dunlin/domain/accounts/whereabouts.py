"""Where a person is, and how long a word about it counts.

The newest file says where a person lives, unless staff wrote it down: theirs stands until they say
otherwise. The clock that a person said they live by replaces what their address tells for a year,
and not beyond a move: an older word stands beside the address. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dunlin.domain.accounts.consumer import Consumer

BY_FILE, BY_STAFF, BY_PERSON = "file", "staff", "person"
ZONE_WORD_COUNTS = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where somebody says that a person lives, "" for what is not said."""

    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""


def is_placed(person: Consumer) -> bool:
    """True where the law of some place can be asked: a state or a ZIP code is known."""
    return bool(person.state or person.zip)


def zone_by(person: Consumer, now: datetime) -> str:
    """Who said the person's zone, as the rules ask it: `person` while their word is fresh, `file`
    where it stands beside what the address tells."""
    if person.tz_by != BY_PERSON or person.tz_at is None:
        return BY_FILE
    return BY_PERSON if now - person.tz_at < ZONE_WORD_COUNTS else BY_FILE


def say_zone(person: Consumer, zone: str, at: datetime) -> Consumer:
    """The person by the clock that they said; "" takes back what they had said, and leaves what a
    file said."""
    if zone:
        return replace(person, tz_known=zone, tz_by=BY_PERSON, tz_at=at)
    if person.tz_by != BY_PERSON:
        return person
    return replace(person, tz_known=None, tz_by=BY_FILE, tz_at=None)


def take_address(person: Consumer, named: Address, *, newest: bool = True) -> Consumer:
    """The person at the address that a file names. What is not known yet is filled; another place
    is taken from the `newest` word on them alone, and never in place of what staff wrote down."""
    moved = differs(person, named)
    if moved and (person.placed_by == BY_STAFF or not newest):
        return person
    kept = Address() if moved else _of(person)
    after = replace(
        person,
        street=named.street if moved else kept.street or named.street,
        city=named.city if moved else kept.city or named.city,
        state=kept.state or named.state or None,
        zip=kept.zip or named.zip or None,
    )
    return replace(after, tz_at=None) if moved else after


def differs(person: Consumer, named: Address) -> bool:
    """True where a state or a ZIP code is said that is another than the one known."""
    pairs = ((person.state, named.state), (person.zip, named.zip))
    return any(known and stated and known != stated for known, stated in pairs)


def _of(person: Consumer) -> Address:
    return Address(
        street=person.street, city=person.city, state=person.state or "", zip=person.zip or ""
    )
