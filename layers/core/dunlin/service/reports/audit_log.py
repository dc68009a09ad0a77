"""The audit log: copy it write-once, sign its days, export a dossier, verify one offline.

A dossier joins the chains of an account, its consumer and its creditor with the proofs that lead
to signed roots; `verify_dossier` needs nothing but the dossier and the public key in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from dunlin.domain.accounts.touch import Touch
from dunlin.domain.audit import audit, merkle
from dunlin.domain.audit.audit import AuditEntry, Leaf, SignedRoot
from dunlin.domain.batches import batches
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import AccountsAndPeople, Conversations
from dunlin.ports.audit import AuditArchive, AuditTable, Signer

FORMAT = "dunlin-dossier-1"
_BATCH = 100  # entries of one object
_SEQUENCE = 8  # bytes of a sequence number, before those of its hash
AuditRecord = tuple[datetime, str, AuditEntry]  # written at, record id, entry


class RepairedArchive(AuditArchive, AuditTable, Protocol):
    """The archive beside the table that it is a copy of."""


class DossierBook(AccountsAndPeople, Conversations, Protocol):
    """All that was said about an account, and to whom."""


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
    """Sign each of the last `look_back` finished days that has entries and no root yet."""
    days = [today - timedelta(days=n) for n in range(look_back, 0, -1)]
    return [
        sign_day(day, archive=archive, signer=signer)
        for day in days
        if archive.root(day) is None and any(True for _ in archive.archived(day))
    ]


def dossier(
    account_id: str, *, book: DossierBook, archive: AuditArchive, signer: Signer, now: datetime
) -> dict[str, Any]:
    """Everything that proves what happened on an account, as one JSON document."""
    account = book.account(account_id)
    if account is None:
        raise DomainError(f"no account {account_id}")
    consumer = book.consumer(account.consumer_id)
    heads = {f"account#{account_id}": (account.version, account.audit_head)}
    if consumer is not None:
        heads[f"consumer#{consumer.consumer_id}"] = (consumer.version, consumer.audit_head)
    chains = {subject: archive.chain(subject) for subject in heads}
    creditor = f"creditor#{account.creditor}"
    entries = archive.chain(creditor)
    if entries:
        chains[creditor] = entries
        heads[creditor] = (entries[-1].sequence, entries[-1].hash)
    return {
        "format": FORMAT,
        "exported_at": now.astimezone(UTC).isoformat(),
        "account_id": account_id,
        "public_key": signer.public_key(),
        "touches": _touches(chains[f"account#{account_id}"], book.conversation(account_id).touches),
        "heads": {s: {"sequence": n, "hash": h} for s, (n, h) in heads.items()},
        "chains": {s: [audit.to_json(e) for e in chain] for s, chain in chains.items()},
        "proofs": [p for day in archive.roots() for p in _proofs(day, chains, archive)],
    }


def _touches(chain: Sequence[AuditEntry], touches: Sequence[Touch]) -> list[dict[str, Any]]:
    """Each touch as a person reads it: what was said, when (also by the clocks of every place the
    person may have been), on which channel, under which consent and which rules."""
    allowed = {e.data["key"]: e for e in chain if e.what in ("TouchPermitted", "NoticePermitted")}
    listed = []
    for touch in touches:
        entry = allowed.get(touch.key)
        data = entry.data if entry else {}
        listed.append(
            {
                "touch_id": touch.touch_id,
                "key": touch.key,
                "channel": touch.channel.value,
                "template": f"{touch.template} {touch.template_version}",
                "state": touch.state.value,
                "permitted_utc": touch.permitted_at.astimezone(UTC).isoformat(),
                "permitted_local": {
                    name: touch.permitted_at.astimezone(ZoneInfo(name)).isoformat()
                    for name in data.get("zones", ())
                },
                "sent_utc": touch.sent_at.astimezone(UTC).isoformat() if touch.sent_at else None,
                "consent_version": data.get("consent"),
                "rulebook": data.get("rulebook"),
                "content": touch.content,
            }
        )
    return listed


def _proofs(
    day: date, chains: Mapping[str, Sequence[AuditEntry]], archive: AuditArchive
) -> list[dict[str, Any]]:
    root = archive.root(day)
    leaves = archive.leaves(day)
    hashes = [merkle.leaf(x.subject, x.sequence, x.head) for x in leaves]
    return [
        {
            "subject": leaf.subject,
            "sequence": leaf.sequence,
            "head": leaf.head,
            "path": [list(step) for step in merkle.proof(hashes, index)],
            "root": {
                "day": root.day,
                "root": root.root,
                "previous": root.previous,
                "leaves": root.leaves,
                "signature": root.signature,
            },
        }
        for index, leaf in enumerate(leaves)
        if root is not None and leaf.subject in chains
    ]


def verify_dossier(
    document: Mapping[str, Any], *, signed: Callable[[str, bytes, str], bool]
) -> list[str]:
    """Check a dossier by itself; `signed(public key, message, signature)` checks a signature.

    Returns what is wrong, in plain words; an empty list is a proof. Never raises for a dossier
    that was tampered with, whatever was done to it.
    """
    if document.get("format") != FORMAT:
        return ["not a dossier of a known format"]
    try:
        chains = {
            subject: [audit.from_json(row) for row in rows]
            for subject, rows in document["chains"].items()
        }
        heads = {s: (int(h["sequence"]), str(h["hash"])) for s, h in document["heads"].items()}
        faults = _chain_faults(chains, heads)
        faults += _content_faults(document.get("touches", []), chains)
        faults += _proof_faults(document["proofs"], chains, document["public_key"], signed)
    except (DomainError, KeyError, TypeError, ValueError, AttributeError) as error:
        return [f"the dossier cannot be read: {error}"]
    return faults


def _chain_faults(
    chains: Mapping[str, list[AuditEntry]], heads: Mapping[str, tuple[int, str]]
) -> list[str]:
    faults = [f"{subject}: its chain is missing" for subject in heads if subject not in chains]
    for subject, chain in chains.items():
        if any(entry.subject != subject for entry in chain):
            faults.append(f"{subject}: holds entries of another subject")
        sequence, head = heads.get(subject, (len(chain), None))
        faults += [
            f"{subject} entry {fault.sequence}: {fault.fault}"
            for fault in audit.verify(chain, head=head)
        ]
        if len(chain) != sequence:
            faults.append(f"{subject}: {len(chain)} entries where {sequence} were promised")
    return faults


def _content_faults(
    touches: Sequence[Mapping[str, Any]], chains: Mapping[str, list[AuditEntry]]
) -> list[str]:
    """Every text must be the one whose hash the log holds, and every sent touch must be there."""
    logged = {
        str(e.data["touch_id"]): str(e.data["content_sha256"])
        for chain in chains.values()
        for e in chain
        if "content_sha256" in e.data
    }
    shown = {str(t["touch_id"]): audit.content_sha256(str(t["content"])) for t in touches}
    faults = [
        f"touch {touch_id}: what was sent is missing"
        for touch_id in logged
        if touch_id not in shown
    ]
    faults += [
        f"touch {touch_id}: its text is not the one that was sent"
        for touch_id, digest in logged.items()
        if touch_id in shown and shown[touch_id] != digest
    ]
    return faults


def _proof_faults(
    proofs: Sequence[Mapping[str, Any]],
    chains: Mapping[str, list[AuditEntry]],
    public_key: str,
    signed: Callable[[str, bytes, str], bool],
) -> list[str]:
    faults: list[str] = []
    for proof in proofs:
        root = SignedRoot(**proof["root"])
        subject, sequence, head = proof["subject"], int(proof["sequence"]), str(proof["head"])
        path = [(str(side), str(sibling)) for side, sibling in proof["path"]]
        where = f"{subject} on {root.day}"
        if merkle.climbs_to(merkle.leaf(subject, sequence, head), path) != root.root:
            faults.append(f"{where}: the proof does not lead to the signed root")
        if not signed(public_key, root.message(), root.signature):
            faults.append(f"{where}: the root's signature is not valid")
        chain = chains.get(subject, [])
        if not 0 < sequence <= len(chain) or chain[sequence - 1].hash != head:
            faults.append(f"{where}: the signed root vouches for entry {sequence} as {head[:12]}…")
    return faults
