"""`make bench`: prints what a ladder costs and how fast the parts are, as Markdown.

Figures, not a test: nothing fails on a slow machine. `--only transitions,imports,verdicts,replies,
words,sizes,rows,portal,flows,rehearsal,scale,attack,import-cloud,mass-failure,payment-days` takes
some sections, the last six only where they are named; `--output FILE` writes the answer too.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from local.deploy import build
from tests.bench import (
    attack,
    cloud_import,
    drafts,
    flows,
    ladder,
    mass_failure,
    packages,
    payment_days,
    portal_pages,
    rehearsals,
    replies,
    rows,
    scale,
    start_up,
    verdicts,
)
from tests.bench.tables import say


def main() -> None:
    """Parse and measure."""
    parser = argparse.ArgumentParser(prog="bench", description=main.__doc__)
    parser.add_argument("--only", default="", help="sections, by comma")
    parser.add_argument("--output", type=Path, default=None, help="write the answer here too")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the import's file")
    parser.add_argument("--accounts", type=int, default=20, help="ladders walked in company")
    parser.add_argument("--rehearsed", type=int, default=20_000, help="accounts rehearsed")
    parser.add_argument("--data", type=Path, default=None, help="folder of invoices of others")
    given = parser.parse_args()
    sections: dict[str, Callable[[], str]] = {
        "sizes": lambda: packages.report(_built()),
        "imports": lambda: start_up.report(_built()),
        "verdicts": verdicts.report,
        "words": drafts.report,
        "replies": replies.report,
        "portal": portal_pages.report,
        "rows": lambda: rows.report(given.rows),
        "flows": lambda: flows.report(_built()),
        "transitions": lambda: ladder.report(_built(), given.accounts),
        "rehearsal": lambda: rehearsals.report(given.rehearsed),
        "scale": scale.report,
        "attack": attack.report,
        "import-cloud": lambda: cloud_import.report(_built(), given.rows),
        "mass-failure": lambda: mass_failure.report(_built()),
        "payment-days": lambda: payment_days.report(given.data),
    }
    # What takes many minutes, or wants files of others, is measured where it is named.
    named = ("rehearsal", "scale", "attack", "import-cloud", "mass-failure", "payment-days")
    usual = [name for name in sections if name not in named]
    wanted = [name for name in given.only.split(",") if name] or usual
    if unknown := set(wanted) - set(sections):
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(sections)}")
    parts = [
        f"# Bench of {datetime.now(UTC):%Y-%m-%d}",
        f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores.",
    ]
    for name in wanted:
        began = time.monotonic()
        say(f"-- {name}")
        parts.append(sections[name]())
        say(f"-- {name}: {time.monotonic() - began:.0f} s")
    answer = "\n\n".join(parts) + "\n"
    print(answer)  # noqa: T201 - the command's answer
    if given.output is not None:
        given.output.write_text(answer)


def _built() -> Path:
    """The folder of the built functions and layers, up to date and for this interpreter."""
    return build(directory=ladder.DIRECTORY / "sam", say=say).parent


if __name__ == "__main__":
    main()
