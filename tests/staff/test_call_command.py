"""`dunlin call`, `dunlin letter`, `dunlin account flag`: what they say, write and exit with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.cli.main import app
from dunlin.domain.accounts.account import Status
from dunlin.runtime import wiring
from dunlin.service.contact.gate import Gate
from tests.support.builders import CREDITOR, NOON, account, consumer, store
from tests.support.deployment import LAPTOP

ONE = account("INV-1")
HERE = ["INV-1", "--creditor", CREDITOR, "--by", "op-7"]
RUN = CliRunner()


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> MemoryBook:
    memory = MemoryBook()
    person = replace(consumer(), street="5 Sample Road", city="Springfield")
    active = replace(ONE, status=Status.ACTIVE, ladder_run=1)
    store(memory, memory.creditors, active, person=person)
    monkeypatch.setattr(wiring, "account_book", lambda: memory)
    monkeypatch.setattr(wiring, "creditors", lambda: memory.creditors)
    monkeypatch.setattr(wiring, "waker", MemoryWaker)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
    monkeypatch.setattr(wiring, "gate", lambda: Gate(rulebook=load_rulebook()))
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    return memory


def run(*arguments: str) -> tuple[int, str]:
    done = RUN.invoke(app, list(arguments), env={"COLUMNS": "200"})
    return done.exit_code, done.output


def test_check_then_log(book: MemoryBook) -> None:
    code, output = run("call", "check", *HERE)
    assert code == 0
    assert "allowed until 23 Nov 2026 18:05 UTC" in output
    code, output = run("call", "log", *HERE, "--outcome", "conversation", "--note-code", "n-1")
    assert code == 0
    code, output = run("call", "check", *HERE)
    assert code == 3
    assert "not before 30 Nov 2026 14:00:01 UTC" in output
    assert "PLAT-FREQ" in output


def test_what_staff_cannot_mean_is_refused_in_words(book: MemoryBook) -> None:
    code, output = run("call", "log", *HERE, "--outcome", "shouted")
    assert code == 2
    assert "an outcome is one of" in output
    assert book.histories == {}
    assert run("call", "check", "INV-9", "--creditor", CREDITOR, "--by", "op-7")[0] == 2


def test_a_letter_is_written_and_then_proven(book: MemoryBook, tmp_path: Path) -> None:
    page = tmp_path / "letter.html"
    code, output = run("letter", "write", *HERE, "--template", "reminder", "-o", str(page))
    assert code == 0
    assert "5 Sample Road" in page.read_text("utf-8")
    contact = output.split("permit ")[1].split()[0]
    proof = ["--mailed-on", "2026-11-23", "--proof", "batch-9"]
    code, output = run("letter", "proof", "INV-1", contact, *HERE[1:], *proof)
    assert (code, output.splitlines()[-1]) == (0, "mailed on 23 Nov 2026")
    assert run("letter", "proof", "INV-1", contact, *HERE[1:], "--mailed-on", "x", "--proof", "b")[
        0
    ] == 2  # fmt: skip


@pytest.mark.slow
def test_a_refused_letter_is_not_written(book: MemoryBook, tmp_path: Path) -> None:
    assert run("account", "flag", "INV-1", "cease", *HERE[1:], "--evidence", "case-1")[0] == 0
    page = tmp_path / "letter.html"
    code, output = run("letter", "write", *HERE, "--template", "reminder", "-o", str(page))
    assert code == 3
    assert "US-REGF-CEASE" in output
    assert not page.exists()
    assert run("account", "unflag", "INV-1", "cease", *HERE[1:], "--evidence", "case-2")[0] == 0
    assert run("letter", "write", *HERE, "--template", "reminder", "-o", str(page))[0] == 0


def test_an_unknown_flag_is_refused_in_words(book: MemoryBook) -> None:
    code, output = run("account", "flag", "INV-1", "purple", *HERE[1:], "--evidence", "case-1")
    assert code == 2
    assert "a flag is one of" in output
