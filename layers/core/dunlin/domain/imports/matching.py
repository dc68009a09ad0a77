"""Which rows speak of one person: by reference, e-mail, phone, or name and address.

The rule that matched is recorded. A match that is only probable joins nothing: it is left for a
person, with what speaks for it.
"""

from __future__ import annotations

import functools
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from dunlin.domain.imports.name_words import FORMS, PLAIN, TRADES, WEAK_TRADES
from dunlin.domain.imports.names import name_key
from dunlin.domain.imports.types import ImportQuestion, NormalisedConsumer

_MOST_DECISIONS = 50
_MANY = 4
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
    """A consumer as the rows so far describe it. `identity` is the key that its id is made of,
    `where` the unit or site of the first debt."""

    identity: str
    reference: str
    consumer: NormalisedConsumer
    names: set[str] = field(default_factory=set)
    where: str = ""


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


def _same(kind: str, name: str, mine: Known, other: Known) -> tuple[bool, str]:
    """Whether a consumer is one that is known under a key of this kind; and where that is in
    doubt, why a person must be asked."""
    reference, consumer = mine.reference, mine.consumer
    if kind == "ref":
        same = compatible(name, other.names) or share_contact(consumer, other.consumer)
        return same, "" if same else "the same customer number under two names"
    reached = kind in ("email", "phone")
    if reference and other.reference and reference != other.reference:
        alike = reached and name and name in other.names
        return False, f"the same {kind} and name under two references" if alike else ""
    if reached:
        same = compatible(name, other.names)
        return same, "" if same else f"the same {kind} under two names"
    if kind == "home":
        return True, ""
    if contradicts(consumer, other.consumer) or _elsewhere(mine, other):
        return False, ""
    silent = _silent(consumer), _silent(other.consumer)
    only_one = "the same name, and only one of them has contact points"
    return all(silent), only_one if silent[0] != silent[1] else ""


def _elsewhere(mine: Known, other: Known) -> bool:
    return bool(mine.where and other.where and mine.where != other.where)


class Consumers:
    """All consumers of one import, found by any of their keys."""

    def __init__(self, spill: SpillStore) -> None:
        self.all: MutableMapping[int, Known] = spill.by_number()
        self._index: MutableMapping[str, int] = spill.by_text()
        self._count = 0
        self._doubted: dict[int, int] = {}
        self._under: MutableMapping[str, int] = spill.by_text()
        self._apart: dict[str, int] = {}
        """By contact point under how many who share no name and no home with the first."""
        self.of_strangers: dict[str, str] = {}
        """Contact points under names that have nothing in common: they reach nobody but whom the
        address itself names, by the key of that name; "" where it names neither."""
        self.namesakes: MutableMapping[str, bool] = spill.by_text()
        """Keys of names that more than one consumer bears."""
        self._decisions: list[tuple[str, ImportQuestion]] = []
        self._probable: MutableMapping[int, tuple[int, str]] = spill.by_number()
        """By number of a consumer: who it probably is too, and by which key."""

    def place(
        self, reference: str, consumer: NormalisedConsumer, debt: str, where: str = ""
    ) -> tuple[int, str]:
        """(number of the consumer, rule that matched it); a new one says `new`.

        `where` is the unit or site of the debt: two people of one name live at two.
        """
        keys = match_keys(reference, consumer)
        name = _key(consumer.name)
        mine = Known("", reference, consumer, {name} if name else set(), where)
        doubts: list[tuple[int, str, str]] = []
        for key in keys:
            at = self._index.get(key)
            if at is None:
                continue
            kind = key.partition(":")[0]
            other = self.all[at]
            same, doubt = _same(kind, name, mine, other)
            if same:
                return self._join(at, keys, consumer, name, reference), _RULES[kind]
            if doubt:
                doubts.append((at, doubt, key))
            if kind in ("email", "phone"):
                self._meet(key, consumer, other)
            elif kind == "name":
                self.namesakes[key] = True
        at = self._count
        self._count += 1
        free = (k for k in keys if not k.startswith("name:") and k not in self._index)
        identity = next(free, f"debt:{debt}")
        if keys and identity.startswith("debt:") and keys[0] not in self._index:
            identity = keys[0]
        mine.identity = identity
        self.all[at] = mine
        for key in keys:
            self._index.setdefault(key, at)
        for other_at, why, key in doubts[:1]:
            self._ask(other_at, at, why, key)
        return at, "new"

    def _meet(self, key: str, consumer: NormalisedConsumer, other: Known) -> None:
        """Notes that a contact point stands under two names."""
        under = self._under[key] = self._under.get(key, 1) + 1
        firms = consumer.company and other.consumer.company
        if not _alike(consumer, other.consumer):
            self._apart[key] = self._apart.get(key, 1) + 1
        may = _may_share(consumer, other.consumer)
        if not firms and (under > SHARED_ADDRESS_LIMIT or not may):
            owner = _whose(key, consumer.name, other.consumer.name)
            before = self.of_strangers.setdefault(key, owner)
            self.of_strangers[key] = owner if owner == before else ""

    def reached(self, at: int) -> tuple[NormalisedConsumer, tuple[str, ...]]:
        """A consumer without contact points that stand under names of strangers, and those."""
        known = self.all[at]
        consumer = known.consumer
        if not self._apart and not self.of_strangers:
            return consumer, ()
        shared = [e for e in consumer.emails if self._strange(f"email:{e.lower()}", known)]
        shared += [p for p in consumer.phones if self._strange(f"phone:{p}", known)]
        if not shared:
            return consumer, ()
        emails = tuple(e for e in consumer.emails if e not in shared)
        phones = tuple(p for p in consumer.phones if p not in shared)
        return consumer._replace(emails=emails, phones=phones), tuple(shared)

    def _strange(self, key: str, known: Known) -> bool:
        owner = self.of_strangers.get(key)
        return self._of_most(key) or (owner is not None and owner not in known.names)

    def _of_most(self, key: str) -> bool:
        """Whether a contact point stands under most names of the file: it is the creditor's."""
        under = self._apart.get(key, 0)
        return under >= _MANY and under * 2 > self._count

    def probably(self, at: int) -> int | None:
        """Who a consumer probably is too, None where nothing says so but the creditor's address."""
        other, key = self._probable.get(at, (None, ""))
        return None if self._of_most(key) else other

    @property
    def decisions(self) -> list[ImportQuestion]:
        """Which two may be one: questions for a person, when all rows are in."""
        return [asked for key, asked in self._decisions if not self._of_most(key)]

    def at(self, key: str) -> int | None:
        """The consumer that is known under a key, None where there is none."""
        return self._index.get(key)

    def of_names(self, names: set[str]) -> set[int]:
        """Every consumer who bears one of some names."""
        if not names:
            return set()
        return {at for at, known in self.all.items() if not names.isdisjoint(known.names)}

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

    def _ask(self, first: int, second: int, why: str, key: str) -> None:
        doubted = self._doubted.get(first, 0) + 1
        self._doubted[first] = doubted
        if doubted > SHARED_ADDRESS_LIMIT:
            return
        self._probable[second] = (first, key)
        if len(self._decisions) < _MOST_DECISIONS:
            a, b = self.all[first].consumer.name, self.all[second].consumer.name
            asked = ImportQuestion(
                kind="match",
                column=None,
                choices=("same", "different"),
                why=f'"{a}" and "{b}": {why}',
                blocking=False,
            )
            self._decisions.append((key, asked))


