"""The names of the files that lie beside a dropped one."""

from __future__ import annotations

import re


def stem(name: str) -> str:
    """What the files beside a dropped one are named by: `open` for `open.csv`, the whole name for
    every other, so that `open.pdf` or `open.csv.gz` has results of its own."""
    folder, slash, base = name.rpartition("/")
    short = base.removesuffix(".csv")
    if "." not in base:
        short = f"{base}."
    elif "." in short or not short:
        short = base
    return f"{folder}{slash}{short}"


def bare_name(name: str) -> str:
    """The name without its endings: `open` for `open.csv.gz`."""
    folder, slash, base = name.rpartition("/")
    return f"{folder}{slash}{base.partition('.')[0] or base}"


def words_of_name(name: str) -> str:
    """The name but for figures and marks, which count days and versions."""
    return re.sub(r"[\W\d_]+", "", name.rpartition("/")[2].lower())


def mapping_name(name: str) -> str:
    """`NAME.mapping.yaml` of a file."""
    return f"{stem(name)}.mapping.yaml"


def report_name(name: str) -> str:
    """`NAME.report.csv` of a file."""
    return f"{stem(name)}.report.csv"


def summary_name(name: str) -> str:
    """`NAME.summary.json` of a file."""
    return f"{stem(name)}.summary.json"
