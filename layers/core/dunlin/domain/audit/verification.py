"""Checking a dossier: what it shows is what its chains tell, and signed roots vouch for each chain.

Needs the dossier, the creditor's public key and the day until which nothing may be missing; asks
no server. The form is docs/audit-format.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dunlin.domain.audit import audit, coverage
from dunlin.domain.audit.audit import AuditEntry, SignedRoot
from dunlin.domain.audit.dossier import DossierView, read
from dunlin.domain.errors import DomainError

FORMAT, OLDER = "dunlin-dossier-2", "dunlin-dossier-1"
_PARTS = frozenset({"format", "person", "until", "chains", "days", "accounts", "persons"})
_DAY = frozenset({"day", "root", "previous", "leaves", "signature", "proofs"})
_OLDER = (
    "not vouched for: a dossier of an older form, whose touches, people and list of chains are"
    " bound to no signed root; export it anew"
)
_CANNOT = (DomainError, KeyError, TypeError, ValueError, AttributeError, RecursionError)
Signed = Callable[[str, bytes, str], bool]  # (public key PEM, message, signature)


def verify(
    document: Mapping[str, Any], *, public_key: str, until: date, signed: Signed
) -> list[str]:
    """What is wrong with a dossier or not vouched for, in plain words; an empty list is a proof of
    everything it shows, and that nothing happened besides until the end of the day `until`. Never
    raises for a dossier that was tampered with, whatever was done to it."""
    faults: list[str] = []
    try:
        if document.get("format") == OLDER:
            return _older(document)
        if document.get("format") != FORMAT:
            return ["not a dossier of a known format"]
        faults.extend(_faults(document, public_key=public_key, until=until, signed=signed))
    except _CANNOT as error:
        faults.append(f"the dossier cannot be read: {type(error).__name__} {error}")
    return faults


def _older(document: Mapping[str, Any]) -> list[str]:
    """A dossier of the form before: its chains can be checked, and nothing else that it shows."""
    faults = [fault for s, rows in document["chains"].items() for fault in _chain(s, rows)[1]]
    return [*faults, _OLDER]


def _faults(
    document: Mapping[str, Any], *, public_key: str, until: date, signed: Signed
) -> Iterator[str]:
    yield from _parts(document, _PARTS, "the dossier")
    chains: dict[str, Sequence[AuditEntry]] = {}
    for subject, rows in document["chains"].items():
        chains[subject], faults = _chain(subject, rows)
        yield from faults
    yield from _roots(document["days"], public_key, signed)
    yield from _extent(document, until)
    yield from _covered(document["days"], chains)
    drawn = read(document["person"], document["chains"])
    yield from _subjects(drawn, chains)
    yield from (f"not vouched for: {what}" for what in drawn.unvouched)
    yield from _words(document["accounts"], drawn)
    stated = {"accounts": _wordless(document["accounts"]), "persons": document["persons"]}
    expected = {"accounts": drawn.accounts, "persons": drawn.persons}
    yield from _differences(stated, expected, "")


def _parts(part: Mapping[str, Any], expected: frozenset[str], what: str) -> Iterator[str]:
    yield from (f"{what} holds {name!r}: nothing vouches for it" for name in set(part) - expected)
    yield from (f"{what} lacks {name!r}" for name in expected - set(part))


def _chain(
    subject: str, rows: Sequence[Mapping[str, Any]]
) -> tuple[Sequence[AuditEntry], list[str]]:
    """The entries of a chain, and what is wrong with it by itself."""
    if not isinstance(rows, list):
        raise DomainError(f"{subject} is no list of entries")
    entries = [audit.from_json(row) for row in rows]
    faults = [
        f"{subject} entry {entry.sequence}: spelled otherwise than it was hashed"
        for row, entry in zip(rows, entries, strict=True)
        if not _as_hashed(row, entry)
    ]
    if any(entry.subject != subject for entry in entries):
        faults.append(f"{subject}: holds entries of another subject")
    faults += [f"{subject} entry {f.sequence}: {f.fault}" for f in audit.verify(entries)]
    return entries, faults


def _as_hashed(row: Mapping[str, Any], entry: AuditEntry) -> bool:
    """False for another spelling of the same entry, or a name more. Its data are hashed as they
    stand in the row."""
    plain = {**row, "data": {}}
    return audit.canonical(plain) == audit.canonical(audit.to_json(replace(entry, data={})))


def _root(day: Mapping[str, Any]) -> SignedRoot:
    return SignedRoot(
        day=day["day"],
        root=day["root"],
        previous=day["previous"],
        leaves=day["leaves"],
        signature=day["signature"],
    )


def _roots(days: Sequence[Mapping[str, Any]], public_key: str, signed: Signed) -> Iterator[str]:
    """Every signed day from the first on, each continuing the one before."""
    previous, before = audit.GENESIS, ""
    for day in days:
        root = _root(day)
        yield from _parts(day, _DAY, f"the day {root.day}")
        if type(root.leaves) is not int or not signed(public_key, root.message(), root.signature):
            yield f"{root.day}: the root's signature is not valid"
        if root.previous != previous:
            yield f"{root.day}: its root does not continue the one before: a signed day is missing"
        if root.day <= before:
            yield f"{root.day}: stands after {before}"
        previous, before = root.root, root.day


def _extent(document: Mapping[str, Any], until: date) -> Iterator[str]:
    days = [day["day"] for day in document["days"]]
    if not days:
        yield "not vouched for yet: no day is signed"
        return
    if document["until"] != days[-1]:
        yield f"says that it reaches to {document['until']}; its signed days end on {days[-1]}"
    if days[-1] < until.isoformat():
        yield (
            f"not vouched for: it reaches to the end of {days[-1]}, and {until} was asked for; of"
            " the days between it says nothing"
        )


def _covered(
    days: Sequence[Mapping[str, Any]], chains: Mapping[str, Sequence[AuditEntry]]
) -> Iterator[str]:
    """Each day's word on each chain, and the entries that no day reaches."""
    covered = dict.fromkeys(chains, 0)
    for day in days:
        root = _root(day)
        proofs = day["proofs"]
        yield from (f"{s} on {root.day}: its proof is missing" for s in chains if s not in proofs)
        for subject, proof in proofs.items():
            if subject not in chains:
                yield f"{subject} on {root.day}: a proof of a chain that is not there"
                continue
            try:
                leaf = coverage.check(subject, proof, root)
            except _CANNOT as error:
                yield f"{subject} on {root.day}: {error}"
                continue
            if leaf is None:
                continue
            entries = chains[subject]
            if not 0 < leaf.sequence <= len(entries) or (
                entries[leaf.sequence - 1].hash != leaf.head
            ):
                yield (
                    f"{subject} on {root.day}: the signed root vouches for entry {leaf.sequence} as"
                    f" {leaf.head[:12]}…, which is not there"
                )
            covered[subject] = max(covered[subject], leaf.sequence)
    for subject, entries in chains.items():
        if newer := entries[covered[subject] :]:
            yield (
                f"not vouched for yet: {len(newer)} of {len(entries)} entries of {subject}, from"
                f" {newer[0].at:%Y-%m-%d %H:%M} on, are newer than any signed root"
            )


