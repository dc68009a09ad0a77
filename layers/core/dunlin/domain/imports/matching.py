"""Which rows speak of one person: by reference, e-mail, phone, or name and address.

The rule that matched is recorded. A match that is only probable joins nothing: it is left for a
person, with what speaks for it.
"""

from __future__ import annotations

import functools
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from dunlin.domain.imports.names import name_key
from dunlin.domain.imports.types import ImportQuestion, NormalisedConsumer

_MOST_DECISIONS = 50
SHARED_ADDRESS_LIMIT = 5
"""A contact point that more people share is an office's: it says nothing of who is who."""


class SpillStore:
    """Where the joining of rows keeps what it knows: in memory. An adapter spills to a file."""

    def by_text(self) -> MutableMapping[str, Any]:
        """An empty mapping from text, iterated in the order of insertion."""
        return {}

    def by_number(self) -> MutableMapping[int, Any]:
        """An empty mapping from numbers, filled in ascending order."""
        return {}


@dataclass(slots=True)
class Known:
    """A consumer as the rows so far describe it. `identity` is the key that its id is made of."""

    identity: str
    reference: str
    consumer: NormalisedConsumer
    names: set[str] = field(default_factory=set)


def match_keys(reference: str, consumer: NormalisedConsumer) -> list[str]:
    """Every key of a row, strongest first."""
    keys = [f"ref:{reference}"] if reference else []
    keys += [f"email:{e.lower()}" for e in consumer.emails]
    keys += [f"phone:{p}" for p in consumer.phones]
    name = _key(consumer.name)
    if name and consumer.street and (consumer.zip or consumer.city):
        place = (consumer.zip[:5] or consumer.city).lower()
        keys.append(f"home:{name}|{_key(consumer.street)}|{place}")
    if name:
        keys.append(f"name:{name}")
    return keys


_key = functools.lru_cache(maxsize=4096)(name_key)

_RULES = {"ref": "reference", "email": "email", "phone": "phone", "home": "name_and_address",
          "name": "name", "debt": "none"}  # fmt: skip


def rule_of(identity: str) -> str:
    """The matching rule behind a key, in words for the record."""
    return _RULES[identity.partition(":")[0]]


def _same(
    kind: str, name: str, reference: str, consumer: NormalisedConsumer, other: Known
) -> tuple[bool, str]:
    """Whether a consumer is one that is known under a key of this kind; and where that is in
    doubt, why a person must be asked."""
    reached = kind in ("email", "phone")
    if reference and other.reference and reference != other.reference:
        alike = reached and name and name in other.names
        return False, f"the same {kind} and name under two references" if alike else ""
    if reached:
        same = compatible(name, other.names)
        return same, "" if same else f"the same {kind} under two names"
    if kind == "home":
        return True, ""
    if _contradicts(consumer, other.consumer):
        return False, ""
    silent = _silent(consumer), _silent(other.consumer)
    only_one = "the same name, and only one of them has contact points"
    return all(silent), only_one if silent[0] != silent[1] else ""


