"""Exports that are easily read wrong, and their neighbours that are plain: each is read right, or
waits with a question where a person could not say either. `faults/expected.jsonl` says what is
right of each, `fault_judge.py` how it is judged."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from dunlin.cli.import_file import run_dry
from tests.imports.fault_judge import faults_of

FOLDER = Path(__file__).parent / "faults"
TODAY = dt.date(2026, 11, 21)
CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (FOLDER / "expected.jsonl").read_text(encoding="utf-8").splitlines()
]
NAMES = [case["files"][0] for case in CASES]
# Read wrong today. Whoever mends one strikes its line.
KNOWN = (FOLDER / "known.txt").read_text(encoding="utf-8").split()


def _case(case: dict[str, Any]) -> Any:
    name = case["files"][0]
    wrong = pytest.mark.xfail(reason="read wrong today", strict=True)
    return pytest.param(case, id=name, marks=[wrong] if name in KNOWN else [])


@pytest.mark.parametrize("case", [_case(case) for case in CASES])
def test_every_debt_is_right_or_the_file_waits(
    case: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    run_dry([FOLDER / name for name in case["files"]], [], as_json=True, today=TODAY)
    documents = json.loads(capsys.readouterr().out)
    debts = documents[0] if isinstance(documents, list) else documents
    assert faults_of(debts, case["want"], ask_ok=case["ask_ok"]) == [], case["right"]


def test_every_file_has_its_expectation_and_every_known_fault_its_file() -> None:
    kept = {path.name for path in FOLDER.iterdir()} - {"expected.jsonl", "known.txt"}
    assert kept == {name for case in CASES for name in case["files"]}
    assert sorted(set(KNOWN)) == KNOWN
    assert set(KNOWN) <= set(NAMES)
