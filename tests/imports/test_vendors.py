"""Exports in the shape of each vendor, to the row. Written for the project; names are invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.imports.reading import read

HERE = Path(__file__).parent
VENDORS = sorted((HERE / "vendors").iterdir())


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    account = row.get("account") or {}
    consumer = account.get("consumer") or {}
    out = {k: row[k] for k in ("row", "outcome", "code") if row.get(k)}
    for key in (
        "status",
        "reference",
        "invoice",
        "balance_minor",
        "issued_on",
        "due_on",
        "paid_on",
    ):
        if account.get(key) is not None:
            out[key] = account[key]
    for key in ("name", "emails", "phones", "street", "city", "state", "zip", "country"):
        if consumer.get(key):
            out[key] = consumer[key]
    if account.get("extras"):
        out["extras"] = account["extras"]
    return out


@pytest.mark.parametrize("path", VENDORS, ids=lambda p: p.name)
def test_an_export_of_this_vendor_reads_to_the_row(path: Path) -> None:
    want = json.loads((HERE / "expected" / f"{path.name}.json").read_text(encoding="utf-8"))
    got = read(path.read_bytes(), creditors_currency=want.get("creditors_currency", ""))
    assert {k: got[k] for k in ("kind", "encoding", "delimiter", "header_row", "totals")} == {
        k: want[k] for k in ("kind", "encoding", "delimiter", "header_row", "totals")
    }
    mapped = {k: v["field"] for k, v in got["mapping"].items() if v["field"] != "ignore"}
    assert mapped == want["mapping"]
    assert [d["kind"] for d in got["decisions_needed"]] == want["decisions"]
    assert [_flat(row) for row in got["rows"]] == want["rows"]


def test_every_vendor_file_has_its_expectation() -> None:
    assert {p.name for p in VENDORS} == {
        p.name.removesuffix(".json") for p in (HERE / "expected").iterdir()
    }


def test_outcomes_count_every_row_once() -> None:
    for path in VENDORS:
        got = read(path.read_bytes())
        lines = [row["row"] for row in got["rows"]]
        assert lines == sorted(set(lines)), path.name
        assert sum(got["outcomes"].values()) == len(lines), path.name
