"""An audit archive in memory, and a signer with a key of its own."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dunlin.domain.audit.audit import AuditEntry, Leaf, SignedRoot


class MemoryArchive:
    """Chains as `chains` gives them; copies and roots are written once."""

    def __init__(self, chains: Callable[[], dict[str, list[AuditEntry]]]) -> None:
        self._chains = chains
        self.batches: dict[tuple[date, str], list[AuditEntry]] = {}
        self._roots: dict[date, tuple[SignedRoot, list[Leaf]]] = {}

    def chain(self, subject: str) -> list[AuditEntry]:
        return list(self._chains().get(subject, []))

    def entries_since(self, day: date) -> Iterable[AuditEntry]:
        return [e for chain in self._chains().values() for e in chain if e.at.date() >= day]

    def archive(self, day: date, batch: str, entries: Sequence[AuditEntry]) -> bool:
        if (day, batch) in self.batches:
            return False
        self.batches[day, batch] = list(entries)
        return True

    def archived(self, day: date) -> Iterable[AuditEntry]:
        return [e for (on, _), batch in self.batches.items() if on == day for e in batch]

    def put_root(self, root: SignedRoot, leaves: Iterable[Leaf]) -> None:
        self._roots.setdefault(date.fromisoformat(root.day), (root, list(leaves)))

    def root(self, day: date) -> SignedRoot | None:
        root = self._roots.get(day)
        return root[0] if root else None

    def leaves(self, day: date) -> list[Leaf]:
        root = self._roots.get(day)
        return list(root[1]) if root else []

    def roots(self) -> list[date]:
        return sorted(self._roots)


class LocalSigner:
    """`Signer` with a key that lives as long as the test."""

    def __init__(self) -> None:
        self._key = generate_private_key(SECP256R1())

    def sign(self, message: bytes) -> str:
        return base64.b64encode(self._key.sign(message, ECDSA(SHA256()))).decode()

    def public_key(self) -> str:
        return (
            self._key.public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )
