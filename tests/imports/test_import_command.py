"""`dunlin import --dry-run`: the command as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunlin.cli.commands import Commands
from dunlin.cli.import_file import register
from tests.support.terminal import at_a_terminal

GOOD = "Invoice,Customer,Email,Due Date,Balance\n1,Ann Lee,ann@example.com,2026-03-04,10.00\n"
OPEN_ORDER = GOOD.replace("2026-03-04", "03/04/2026")


def run(*arguments: str) -> tuple[int, str, str]:
    app = Commands("Files.", example="dunlin import open.csv --dry-run")
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
    more = GOOD + "2,Bo Cy,,2026-03-05,20.50\n3,Cy Dee,cy@example.com,2026-03-05,abc\n"
    (folder / "open.csv").write_text(
        more.replace("Email", "Email,Ledger Code", 1)
        .replace("example.com,", "example.com,77,")
        .replace("Bo Cy,,", "Bo Cy,,77,"),
        encoding="utf-8",
    )
    code, out, _ = run("--dry-run", str(folder / "open.csv"))
    assert code == 0
    assert "2 new debts, $30.50 in all." in out
    assert "what is owed now" in out
    assert "Not used: Ledger Code." in out
    assert "1 missing contact. Created with a hold: give an e-mail address" in out
    assert "1 row not imported." in out
    assert "1 of 2 accounts waits; the report says what each needs." in out
    assert max(len(line) for line in out.splitlines()) <= 80
    for python in ("{", "['", "None", "True", "_minor", "missing_contact"):
        assert python not in out


def test_the_named_files_lie_beside_the_file(folder: Path) -> None:
    (folder / "open.csv").write_text(OPEN_ORDER, encoding="utf-8")
    code, out, _ = run("--dry-run", str(folder / "open.csv"))
    assert code == 1
    for name in ("open.mapping.yaml", "open.report.csv"):
        assert name in out
        assert (folder / name).is_file()
    report = (folder / "open.report.csv").read_text("utf-8-sig").splitlines()
    assert report[0] == "row,outcome,field,value,code,what_to_do"
    mapping = folder / "open.mapping.yaml"
    assert run("--dry-run", str(folder / "open.csv"))[0] == 1, "as it was written it says nothing"
    answered = mapping.read_text().replace('"date_order:Due Date":', '"date_order:Due Date": dmy')
    mapping.write_text(answered)
    code, out, _ = run("--dry-run", str(folder / "open.csv"))
    assert code == 0
    assert "open.mapping.yaml holds what you wrote and stays as it is." in out
    assert mapping.read_text() == answered


def test_a_report_that_somebody_made_his_own_is_not_written_over(folder: Path) -> None:
    own = "row,outcome,field,value,code,what_to_do,done\n"
    (folder / "open.report.csv").write_text(own)
    _, out, _ = run("--dry-run", str(folder / "open.csv"))
    assert (folder / "open.report.csv").read_text() == own
    assert "stays as it is" in out


def test_as_json_nothing_is_written(folder: Path) -> None:
    run("--dry-run", "--json", str(folder / "open.csv"))
    assert [path.name for path in folder.iterdir()] == ["open.csv"]


def test_a_folder_that_takes_no_file_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)
    code, out, _ = run("--dry-run", str(folder / "open.csv"))
    assert code == 0
    assert "Nothing could be written beside the file: Permission denied." in out


def test_a_question_is_asked_at_the_terminal_and_the_answer_kept(folder: Path) -> None:
    (folder / "open.csv").write_text(OPEN_ORDER, encoding="utf-8")
    out = at_a_terminal(folder, ["--dry-run", "open.csv"], "5", "day first")
    assert "Question 1. Due Date: every date of the column" in out
    assert "1  month first: 1 debt, $10.00, due 4 March 2026" in out
    assert "That is none of the answers." in out
    assert "1 account is ready to be activated." in out
    assert max(len(line) for line in out.splitlines()) <= 80
    assert '"date_order:Due Date": "dmy"' in (folder / "open.mapping.yaml").read_text()
    _, out, _ = run("--dry-run", "--json", str(folder / "open.csv"))
    assert json.loads(out)["rows"][0]["account"]["due_on"] == "2026-04-03"


def test_a_question_may_be_left_open(folder: Path) -> None:
    (folder / "open.csv").write_text(OPEN_ORDER, encoding="utf-8")
    out = at_a_terminal(folder, ["--dry-run", "open.csv"], "")
    assert "it waits for an answer to a question" in out
    assert "dmy" in (folder / "open.mapping.yaml").read_text()


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
    assert "none.csv: no such file" in " ".join(err.split())


def test_the_creditors_currency_is_an_option_of_the_dry_run(folder: Path) -> None:
    (folder / "pounds.csv").write_text(GOOD.replace("10.00", "£10.00"), encoding="utf-8")
    file = str(folder / "pounds.csv")
    code, out, _ = run("--dry-run", "--json", "--currency", "usd", file)
    assert code == 1
    assert json.loads(out)["decisions_needed"][0]["choices"] == ["GBP", "USD"]
    code, out, _ = run("--dry-run", "--json", "--currency", "GBP", file)
    assert (code, list(json.loads(out)["totals"])) == (0, ["GBP"])
    code, _, err = run("--dry-run", "--currency", "shells", file)
    assert code == 2
    assert "shells" in err


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_nothing_in_a_file_moves_the_terminal_that_shows_it(
    folder: Path, how: tuple[str, ...]
) -> None:
    evil = "Re\x9b2Jmark \u202eeno\u2066\x1b[31m\U000e0041"
    table = GOOD.replace("Email", f"Email,{evil}").replace("ann@", f"{evil},ann@")
    for place in (folder / "open.csv", folder / f"{evil}.csv"):
        place.write_text(table, encoding="utf-8")
        _, out, err = run("--dry-run", *how, str(place))
        assert "mark" in out
        assert [c for c in out + err if not c.isprintable() and c != "\n"] == []
        if how:
            assert evil.encode()[:3] in "".join(json.loads(out)["mapping"]).encode()