class Consumers:
    """All consumers of one import, found by any of their keys."""

    def __init__(self, spill: SpillStore) -> None:
        self.all: MutableMapping[int, Known] = spill.by_number()
        self._index: MutableMapping[str, int] = spill.by_text()
        self._count = 0
        self._doubted: dict[int, int] = {}
        self.decisions: list[ImportQuestion] = []
        self.probable: MutableMapping[int, tuple[int, str]] = spill.by_number()
        """By number of a consumer: who it probably is too, and why."""

    def place(self, reference: str, consumer: NormalisedConsumer, debt: str) -> tuple[int, str]:
        """(number of the consumer, rule that matched it); a new one says `new`."""
        keys = match_keys(reference, consumer)
        name = _key(consumer.name)
        doubts: list[tuple[int, str]] = []
        for key in keys:
            at = self._index.get(key)
            if at is None:
                continue
            kind = key.partition(":")[0]
            if kind == "ref":
                return self._join(at, keys, consumer, name), "reference"
            same, doubt = _same(kind, name, reference, consumer, self.all[at])
            if same:
                return self._join(at, keys, consumer, name, reference), _RULES[kind]
            if doubt:
                doubts.append((at, doubt))
        at = self._count
        self._count += 1
        identity = keys[0] if keys else f"debt:{debt}"
        if identity in self._index:
            identity = f"debt:{debt}"
        self.all[at] = Known(identity, reference, consumer, {name} if name else set())
        for key in keys:
            self._index.setdefault(key, at)
        for other_at, why in doubts[:1]:
            self._ask(other_at, at, why)
        return at, "new"

    def find(self, reference: str, consumer: NormalisedConsumer) -> int | None:
        """The consumer that a contact's row means, None where there is none."""
        for key in match_keys(reference, consumer):
            at = self._index.get(key)
            if at is not None:
                return at
        return None

    def fill(self, at: int, consumer: NormalisedConsumer) -> None:
        """Adds what a contacts file knows of a consumer."""
        self._join(at, match_keys("", consumer), consumer, name_key(consumer.name))

    def _join(
        self,
        at: int,
        keys: list[str],
        consumer: NormalisedConsumer,
        name: str,
        reference: str = "",
    ) -> int:
        known = self.all[at]
        if reference and not known.reference:
            known.reference = reference
        if name:
            known.names.add(name)
        if consumer != known.consumer:
            known.consumer = merged(known.consumer, consumer)
        self.all[at] = known
        for key in keys:
            self._index.setdefault(key, at)
        return at

    def _ask(self, first: int, second: int, why: str) -> None:
        doubted = self._doubted.get(first, 0) + 1
        self._doubted[first] = doubted
        if doubted > SHARED_ADDRESS_LIMIT:
            return
        self.probable[second] = (first, why)
        if len(self.decisions) < _MOST_DECISIONS:
            a, b = self.all[first].consumer.name, self.all[second].consumer.name
            self.decisions.append(
                ImportQuestion(
                    kind="match",
                    column=None,
                    choices=("same", "different"),
                    why=f'"{a}" and "{b}": {why}',
                    blocking=False,
                )
            )


def compatible(name: str, names: set[str]) -> bool:
    """True where a name is one of them, or one side is not named, or one holds the other."""
    if not name or not names or name in names:
        return True
    words = set(name.split())
    return any(words <= set(n.split()) or set(n.split()) <= words for n in names)


def _silent(consumer: NormalisedConsumer) -> bool:
    return not (consumer.emails or consumer.phones or consumer.street)


def _contradicts(first: NormalisedConsumer, two: NormalisedConsumer) -> bool:
    """True where something that tells people apart differs."""
    pairs = (
        (first.emails, two.emails),
        (first.phones, two.phones),
        (first.street and (first.street,), two.street and (two.street,)),
        (
            first.date_of_birth and (first.date_of_birth,),
            two.date_of_birth and (two.date_of_birth,),
        ),
    )
    return any(a and b and not set(a) & set(b) for a, b in pairs)


def merged(old: NormalisedConsumer, new: NormalisedConsumer) -> NormalisedConsumer:
    """One consumer from two rows: contact points add up, of the rest what was known stays."""
    have = {e.lower() for e in old.emails}
    changes: dict[str, Any] = {
        "emails": old.emails + tuple(e for e in new.emails if e.lower() not in have),
        "phones": tuple(dict.fromkeys((*old.phones, *new.phones))),
        "extensions": tuple(dict.fromkeys((*old.extensions, *new.extensions))),
        "consents": tuple(dict.fromkeys((*old.consents, *new.consents))),
    }
    if not old.name and new.name:
        changes |= {"name": new.name, "given": new.given, "family": new.family,
                    "suffix": new.suffix, "company": new.company}  # fmt: skip
    if not (old.street or old.city or old.zip):
        changes |= {"street": new.street, "city": new.city, "zip": new.zip,
                    "state": new.state or old.state,
                    "country": new.country or old.country}  # fmt: skip
    for part in ("state", "country", "language", "time_zone", "date_of_birth"):
        if not getattr(old, part) and getattr(new, part):
            changes[part] = getattr(new, part)
    return old._replace(**changes)