def compatible(name: str, names: set[str]) -> bool:
    """True where a name is one of them, or one side is not named, or one holds the other, an
    initial standing for a name."""
    if not name or not names or name in names:
        return True
    words = name.split()
    return any(_holds(words, n.split()) or _holds(n.split(), words) for n in names)


def _holds(words: list[str], all_words: list[str]) -> bool:
    """True where every word stands among all of them, or is the initial of one left over."""
    left = list(all_words)
    initials = []
    for word in words:
        if word in left:
            left.remove(word)
        elif len(word) == 1:
            initials.append(word)
        else:
            return False
    for initial in initials:
        meant = next((w for w in left if w.startswith(initial)), None)
        if meant is None:
            return False
        left.remove(meant)
    return True


def share_contact(first: NormalisedConsumer, second: NormalisedConsumer) -> bool:
    """True where two consumers have an address, a number or a home in common."""
    if first.phones and not set(first.phones).isdisjoint(second.phones):
        return True
    emails = {e.lower() for e in first.emails}
    if emails and not emails.isdisjoint(e.lower() for e in second.emails):
        return True
    return bool(first.street) and _home(first) == _home(second)


def _home(consumer: NormalisedConsumer) -> tuple[str, str]:
    return _key(consumer.street), (consumer.zip[:5] or consumer.city).lower()


def _whose(key: str, first: str, second: str) -> str:
    """The key of the one name of two that an address speaks, "" where it speaks none or both."""
    local = key.removeprefix("email:").partition("@")[0] if key.startswith("email:") else ""
    own, others = set(_key(first).split()), set(_key(second).split())
    speaks = [any(len(w) > 2 and w in local for w in words - (own & others))
              for words in (own, others)]  # fmt: skip
    if speaks[0] == speaks[1]:
        return ""
    return _key(first) if speaks[0] else _key(second)


def _may_share(first: NormalisedConsumer, second: NormalisedConsumer) -> bool:
    """True for a household or an owner and the firm: one home, or a name in common and no two
    homes."""
    alike = _alike(first, second)
    return alike or (first.company != second.company and not (first.street and second.street))


def _alike(first: NormalisedConsumer, second: NormalisedConsumer) -> bool:
    """True for one home, or a name in common and no two homes."""
    if first.street and second.street:
        return _home(first) == _home(second)
    return not _own_words(first.name).isdisjoint(_own_words(second.name))


def _own_words(name: str) -> set[str]:
    words = {w for w in _key(name).split() if len(w) > 1}
    return words - FORMS - TRADES - WEAK_TRADES - PLAIN


def _silent(consumer: NormalisedConsumer) -> bool:
    return not (consumer.emails or consumer.phones or consumer.street)


def contradicts(first: NormalisedConsumer, second: NormalisedConsumer) -> bool:
    """True where something that tells people apart differs and nothing is in common."""
    if share_contact(first, second):
        return False
    pairs = (
        (first.emails, second.emails),
        (first.phones, second.phones),
        (first.street, second.street),
        (first.date_of_birth, second.date_of_birth),
    )
    return any(a and b and a != b for a, b in pairs)


def merged(old: NormalisedConsumer, new: NormalisedConsumer) -> NormalisedConsumer:
    """One consumer from two rows: contact points add up, of the rest what was known stays."""
    have = {e.lower() for e in old.emails}
    changes: dict[str, Any] = {
        "emails": old.emails + tuple(e for e in new.emails if e.lower() not in have),
        "phones": tuple(dict.fromkeys((*old.phones, *new.phones))),
        "extensions": tuple(dict.fromkeys((*old.extensions, *new.extensions))),
        "consents": tuple(dict.fromkeys((*old.consents, *new.consents))),
        "at_work": tuple(dict.fromkeys((*old.at_work, *new.at_work))),
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