def _subjects(drawn: DossierView, chains: Mapping[str, Sequence[AuditEntry]]) -> Iterator[str]:
    for subject in sorted(drawn.subjects - set(chains)):
        yield f"{subject}: its chain is missing"
    # An account that no entry names is said by the drawn: it may be one of before.
    extra = (s for s in set(chains) - drawn.subjects if not s.startswith("account#"))
    for subject in sorted(extra):
        yield f"{subject}: no entry ties it to this person"


def _wordless(accounts: Mapping[str, Any]) -> dict[str, Any]:
    """Accounts as the log tells them, which knows no words."""
    bare = {}
    for account_id, account in accounts.items():
        if not isinstance(account["touches"], list):
            raise DomainError(f"the touches of {account_id} are no list")
        touches = [{n: v for n, v in t.items() if n != "words"} for t in account["touches"]]
        bare[account_id] = {**account, "touches": touches}
    return bare


def _words(accounts: Mapping[str, Any], drawn: DossierView) -> Iterator[str]:
    """Every text is the one whose hash the log holds; it is there unless it was erased."""
    shown = {
        (account_id, touch["touch_id"]): touch["words"]
        for account_id, account in accounts.items()
        for touch in account["touches"]
    }
    for account_id, account in drawn.accounts.items():
        for touch in account["touches"]:
            words = shown.get((account_id, touch["touch_id"]))
            kept = touch["content_sha256"] and not touch["words_erased"]
            if not kept and words is not None:
                yield f"touch {touch['touch_id']}: shows words where the log has none"
            elif kept and not isinstance(words, str):
                yield f"touch {touch['touch_id']}: what was sent is missing"
            elif kept and audit.content_sha256(str(words)) != touch["content_sha256"]:
                yield f"touch {touch['touch_id']}: its words are not those that were sent"


def _differences(stated: Any, expected: Any, path: str) -> Iterator[str]:
    """Where a row says something else than the log, each place by itself."""
    if isinstance(stated, dict) and isinstance(expected, dict):
        for name in sorted(stated.keys() | expected.keys()):
            where = f"{path}/{name}".lstrip("/")
            if name not in expected:
                yield f"{where}: no entry vouches for it"
            elif name not in stated:
                yield f"{where}: left out, though the log has it"
            else:
                yield from _differences(stated[name], expected[name], where)
    elif isinstance(stated, list) and isinstance(expected, list):
        if len(stated) != len(expected):
            yield f"{path}: {len(stated)} rows where the log has {len(expected)}"
        for number, (row, other) in enumerate(zip(stated, expected, strict=False)):
            yield from _differences(row, other, f"{path}/{number}")
    elif type(stated) is not type(expected) or stated != expected:
        yield f"{path}: says {stated!r}, the log says {expected!r}"
