"""What is known of a file as a whole before a row of it is written: that it was dropped before,
that a newer one was, that it is another creditor's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from dunlin.domain.imports.assemble import Assembly
from dunlin.domain.imports.dated import FileDays, days_of, read_days
from dunlin.domain.imports.names import name_key
from dunlin.domain.imports.types import (
    RECEIVABLES,
    FileProfile,
    ImportQuestion,
    NormalisedAccount,
)
from dunlin.ports.imports import DropBox
from dunlin.ports.strategies import Creditors
from dunlin.service.imports import work
from dunlin.service.imports.job import Job

OTHER_CREDITOR = "other_creditor"
"""The kind of the question whether a file was dropped for the wrong creditor."""
IMPORT, LEAVE = "import", "leave"
_SAMPLE = 300
_FEWEST = 5  # people known elsewhere; fewer may be customers of both


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """Whether a file brings news. `name` is under which it was dropped before, "" where it was
    not; `older`: a file of its source told of a later day."""

    name: str = ""
    older: bool = False

    @property
    def code(self) -> str:
        """Why it brings none, "" where it may."""
        return "known_file" if self.name else "older_file" if self.older else ""


def days(job: Job, profile: FileProfile, today: date) -> FileDays | None:
    """Of which days the file tells, None where nobody says."""
    return days_of(job.key, profile.as_of, today)


def known(job: Job, profile: FileProfile, drop_box: DropBox, today: date) -> KnownFile:
    """Whether the same bytes were imported under another name, or a newer file of the source."""
    if profile.kind != RECEIVABLES:
        return KnownFile()
    own = days(job, profile, today)
    kept = work.read_json(drop_box, _file_key(job.creditor, profile.sha256))
    if kept is not None and kept["import"] != job.import_id and kept["key"] != job.key:
        # A week in which nothing happened gives the same bytes under a later day.
        first = days_of(kept["key"], profile.as_of, today)
        if own is None or first is None or not first.before(own):
            return KnownFile(name=kept["key"].rpartition("/")[2])
    source = work.source_of(job.key, profile.header_fingerprint)
    before = work.previous_of(drop_box, job.creditor, source, job.import_id)
    newest = read_days((before or {}).get("days"))
    return KnownFile(older=own is not None and newest is not None and own.before(newest))


def remember_file(job: Job, profile: FileProfile, drop_box: DropBox, today: date) -> None:
    """Keep that these bytes were imported, and under which name: the first, or the latest day's."""
    key = _file_key(job.creditor, profile.sha256)
    kept = work.read_json(drop_box, key)
    if kept is not None:
        before = days_of(kept["key"], profile.as_of, today)
        own = days(job, profile, today)
        if before is None or own is None or not before.before(own):
            return
    work.write_json(drop_box, key, {"import": job.import_id, "key": job.key})


def person_mark(account: NormalisedAccount) -> str:
    """A hash of who owes, the same at whichever creditor; "" where too little is told of them."""
    person = account.consumer
    name = name_key(person.name)
    point = next(iter((*person.emails, *person.phones)), "")
    sign = point.lower() or dict(account.extras).get("consumer_reference", "")
    if not name or not sign:
        return ""
    return hashlib.sha256(f"{name}\x1f{sign}".encode()).hexdigest()[:12]


def whose(
    job: Job,
    profile: FileProfile,
    assembly: Assembly,
    *,
    creditors: Creditors,
    drop_box: DropBox,
) -> ImportQuestion | None:
    """The question whether the file is another creditor's, where most of its people are known
    there and hardly anybody here; None else."""
    if profile.kind != RECEIVABLES:
        return None
    sample = {mark for a in islice(assembly.accounts.values(), _SAMPLE) if (mark := person_mark(a))}
    if len(sample) < _FEWEST or len(sample & _marks(drop_box, job.creditor)) * 3 >= len(sample):
        return None
    for other in creditors.all():
        if other == job.creditor:
            continue
        there = len(sample & _marks(drop_box, other))
        if there >= _FEWEST and there * 2 >= len(sample):
            return _question(job, other, there, len(sample))
    return None


def _question(job: Job, other: str, there: int, asked: int) -> ImportQuestion:
    return ImportQuestion(
        kind=OTHER_CREDITOR,
        column=None,
        choices=(IMPORT, LEAVE),
        why=f"of {asked} people in it {there} are known to owe {other}, hardly any {job.creditor}."
        f" Was it meant for {other}?",
        meanings=(
            f"The debts are written for {job.creditor}.",
            f"Nothing is written. Drop the file for {other}.",
        ),
        lasting=False,
    )


def _marks(drop_box: DropBox, creditor: str) -> frozenset[str]:
    """Who is known to owe a creditor, by the newest file of every source."""
    return frozenset(_each_mark(drop_box, creditor))


def _each_mark(drop_box: DropBox, creditor: str) -> Iterator[str]:
    return (named.person for named in work.all_named(drop_box, creditor) if named.person)


def _file_key(creditor: str, sha256: str) -> str:
    return f"work/{creditor}/files/{sha256}.json"
