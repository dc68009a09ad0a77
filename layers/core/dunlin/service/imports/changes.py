"""A file of changes that a billing system tells, dropped like any other: its shares are handed on
to ChangeBalance, and what was answered to each change lies beside the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.domain.imports.delta_file import FileChange, read_delta
from dunlin.domain.imports.foreign_shapes import TOLD
from dunlin.domain.imports.opened import Dropped, refused
from dunlin.domain.imports.records import Decoder, FileRefused
from dunlin.domain.imports.report import summary
from dunlin.domain.imports.types import APPLIED, CHANGES, KNOWN, REFUSED, FileProfile
from dunlin.ports.imports import DropBox
from dunlin.service.imports import work
from dunlin.service.imports.job import Job
from dunlin.service.imports.read_file import FileResult

MOST_CHANGES = 100_000
"""Changes of a dropped file: they are applied in their order, a share after another."""
_LARGEST = 64 << 20
_A_SHARE = 200
"""Changes that one call of ChangeBalance has ample time for."""
_SHOWN = 20
_WHAT = "changes that a billing system tells"


def are_told(profile: FileProfile) -> bool:
    """True where the file holds changes, and no debts."""
    return profile.refusal is not None and profile.refusal.code == TOLD


def handed_on(job: Job, opened: Dropped, drop_box: DropBox) -> FileResult:
    """Leave the file's changes in shares under `work/`; refused where the whole cannot be read."""
    try:
        changes, encoding = _read(opened)
    except FileRefused as no:
        profile = refused(no.code, no.detail, opened.hints)
        return FileResult(name=opened.name, profile=profile, assembly=None)
    profile = replace(
        refused("", _WHAT, opened.hints),
        kind=CHANGES,
        refusal=None,
        encoding=opened.hints.encoding or encoding,
        records=len(changes),
    )
    shares = -(-len(changes) // _A_SHARE)
    for share in range(shares):
        own = changes[share * _A_SHARE : (share + 1) * _A_SHARE]
        work.write_lines(drop_box, _share(job, share), own)
    document = {"profile": work.packed_profile(profile), "shares": shares}
    work.write_json(drop_box, job.work("profile.json"), document)
    return FileResult(name=opened.name, profile=profile, assembly=None)


def first_share(job: Job, profile: FileProfile) -> dict[str, Any]:
    """What the import machine hands to ChangeBalance first."""
    return step(job, "changes", 0, -(-profile.records // _A_SHARE))


def step(job: Job, outcome: str, share: int, of: int) -> dict[str, Any]:
    """One step of the import machine through the shares of a file of changes."""
    return {
        "outcome": outcome,
        "import_id": job.import_id,
        "creditor": job.creditor,
        "key": job.key,
        "version": job.version,
        "range": {"share": share, "of": of},
    }


def share_of(job: Job, share: int, drop_box: DropBox) -> list[FileChange]:
    """The changes of a share. Raises `DomainError` where there is none."""
    return [FileChange(*change) for change in work.read_lines(drop_box, _share(job, share))]


def keep_answers(
    job: Job, share: int, answers: Sequence[Mapping[str, Any]], drop_box: DropBox
) -> None:
    """Keep what was answered to the changes of a share."""
    work.write_lines(drop_box, _answers(job, share), answers)


def answers_of(job: Job, share: int, drop_box: DropBox) -> Iterator[dict[str, Any]]:
    """What was answered. Raises `DomainError` where nothing was yet."""
    return work.read_lines(drop_box, _answers(job, share))


def summary_of(
    name: str,
    profile: FileProfile,
    answers: Sequence[Mapping[str, Any]],
    counts: Mapping[str, int],
    today: date,
) -> dict[str, Any]:
    """`NAME.summary.json` of a file of changes: how many were applied, known and refused, and of
    the first that were refused which field is why."""
    no = [answer for answer in answers if answer["outcome"] == REFUSED]
    shown = [{k: a[k] for k in ("row", "change_id", "field", "reason")} for a in no[:_SHOWN]]
    return summary(name, profile, None, today) | {
        "outcomes": {
            outcome: n for outcome in (APPLIED, KNOWN, REFUSED) if (n := counts.get(outcome))
        },
        "refused": shown,
        "next_step": _next_step(len(no)),
    }


def _next_step(no: int) -> str:
    if not no:
        return "Every change is in force. Nothing to do."
    count = "1 change was" if no == 1 else f"{no:,} changes were"
    return (
        f"{count} refused: the report says why, by row. Mend them and drop the file again; what"
        " is in force stays as it is."
    )


def _read(opened: Dropped) -> tuple[list[FileChange], str]:
    with opened.open() as stream:
        content = stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise FileRefused("too_large", f"the file is over {_LARGEST >> 20} MB: split it")
    decoder = Decoder(bom=False)
    try:
        changes = read_delta(decoder.text(content))
    except DomainError as no:
        raise FileRefused(TOLD, f"the changes of a billing system cannot be read: {no}") from None
    if not changes:
        raise FileRefused("no_rows", "the file holds no change")
    if len(changes) > MOST_CHANGES:
        raise FileRefused("too_many_rows", f"the file has over {MOST_CHANGES} changes: split it")
    return changes, decoder.encoding()


def _share(job: Job, share: int) -> str:
    return job.work(f"changes-{share}.jsonl")


def _answers(job: Job, share: int) -> str:
    return job.work(f"answers-{share}.jsonl")
