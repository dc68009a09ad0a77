"""StartImport: what becomes of a file that was dropped, or of a mapping file put beside one.

Whatever is not imported leaves a line where its sender looks: a report beside the file, and a
summary that the dashboard and `dunlin drop list` show.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from dunlin.domain.imports import file_names, sidecar
from dunlin.domain.imports.foreign import junk, unfinished
from dunlin.domain.imports.opened import refused
from dunlin.domain.imports.report import report_csv, summary
from dunlin.ports.imports import DropBox
from dunlin.ports.machines import Machine
from dunlin.service.imports import work
from dunlin.service.imports.job import Job, job_of, job_to_start
from dunlin.service.imports.reconciling import CSV, pieces

Arrival = Literal["started", "again", "ours", "known", "stray"]
"""started · again (a mapping file answered an import that waited) · ours (Dunlin wrote it) · known
(seen before, or a mapping file for a file to come) · stray (not imported)."""

READING, WAITING = "reading", "waiting"
_MAPPING = ".mapping.yaml"
_RESULTS = (".report.csv", ".summary.json")
_LONGEST = 1_000
"""Bytes of a key whose files beside it still have names that S3 takes: it takes 1,024."""
_DROPPED = re.compile(r"drop/([^/]+)/.*")


def arrive(
    key: str, version: str, *, drop_box: DropBox, machine: Machine, now: datetime
) -> Arrival:
    """Start what a dropped file asks for, or leave a line that says why nothing is."""
    if key.endswith("/"):  # a folder that a console made
        return "ours"
    if key.endswith(_RESULTS) and drop_box.ours(key, version):
        return "ours"
    if len(key.encode()) <= _LONGEST and key.endswith(_MAPPING):
        return _mapping_arrived(key, version, drop_box=drop_box, machine=machine, now=now)
    no = _not_imported(key)
    if no:
        return _stray(key, *no, drop_box=drop_box, now=now)
    job = job_to_start(key, version, drop_box)
    if job is None:
        return "ours"
    if _state(job, drop_box).get("import_id") != job.import_id:
        _being_read(job, drop_box, now)
    return "started" if machine.start(job.import_id, asdict(job)) else "known"


def start_again(
    job: Job, answers: bytes, *, drop_box: DropBox, machine: Machine, now: datetime
) -> bool:
    """Let an import that waited go on under new answers; the same answers start it once."""
    mark = hashlib.sha256(answers).hexdigest()[:8]
    _being_read(job, drop_box, now)
    return machine.start(f"{job.import_id}-{mark}", asdict(job))


def waiting_job(document: dict[str, Any], key: str) -> Job | None:
    """The import that waits for an answer, of its summary and that one's key; None where it does
    not wait."""
    wants = document.get("state") == WAITING or document.get("refusal") == "bad_mapping_file"
    if not wants or "version" not in document:
        return None
    folder = key.rpartition("/")[0]
    return job_of(f"{folder}/{document['file']}", document["version"])


def _not_imported(key: str) -> tuple[str, str] | None:
    """(code, why) of what is not ours by its place or its name."""
    name = key.rpartition("/")[2]
    if len(key.encode()) > _LONGEST:
        return "name_too_long", "its name is too long: drop it under a shorter one"
    if key.endswith(_RESULTS):
        return (
            "named_as_a_result",
            f"{name} ends as the files do that Dunlin writes: drop it under another name",
        )
    if junk(key):
        return "left_by_a_computer", f"{name} was made by a computer, not by a person"
    if unfinished(name):
        return "not_finished", f"{name} is a download that had not ended: drop the whole file"
    if job_of(key, "") is None:
        return (
            "wrong_folder",
            f"{key} does not lie in a creditor's folder: drop it as drop/CREDITOR/{name}",
        )
    return None


def _mapping_arrived(
    key: str, version: str, *, drop_box: DropBox, machine: Machine, now: datetime
) -> Arrival:
    if job_of(key.removesuffix(_MAPPING), version) is None:
        name = key.rpartition("/")[2]
        why = f"{key} lies beside no file: drop it as drop/CREDITOR/{name}"
        return _stray(key, "wrong_folder", why, drop_box=drop_box, now=now)
    if drop_box.ours(key, version):
        return "ours"
    summary_key = f"{key.removesuffix(_MAPPING)}.summary.json"
    document = work.read_summary(drop_box, summary_key)
    if document is not None:
        job = waiting_job(document, summary_key)
        if job is None:
            return "known"
        content = drop_box.read(key, version=version, end=sidecar.LARGEST + 1)
        start_again(job, content, drop_box=drop_box, machine=machine, now=now)
        return "again"
    folder, _, name = key.removesuffix(_MAPPING).rpartition("/")
    beside = drop_box.keys(f"{folder}/{name.rstrip('.')}")
    if any(k != key and file_names.stem(k) == f"{folder}/{name}" for k in beside):
        return "known"
    why = (
        f"{key.rpartition('/')[2]} is a mapping file, and the file that it belongs to is not here:"
        f" it would be {name} or {name}.csv"
    )
    others = [k for k in beside if job_of(k, "") and file_names.bare_name(k) == f"{folder}/{name}"]
    if others:
        other = others[0].rpartition("/")[2]
        why += f"; for {other} it is named {file_names.mapping_name(other)}"
    return _stray(key, "mapping_alone", why, drop_box=drop_box, now=now)


def _state(job: Job, drop_box: DropBox) -> dict[str, Any]:
    return work.read_summary(drop_box, f"{job.stem}.summary.json") or {}


def _being_read(job: Job, drop_box: DropBox, now: datetime) -> None:
    """The line of a file until its import has ended; what stays so has failed."""
    name = job.key.rpartition("/")[2]
    document = summary(name, refused("reading", "it is being read"), None, now.date())
    document |= {
        "state": READING,
        "reason": "",
        "import_id": job.import_id,
        "version": job.version,
        "next_step": "It is being read. Where that takes over an hour, drop it again.",
    }
    _write(f"{job.stem}.summary.json", document, drop_box)


def _stray(key: str, code: str, why: str, *, drop_box: DropBox, now: datetime) -> Arrival:
    match = _DROPPED.fullmatch(key)
    creditor = match[1] if match else "-"
    profile = refused(code, why)
    document = summary(key.rpartition("/")[2], profile, None, now.date())
    mark = hashlib.sha256(key.encode()).hexdigest()[:24]
    report = file_names.report_name(key)
    if code == "name_too_long":
        report = f"drop/{creditor}/{mark}.stray.report.csv"
    document |= {"dropped": key, "import_id": "", "report": report}
    drop_box.write(report, pieces(report_csv(profile, (), {})), CSV)
    _write(f"drop/{creditor}/{mark}.stray.summary.json", document, drop_box)
    return "stray"


def _write(key: str, document: dict[str, Any], drop_box: DropBox) -> None:
    content = json.dumps(document, indent=1, ensure_ascii=False).encode()
    drop_box.write(key, content, "application/json")
