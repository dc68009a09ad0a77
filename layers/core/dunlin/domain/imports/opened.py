"""A file that can be read: its name, how to open it, what is known before; and one that cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from dunlin.domain.imports.own_addresses import OwnAddresses
from dunlin.domain.imports.sidecar import Sidecar
from dunlin.domain.imports.types import OTHER, FileProfile, ImportQuestion, Refusal  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What is known before the file is read. `encoding` is that of a file already transcoded,
    `currency` the creditor's own, "" where nobody said it, `own` its addresses and numbers,
    `asks` what had to be asked to open it, `notes` what a person should know of that."""

    encoding: str = ""
    delimiter: str = ""
    currency: str = ""
    own: OwnAddresses = field(default_factory=OwnAddresses)
    country: str = "US"
    sidecar: Sidecar = field(default_factory=Sidecar)
    range_bytes: int = 8 << 20
    asks: tuple[ImportQuestion, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """One file to read: its name, how to open its table, and what is known of it before.

    `reopened` opens it anew under another sidecar, where that decides which table is read.
    """

    name: str
    open: Callable[[], BinaryIO]
    hints: Hints
    reopened: Callable[[Sidecar], Dropped] | None = None

    def under(self, sidecar: Sidecar) -> Dropped:
        """The file as another sidecar has it read."""
        if self.reopened is not None:
            anew = self.reopened(sidecar)
            ours = replace(anew.hints, currency=self.hints.currency, own=self.hints.own)
            return replace(anew, hints=ours)
        return replace(self, hints=replace(self.hints, sidecar=sidecar))


def refused(code: str, detail: str, hints: Hints | None = None) -> FileProfile:
    """The profile of a file that cannot be imported, with the reason."""
    return FileProfile(
        kind=OTHER,
        kind_why=detail,
        encoding=(hints.encoding if hints else "") or "utf-8",
        delimiter=(hints.delimiter if hints else "") or ",",
        header_row=None,
        headers=(),
        mapping=(),
        refusal=Refusal(code=code, detail=detail),
    )
