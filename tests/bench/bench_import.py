"""Rows a second of the import's stages, beside the floors. Not a test: run it by hand.

`python tests/bench/bench_import.py [ROWS]` writes a 12-column file with phones and e-mails and
prints each stage's rate and its ratio to the csv module and to calling the libraries on all rows.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import phonenumbers
from email_validator import validate_email

from dunlin.adapters.imports.contact_checks import CHECKS
from dunlin.domain.imports.assemble import Assembler
from dunlin.domain.imports.data_rows import read_range
from dunlin.domain.imports.normalise import Normaliser
from dunlin.domain.imports.profile import read_profile

HEADER = (
    *("Account Number", "Customer Name", "Email", "Phone", "Address", "City"),
    *("State", "ZIP", "Balance", "Invoice Date", "Due Date", "Status"),
)
AREAS = (212, 312, 415, 503, 617, 702, 713, 801, 971)
GIVEN = (
    *("Ada", "Bruno", "Carmen", "Dmitri", "Elena", "Felix", "Grace", "Hassan", "Ingrid", "Jorge"),
    *("Keiko", "Leon", "Maria", "Nadia", "Oscar", "Priya", "Ruth", "Samuel", "Tomas", "Wanda"),
)
SYLLABLES = tuple(a + b for a in "kmrl" for b in "aeiou")


def family_name(number: int) -> str:
    """An invented family name, another for each number up to three million: `Kakemarilo`."""
    return "".join(SYLLABLES[number // 20**at % 20] for at in range(5)).capitalize()


def write_sample(path: Path, rows: int, first: int = 0) -> None:
    """A file as an office exports it, the same each time; `first` is the number of its first
    account: two creditors who share accounts are asked whether a file was dropped astray.

    There are 900 numbers of nobody in these areas, so in a large file each stands under many
    names: the first few debts of a number are held, for they may be of one person.
    """
    dice = random.Random(7)
    start = dt.date(2026, 1, 1)
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for number in range(first, first + rows):
            issued = start + dt.timedelta(days=dice.randrange(300))
            phone = f"({dice.choice(AREAS)}) 555-{100 + number % 100:04d}"
            writer.writerow(
                (
                    f"A{number:07d}", f"{GIVEN[number // 7 % 20]} {family_name(number)}",
                    f"person{number}@example.com", phone, f"{number % 9000} Elm St", "Springfield",
                    dice.choice(("CA", "TX", "NY", "OR")), f"{10000 + number % 80000}",
                    f"${dice.randrange(100, 900000) / 100:,.2f}", issued.strftime("%m/%d/%Y"),
                    (issued + dt.timedelta(days=30)).strftime("%m/%d/%Y"), "Overdue",
                )
            )  # fmt: skip


def timed(label: str, rows: int, work: Callable[[], object]) -> float:
    """Runs and prints one stage; returns rows a second of CPU."""
    begin = time.process_time()
    work()
    rate = rows / (time.process_time() - begin)
    print(f"{label:<44}{rate:>12,.0f} rows/s")  # noqa: T201
    return rate


def main() -> None:
    """Prints all rates."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.csv"
        write_sample(path, rows)
        profile = read_profile(path.open("rb"))

        def plain() -> None:
            with path.open(newline="", encoding="utf-8") as source:
                for _ in csv.reader(source):
                    pass

        def naive() -> None:
            with path.open(newline="", encoding="utf-8") as source:
                for row in csv.DictReader(source):
                    number = phonenumbers.parse(row["Phone"], "US")
                    phonenumbers.is_valid_number(number)
                    validate_email(row["Email"], check_deliverability=False)
                    float(row["Balance"].replace("$", "").replace(",", ""))
                    dt.datetime.strptime(row["Due Date"], "%m/%d/%Y").date()  # noqa: DTZ007
                    dt.datetime.strptime(row["Invoice Date"], "%m/%d/%Y").date()  # noqa: DTZ007

        def frame() -> None:
            import polars

            day = "%m/%d/%Y"
            polars.read_csv(path, infer_schema=False).with_columns(
                polars.col("Balance").str.replace_all("[$,]", "").cast(polars.Decimal(14, 2)),
                polars.col("Invoice Date", "Due Date").str.to_date(day),
                polars.col("Email").str.strip_chars().str.to_lowercase(),
                polars.col("Phone").str.replace_all(r"\D", ""),
            )

        def read() -> None:
            for part in profile.ranges:
                with path.open("rb") as source:
                    source.seek(part.start)
                    for _ in read_range(source, profile, part):
                        pass

        def stage() -> None:
            normaliser = Normaliser(profile, CHECKS)
            for part in profile.ranges:
                with path.open("rb") as source:
                    source.seek(part.start)
                    for row in read_range(source, profile, part):
                        normaliser.normalise(row)

        def whole() -> None:
            book = Assembler(profile, dt.date(2026, 11, 21))
            normaliser = Normaliser(profile, CHECKS)
            for part in profile.ranges:
                with path.open("rb") as source:
                    source.seek(part.start)
                    for row in read_range(source, profile, part):
                        book.add(normaliser.normalise(row))
            book.finish()

        floor = timed("csv.reader alone", rows, plain)
        slow = timed("libraries on every row (naive)", rows, naive)
        timed("profile", rows, lambda: read_profile(path.open("rb")))
        timed("read_range", rows, read)
        ours = timed("read, normalise, validate", rows, stage)
        timed("read, normalise, assemble", rows, whole)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        framed = timed("polars, money and dates, nothing checked", rows, frame)
        print(  # noqa: T201
            f"ours is {ours / slow:.1f} times the naive way, 1/{floor / ours:.1f} of csv.reader,"
            f" 1/{framed / ours:.1f} of polars, which checks nothing"
        )
        print(f"peak memory {peak:.0f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
