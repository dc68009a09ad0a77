"""A file of the drop bucket, opened for the import's stages, with its sidecar if there is one."""

from __future__ import annotations

import io
from typing import BinaryIO

from dunlin.adapters.intake.contact_checks import email, phone
from dunlin.adapters.intake.opening import as_table
from dunlin.adapters.intake.sidecar_file import read_sidecar
from dunlin.domain.errors import DomainError
from dunlin.domain.intake.normalise import Checks
from dunlin.domain.intake.profile import Dropped, Hints, refused
from dunlin.domain.intake.records import Refused
from dunlin.domain.intake.sidecar import Sidecar, SidecarErrors
from dunlin.domain.intake.types import FileProfile
from dunlin.ports import DropBox

CHECKS = Checks(phone=phone, email=email)


class DroppedFiles:
    """`Intake` over the drop bucket."""

    checks = CHECKS

    def __init__(self, drop_box: DropBox) -> None:
        self._drop_box = drop_box

    def open(self, key: str, version: str | None) -> Dropped | FileProfile:
        """The file as a table, or the profile that refuses it."""
        sidecar = self._sidecar(key)
        if isinstance(sidecar, SidecarErrors):
            return refused("bad_mapping_file", "; ".join(sidecar.errors))
        content = self._drop_box.read(key, version=version)

        def source() -> BinaryIO:
            return io.BytesIO(content)

        try:
            table = as_table(source)
        except Refused as no:
            return refused(no.code, no.detail)
        return Dropped(
            name=key.rsplit("/", 1)[-1],
            open=table.open,
            hints=Hints(encoding=table.encoding, delimiter=table.delimiter, sidecar=sidecar),
        )

    def _sidecar(self, key: str) -> Sidecar | SidecarErrors:
        try:
            content = self._drop_box.read(f"{stem(key)}.mapping.yaml")
        except DomainError:
            return Sidecar()
        return read_sidecar(content)


def stem(key: str) -> str:
    """The key without its ending: `drop/acme/open.csv` → `drop/acme/open`."""
    folder, _, name = key.rpartition("/")
    base = name.split(".", 1)[0] if name.lower().endswith(".gz") else name.rsplit(".", 1)[0]
    return f"{folder}/{base}"
