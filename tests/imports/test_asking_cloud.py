"""Questions and the three ways of answering them on the deployed stack, IAM enforced."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dunlin.runtime import wiring
from local.local_stack import LocalStack
from tests.imports.place import BO, table
from tests.imports.sender import Sender, eventually
from tests.imports.test_missing import ROWS
from tests.imports.test_workbook import DEBTS, SUPPLIERS, workbook
from tests.support.terminal import at_a_terminal

pytestmark = pytest.mark.cloud

DUE = "date_order:Due date"
HEADER = "Bill No,Client Name,E-Mail,Open balance,Due date"


@pytest.fixture(scope="module")
def sender(stack: LocalStack) -> Sender:
    return Sender(stack)


def month(reference: str, header: str = HEADER, more: str = "") -> str:
    """A file whose days read both ways."""
    return table([f"{reference},Wo Sample,wo@example.com,120.00,03/04/2026{more}"], header)


def on_the_dashboard(sender: Sender, _: Path) -> dict[str, Any]:
    key = sender.key("march.csv")
    version = sender.put(key, month("W-1"))
    waiting = sender.follow(key, version)
    assert waiting["state"] == "waiting"
    page = sender.page("march.csv")
    assert "1 debt, $120.00, due 3 April 2026" in page
    assert "The import goes on by itself" in sender.press(page, "day first")
    ended = sender.follow(key, version, waiting["summary_version"])
    assert "Nothing was changed" in sender.press(page, "month first"), "it has gone on already"
    chain = wiring.audit_archive().chain(f"creditor#{sender.creditor}")
    assert chain[-1].what == "ImportAnswered"
    return ended


def in_the_mapping_file(sender: Sender, _: Path) -> dict[str, Any]:
    key = sender.key("march.csv")
    version = sender.put(key, month("W-1"))
    waiting = sender.follow(key, version)
    assert waiting["state"] == "waiting"
    place = sender.key("march.mapping.yaml")
    asked = sender.read(place)
    assert "due 3 April 2026" in asked
    sender.put(place, asked.replace(f'"{DUE}":', f'"{DUE}": dmy'))
    return sender.follow(key, version, waiting["summary_version"])


def at_the_terminal(sender: Sender, folder: Path) -> dict[str, Any]:
    (folder / "march.csv").write_text(month("W-1"))
    out = at_a_terminal(
        folder, ["march.csv", "--creditor", sender.creditor, "--yes"], "5", "day first"
    )
    assert "Question 1. Due date: every date of the column reads both day first and month" in out
    assert "That is none of the answers." in out
    assert "1 account is ready to be activated." in out
    assert max(len(line) for line in out.splitlines()) <= 80
    assert f'"{DUE}": "dmy"' in (folder / "march.mapping.yaml").read_text()
    document: dict[str, Any] = json.loads(sender.read(sender.key("march.summary.json")))
    return document


@pytest.mark.parametrize("way", [on_the_dashboard, in_the_mapping_file, at_the_terminal])
def test_an_answer_is_obeyed_and_remembered_until_the_layout_changes(
    stack: LocalStack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[Sender, Path], dict[str, Any]],
) -> None:
    monkeypatch.setenv("DUNLIN_AWS", "1")  # the command finds the stack as it does on AWS
    sender = Sender(stack, f"clinic-{way.__name__.replace('_', '-')}")
    ended = way(sender, tmp_path)
    assert (ended["state"], ended["outcomes"]) == ("done", {"created": 1})
    assert str(sender.account("W-1").due_on) == "2026-04-03"
    april = sender.drop("april.csv", month("W-2"))
    assert (april["state"], april["decisions_needed"]) == ("done", [])
    assert any("march.csv" in note for note in april["notes"]), "whose answer it was read by"
    assert str(sender.account("W-2").due_on) == "2026-04-03"
    changed = sender.drop("may.csv", month("W-3", f"{HEADER},Region", ",North"))
    assert changed["state"] == "waiting"
    assert 'new "Region"' in changed["decisions_needed"][0]["why"]
    assert len(list(wiring.account_book().accounts_of_creditor(sender.creditor))) == 2


@pytest.mark.parametrize(
    ("creditor", "label", "rows"),
    [
        ("clinic-gone", "They are gone", ROWS[:30]),
        ("clinic-stay", "They stay", ROWS[50:80]),  # people of its own, or it would be asked whose
    ],
)
def test_a_cut_short_file_is_settled_on_the_dashboard(
    stack: LocalStack, creditor: str, label: str, rows: list[str]
) -> None:
    sender = Sender(stack, creditor)
    last = rows[-1].split(",")[0]
    assert sender.drop("open.csv", table(rows))["outcomes"] == {"created": 30}
    sender.put(sender.key("open.mapping.yaml"), "version: 1\ncomplete: true\n")
    waiting = sender.counted("ImportsWaiting")
    cut = sender.drop("open.csv", table(rows[:3]))
    assert (cut["missing"]["closed"], cut["missing"]["resting"]) == (0, 27)
    eventually(lambda: sender.counted("ImportsWaiting") == waiting + 1)
    assert sender.account(last).paused
    page = sender.page("open.csv")
    assert "27 of 30 accounts are not in it" in page
    assert "27 accounts" in sender.press(page, label)
    after = sender.account(last)
    assert (after.status.value, after.paused) == (
        ("closed", False) if label == "They are gone" else ("imported", False)
    )
    assert label not in sender.page("open.csv")
    assert "Nothing was changed" in sender.press(page, label)
    # The whole file comes later: all is as it was, whatever was said.
    assert sender.drop("open.csv", table(rows))["state"] == "done"
    assert sender.account(last).status.value == "imported"


def test_a_workbook_is_read_on_its_sheet_of_debts(sender: Sender) -> None:
    document = sender.drop("book.xlsx", workbook(SUPPLIERS, DEBTS))
    assert document["outcomes"] == {"created": 2}
    assert document["notes"][0] == 'Of the workbook the sheet "s1" was read, not "s0".'


def test_the_command_drops_follows_and_writes_beside(
    sender: Sender,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from dunlin.cli import import_live

    (tmp_path / "typed.csv").write_text(table([BO]))
    files = [tmp_path / "typed.csv"]
    assert import_live.upload(files, [], sender.creditor, sender) == 0  # type: ignore[arg-type]
    words = capsys.readouterr().out
    assert "1 account is ready to be activated." in words
    assert max(len(line) for line in words.splitlines()) <= 80
    assert (tmp_path / "typed.report.csv").is_file()
    assert (tmp_path / "typed.mapping.yaml").is_file()
