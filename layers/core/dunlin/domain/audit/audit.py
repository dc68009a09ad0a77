"""The audit log: one hash chain per subject (account, consumer, creditor), appended in the same
transaction as what it records. An entry holds ids, hashes, rule ids and figures, never text that
somebody wrote or an address, so an erasure leaves the chain whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.domain.instants import utc_text

GENESIS = "0" * 64
SHOWS = "shows"  # of an entry's data: what it vouches for of what a dossier shows


def canonical(value: Mapping[str, Any]) -> bytes:
    """One spelling of a JSON object: sorted keys, no spaces, UTF-8, no floats, times as UTC Z."""
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            if value.tzinfo is None:
                raise DomainError("an audit entry takes aware times only")
            return utc_text(value)
        case Mapping():
            return {str(k): _plain(v) for k, v in value.items()}
        case list() | tuple():
            return [_plain(v) for v in value]
        case _:
            raise DomainError(f"an audit entry cannot hold {type(value).__name__}")


def content_sha256(content: str) -> str:
    """What an entry says of a text that is kept apart from the log."""
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry of a chain. `subject` is `account#id`, `consumer#id` or `creditor#id`;
    `sequence` counts from 1 without gaps; `what` is a past-tense event name."""

    subject: str
    sequence: int
    at: datetime
    actor: str
    what: str
    data: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """Where one chain stood at the end of a day."""

    subject: str
    sequence: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRoot:
    """The root over all chains that moved on `day`, signed, and chained to the day before."""

    day: str
    root: str
    previous: str
    leaves: int
    signature: str

    def message(self) -> bytes:
        """What is signed: everything but the signature."""
        return canonical(
            {"day": self.day, "root": self.root, "previous": self.previous, "leaves": self.leaves}
        )


def _digest(entry: Mapping[str, Any], previous: str) -> str:
    return hashlib.sha256(previous.encode() + b"|" + canonical(entry)).hexdigest()


def _content(entry: AuditEntry) -> dict[str, Any]:
    return {
        "subject": entry.subject,
        "sequence": entry.sequence,
        "at": entry.at,
        "actor": entry.actor,
        "what": entry.what,
        "data": entry.data,
    }


def append(
    *,
    subject: str,
    sequence: int,
    previous: str,
    at: datetime,
    actor: str,
    what: str,
    data: Mapping[str, Any],
) -> AuditEntry:
    """The next entry of a chain: `hash = sha256(previous | canonical entry)`.

    `sequence` is the subject's version after the write, `previous` its head before it.
    """
    previous = previous or GENESIS
    body = {
        "subject": subject,
        "sequence": sequence,
        "at": at,
        "actor": actor,
        "what": what,
        "data": data,
    }
    return AuditEntry(**body, previous=previous, hash=_digest(body, previous))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFault:
    """What is wrong with a chain, at which entry."""

    subject: str
    sequence: int
    fault: str


def to_json(entry: AuditEntry) -> dict[str, Any]:
    """An entry as exported, one JSON object."""
    content: dict[str, Any] = _plain(_content(entry))
    return content | {"previous": entry.previous, "hash": entry.hash}


def from_json(row: Mapping[str, Any]) -> AuditEntry:
    """Read an exported entry back. Raises `DomainError` where a field is missing or wrong."""
    try:
        return AuditEntry(
            subject=str(row["subject"]),
            sequence=int(row["sequence"]),
            at=datetime.fromisoformat(row["at"]),
            actor=str(row["actor"]),
            what=str(row["what"]),
            data=dict(row["data"]),
            previous=str(row["previous"]),
            hash=str(row["hash"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DomainError(f"not an audit entry: {error}") from error


def verify(entries: Iterable[AuditEntry], *, head: str | None = None) -> list[ChainFault]:
    """Check one chain, oldest first. Empty list: every entry is there, unchanged and in order.

    `head` is the hash a signed root or the subject's row promises for the last entry.
    """
    faults: list[ChainFault] = []
    previous, expected, subject = GENESIS, 1, ""
    for entry in entries:
        subject = subject or entry.subject

        def fault(text: str, entry: AuditEntry = entry) -> None:
            faults.append(ChainFault(subject=entry.subject, sequence=entry.sequence, fault=text))

        if entry.subject != subject:
            fault(f"belongs to {entry.subject}, not to {subject}")
        if entry.sequence != expected:
            fault(f"expected entry {expected}: an entry is missing, repeated or out of order")
        if entry.previous != previous:
            fault("does not continue the entry before it")
        if _digest(_content(entry), entry.previous) != entry.hash:
            fault("its content does not match its hash: it was edited")
        previous, expected = entry.hash, entry.sequence + 1
    if head is not None and head != previous:
        faults.append(
            ChainFault(subject=subject, sequence=expected, fault="the last entries are missing")
        )
    return faults
