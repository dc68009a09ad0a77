"""`dunlin import FILE...`: with `--dry-run` the whole import in one process, with no cloud.

Without it the files go to the drop bucket, through the function given to `register`.
"""

from __future__ import annotations

import datetime as dt
import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dunlin.adapters.imports.contact_checks import CHECKS
from dunlin.adapters.imports.opening import opened_file
from dunlin.adapters.imports.spill_store import FileSpillStore
from dunlin.cli.asking import ask, somebody_is_there
from dunlin.cli.beside import FilesBeside, MappingMistake
from dunlin.cli.commands import Commands
from dunlin.cli.speech import no_such_file, refused, say
from dunlin.cli.stack import Aws, Json, StackName, Yes, to_write
from dunlin.cli.target import Target
from dunlin.domain.imports import report
from dunlin.domain.imports.mapping_file import mapping_file
from dunlin.domain.imports.opened import Dropped
from dunlin.domain.imports.opened import refused as refusal_of
from dunlin.domain.imports.records import FileRefused
from dunlin.domain.imports.sidecar import Sidecar
from dunlin.domain.money import CURRENCIES
from dunlin.domain.plain_text import plain_json
from dunlin.service.imports.read_file import FileResult, read_files
from dunlin.views.imports.import_text import import_lines

Uploader = Callable[[Sequence[Path], Sequence[Path], str, Target], int]
"""(files, sidecars, creditor, stack) -> exit code: drops them in the bucket and follows the
import."""


def register(app: Commands, upload: Uploader | None = None) -> None:
    """Adds `import` to the operator's command; `upload` is the live path."""

    @app.command("import")
    def import_file(
        files: Annotated[list[Path], typer.Argument(help="Exports to read, debts and contacts.")],
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Read everything here and write nothing.")
        ] = False,
        mapping: Annotated[
            list[Path] | None,
            typer.Option("--mapping", help="Sidecar for the file in the same place of the list."),
        ] = None,
        as_json: Json = False,
        creditor: Annotated[str, typer.Option(help="Whose accounts these are.")] = "",
        currency: Annotated[
            str,
            typer.Option(help="With --dry-run: what the creditor's debts are in, such as USD."),
        ] = "",
        aws: Aws = False,
        stack: StackName = "dunlin",
        yes: Yes = False,
    ) -> None:
        """Import overdue accounts from any export.

        Example: dunlin import open.csv --dry-run
        """
        if not dry_run:
            if upload is None:
                raise refused("No stack is deployed here; use --dry-run.")
            raise typer.Exit(upload(files, mapping or [], creditor, to_write(aws, stack, yes)))
        if currency and currency.upper() not in CURRENCIES:
            raise typer.BadParameter(f"{currency!r} is no currency: write a code such as USD")
        code = run_dry(files, mapping or [], as_json=as_json, currency=currency.upper())
        raise typer.Exit(code)


def run_dry(
    files: Sequence[Path],
    sidecars: Sequence[Path],
    *,
    as_json: bool,
    today: dt.date | None = None,
    remembered: Remembered | None = None,
    currency: str = "",
) -> int:
    """Reads the files, says what an import would do, asks where somebody sits at the terminal,
    and returns the exit code. `remembered` gives what was answered before for the same columns,
    `currency` is the creditor's, "" where it is not known.

    0 where anything could be imported, 1 where nothing could, 2 where a file or a mapping file
    cannot be read. As JSON nothing is asked and nothing written.
    """
    day = today or dt.datetime.now(dt.UTC).date()
    beside = []
    for number, path in enumerate(files):
        if not path.is_file():
            return refused(no_such_file(path)).exit_code
        beside.append(
            FilesBeside(export=path, given=sidecars[number] if number < len(sidecars) else None)
        )
    # A run makes millions of values and no cycles; the collector would walk them all each time.
    gc.set_threshold(100_000, 50, 1_000)
    try:
        read = _read(beside, day, remembered, currency)
        if as_json:
            _print_json([result for _, result in read])
        else:
            while _answered(read, day):
                read = _read(beside, day, remembered, currency)
            for place, (_, result) in zip(beside, read, strict=True):
                _write(place, result)
    except MappingMistake as mistake:
        return refused(mistake).exit_code
    nothing = all(report.nothing_imported(r.profile, r.assembly) for _, r in read)
    return 1 if nothing else 0


Remembered = Callable[[Dropped], Dropped]
"""Gives a file the answers that were given before for one like it, where it has none."""


def _read(
    beside: Sequence[FilesBeside],
    today: dt.date,
    remembered: Remembered | None,
    currency: str,
) -> list[tuple[FilesBeside, FileResult]]:
    dropped: list[Dropped | FileResult] = []
    for place in beside:
        file = _dropped(place.export, place.sidecar())
        if isinstance(file, Dropped):
            file = replace(file, hints=replace(file.hints, currency=currency))
            file = file if remembered is None else remembered(file)
        dropped.append(file)
    readable = [d for d in dropped if isinstance(d, Dropped)]
    read = iter(read_files(readable, checks=CHECKS, today=today, large=FileSpillStore))
    results = [d if isinstance(d, FileResult) else next(read) for d in dropped]
    return list(zip(beside, results, strict=True))


def _answered(read: Sequence[tuple[FilesBeside, FileResult]], today: dt.date) -> bool:
    """Says what became of each file, and asks what it waits for; True where that was answered."""
    answered = False
    for number, (place, result) in enumerate(read):
        document = report.summary(result.name, result.profile, result.assembly, today)
        if number:
            say("")
        asked_next = result.profile.waits and somebody_is_there()
        for line in import_lines(document, asked_next=asked_next):
            typer.echo(line)
        answers = ask(document) if asked_next else {}
        if asked_next and not answers:
            say(f"\n{document['next_step']}")
        if answers:
            place.answer(answers, mapping_file(result.name, result.profile, Sidecar()))
            answered = True
    if answered:
        say("")
    return answered


def _write(place: FilesBeside, result: FileResult) -> None:
    profile, assembly = result.profile, result.assembly
    refused_whole = profile.refusal is not None
    text = "" if refused_whole else mapping_file(result.name, profile, place.sidecar())
    lines = report.report_csv(
        profile, assembly.outcomes if assembly else (), assembly.accounts if assembly else {}
    )
    sentences = place.write(text, () if refused_whole else lines)
    if sentences:
        say("\nBeside the file:")
    for sentence in sentences:
        say(sentence, 2, 2)


def _dropped(path: Path, sidecar: Sidecar) -> Dropped | FileResult:
    try:
        return opened_file(path.name, lambda: path.open("rb"), sidecar)
    except FileRefused as no:
        return FileResult(name=path.name, profile=refusal_of(no.code, no.detail), assembly=None)


def _print_json(results: Sequence[FileResult]) -> None:
    """One object for one file, a list of them for several."""
    many = len(results) > 1
    sys.stdout.write("[\n" if many else "")
    for number, result in enumerate(results):
        if number:
            sys.stdout.write(",\n")
        for piece in report.dry_run_json(result.name, result.profile, result.assembly):
            sys.stdout.write(plain_json(piece))
    sys.stdout.write("\n]\n" if many else "\n")
