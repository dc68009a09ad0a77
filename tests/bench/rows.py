"""The import's rates, from `bench_import.py`, as a table."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.bench.tables import say, table

_RATE = re.compile(r"^(?P<stage>.*?)\s+(?P<rate>[\d,]+) rows/s$")


def report(rows: int) -> str:
    """The section of the bench."""
    say(f"reading {rows:,} rows six ways")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "bench_import.py"), str(rows)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    rates = [rate for line in lines if (rate := _RATE.match(line))]
    text = ". ".join(line for line in lines if not _RATE.match(line))
    return "\n\n".join(
        [
            "## Import",
            (
                f"{rows:,} rows of 12 columns on one core: {text}. Target: 25,000 rows a second for"
                " reading, normalising and validating."
            ),
            table(["stage", "rows a second"], [(m["stage"], m["rate"]) for m in rates]),
        ]
    )
