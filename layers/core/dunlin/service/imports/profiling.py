"""ProfileFile: read a dropped file once, join its rows, leave shares of accounts under `work/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, islice
from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.domain.imports.answers import choice_of
from dunlin.domain.imports.assemble import Assembly
from dunlin.domain.imports.mapping_file import mapping_file
from dunlin.domain.imports.matching import SpillStore
from dunlin.domain.imports.opened import Dropped, refused
from dunlin.domain.imports.own_addresses import own_addresses
from dunlin.domain.imports.report import rejected_csv
from dunlin.domain.imports.types import (
    CONTACTS,
    PAYMENTS,
    REJECTED,
    FileProfile,
    Refusal,
    Row,
    RowOutcome,
)
from dunlin.domain.strategy.strategy import MissingBound
from dunlin.ports.imports import DropBox, Intake
from dunlin.ports.strategies import Creditors
from dunlin.service.imports import changes, whole_file, work
from dunlin.service.imports.items import items_of, told_before
from dunlin.service.imports.job import Job, strategy_of
from dunlin.service.imports.read_file import LARGE, FileResult, read_files, rows
from dunlin.service.imports.reconciling import CSV, pieces, write_report
from dunlin.service.imports.remembering import recall, remember

MOST_LINES = 1_050_000
"""Lines of a file in the cloud: a million records and their line breaks. More would not fit the
time of its functions."""
MOST_TOLD = 250_000
"""Rows of a file of contacts or payments: they are matched in memory."""
_A_SHARE = 2_000
_MOST_SHARES = 200


def profile_file(
    job: Job, *, intake: Intake, creditors: Creditors, drop_box: DropBox, today: date
) -> dict[str, Any]:
    """Read the file once; `{outcome: ready | changes | rejected | waiting, ranges: [...]}` and the
    ids.

    What is ready lies in shares under `work/`, a range each; a file of changes too, whose shares
    are applied one after another. What is not is reported beside the file at once, and nothing is
    created.
    """
    opened, result = _read(job, intake=intake, creditors=creditors, drop_box=drop_box, today=today)
    if opened is not None and changes.are_told(result.profile):
        result = changes.handed_on(job, opened, drop_box)
        if result.profile.refusal is None:
            return changes.first_share(job, result.profile)
        opened = None
    result = _asked_whose(job, opened, result, creditors=creditors, drop_box=drop_box)
    profile = result.profile
    outcome = "rejected" if profile.refusal else "waiting" if profile.waits else "ready"
    shares = 0
    text = mapping_file(result.name, profile, opened.hints.sidecar) if opened else ""
    if outcome == "ready" and result.file is not None and result.assembly is not None:
        remember(job.creditor, result.file, profile, day=today.isoformat(), drop_box=drop_box)
        _write_rejected(job, result.file, profile, result.assembly, drop_box)
        shares = _hand_on(
            job,
            profile,
            result.assembly,
            text,
            intake=intake,
            drop_box=drop_box,
            today=today,
            bound=_bound(job, creditors),
        )
    else:
        write_report(job, result, text, drop_box=drop_box, today=today)
    return {
        "outcome": outcome,
        "import_id": job.import_id,
        "creditor": job.creditor,
        "key": job.key,
        "version": job.version,
        "ranges": [{"share": n, "of": shares} for n in range(shares)],
    }


def _read(
    job: Job, *, intake: Intake, creditors: Creditors, drop_box: DropBox, today: date
) -> tuple[Dropped | None, FileResult]:
    """The opened file (None where refused) and what is in it."""
    name = job.key.rsplit("/", 1)[-1]
    strategy = strategy_of(job.creditor, creditors)
    if strategy is None:
        unknown = refused(
            "unknown_creditor",
            f"creditor {job.creditor!r} has no strategy: drop config/{job.creditor}/strategy.yaml"
            " first, then drop this file again",
        )
        return None, FileResult(name=name, profile=unknown, assembly=None)
    opened = intake.open(job.key, job.version)
    if not isinstance(opened, Dropped):
        return None, FileResult(name=name, profile=opened, assembly=None)
    brand = strategy.brand
    own = own_addresses((brand.email_from, brand.reply_to), (brand.phone, brand.sms_origination))
    opened = replace(opened, hints=replace(opened.hints, currency=strategy.currency, own=own))
    if _lines(opened) > MOST_LINES:
        refusal = f"the file has over {MOST_LINES} lines: split it into smaller files"
        profiled = refused("too_many_rows", refusal, opened.hints)
        return None, FileResult(name=name, profile=profiled, assembly=None)
    result, *_ = read_files(
        [recall(opened, job.creditor, drop_box), *_contacts_files(job, intake, drop_box)],
        checks=intake.checks,
        today=today,
        large=intake.spill_store,
    )
    profile = result.profile
    if profile.kind in (CONTACTS, PAYMENTS) and profile.records > MOST_TOLD:
        refusal = (
            f"the file has over {MOST_TOLD} rows of {profile.kind}: split it into smaller files"
        )
        result = FileResult(
            name=name, profile=refused("too_many_rows", refusal, opened.hints), assembly=None
        )
    readable = result.profile.refusal is None or changes.are_told(result.profile)
    return (opened if readable else None), result


def _lines(opened: Dropped) -> int:
    """Physical lines; counting stops soon after the most there may be."""
    feeds = returns = 0
    with opened.open() as stream:
        while (piece := stream.read(1 << 20)) and max(feeds, returns) <= MOST_LINES:
            feeds += piece.count(b"\n")
            returns += piece.count(b"\r")
    return max(feeds, returns)


def _contacts_files(job: Job, intake: Intake, drop_box: DropBox) -> Iterator[Dropped]:
    """The contacts files that this creditor dropped before."""
    for key in drop_box.keys(f"work/{job.creditor}/contacts/"):
        kept = work.read_json(drop_box, key)
        if kept["key"] != job.key:
            try:
                opened = intake.open(kept["key"], kept["version"])
            except DomainError:  # deleted since
                continue
            if isinstance(opened, Dropped):
                yield recall(opened, job.creditor, drop_box)


def _write_rejected(
    job: Job, opened: Dropped, profile: FileProfile, assembly: Assembly, drop_box: DropBox
) -> None:
    rejected = (o for o in assembly.outcomes if o.outcome == REJECTED)
    first = next(rejected, None)
    if first is not None:
        cells = _cells_of(chain([first], rejected), rows(opened, profile))
        lines = rejected_csv(profile.headers, cells)
        drop_box.write(f"{job.stem}.rejected.csv", pieces(lines), CSV)


def _cells_of(
    outcomes: Iterable[RowOutcome], rows: Iterable[Row]
) -> Iterator[tuple[Sequence[str], str]]:
    """The cells and the reason of each outcome; both come in the order of their lines."""
    rest = iter(rows)
    for outcome in outcomes:
        row = next(r for r in rest if r.line == outcome.line)
        yield row.cells, outcome.code


def _asked_whose(
    job: Job,
    opened: Dropped | None,
    result: FileResult,
    *,
    creditors: Creditors,
    drop_box: DropBox,
) -> FileResult:
    """The result with the question whether the file is another creditor's, or its answer."""
    profile, assembly = result.profile, result.assembly
    if assembly is None or profile.waits or profile.refusal is not None or opened is None:
        return result
    question = whole_file.whose(job, profile, assembly, creditors=creditors, drop_box=drop_box)
    if question is None:
        return result
    answer = choice_of(question, opened.hints.sidecar.answers.get(question.id, ""))
    if answer == whole_file.IMPORT:
        return result
    if answer == whole_file.LEAVE:
        refusal = Refusal(code="other_creditor", detail=question.meanings[1])
        return replace(result, profile=replace(profile, refusal=refusal), assembly=None)
    asked = replace(profile, decisions=(question, *profile.decisions))
    return replace(result, profile=asked, assembly=None)


