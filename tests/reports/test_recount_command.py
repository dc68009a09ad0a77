"""`dunlin recount` as an operator uses it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.counters import MemoryCounters
from dunlin.cli.main import app
from dunlin.runtime import wiring
from tests.support import builders, ground
from tests.support.builders import CREDITOR
from tests.support.deployment import LAPTOP

RUN = CliRunner()


@pytest.fixture
def _house(monkeypatch: pytest.MonkeyPatch) -> None:
    """A house with one account that was never counted."""
    book, _ = ground.memory_world()
    counters = MemoryCounters()
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    monkeypatch.setattr(wiring, "account_book", lambda: book)
    monkeypatch.setattr(wiring, "creditors", lambda: book.creditors)
    monkeypatch.setattr(wiring, "counters", lambda: counters)


@pytest.mark.usefixtures("_house")
def test_it_compares_and_mends_only_where_that_is_said() -> None:
    for _ in range(2):
        compared = RUN.invoke(app, ["recount", CREDITOR])
        assert compared.exit_code == 1
        assert "1 cell of the counters at odds" in compared.output
        assert "active" in compared.output
    mended = RUN.invoke(app, ["recount", CREDITOR, "--write"])
    assert mended.exit_code == 0
    assert "1 account counted that had not been." in mended.output
    assert "The counters agree with the accounts." in RUN.invoke(app, ["recount", CREDITOR]).output


@pytest.mark.usefixtures("_house")
def test_a_creditor_that_nobody_knows_is_refused() -> None:
    assert RUN.invoke(app, ["recount", builders.CREDITOR + "x"]).exit_code == 2
