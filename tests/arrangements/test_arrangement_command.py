"""`dunlin arrangement` as staff use it: words and exit codes."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.cli.main import app
from dunlin.domain.accounts.account import Account, Hold
from dunlin.runtime import wiring
from tests.support import ground
from tests.support.builders import CREDITOR, NOON
from tests.support.deployment import LAPTOP

HERE = ["INV-ada", "--creditor", CREDITOR]
BY = ["--by", "ana", "--why", "case-7"]


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> MemoryBook:
    memory, _ = ground.memory_world()
    waker = MemoryWaker()
    monkeypatch.setattr(wiring, "account_book", lambda: memory)
    monkeypatch.setattr(wiring, "creditors", lambda: memory.creditors)
    monkeypatch.setattr(wiring, "arranging_waker", lambda: waker)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    return memory


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["arrangement", *arguments], env={"COLUMNS": "200"})
    return done.exit_code, done.output


def only(book: MemoryBook) -> Account:
    (account,) = book.accounts.values()
    return account


def test_staff_record_show_and_end_an_arrangement_of_their_own(book: MemoryBook) -> None:
    code, output = run("record", *HERE, "2026-12-01=2500", "2027-02-15=10000", *BY)
    assert code == 0
    assert "15 Feb 2027" in output
    assert (only(book).hold, only(book).arranged) == (Hold.ARRANGEMENT, True)
    entry = book.chains[f"account#{only(book).account_id}"][-1]
    assert (entry.actor, entry.data["why"], entry.data["manual"]) == ("staff:ana", "case-7", True)
    code, output = run("show", *HERE)
    assert code == 0
    assert "active, by hand, agreed by hand" in output
    assert "$100.00" in output
    assert run("cancel", *HERE, *BY)[0] == 0
    assert not only(book).arranged
    assert run("cancel", *HERE, *BY)[0] == 2


@pytest.mark.parametrize(
    "payments",
    [
        ["2026-12-01=12499"],
        ["2026-12-01"],
        ["yesterday=12500"],
        ["2026-11-01=12500"],
        ["2026-12-01=12,500"],
    ],
)
def test_what_is_no_schedule_is_refused_and_nothing_is_written(
    book: MemoryBook, payments: list[str]
) -> None:
    before = only(book)
    code, _ = run("record", *HERE, *payments, *BY)
    assert code == 2
    assert only(book) == before
