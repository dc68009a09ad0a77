"""ReconcileImport: give every row its one outcome and write what lies beside the file."""

from __future__ import annotations

import codecs
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import replace
from datetime import date
from itertools import chain, islice
from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.domain.imports.assemble import Assembly, ByLine
from dunlin.domain.imports.delta_file import answer_lines
from dunlin.domain.imports.guard import csv_line
from dunlin.domain.imports.matching import SpillStore
from dunlin.domain.imports.report import report_csv, summary
from dunlin.domain.imports.types import (
    CHANGES,
    CREATED,
    UNCHANGED,
    UPDATED,
    FileProfile,
    RowOutcome,
)
from dunlin.ports.imports import DropBox, Intake
from dunlin.ports.strategies import Creditors
from dunlin.service.imports import changes, work
from dunlin.service.imports.debts import CLOSED, MISSING, RESTING
from dunlin.service.imports.job import Job, strategy_of
from dunlin.service.imports.plans import COUNTED, UNMATCHED, WITHDRAWN
from dunlin.service.imports.read_file import LARGE, FileResult

_TEXT, CSV = "text/plain; charset=utf-8", "text/csv; charset=utf-8"
_PIECE = 5_000


def reconcile_import(
    job: Job,
    *,
    intake: Intake,
    creditors: Creditors,
    drop_box: DropBox,
    today: date,
) -> dict[str, Any]:
    """Give every row its one outcome and write the report and the summary."""
    document = work.read_json(drop_box, job.work("profile.json"))
    if document is None or strategy_of(job.creditor, creditors) is None:
        raise DomainError(f"{job.key} was not profiled")
    profile = work.unpacked_profile(document["profile"])
    if profile.kind == CHANGES:
        return _told(job, profile, document["shares"], drop_box=drop_box, today=today)
    spill = intake.spill_store() if profile.records > LARGE else SpillStore()
    accounts = spill.by_text()
    by_line = spill.by_number()
    outcomes: MutableMapping[str, str] = spill.by_text()
    codes: dict[str, str] = {}
    absent: list[tuple[str, str]] = []
    for share in range(document["shares"]):
        loaded = work.read_json(drop_box, job.work(f"outcomes-{share}.json"))
        if loaded is None:
            raise DomainError(f"share {share} of {job.key} was not loaded")
        own = loaded["outcomes"]
        outcomes.update(own)
        codes |= loaded["codes"]
        for item in islice(work.read_lines(drop_box, job.work(f"share-{share}.jsonl")), 1, None):
            if item["what"] == "account":
                # The report needs the debt alone, not who owes it.
                bare = item["account"] | {"consumer": {}, "entries": [], "extras": {}}
                accounts[item["key"]] = work.unpacked(bare)
            elif item["what"] == "absent" and own[item["key"]] in (MISSING, CLOSED, RESTING):
                absent.append((item["reference"], own[item["key"]]))
    for raw in work.read_parts(drop_box, job.work("rows"), document["rows"]):
        row = _with_outcome(work.unpacked_row(raw), outcomes)
        row = replace(row, code=codes.get(row.account) or row.code)
        by_line[row.line] = row
    result = FileResult(
        name=job.key.rsplit("/", 1)[-1],
        profile=profile,
        assembly=Assembly(accounts, ByLine(by_line), work.unpacked_decisions(document["matches"])),
    )
    counts = write_report(
        job,
        result,
        document["sidecar"],
        drop_box=drop_box,
        today=today,
        absent=absent,
        withdrawn=sum(code == WITHDRAWN for code in codes.values()),
        known_as=document["known_as"],
    )
    return {
        "outcome": "done",
        "import_id": job.import_id,
        "counts": counts,
        "resting": sum(what == RESTING for _, what in absent),
    }


