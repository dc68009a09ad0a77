"""The names of the files that lie beside a dropped one."""

from __future__ import annotations

import re


def stem(name: str) -> str:
    """The name or key without its ending: `open.csv` and `open.csv.gz` are `open`."""
    folder, slash, base = name.rpartition("/")
    short = base.split(".", 1)[0] if base.lower().endswith(".gz") else base.rsplit(".", 1)[0]
    return f"{folder}{slash}{short or base}"


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
