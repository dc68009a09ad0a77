"""`dunlin import FILE...`: with `--dry-run` the whole import in one process, with no cloud.

Without it the files go to the drop bucket, through the function given to `register`.
"""

from __future__ import annotations

import datetime as dt
import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from dunlin.adapters.imports.contact_checks import CHECKS
from dunlin.adapters.imports.opening import as_table
from dunlin.adapters.imports.sidecar_file import read_sidecar
from dunlin.adapters.imports.spill_store import FileSpillStore
from dunlin.cli.stack import Json
from dunlin.domain.imports import report
from dunlin.domain.imports.opened import Dropped, Hints, refused
from dunlin.domain.imports.records import FileRefused
from dunlin.domain.imports.sidecar import Sidecar, SidecarErrors
from dunlin.service.imports.read_file import FileResult, read_files

Uploader = Callable[[Sequence[Path], Sequence[Path], str], int]
"""(files, sidecars, creditor) -> exit code: drops them in the bucket and follows the import."""


def register(app: typer.Typer, upload: Uploader | None = None) -> None:
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
    ) -> None:
        """Import overdue accounts from any export."""
        if not dry_run:
            if upload is None:
                typer.echo("No stack is deployed here; use --dry-run.", err=True)
                raise typer.Exit(2)
            raise typer.Exit(upload(files, mapping or [], creditor))
        raise typer.Exit(run_dry(files, mapping or [], as_json=as_json))


def run_dry(
    files: Sequence[Path], sidecars: Sequence[Path], *, as_json: bool, today: dt.date | None = None
) -> int:
    """Reads the files, prints what an import would do, and returns the exit code.

    0 where anything could be imported, 1 where nothing could, 2 where a file or a sidecar cannot
    be read.
    """
    dropped: list[Dropped | FileResult] = []
    for number, path in enumerate(files):
        if not path.is_file():
            typer.echo(f"{path}: no such file", err=True)
            return 2
        beside = path.with_name(path.name + ".mapping.yaml")
        stem = path.with_suffix(".mapping.yaml")
        given = sidecars[number] if number < len(sidecars) else None
        sidecar = _sidecar(given or next((p for p in (stem, beside) if p.is_file()), None))
        if sidecar is None:
            return 2
        dropped.append(_dropped(path, sidecar))
    day = today or dt.datetime.now(dt.UTC).date()
    readable = [d for d in dropped if isinstance(d, Dropped)]
    # A run makes millions of values and no cycles; the collector would walk them all each time.
    gc.set_threshold(100_000, 50, 1_000)
    read = iter(read_files(readable, checks=CHECKS, today=day, large=FileSpillStore))
    results = [d if isinstance(d, FileResult) else next(read) for d in dropped]
    if as_json:
        _print_json(results)
    else:
        for result in results:
            _print_text(result, day)
    nothing = all(report.nothing_imported(r.profile, r.assembly) for r in results)
    return 1 if nothing else 0


def _sidecar(path: Path | None) -> Sidecar | None:
    if path is None:
        return Sidecar()
    if not path.is_file():
        typer.echo(f"{path}: no such file", err=True)
        return None
    mapping = read_sidecar(path.read_bytes())
    if isinstance(mapping, SidecarErrors):
        for error in mapping.errors:
            typer.echo(f"{path}: {error}", err=True)
        return None
    return mapping


def _dropped(path: Path, sidecar: Sidecar) -> Dropped | FileResult:
    try:
        table = as_table(lambda: path.open("rb"))
    except FileRefused as no:
        return FileResult(name=path.name, profile=refused(no.code, no.detail), assembly=None)
    hints = Hints(encoding=table.encoding, delimiter=table.delimiter, sidecar=sidecar)
    return Dropped(name=path.name, open=table.open, hints=hints)


def _print_json(results: Sequence[FileResult]) -> None:
    """One object for one file, a list of them for several."""
    many = len(results) > 1
    sys.stdout.write("[\n" if many else "")
    for number, result in enumerate(results):
        if number:
            sys.stdout.write(",\n")
        for piece in report.dry_run_json(result.name, result.profile, result.assembly):
            sys.stdout.write(piece)
    sys.stdout.write("\n]\n" if many else "\n")


def _print_text(result: FileResult, today: dt.date) -> None:
    profile = result.profile
    summary = report.summary(result.name, profile, result.assembly, today)
    typer.echo(f"{result.name}: {profile.kind}. {profile.kind_why}")
    delimiter = {"\t": "tab"}.get(profile.delimiter, profile.delimiter)
    typer.echo(f"  {profile.encoding}, delimiter {delimiter}, header on line {profile.header_row}")
    for column in profile.mapping:
        if column.field != "ignore":
            typer.echo(f"  {column.key} -> {column.field} ({column.score:.2f}: {column.why})")
    for decision in report.decisions_of(profile, result.assembly):
        where = f" {decision.column}" if decision.column else ""
        typer.echo(f"  decide {decision.kind}{where}: {decision.why} {list(decision.choices)}")
    typer.echo(f"  rows: {summary['outcomes']}")
    typer.echo(f"  totals: {summary['totals']}")
    typer.echo(f"  {summary['next_step']}")
