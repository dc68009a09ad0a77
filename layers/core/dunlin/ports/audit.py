"""The audit log by subject, its archive and its signer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from dunlin.domain.audit.audit import AuditEntry, Leaf, SignedRoot


class AuditLog(Protocol):
    """The audit log by subject."""

    def chain(self, subject: str) -> list[AuditEntry]:
        """All entries of one subject, oldest first."""


class AuditTable(Protocol):
    """The audit log as it is written."""

    def entries_since(self, day: date) -> Iterable[AuditEntry]:
        """Every entry at or after the beginning of a day (UTC), in no order."""


class AuditArchive(AuditLog, Protocol):
    """The audit log, its write-once copy, and the signed roots of its days."""

    def archive(self, day: date, batch: str, entries: Sequence[AuditEntry]) -> bool:
        """Copy entries; False where this batch of this day was copied before."""

    def archived(self, day: date) -> Iterable[AuditEntry]:
        """Every entry that was copied on a day, in no order, possibly repeated."""

    def put_root(self, root: SignedRoot, leaves: Iterable[Leaf]) -> None:
        """Store a day's root and its leaves. The same again changes nothing; raises `Defect`
        where others lie there: whoever put them first must not silence the signer."""

    def root(self, day: date) -> SignedRoot | None: ...

    def leaves(self, day: date) -> list[Leaf]: ...

    def roots(self) -> list[date]:
        """The days that have a root, oldest first."""


class Signer(Protocol):
    """Signs the daily roots (KMS, ECDSA P-256 with SHA-256)."""

    def sign(self, message: bytes) -> str:
        """The signature over a message of at most 4,096 bytes, base64 of DER."""

    def public_key(self) -> str:
        """The public key, PEM."""
