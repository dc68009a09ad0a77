"""Exports that are easily read wrong, and their neighbours that are plain: each is read right, or
waits with a question where a person could not say either. `faults` holds known kinds of misreading
under their numbers, `bad_input` whatever else is dropped. In each, `expected.jsonl` says what is
right of a file; `fault_judge.py` is how it is judged."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dunlin.cli.import_file import run_dry
from tests.imports.fault_judge import faults_of

HERE = Path(__file__).parent
FOLDERS = [HERE / "faults", HERE / "bad_input"]
TODAY = dt.date(2026, 11, 21)


def _cases(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _params() -> Iterator[Any]:
    for folder in FOLDERS:
        for case in _cases(folder):
            yield pytest.param(folder, case, id=case["files"][0])


@pytest.mark.parametrize(("folder", "case"), list(_params()))
def test_every_debt_is_right_or_the_file_waits(
    folder: Path, case: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    code = run_dry([folder / name for name in case["files"]], [], as_json=True, today=TODAY)
    written = capsys.readouterr()
    if code == 2:
        # A mapping file that cannot be used: nothing is read, and what is wrong with it is said.
        assert case["ask_ok"]
        assert written.err
        return
    documents = json.loads(written.out)
    debts = documents[0] if isinstance(documents, list) else documents
    assert faults_of(debts, case["want"], ask_ok=case["ask_ok"]) == [], case["right"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_file_has_its_expectation(folder: Path) -> None:
    names = {name for case in _cases(folder) for name in case["files"]}
    mappings = {f"{Path(name).stem}.mapping.yaml" for name in names}
    kept = {path.name for path in folder.iterdir()} - {"expected.jsonl"}
    assert kept - mappings == names
