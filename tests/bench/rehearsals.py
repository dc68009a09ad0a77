"""How long ninety days of a portfolio take to rehearse on one core, and how much memory."""

from __future__ import annotations

import csv
import os
import random
import resource
import subprocess
import tempfile
from datetime import date, timedelta
from pathlib import Path

from tests.bench.tables import say, table

ROOT = Path(__file__).parents[2]
STRATEGY = ROOT / "layers/core/dunlin/strategies/default.yaml"
HEADER = [
    "Invoice", "Customer No", "Customer", "Email", "Phone", "SMS consent", "Balance", "Due date",
    "State", "ZIP",
]  # fmt: skip
PLACES = [("IL", "62701"), ("TX", "75001"), ("CA", "90001"), ("NY", "10001"), ("WA", "98101")]


def report(accounts: int) -> str:
    """The section of the bench."""
    say(f"rehearsing {accounts:,} accounts over ninety days")
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "open.csv"
        _write(export, accounts)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [
                str(ROOT / ".venv/bin/dunlin"), "rehearse", str(export),
                "--strategy", str(STRATEGY), "--start", "2026-11-23T15:00:00+00:00",
            ],
            env=os.environ | {"COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=True,
        )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures = next(line for line in done.stdout.splitlines() if " ladders, " in line)
    messages = int(figures.split(" ladders, ")[1].split(" messages")[0].replace(",", ""))
    return "\n\n".join(
        [
            "## Rehearsal",
            f"{accounts:,} rows, ninety days, the default strategy. {figures.strip()}",
            table(
                ["measure", "value"],
                [
                    ["CPU seconds, import included", f"{cpu:.0f}"],
                    ["CPU milliseconds a message", f"{1000 * cpu / messages:.2f}"],
                    ["peak of memory, MB", f"{after.ru_maxrss / 1024:.0f}"],
                ],
            ),
        ]
    )


def _write(path: Path, accounts: int) -> None:
    """Open invoices of nine people for ten accounts, every name its own."""
    dice = random.Random(5)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(accounts):
            person = dice.randrange(accounts * 9 // 10)
            state, code = PLACES[person % len(PLACES)]
            writer.writerow(
                [
                    f"INV-{n}",
                    f"C{person}",
                    f"{_name(person)} {_name(person // 7)}son",
                    f"p{person}@example.com",
                    f"(217) 555-{100 + person % 100:04d}" if person % 3 else "",
                    "yes" if person % 2 else "",
                    f"{dice.randrange(2_000, 90_000) / 100:.2f}",
                    date(2026, 11, 20) - timedelta(days=dice.randrange(5, 120)),
                    state,
                    code,
                ]
            )


def _name(number: int) -> str:
    """A pronounceable name of its own for every number."""
    templates = ""
    number += 30
    while number:
        number, place = divmod(number, 70)
        templates += "bdfgklmnprstvz"[place % 14] + "aeiou"[place // 14]
    return templates.title()
