"""What somebody who holds a dossier, and not the key that signed its days, can do to it.

`edits` changes every value of the file, takes out, repeats and swaps every element, and adds what
is not there; `FORGERIES` are the moves of somebody who knows the form. `repaired` then makes the
file consistent again wherever that can be done without the key.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from dunlin.domain.audit import audit
from dunlin.domain.audit.audit import GENESIS, SignedRoot
from dunlin.domain.audit.dossier import read
from tests.support.evidence import LocalSigner

Dossier = dict[str, Any]
Path = tuple[str | int, ...]
STRANGER = LocalSigner()
_ID = re.compile(r"(acc|con|tch|ent)_[0-9a-z_]+|(?<=creditor#)[a-z-]+")


@dataclass(frozen=True)
class Edit:
    """One change at one place. `place` is where, with ids and numbers left out."""

    name: str
    path: Path
    act: Callable[[Any, Any], None]

    @property
    def place(self) -> str:
        parts = ["*" if isinstance(p, int) else _ID.sub("*", p) for p in self.path]
        if "record" in parts:  # one digest is over all that was judged
            parts = parts[: parts.index("record") + 1]
        return f"{self.name} {'/'.join(parts)}"

    def __call__(self, document: Dossier) -> Dossier:
        """The document with the change; what lies beside the path is shared."""
        top = at = dict(document)
        for part in self.path[:-1]:
            inner = copy.copy(at[part])  # type: ignore[index]
            at[part] = inner  # type: ignore[index]
            at = inner
        self.act(at, self.path[-1])
        return top


def edits(document: Dossier) -> list[Edit]:
    """Every change of one value or one element, wherever there is one."""
    return [
        *(edit for path, value in _walk(document, ()) for edit in _of(path, value)),
        Edit("add", ("note",), partial(_put, "paid")),
    ]


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if path:
        yield path, value
    parts: Any = value.items() if isinstance(value, dict) else ()
    for name, part in enumerate(value) if isinstance(value, list) else parts:
        yield from _walk(part, (*path, name))


def _of(path: Path, value: Any) -> Iterator[Edit]:
    for number, other in enumerate(_others(value)):
        yield Edit(f"change {number}", path, partial(_put, other))
    yield Edit("drop", path, lambda at, name: at.pop(name))
    if isinstance(path[-1], int):
        yield Edit("repeat", path, lambda at, number: at.insert(number, at[number]))
        if path[-1]:
            yield Edit("swap", path, _swap)
    if isinstance(value, dict):
        yield Edit("add", (*path, "note"), partial(_put, "paid"))
    if isinstance(value, list):
        yield Edit("add", (*path, 0), lambda at, number: at.append("paid"))


def _others(value: Any) -> list[Any]:
    """Other values in place of one: near it, far from it, and of another kind."""
    match value:
        case bool():
            return [not value, int(value)]
        case int():
            return [value + 1, float(value)]
        case str():
            return [v for v in (value + "x", value.upper(), None) if v != value]
        case None:
            return ["x", False]
        case dict():
            return [{}, []] if value else [[]]
        case _:
            return [[], {}] if value else [{}]


def _put(value: Any, at: Any, name: Any) -> None:
    at[name] = value


def _swap(at: list[Any], number: int) -> None:
    at[number], at[number - 1] = at[number - 1], at[number]


# What an attacker can put right afterwards, without the key.


def repaired(document: Dossier) -> Dossier:
    """The document with hashes that fit again, with all that is shown drawn anew from the chains,
    and reaching as far as its days; left as it is where it is too broken for that."""
    document = copy.deepcopy(document)
    try:
        for subject, rows in document["chains"].items():
            document["chains"][subject] = _rehashed(rows)
        _redraw(document)
        document["until"] = document["days"][-1]["day"] if document["days"] else ""
    except Exception:  # noqa: BLE001 - whatever it is that cannot be repaired stays broken
        return document
    return document


def _rehashed(rows: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    fresh: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        old = audit.from_json(row)
        entry = audit.append(
            subject=old.subject,
            sequence=number + 1,
            previous=fresh[-1]["hash"] if fresh else "",
            at=old.at,
            actor=old.actor,
            what=old.what,
            data=old.data,
        )
        fresh.append(audit.to_json(entry))
    return fresh


def _redraw(document: Dossier) -> None:
    reading = read(document["person"], document["chains"])
    words = {
        touch.get("touch_id"): touch.get("words")
        for account in document["accounts"].values()
        for touch in account["touches"]
    }
    for account in reading.accounts.values():
        for touch in account["touches"]:
            kept = touch["content_sha256"] and not touch["words_erased"]
            touch["words"] = words.get(touch["touch_id"]) if kept else None
    document["accounts"], document["persons"] = reading.accounts, reading.persons


# The moves of somebody who knows the form. Each changes a copy in place.

Forgery = Callable[[Dossier], None]


def _subject(document: Dossier, kind: str) -> str:
    """The longest chain of a kind."""
    of_kind = [s for s in document["chains"] if s.startswith(f"{kind}#")]
    return max(of_kind, key=lambda s: len(document["chains"][s]))


def _chain(document: Dossier, kind: str = "account") -> list[dict[str, Any]]:
    chain: list[dict[str, Any]] = document["chains"][_subject(document, kind)]
    return chain


def _touch_entries(document: Dossier) -> list[dict[str, Any]]:
    return [row for row in _chain(document) if "touch" in row["data"].get("shows", {})]


def _shows(name: str, value: Any) -> Forgery:
    """Another word on every touch, in the log itself."""

    def forge(document: Dossier) -> None:
        for row in _touch_entries(document):
            if name in row["data"]["shows"]["touch"]:
                row["data"]["shows"]["touch"][name] = value

    return forge


def _other_words(document: Dossier) -> None:
    for account in document["accounts"].values():
        for touch in account["touches"]:
            touch["words"] = "Pay or we sue."
    _shows("content_sha256", audit.content_sha256("Pay or we sue."))(document)


def _invent_touch(document: Dossier) -> None:
    chain = _chain(document)
    row = copy.deepcopy(_touch_entries(document)[-1])
    row["data"]["shows"]["touch"] |= {"touch_id": "tch_invented", "key": "T#1#1#0"}
    chain.append(row | {"sequence": len(chain) + 1})


def _silence_the_touch(document: Dossier) -> None:
    for row in _touch_entries(document):
        del row["data"]["shows"]["touch"]


def _all_of_before(document: Dossier) -> None:
    """As if the log were from before entries named what they show."""
    for rows in document["chains"].values():
        for row in rows:
            row["data"].pop("shows", None)


def _lose(kind: str) -> Forgery:
    """A chain without a trace: entries, proofs, and what is drawn from it."""

    def forge(document: Dossier) -> None:
        subject = _subject(document, kind)
        del document["chains"][subject]
        for day in document["days"]:
            day["proofs"].pop(subject, None)
        for part in ("accounts", "persons"):
            document[part].pop(subject.partition("#")[2], None)

    return forge


def _lose_the_other_account(document: Dossier) -> None:
    (subject, *_) = sorted(
        (s for s in document["chains"] if s.startswith("account#")),
        key=lambda s: len(document["chains"][s]),
    )
    del document["chains"][subject], document["accounts"][subject.partition("#")[2]]
    for day in document["days"]:
        del day["proofs"][subject]


def _unname_the_other_account(document: Dossier) -> None:
    for row in _chain(document, "consumer"):
        row["data"]["shows"].pop("account", None)


def _empty(kind: str) -> Forgery:
    def forge(document: Dossier) -> None:
        _chain(document, kind).clear()

    return forge


def _cut(kind: str) -> Forgery:
    def forge(document: Dossier) -> None:
        if chain := _chain(document, kind):
            chain.pop()

    return forge


def _drop_in_the_middle(document: Dossier) -> None:
    del _chain(document)[1:2]


def _days(first: int | None, last: int | None) -> Forgery:
    """Some days alone."""

    def forge(document: Dossier) -> None:
        document["days"] = document["days"][first:last]

    return forge


def _drop_a_day_between(document: Dossier) -> None:
    del document["days"][1:2]


def _reverse_days(document: Dossier) -> None:
    document["days"].reverse()


def _reach_less(document: Dossier) -> None:
    document["days"] = document["days"][:-1]
    document["until"] = document["days"][-1]["day"] if document["days"] else ""


def _another_key(document: Dossier) -> None:
    previous = GENESIS
    for day in document["days"]:
        day["previous"] = previous
        parts = {n: day[n] for n in ("day", "root", "previous", "leaves")}
        day["signature"] = STRANGER.sign(SignedRoot(**parts, signature="").message())
        previous = day["root"]


def _proof(kind: str, forge: Callable[[dict[str, Any], Dossier, str], Any]) -> Forgery:
    """Another proof of a chain on every day."""

    def forged(document: Dossier) -> None:
        subject = _subject(document, kind)
        for day in document["days"]:
            if subject in day["proofs"]:
                day["proofs"][subject] = forge(day, document, subject)

    return forged


def _absent(day: dict[str, Any], _document: Dossier, _subject: str) -> Any:
    """It did not move, says whatever leaf the file holds."""
    ways = [way for proof in day["proofs"].values() for way in proof.values() if way]
    ordered = sorted(ways, key=lambda way: way["index"])
    return {"left": ordered[0] if ordered else None, "right": ordered[-1] if ordered else None}


def _absent_bare(_day: dict[str, Any], _document: Dossier, _subject: str) -> Any:
    return {"left": None, "right": None}


def _as_it_is_now(day: dict[str, Any], document: Dossier, subject: str) -> Any:
    """The leaf says what the chain of the file says, on the old way."""
    proof, chain = copy.deepcopy(day["proofs"][subject]), document["chains"].get(subject)
    if "leaf" in proof and proof["leaf"] and chain:
        proof["leaf"] |= {"sequence": len(chain), "head": chain[-1]["hash"]}
    return proof


def _of_another(day: dict[str, Any], document: Dossier, subject: str) -> Any:
    """The proof of another chain."""
    others = [p for s, p in day["proofs"].items() if s != subject]
    return copy.deepcopy(others[0]) if others else day["proofs"][subject]


def _trees_anew(document: Dossier) -> None:
    """Trees of our own over the file's chains, with roots to which they lead; unsigned."""
    from dunlin.domain.audit import coverage, merkle
    from dunlin.domain.audit.audit import Leaf

    leaves = [
        Leaf(subject=s, sequence=len(rows), head=rows[-1]["hash"])
        for s, rows in sorted(document["chains"].items())
        if rows
    ]
    root, previous = (
        merkle.root(merkle.leaf(x.subject, x.sequence, x.head) for x in leaves),
        GENESIS,
    )
    for day in document["days"]:
        day |= {"root": root, "previous": previous, "leaves": len(leaves)}
        day["proofs"] = coverage.prove(leaves, document["chains"])
        previous = root


