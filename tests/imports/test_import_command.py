"""`dunlin import --dry-run`: the command as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dunlin.cli.import_file import register

GOOD = "Invoice,Customer,Email,Due Date,Balance\n1,Ann Lee,ann@example.com,2026-03-04,10.00\n"
OPEN_ORDER = GOOD.replace("2026-03-04", "03/04/2026")


def run(*arguments: str) -> tuple[int, str, str]:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    result = CliRunner().invoke(app, ["import", *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "open.csv").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_json_of_one_file_is_one_object(folder: Path) -> None:
    code, out, _ = run("--dry-run", "--json", str(folder / "open.csv"))
    report = json.loads(out)
    assert code == 0
    assert list(report)[:1] == ["file"]
    assert report["file"] == "open.csv"
    assert {
        "file", "kind", "encoding", "delimiter", "header_row", "mapping", "decisions_needed",
        "totals", "outcomes", "rows",
    } <= set(report)  # fmt: skip
    assert report["rows"][0]["account"]["consumer"]["emails"] == ["ann@example.com"]


def test_json_of_several_files_is_a_list(folder: Path) -> None:
    (folder / "people.csv").write_text("Name,Email\nAnn Lee,a2@example.com\n", encoding="utf-8")
    code, out, _ = run("--dry-run", "--json", str(folder / "open.csv"), str(folder / "people.csv"))
    assert code == 0
    assert [t["kind"] for t in json.loads(out)] == ["receivables", "contacts"]


def test_words_for_a_person(folder: Path) -> None:
    code, out, _ = run("--dry-run", str(folder / "open.csv"))
    assert code == 0
    assert "Balance -> balance" in out
    assert "1 accounts are ready" in out


@pytest.mark.parametrize(
    "content", [b"", b"Invoice,Customer\n1,Ann\n", b"\x89PNG\r\n\x1a\n\0\0", OPEN_ORDER.encode(),
                b"text,label\nhello,1\n"]
)  # fmt: skip
def test_exit_is_not_zero_where_nothing_could_be_imported(folder: Path, content: bytes) -> None:
    (folder / "bad.csv").write_bytes(content)
    code, out, _ = run("--dry-run", "--json", str(folder / "bad.csv"))
    assert code == 1
    assert json.loads(out)["outcomes"]["created"] == 0


def test_one_good_file_of_two_is_enough(folder: Path) -> None:
    (folder / "bad.csv").write_bytes(b"")
    code, out, _ = run("--dry-run", "--json", str(folder / "bad.csv"), str(folder / "open.csv"))
    assert code == 0
    assert [t["state"] for t in json.loads(out)] == ["rejected", "done"]


@pytest.mark.parametrize("beside", [True, False])
def test_a_sidecar_is_given_or_lies_beside(folder: Path, beside: bool) -> None:
    (folder / "open.csv").write_text(OPEN_ORDER, encoding="utf-8")
    name = "open.mapping.yaml" if beside else "other.yaml"
    (folder / name).write_text("version: 1\ndate_order: mdy\n", encoding="utf-8")
    options = () if beside else ("--mapping", str(folder / name))
    code, out, _ = run("--dry-run", "--json", str(folder / "open.csv"), *options)
    assert code == 0
    assert json.loads(out)["rows"][0]["account"]["due_on"] == "2026-03-04"


def test_a_wrong_sidecar_is_explained(folder: Path) -> None:
    (folder / "open.mapping.yaml").write_text("date_order: sideways\n", encoding="utf-8")
    code, _, err = run("--dry-run", str(folder / "open.csv"))
    assert code == 2
    assert "date_order must be one of" in err


def test_a_missing_file_is_said(folder: Path) -> None:
    code, _, err = run("--dry-run", str(folder / "none.csv"))
    assert code == 2
    assert "no such file" in err
