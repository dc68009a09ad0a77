"""What people said of a creditor's files, kept by layout: the next file with the same columns asks
nothing, and one whose columns changed asks again.

`work/{creditor}/answers/{fingerprint}.json` is one layout.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from dunlin.domain.audit import audit
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.known_layout import KnownLayout, recalled
from dunlin.domain.imports.opened import Dropped, Hints
from dunlin.domain.imports.profile import read_profile
from dunlin.domain.imports.sidecar import Sidecar
from dunlin.domain.imports.types import FileProfile
from dunlin.ports.accounts import ChangeWriter
from dunlin.ports.audit import AuditLog
from dunlin.ports.imports import DropBox
from dunlin.service.accounts.creditor_log import record
from dunlin.service.accounts.staff_command import StaffCommand, code, staff
from dunlin.service.imports import work

_HEAD = 1 << 18
_SETTINGS = ("date_order", "country", "state", "currency", "industry", "debt_kind", "written_off")


def recall(file: Dropped, creditor: str, drop_box: DropBox) -> Dropped:
    """The file under what was said before of the creditor's files with the same columns."""
    with file.open() as stream:
        head = stream.read(_HEAD)
    lines = head.rfind(b"\n") + 1 or len(head)
    hints = Hints(encoding=file.hints.encoding, delimiter=file.hints.delimiter)
    profile = read_profile(io.BytesIO(head[:lines]), hints)
    if not profile.header_fingerprint:
        return file
    return recalled(
        file,
        columns=[column.key for column in profile.mapping],
        known=layout(creditor, profile.header_fingerprint, drop_box),
        others=lambda: layouts(creditor, drop_box),
    )


def remember(creditor: str, file: Dropped, profile: FileProfile, *, day: str,
             drop_box: DropBox) -> None:  # fmt: skip
    """Keep what was said of a file for the creditor's next one with the same columns; the same
    again writes nothing. Whether a file is complete is said of one file alone."""
    sidecar = file.hints.sidecar
    before_now = {q: a for q, a in sidecar.answers.items() if q in sidecar.recalled}
    kept = replace(
        sidecar, answers={**before_now, **dict(profile.lasting_answers)}, complete=False, lines={},
        recalled=frozenset(),
    )  # fmt: skip
    if kept == Sidecar() or not profile.header_fingerprint:
        return
    before = layout(creditor, profile.header_fingerprint, drop_box)
    if before is not None and _union(before.sidecar, kept) == before.sidecar:
        return
    known = KnownLayout(
        fingerprint=profile.header_fingerprint,
        file=file.name,
        at=day,
        columns=tuple(column.key for column in profile.mapping),
        sidecar=kept if before is None else _union(before.sidecar, kept),
    )
    work.write_json(drop_box, _key(creditor, known.fingerprint), _packed(known))


def _union(before: Sidecar, now: Sidecar) -> Sidecar:
    """An answer that this month's file did not need is not forgotten."""
    return replace(now, answers={**before.answers, **now.answers})


def layouts(creditor: str, drop_box: DropBox) -> Iterator[KnownLayout]:
    """Every layout of a creditor's files of which something was said."""
    for key in drop_box.keys(f"work/{creditor}/answers/"):
        raw = work.read_json(drop_box, key)
        if raw is not None:
            yield _unpacked(raw)


def layout(creditor: str, fingerprint: str, drop_box: DropBox) -> KnownLayout | None:
    """What is remembered of one layout, None where nothing is."""
    raw = work.read_json(drop_box, _key(creditor, fingerprint))
    return None if raw is None else _unpacked(raw)


def forget(
    creditor: str,
    fingerprint: str,
    order: StaffCommand,
    *,
    drop_box: DropBox,
    book: ChangeWriter,
    log: AuditLog,
    now: datetime,
) -> KnownLayout:
    """Forget what was said of a layout, on the creditor's record; the next file asks again.
    `fingerprint` may be its beginning. Raises `DomainError` where it means no one layout."""
    actor, why = staff(order.by), code(order.why, "why")
    meant = [k for k in layouts(creditor, drop_box) if k.fingerprint.startswith(fingerprint)]
    if len(meant) != 1:
        raise DomainError(f"{len(meant)} remembered layouts of {creditor} begin with {fingerprint}")
    known = meant[0]
    data = {"layout": known.fingerprint, "why": why}
    record(creditor, "AnswersForgotten", data, actor, book=book, log=log, now=now)
    drop_box.remove(_key(creditor, known.fingerprint))
    return known


def answer_digest(question: str, answer: str) -> str:
    """What the record keeps of an answer: column names are a file's words, so none of them."""
    return audit.content_sha256(f"{question}={answer}")


def _key(creditor: str, fingerprint: str) -> str:
    return f"work/{creditor}/answers/{fingerprint}.json"


def _packed(known: KnownLayout) -> dict[str, Any]:
    spoken = {name: getattr(known.sidecar, name) for name in ("mapping", "answers", *_SETTINGS)}
    return asdict(replace(known, sidecar=Sidecar())) | {"sidecar": spoken}


def _unpacked(raw: dict[str, Any]) -> KnownLayout:
    return KnownLayout(
        fingerprint=raw["fingerprint"],
        file=raw["file"],
        at=raw["at"],
        columns=tuple(raw["columns"]),
        sidecar=Sidecar(**raw["sidecar"]),
    )
