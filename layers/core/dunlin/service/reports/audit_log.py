"""The audit log: copy it write-once, sign its days, export a dossier.

A dossier joins the chains of a person, their accounts and their creditor with what every signed
day says of each; `domain/audit/verification.py` checks it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from dunlin.domain.audit import audit, coverage, merkle
from dunlin.domain.audit.audit import AuditEntry, Leaf, SignedRoot
from dunlin.domain.audit.dossier import read, related
from dunlin.domain.audit.verification import FORMAT
from dunlin.domain.batches import batches
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import AccountsAndPeople, Conversations
from dunlin.ports.audit import AuditArchive, AuditTable, Signer

_BATCH = 100  # entries of one object
_SEQUENCE = 8  # bytes of a sequence number, before those of its hash
AuditRecord = tuple[datetime, str, AuditEntry]  # copied at, record id, entry


class RepairedArchive(AuditArchive, AuditTable, Protocol):
    """The archive beside the table that it is a copy of."""


class DossierBook(AccountsAndPeople, Conversations, Protocol):
    """Whose an account is, what else is theirs, and what was said about each."""


def archive_entries(entries: Iterable[AuditRecord], *, archive: AuditArchive) -> int:
    """Copy entries, one object for each day among them.

    Returns how many entries were copied; a batch that was copied before is not counted.
    """
    by_day: dict[date, list[tuple[str, AuditEntry]]] = defaultdict(list)
    for at, record, entry in entries:
        by_day[at.astimezone(UTC).date()].append((record, entry))
    copied = 0
    for day, records in by_day.items():
        if archive.archive(day, records[0][0], [entry for _, entry in records]):
            copied += len(records)
    return copied


def repair(since: date, today: date, *, archive: RepairedArchive) -> int:
    """Copy the entries since a day that the archive lacks: their records were given up on the way.
    They are copied under `today`, so that tonight's root vouches for them; how many there were.

    What is held meanwhile is the hash of each entry since that day.
    """
    days = (today - since).days + 1
    known = {
        bytes.fromhex(entry.hash)
        for ago in range(days, -1, -1)
        for entry in archive.archived(today - timedelta(days=ago))
    }
    lacking = (e for e in archive.entries_since(since) if bytes.fromhex(e.hash) not in known)
    copied = 0
    for batch in batches(lacking, _BATCH):
        if archive.archive(today, f"repair-{batch[0].hash}", batch):
            copied += len(batch)
    return copied


def sign_day(day: date, *, archive: AuditArchive, signer: Signer) -> SignedRoot:
    """Sign the root over every chain that moved on `day`; a signed day is left as it is."""
    signed = archive.root(day)
    if signed is not None:
        return signed
    heads = _heads(archive.archived(day))
    subjects = sorted(heads)

    def leaves() -> Iterator[Leaf]:
        for subject in subjects:
            sequence, head = heads[subject][:_SEQUENCE], heads[subject][_SEQUENCE:]
            yield Leaf(subject=subject, sequence=int.from_bytes(sequence, "big"), head=head.hex())

    before = [d for d in archive.roots() if d < day]
    newest = archive.root(before[-1]) if before else None
    unsigned = SignedRoot(
        day=day.isoformat(),
        root=merkle.root(merkle.leaf(x.subject, x.sequence, x.head) for x in leaves()),
        previous=newest.root if newest else audit.GENESIS,
        leaves=len(subjects),
        signature="",
    )
    root = SignedRoot(
        day=unsigned.day,
        root=unsigned.root,
        previous=unsigned.previous,
        leaves=unsigned.leaves,
        signature=signer.sign(unsigned.message()),
    )
    archive.put_root(root, leaves())
    return root


def _heads(entries: Iterable[AuditEntry]) -> dict[str, bytes]:
    """The last sequence and hash of each chain, packed: of a million chains that moved on a day,
    some 250 MB, where the entries themselves would be gigabytes."""
    heads: dict[str, bytes] = {}
    for entry in entries:
        packed = entry.sequence.to_bytes(_SEQUENCE, "big") + bytes.fromhex(entry.hash)
        if packed > heads.get(entry.subject, b""):
            heads[entry.subject] = packed
    return heads


def sign_finished_days(
    today: date, *, archive: AuditArchive, signer: Signer, look_back: int = 7
) -> list[SignedRoot]:
    """Sign every finished day since the last signed one, also those on which nothing moved: a day
    without a root proves nothing. Before the first root, the first of the last `look_back` days
    that has entries begins."""
    signed = archive.roots()
    if signed:
        first = signed[-1] + timedelta(days=1)
    else:
        days = (today - timedelta(days=n) for n in range(look_back, 0, -1))
        first = next((d for d in days if any(True for _ in archive.archived(d))), today)
    return [
        sign_day(first + timedelta(days=n), archive=archive, signer=signer)
        for n in range((today - first).days)
    ]


def dossier(
    account_id: str,
    *,
    book: DossierBook,
    archive: AuditArchive,
    until: date | None = None,
) -> dict[str, Any]:
    """Everything that proves what happened on the accounts of an account's person, as one JSON
    document (docs/audit-format.md); with `until`, what was vouched for by the end of that day.

    What it shows is drawn from the chains alone; from the book come the words that were sent.
    Raises `DomainError` for an unknown account.
    """
    account = book.account(account_id)
    if account is None:
        raise DomainError(f"no account {account_id}")
    standing = book.consumer(account.consumer_id)
    person = standing.consumer_id if standing is not None else account.consumer_id
    theirs = [account, *book.accounts_of_consumer(person)]
    chains = _chains(person, {f"account#{a.account_id}" for a in theirs}, archive)
    days = [
        _day(root, day, chains, archive)
        for day in archive.roots()
        if (until is None or day <= until) and (root := archive.root(day)) is not None
    ]
    if until is not None:
        chains = _reached(person, chains, days)
    rows = {subject: [audit.to_json(e) for e in chain] for subject, chain in chains.items()}
    drawn = read(person, rows)
    return {
        "format": FORMAT,
        "person": person,
        "until": days[-1]["day"] if days else "",
        "accounts": {of: _with_words(of, a, book) for of, a in drawn.accounts.items()},
        "persons": drawn.persons,
        "chains": rows,
        "days": days,
    }


def _chains(person: str, known: set[str], archive: AuditArchive) -> dict[str, list[AuditEntry]]:
    """The chains of a person and of all that theirs name, and those of accounts that are known to
    be theirs, though entries of before do not say so."""
    chains: dict[str, list[AuditEntry]] = {}
    start = f"consumer#{person}"
    while True:
        rows = {subject: [audit.to_json(e) for e in chain] for subject, chain in chains.items()}
        lacking = (related(start, rows) | known) - set(chains)
        if not lacking:
            return dict(sorted(chains.items()))
        chains |= {subject: archive.chain(subject) for subject in lacking}


def _day(
    root: SignedRoot, day: date, chains: Iterable[str], archive: AuditArchive
) -> dict[str, Any]:
    """A signed day, and what it says of each chain."""
    return {
        "day": root.day,
        "root": root.root,
        "previous": root.previous,
        "leaves": root.leaves,
        "signature": root.signature,
        "proofs": coverage.prove(archive.leaves(day), chains),
    }


def _reached(
    person: str, chains: Mapping[str, list[AuditEntry]], days: Sequence[dict[str, Any]]
) -> dict[str, list[AuditEntry]]:
    """The chains so far as signed days reach; what began later is taken out of the days too."""
    ends = dict.fromkeys(chains, 0)
    for day in days:
        for subject, proof in day["proofs"].items():
            ends[subject] = max(ends[subject], proof.get("leaf", {}).get("sequence", 0))
    cut = {subject: chain[: ends[subject]] for subject, chain in chains.items()}
    rows = {subject: [audit.to_json(e) for e in chain] for subject, chain in cut.items()}
    named = related(f"consumer#{person}", rows)
    kept = {subject: chain for subject, chain in cut.items() if chain or subject in named}
    for day in days:
        day["proofs"] = {s: proof for s, proof in day["proofs"].items() if s in kept}
    return kept


def _with_words(account_id: str, account: dict[str, Any], book: Conversations) -> dict[str, Any]:
    """An account with the words of each touch; None where nothing was sent, or they were erased."""
    content = {t.touch_id: t.content for t in book.conversation(account_id).touches}
    touches = []
    for touch in account["touches"]:
        kept = touch["content_sha256"] and not touch["words_erased"]
        touches.append(touch | {"words": content.get(touch["touch_id"]) if kept else None})
    return account | {"touches": touches}
