"""Thousands of exports through the dry run, as figures by mutation and by vendor.

`python -m tests.imports.exports.measure --files 1000 --faults FOLDER` prints two tables and keeps
the files that are read wrong, each cut down to the fewest mutations and rows that show its fault.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import multiprocessing
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dunlin.cli.import_file import run_dry
from tests.imports.exports.generate import build, columns
from tests.imports.exports.judge import ASKED, CRASH, NEEDLESS, RIGHT, WRONG, Verdict, judged
from tests.imports.exports.truth import AS_OF, PLAIN, Export

OUTCOMES = (RIGHT, ASKED, NEEDLESS, WRONG, CRASH)


@dataclass(frozen=True, slots=True)
class Measured:
    """An export's names and what came of it."""

    seed: int
    shape: str
    mutations: tuple[str, ...]
    plain: bool
    verdict: Verdict


def dry_run(export: Export) -> dict[str, Any]:
    """The JSON of `dunlin import --dry-run --json` over the export, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / export.filename
        path.write_bytes(export.content)
        if export.settings:
            settings = path.with_name(path.name + ".mapping.yaml")
            settings.write_text(export.settings, encoding="utf-8")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            run_dry([path], [], as_json=True, today=AS_OF)
        document: dict[str, Any] = json.loads(out.getvalue())
        return document


def verdict_on(export: Export) -> Verdict:
    """What the reader made of an export; a crash is a verdict too."""
    try:
        return judged(export, dry_run(export))
    except Exception:  # noqa: BLE001  whatever it is, it is what is measured
        return Verdict(outcome=CRASH, codes=(traceback.format_exc().strip()[-300:],))


def measured(seed: int) -> Measured:
    """One seed."""
    export = build(seed)
    verdict = verdict_on(export)
    plain = export.verdict == PLAIN
    return Measured(seed, export.shape, export.mutations, plain, verdict)


def run(seeds: Iterable[int], processes: int) -> list[Measured]:
    """Many seeds, over processes."""
    if processes == 1:
        return [measured(seed) for seed in seeds]
    with multiprocessing.Pool(processes) as pool:
        return pool.map(measured, seeds, chunksize=20)


def smallest(seed: int, sort: str) -> Export:
    """The export of a seed with the fewest mutations, debts and columns that shows a fault."""
    best = build(seed)
    parts: dict[str, Any] = {"mutations": list(best.mutations), "size": 0, "without": []}

    def try_with(**change: Any) -> bool:
        nonlocal best
        export = build(seed, **{**parts, **change})
        if sort not in sorts(verdict_on(export)):
            return False
        best = export
        parts.update(change)
        return True

    for name in list(parts["mutations"]):
        try_with(mutations=[m for m in parts["mutations"] if m != name])
    for size in (3, 4, 5, 6, 8, 10):
        if try_with(size=size):
            break
    for key in columns(seed):
        try_with(without=[*parts["without"], key])
    return best


def sorts(verdict: Verdict) -> set[str]:
    """The sorts of fault of a verdict, as `area: kind`."""
    if verdict.outcome in (CRASH, NEEDLESS):
        return {verdict.outcome + "".join(f": {q}" for q in verdict.questions[:1])}
    own = {f"{f.area}: {f.kind}" for f in verdict.faults}
    return own | {f"needless: {code}" for code in verdict.codes}


def table(title: str, rows: dict[str, list[Measured]]) -> str:
    """A table of outcomes, a line for each name."""
    head = (title, "files", *OUTCOMES, "held rightly", "held needlessly", "refused needlessly")
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for name, files in rows.items():
        counts = Counter(m.verdict.outcome for m in files)
        numbers = [len(files), *(counts[o] for o in OUTCOMES)]
        numbers += [
            sum(m.verdict.held_rightly for m in files),
            sum(m.verdict.held_needlessly for m in files),
            sum(m.verdict.refused_needlessly for m in files),
        ]
        lines.append(f"| {name} | " + " | ".join(map(str, numbers)) + " |")
    return "\n".join(lines)


def tables(results: Sequence[Measured]) -> str:
    """All tables of a measurement."""
    by_mutation: dict[str, list[Measured]] = defaultdict(list)
    by_shape: dict[str, list[Measured]] = defaultdict(list)
    kinds: Counter[str] = Counter()
    for result in results:
        by_shape[result.shape].append(result)
        for name in result.mutations or ("none",):
            by_mutation[name].append(result)
        kinds.update(sorts(result.verdict))
    plain = [r for r in results if r.plain]
    needless = sum(r.verdict.outcome == NEEDLESS for r in plain)
    share = f"{needless} of {len(plain)} plain files asked"
    if plain:
        share += f" ({100 * needless / len(plain):.1f}%)"
    faults = "\n".join(f"{count:6} {name}" for name, count in kinds.most_common(60))
    total = table("all", {"all": list(results)})
    mutations = table("mutation", dict(sorted(by_mutation.items())))
    shapes = table("vendor", dict(sorted(by_shape.items())))
    return f"{total}\n\n{share}\n\n{faults}\n\n{mutations}\n\n{shapes}"


def keep(results: Sequence[Measured], folder: Path, each: int) -> None:
    """Writes up to `each` smallest files of every sort of fault into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    by_sort: dict[str, list[Measured]] = defaultdict(list)
    for result in results:
        for sort in sorts(result.verdict):
            by_sort[sort].append(result)
    for sort, cases in sorted(by_sort.items()):
        for result in cases[:each]:
            export = smallest(result.seed, sort)
            verdict = verdict_on(export)
            stem = "".join(c if c.isalnum() else "-" for c in sort)[:60]
            path = folder / f"{stem}-{result.seed}{Path(export.filename).suffix}"
            path.write_bytes(export.content)
            lines = [f"{sort} ({len(cases)} files)", f"{export.shape} + {export.mutations}"]
            lines += [f"{f.area}: {f.kind}: {f.text}" for f in verdict.faults]
            lines += [*verdict.questions, *verdict.codes, *export.reasons]
            path.with_suffix(".why.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Parse and measure."""
    parser = argparse.ArgumentParser(prog="measure-import", description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--faults", type=Path, default=None, help="folder for files read wrong")
    parser.add_argument("--each", type=int, default=1, help="files kept of each sort of fault")
    parser.add_argument("--output", type=Path, default=None, help="write the tables here too")
    options = parser.parse_args()
    started = time.monotonic()
    results = run(range(options.first, options.first + options.files), options.processes)
    text = tables(results)
    print(text)  # noqa: T201  the command's answer
    print(f"\n{time.monotonic() - started:.0f} s")  # noqa: T201
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")
    if options.faults:
        keep(results, options.faults, options.each)


if __name__ == "__main__":
    main()