def _another_person(document: Dossier) -> None:
    document["person"] = "con_somebody"


def _add_a_chain(document: Dossier) -> None:
    entry = audit.append(
        subject="account#acc_planted", sequence=1, previous="", at=audit.from_json(
            _first_entry(document)).at, actor="import", what="AccountImported", data={},
    )  # fmt: skip
    document["chains"]["account#acc_planted"] = [audit.to_json(entry)]
    for day in document["days"]:
        day["proofs"]["account#acc_planted"] = {"left": None, "right": None}


def _first_entry(document: Dossier) -> dict[str, Any]:
    rows = next((rows for rows in document["chains"].values() if rows), None)
    if rows is None:
        raise LookupError("no chain is left")
    return rows[0]


def _erase(document: Dossier) -> None:
    """The words were erased, says an entry that nobody wrote."""
    chain = _chain(document, "consumer")
    row = copy.deepcopy(chain[-1])
    owners = [s.partition("#")[2] for s in document["chains"] if s.startswith("account#")]
    row["data"]["shows"]["erased"] = owners
    chain.append(row | {"sequence": len(chain) + 1, "what": "PersonErased"})


def _no_optout(document: Dossier) -> None:
    shows = _chain(document, "consumer")[-1]["data"]["shows"]
    shows["flags"] = {}
    for consent in shows["consents"].values():
        consent |= {"state": "granted"}


def _later(document: Dossier) -> None:
    for row in _chain(document):
        row["at"] = row["at"].replace("2026-11-2", "2026-11-1")


def _no_payment(document: Dossier) -> None:
    for row in _chain(document):
        row["data"]["shows"].pop("ledger", None)
        row["data"]["shows"]["balance_minor"] = 0


FORGERIES: dict[str, Forgery] = {
    "another time sent": _shows("sent_at", "2026-11-22T18:00:00Z"),
    "another time permitted": _shows("permitted_at", "2026-11-22T18:00:00Z"),
    "another local time": _shows(
        "permitted_local", {"America/Chicago": "2026-11-23T21:00:00-06:00"}
    ),
    "another channel": _shows("channel", "sms"),
    "another state": _shows("state", "released"),
    "another template": _shows("template", "final_notice"),
    "another consent": _shows("consent_version", 7),
    "another edition of the rules": _shows("rulebook", "2020.1"),
    "other words": _other_words,
    "an invented touch": _invent_touch,
    "a touch silenced": _silence_the_touch,
    "a log of before": _all_of_before,
    "the person's chain lost": _lose("consumer"),
    "the account's chain lost": _lose("account"),
    "the creditor's chain lost": _lose("creditor"),
    "the other account lost": _lose_the_other_account,
    "the other account unnamed": _unname_the_other_account,
    "the person's chain emptied": _empty("consumer"),
    "the account's chain emptied": _empty("account"),
    "the opt-out cut off": _cut("consumer"),
    "the account's last entry cut off": _cut("account"),
    "an entry dropped": _drop_in_the_middle,
    "the first day dropped": _days(1, None),
    "a day dropped between": _drop_a_day_between,
    "the last day dropped": _days(None, -1),
    "no days": _days(0, 0),
    "days in reverse": _reverse_days,
    "reaches less far": _reach_less,
    "signed with another key": _another_key,
    "the person's chain did not move": _proof("consumer", _absent),
    "the account's chain did not move": _proof("account", _absent),
    "the person's chain did not move, bare": _proof("consumer", _absent_bare),
    "the account's chain did not move, bare": _proof("account", _absent_bare),
    "the person's leaf as it is now": _proof("consumer", _as_it_is_now),
    "the account's leaf as it is now": _proof("account", _as_it_is_now),
    "the proof of another chain": _proof("account", _of_another),
    "trees of its own": _trees_anew,
    "another person": _another_person,
    "a chain planted": _add_a_chain,
    "words erased": _erase,
    "no opt-out": _no_optout,
    "earlier than it was": _later,
    "nothing paid": _no_payment,
}


def forged(document: Dossier, *names: str) -> Dossier:
    """The document after some moves, so far as each still finds what it changes."""
    document = copy.deepcopy(document)
    for name in names:
        try:
            FORGERIES[name](document)
        except (KeyError, IndexError, ValueError, LookupError, AttributeError, TypeError):
            continue
    return document