def _bound(job: Job, creditors: Creditors) -> MissingBound:
    strategy = strategy_of(job.creditor, creditors)
    return strategy.missing if strategy is not None else MissingBound()


def _hand_on(
    job: Job,
    profile: FileProfile,
    assembly: Assembly,
    sidecar: str,
    *,
    intake: Intake,
    drop_box: DropBox,
    today: date,
    bound: MissingBound,
) -> int:
    """Leave rows and shares under `work/`; the number of shares, at least one."""
    parts = work.write_parts(
        drop_box, job.work("rows"), (work.packed_row(o) for o in assembly.outcomes)
    )
    size = max(_A_SHARE, -(-len(assembly.accounts) // _MOST_SHARES))
    known = whole_file.known(job, profile, drop_box, today)
    days = whole_file.days(job, profile, today)
    here = (intake.spill_store() if profile.records > LARGE else SpillStore()).by_text()
    items = items_of(
        job, profile, assembly, drop_box, here=here, today=today, bound=bound, known=known
    )
    terms = {
        "industry": profile.industry,
        "debt_kind": profile.debt_kind,
        "complete": profile.complete,
        "as_of": (profile.as_of or today).isoformat(),
        "known": work.has_sources(drop_box, job.creditor, job.import_id),
        "again": told_before(job, profile, drop_box),
        "no_news": known.code,
        "days": days.text() if days is not None else None,
    }
    shares = 0
    while (share := list(islice(items, size))) or not shares:
        work.write_lines(drop_box, job.work(f"share-{shares}.jsonl"), [terms, *share])
        shares += 1
    document = {
        "profile": work.packed_profile(profile),
        "sidecar": sidecar,
        "rows": parts,
        "shares": shares,
        "matches": work.packed_decisions(assembly.decisions),
        "known_as": known.name,
    }
    whole_file.remember_file(job, profile, drop_box, today)
    work.write_json(drop_box, job.work("profile.json"), document)
    return shares
