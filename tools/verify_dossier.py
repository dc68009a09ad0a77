"""Checks a dossier as docs/audit-format.md describes it, sharing no code with Dunlin.

    python verify_dossier.py dossier.json creditor.pem 2026-11-30

Needs Python 3.11 and `cryptography`. Prints what is wrong or not vouched for, one line each; exit
code 0 means that there is nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ZEROS = "0" * 64
Json = Any
_STANDING = ("person", "creditor", "status", "hold", "balance_minor", "currency")


class NotReadable(ValueError):
    """The file cannot be read as a dossier at all."""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def canonical(value: Json) -> bytes:
    _whole(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _whole(value: Json) -> None:
    if isinstance(value, float):
        raise NotReadable("a number that is not whole")
    for part in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        _whole(part)


def same(value: Json, other: Json) -> bool:
    """Equal as JSON, where true is not 1."""
    return canonical(value) == canonical(other)


def names(part: Json, expected: str, what: str) -> None:
    if not isinstance(part, dict) or set(part) != set(expected.split()):
        raise NotReadable(f"{what} has not exactly the names {expected}")


class Check:
    """One dossier under one key, until one day."""

    def __init__(self, document: Json, key: str, until: str) -> None:
        self.document, self.until = document, until
        loaded = serialization.load_pem_public_key(key.encode())
        if not isinstance(loaded, ec.EllipticCurvePublicKey):
            raise NotReadable("not an ECDSA key")
        self.key = loaded

    def findings(self) -> list[str]:
        try:
            if self.document.get("format") == "dunlin-dossier-1":
                return ["not vouched for: the form before"]
            names(self.document, "format person until chains days accounts persons", "the file")
            if self.document["format"] != "dunlin-dossier-2":
                return ["another form"]
            return [
                *self.chains(),
                *self.days(),
                *self.reach(),
                *self.belonging(),
                *self.drawn(),
            ]
        except (
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
            IndexError,
            RecursionError,
        ) as error:
            return [f"cannot be read: {error!r}"]

    # Entries and chains.

    def chains(self) -> Iterator[str]:
        for subject, rows in self.document["chains"].items():
            previous = ZEROS
            if not isinstance(rows, list):
                raise NotReadable(f"{subject} is no list")
            for number, row in enumerate(rows, 1):
                where = f"{subject} entry {number}"
                names(row, "subject sequence at actor what data previous hash", where)
                bare = {n: v for n, v in row.items() if n not in ("previous", "hash")}
                if not same(row["sequence"], number) or row["subject"] != subject:
                    yield f"{where}: not the entry that belongs here"
                if row["previous"] != previous:
                    yield f"{where}: does not continue the one before"
                if sha256(row["previous"].encode() + b"|" + canonical(bare)) != row["hash"]:
                    yield f"{where}: not what was hashed"
                previous = row["hash"]

    # Days.

    def days(self) -> Iterator[str]:
        chains = self.document["chains"]
        covered = dict.fromkeys(chains, 0)
        root, last = ZEROS, ""
        for day in self.document["days"]:
            names(day, "day root previous leaves signature proofs", "a day")
            if not self.signed(day):
                yield f"{day['day']}: not signed by this key"
            if day["previous"] != root or day["day"] <= last:
                yield f"{day['day']}: does not continue the day before"
            root, last = day["root"], day["day"]
            if set(day["proofs"]) != set(chains):
                yield f"{last}: its proofs are not those of the chains"
            for subject, proof in day["proofs"].items():
                try:
                    stood = standing(day, subject, proof)
                except NotReadable as error:
                    yield f"{last}, {subject}: {error}"
                    continue
                if stood is None or subject not in chains:
                    continue
                sequence, head = stood
                rows = chains[subject]
                if not 1 <= sequence <= len(rows) or rows[sequence - 1]["hash"] != head:
                    yield f"{last}, {subject}: entry {sequence} is not the signed one"
                covered[subject] = max(covered[subject], sequence)
        for subject, rows in chains.items():
            if len(rows) > covered[subject]:
                yield f"not vouched for yet: {subject} behind entry {covered[subject]}"

    def signed(self, day: Json) -> bool:
        message = canonical({n: day[n] for n in ("day", "leaves", "previous", "root")})
        try:
            der = base64.b64decode(day["signature"], validate=True)
            self.key.verify(der, message, ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, binascii.Error):
            return False
        return type(day["leaves"]) is int and base64.b64encode(der).decode() == day["signature"]

    def reach(self) -> Iterator[str]:
        days = [day["day"] for day in self.document["days"]]
        if (days or [""])[-1] != self.document["until"]:
            yield "does not reach as far as it says"
        if not days or days[-1] < self.until:
            yield f"not vouched for: asked until {self.until}, reaches to {days[-1:]}"

    # Which chains belong together.

    def belonging(self) -> Iterator[str]:
        chains = self.document["chains"]
        reached, ahead, accounts = set(), [f"consumer#{self.document['person']}"], set()
        while ahead:
            subject = ahead.pop()
            if subject in reached:
                continue
            reached.add(subject)
            if subject.startswith("creditor#"):
                continue
            for row in chains.get(subject, []):
                shows = row["data"].get("shows")
                if shows is None:
                    continue
                ahead.append(f"creditor#{shows['creditor']}")
                if subject.startswith("account#"):
                    ahead.append(f"consumer#{shows['person']}")
                    continue
                if "account" in shows:
                    accounts.add(f"account#{shows['account']}")
                    ahead.append(f"account#{shows['account']}")
                ahead += [
                    f"consumer#{shows[n]}" for n in ("took_in", "taken_in_by") if shows.get(n)
                ]
        yield from (f"{subject}: missing" for subject in reached - set(chains))
        yield from (f"{subject}: not of this person" for subject in set(chains) - reached)
        for subject in chains:
            if subject.startswith("account#") and subject not in accounts:
                yield f"not vouched for: {subject}, which no person's entry names"

    # What is drawn from the chains.

    def drawn(self) -> Iterator[str]:
        accounts: dict[str, Json] = {}
        persons: dict[str, Json] = {}
        for subject, rows in self.document["chains"].items():
            kind, _, of = subject.partition("#")
            if kind == "creditor" or not rows:
                continue
            if rows[-1]["data"].get("shows") is None:
                yield f"not vouched for: {subject}, older than this form"
            elif kind == "consumer":
                stands = rows[-1]["data"]["shows"]
                persons[of] = {
                    n: stands[n] for n in ("creditor", "consents", "flags", "taken_in_by")
                }
            elif kind == "account":
                accounts[of] = account(rows)
                yield from self.older(subject, rows, accounts[of])
                self.erased(of, accounts[of])
        if not same(persons, self.document["persons"]):
            yield "persons are not what the chains tell"
        shown = self.document["accounts"]
        if set(shown) != set(accounts):
            yield "accounts are not those of the chains"
            return
        for of, expected in accounts.items():
            yield from words(of, expected, shown[of])
            bare = [{n: v for n, v in t.items() if n != "words"} for t in shown[of]["touches"]]
            if not same(expected, shown[of] | {"touches": bare}):
                yield f"account {of} is not what its chain tells"

    def older(self, subject: str, rows: list[Json], drawn: Json) -> Iterator[str]:
        for row in rows:
            permit = row["what"] in ("TouchPermitted", "NoticePermitted")
            if permit and row["data"].get("shows") is None:
                yield f"not vouched for: {subject}, touch {row['data']['touch_id']}"
        if sum(line["minor"] for line in drawn["ledger"]) != drawn["balance_minor"]:
            yield f"not vouched for: {subject}, whose ledger is not its balance"

    def erased(self, of: str, drawn: Json) -> None:
        when = [
            datetime.fromisoformat(row["at"])
            for subject, rows in self.document["chains"].items()
            if subject.startswith("consumer#")
            for row in rows
            if of in (row["data"].get("shows") or {}).get("erased", [])
        ]
        for touch in drawn["touches"]:
            sent = touch["sent_at"] and datetime.fromisoformat(touch["sent_at"])
            touch["words_erased"] = bool(sent and any(at >= sent for at in when))


def account(rows: list[Json]) -> Json:
    """An account as its entries tell it, without words."""
    touches: dict[str, Json] = {}
    ledger: list[Json] = []
    for row in rows:
        shows = row["data"].get("shows") or {}
        ledger.extend(shows.get("ledger", []))
        if touch := shows.get("touch"):
            touches.setdefault(touch["touch_id"], {}).update(touch)
    stands = rows[-1]["data"]["shows"]
    kept = {n: stands[n] for n in _STANDING}
    return kept | {"ledger": ledger, "touches": list(touches.values())}


def words(of: str, expected: Json, shown: Json) -> Iterator[str]:
    if not isinstance(shown["touches"], list) or len(shown["touches"]) != len(expected["touches"]):
        yield f"account {of}: other touches than its chain tells"
        return
    for drawn, touch in zip(expected["touches"], shown["touches"], strict=True):
        digest = "" if drawn["words_erased"] else drawn["content_sha256"]
        text = touch["words"]
        if (sha256(text.encode()) if isinstance(text, str) else text) != (digest or None):
            yield f"account {of}: words that are not those sent"


# Proofs.


def standing(day: Json, subject: str, proof: Json) -> tuple[int, str] | None:
    """Sequence and head of a chain at the end of a day on which it moved; None where it did not."""
    if set(proof) == {"leaf"}:
        if proof["leaf"]["subject"] != subject:
            raise NotReadable("a proof of another chain")
        climb(day, proof["leaf"])
        return proof["leaf"]["sequence"], proof["leaf"]["head"]
    names(proof, "left right", "a proof")
    left, right = proof["left"], proof["right"]
    before = -1 if left is None else climb(day, left)
    behind = day["leaves"] if right is None else climb(day, right)
    if behind != before + 1:
        raise NotReadable("neighbours that are none")
    if (left and left["subject"] >= subject) or (right and right["subject"] <= subject):
        raise NotReadable("neighbours of another place")
    return None


def climb(day: Json, way: Json) -> int:
    """The place of a leaf whose way leads to the day's root."""
    names(way, "subject sequence head index path", "a way")
    index, leaves, path = way["index"], day["leaves"], list(way["path"])
    if type(index) is not int or type(way["sequence"]) is not int or not 0 <= index < leaves:
        raise NotReadable("a place outside of the tree")
    at = sha256(b"\x00" + f"{way['subject']}|{way['sequence']}|{way['head']}".encode())
    while leaves > 1:
        if index ^ 1 < leaves:
            if not path or not re.fullmatch("[0-9a-f]{64}", path[0]):
                raise NotReadable("a way that is too short, or no digest on it")
            pair = (path.pop(0), at) if index & 1 else (at, path.pop(0))
            at = sha256(b"\x01" + bytes.fromhex(pair[0]) + bytes.fromhex(pair[1]))
        index, leaves = index // 2, (leaves + 1) // 2
    if path or at != day["root"]:
        raise NotReadable("a way that does not lead to the root")
    return int(way["index"])


def once(pairs: list[tuple[str, Json]]) -> Json:
    if len({name for name, _ in pairs}) != len(pairs):
        raise NotReadable("a name stands twice")
    return dict(pairs)


def main(file: str, key: str, until: str) -> int:
    try:
        document = json.loads(Path(file).read_text(encoding="utf-8"), object_pairs_hook=once)
        findings = Check(document, Path(key).read_text(), until).findings()
    except ValueError as error:
        findings = [f"cannot be read: {error}"]
    print(*(findings or [f"everything is vouched for until the end of {until}"]), sep="\n")  # noqa: T201  the command's answer
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:4]))