def _told(
    job: Job, profile: FileProfile, shares: int, *, drop_box: DropBox, today: date
) -> dict[str, Any]:
    """The answers to a file of changes as its report and its summary."""
    answers = [a for n in range(shares) for a in changes.answers_of(job, n, drop_box)]
    counts = dict(Counter(answer["outcome"] for answer in answers))
    drop_box.write(f"{job.stem}.report.csv", pieces(answer_lines(answers)), CSV)
    name = job.key.rpartition("/")[2]
    _write_summary(job, changes.summary_of(name, profile, answers, counts, today), drop_box)
    return {"outcome": "done", "import_id": job.import_id, "counts": counts, "resting": 0}


def _with_outcome(row: RowOutcome, outcomes: Mapping[str, str]) -> RowOutcome:
    """What the store knew beats what the file alone suggests: updated and unchanged."""
    outcome = outcomes.get(row.account, "")
    if row.outcome == CREATED and outcome == UPDATED:
        return replace(row, outcome=UPDATED)
    if row.outcome == CREATED and outcome == UNCHANGED:
        return replace(row, outcome=UNCHANGED, code=row.code or "same_account")
    if row.outcome == UNCHANGED and outcome == UPDATED:
        return replace(row, outcome=UPDATED)
    if outcome == UNMATCHED and row.code == "payment":
        return replace(row, code="no_account")
    if outcome == COUNTED and row.code == "payment":
        return replace(row, code="already_counted")
    return row


def write_report(
    job: Job,
    result: FileResult,
    sidecar: str,
    *,
    drop_box: DropBox,
    today: date,
    absent: Iterable[tuple[str, str]] = (),
    withdrawn: int = 0,
    known_as: str = "",
) -> dict[str, int]:
    """Write report, summary and mapping beside the file; rows by outcome. `withdrawn`: how many
    people the file closed; `known_as`: the name under which the same file was dropped before."""
    assembly, profile = result.assembly, result.profile
    outcomes = assembly.outcomes if assembly else ()
    absent = list(absent)
    report = report_csv(profile, outcomes, assembly.accounts if assembly else {})
    lines = chain(report, (_absent_line(reference, what) for reference, what in absent))
    drop_box.write(f"{job.stem}.report.csv", pieces(lines), CSV)
    content = summary(result.name, profile, assembly, today) | {
        "permission_withdrawn": withdrawn,
        "known_as": known_as,
        "missing": {
            "accounts": len(absent),
            "closed": sum(what == CLOSED for _, what in absent),
            "resting": sum(what == RESTING for _, what in absent),
            "references": [reference for reference, _ in absent[:50]],
        },
    }
    _write_summary(job, content, drop_box)
    if sidecar:  # last: an import that is run again must not read it as a person's word
        drop_box.write(f"{job.stem}.mapping.yaml", sidecar.encode(), _TEXT)
    return dict(Counter(o.outcome for o in outcomes))


def _write_summary(job: Job, content: Mapping[str, Any], drop_box: DropBox) -> None:
    document = {
        **content,
        "import_id": job.import_id,
        "version": job.version,
        "report": f"{job.stem}.report.csv",
    }
    drop_box.write(
        f"{job.stem}.summary.json",
        json.dumps(document, indent=1, ensure_ascii=False).encode(),
        "application/json",
    )


_OF_ABSENT = {
    CLOSED: "Closed: the file is complete and does not name it.",
    MISSING: "Nothing was changed: say `complete: true` in the mapping file to close what a file"
    " does not name.",
    RESTING: "Set aside: the file lacks so many that it may be cut short. Say whether they are gone"
    " with `dunlin missing`, or on the dashboard's import page.",
}


def _absent_line(reference: str, what: str) -> str:
    cells = ("", what, "account_reference", reference, "missing_from_file", _OF_ABSENT[what])
    return csv_line(cells)


def pieces(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines of CSV as a file that spreadsheet programs read, some thousand lines at a time."""
    rest = iter(lines)
    yield codecs.BOM_UTF8
    while text := "".join(islice(rest, _PIECE)):
        yield text.encode()
