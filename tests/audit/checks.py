"""The two checks of a dossier side by side."""

from __future__ import annotations

from datetime import date
from functools import cache

from dunlin.cli.audit import signature_holds
from dunlin.domain.audit.verification import verify
from tests.audit.lives import Dossier
from tests.support.evidence import LocalSigner
from tools.verify_dossier import Check


class Checks:
    """Dunlin's check and the second one, under one key and until one day."""

    def __init__(self, signer: LocalSigner, until: date) -> None:
        self.signer, self._until, self._key = signer, until, signer.public_key()
        self._signed = cache(signature_holds)

    def both(self, document: Dossier) -> tuple[list[str], list[str]]:
        """What each of them says is wrong."""
        ours = verify(document, public_key=self._key, until=self._until, signed=self._signed_or_not)
        return ours, Check(document, self._key, self._until.isoformat()).findings()

    def passes(self, document: Dossier) -> bool:
        """True where either of them finds nothing."""
        ours, others = self.both(document)
        return not ours or not others

    def _signed_or_not(self, key: str, message: bytes, signature: str) -> bool:
        return isinstance(signature, str) and self._signed(key, message, signature)
