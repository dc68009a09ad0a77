"""Whatever is dropped on the deployed stack is imported, or leaves a line and sounds the alarm."""

from __future__ import annotations

import csv
import gzip
import io
from typing import Any

import pytest
from typer.testing import CliRunner

from dunlin.runtime import wiring
from dunlin.service.imports.shown import newest_imports
from local.local_stack import LocalStack
from tests.imports.sender import Sender, eventually
from tests.imports.test_foreign_files import NO, TABLE, packed
from tests.imports.test_workbook import DEBTS, SUPPLIERS, workbook
from tests.support.builders import CREDITOR

pytestmark = pytest.mark.cloud

IN = f"drop/{CREDITOR}"
STRAYS: dict[str, tuple[str, bytes, str]] = {
    "a PDF": (f"{IN}/bill.pdf", b"%PDF-1.7\n", "pdf"),
    "a picture": (f"{IN}/photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
    "a workbook with a password": (f"{IN}/locked.xlsx", NO["locked xlsx"][0], "password"),
    "an archive with a password": (f"{IN}/locked.zip", NO["locked zip"][0], "password"),
    "an archive of two files": (f"{IN}/two.zip", NO["two files"][0], "several_files"),
    "a suffix that nobody knows": (f"{IN}/ledger.qbw", b"\0\1\2\3" * 200, "binary_file"),
    "an empty file": (f"{IN}/empty.csv", b"", "empty_file"),
    "headings alone": (f"{IN}/headings.csv", TABLE.splitlines()[0] + b"\n", "no_rows"),
    "outside every folder": ("open-invoices.csv", TABLE, "wrong_folder"),
    "in no creditor's folder": ("drop/open.csv", TABLE, "wrong_folder"),
    "too deep a folder": (f"{IN}/2026/open.csv", TABLE, "wrong_folder"),
    "beside the strategy": (f"config/{CREDITOR}/open.csv", TABLE, "wrong_folder"),
    "a creditor that is not known": ("drop/acme-clnic/open.csv", TABLE, "unknown_creditor"),
    "what macOS leaves": (f"{IN}/.DS_Store", b"\0\0\0\1Bud1", "left_by_a_computer"),
    "half a download": (f"{IN}/open.csv.crdownload", TABLE[:40], "not_finished"),
    "a report of one's own": (f"{IN}/mine.report.csv", TABLE, "named_as_a_result"),
    "a summary of one's own": (f"{IN}/mine.summary.json", b"{", "named_as_a_result"),
    "a name too long": (f"{IN}/{'a' * 985}.csv", TABLE, "name_too_long"),
    "a mapping file alone": (f"{IN}/lonely.mapping.yaml", b"version: 1\n", "mapping_alone"),
}
TABLES: dict[str, tuple[str, bytes]] = {
    "sheets.xlsx": ("a workbook of several sheets", workbook(SUPPLIERS, DEBTS)),
    "one.zip": ("an archive of one file", packed(("one.csv", TABLE))),
    "packed.csv.gz": ("a packed file", gzip.compress(TABLE)),
    "export.dat": ("a suffix that nobody knows, of a table", TABLE),
}


@pytest.fixture(scope="module")
def sender(stack: LocalStack) -> Sender:
    return Sender(stack)


@pytest.mark.parametrize("name", STRAYS)
def test_a_stray_leaves_a_line_where_its_sender_looks_and_an_alarm(
    sender: Sender, name: str
) -> None:
    key, content, code = STRAYS[name]
    before = sender.counted("FilesNotImported")
    sender.put(key, content)

    def line() -> dict[str, Any] | None:
        for shown in newest_imports(wiring.drop_box(), ""):
            place = shown.get("dropped", f"drop/{shown['creditor']}/{shown['file']}")
            if (place, shown["state"]) == (key, "rejected"):
                return shown
        return None

    shown = eventually(line)
    assert shown["refusal"] == code
    assert shown["next_step"].startswith("Nothing was imported: ")
    assert shown["report"].rpartition("/")[0] == key.rpartition("/")[0], "beside what was dropped"
    (row,) = csv.DictReader(io.StringIO(sender.read(shown["report"])))
    assert row["code"] == code
    eventually(lambda: sender.counted("FilesNotImported") == before + 1)
    assert sender.sounds("FilesNotImported")


def test_the_command_lists_what_was_not_imported(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dunlin.cli.main import app  # reads the names of tables, which the stack gives

    sender.put("dropped-beside.csv", TABLE)
    monkeypatch.setenv("DUNLIN_AWS", "1")

    def listed() -> bool:
        words = CliRunner().invoke(app, ["drop", "list"], catch_exceptions=False).output
        return "dropped-beside.csv: not imported" in " ".join(words.split())

    eventually(listed)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_in_a_wrapping_is_imported(sender: Sender, name: str) -> None:
    before = sender.counted("FilesNotImported")
    document = sender.drop(name, TABLES[name][1])
    assert document["state"] == "done"
    assert document["outcomes"].get("rejected", 0) == 0
    assert {str(a.balance) for a in wiring.account_book().accounts_of_creditor(CREDITOR)} == {
        "$10.00",
        "$20.00",
    }
    assert sender.counted("FilesNotImported") == before


def test_a_file_that_waits_sounds_an_alarm_of_its_own(sender: Sender) -> None:
    waits = TABLE.replace(b"2026-03-14", b"03/04/2026").replace(b"2026-03-15", b"03/05/2026")
    assert sender.drop("waits.csv", waits.replace(b"Balance", b"Amount due"))["state"] == "waiting"
    eventually(lambda: sender.counted("ImportsWaiting") == 1)
    assert sender.sounds("ImportsWaiting")
