"""`dunlin status` reads counters and the queue, however many accounts there are."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.counters import MemoryCounters
from dunlin.cli.main import app
from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.counters import share_of
from dunlin.runtime import wiring
from tests.bench.scale import Counted, Portfolio
from tests.support import builders
from tests.support.builders import CREDITOR, NOON


def test_what_there_is_is_told_from_counters_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    portfolio, counters = Portfolio(40), MemoryCounters()
    changes: list[dict[str, Any]] = [
        {"status": Status.SETTLED},
        {"status": Status.ACTIVE, "hold": Hold.REVIEW, "hold_reason": "A question."},
    ]
    for n, change in enumerate(changes):
        account = builders.account(f"INV-{n}", **change)
        portfolio.stored.accounts[account.account_id] = account
    counters.count([share_of(a) for a in portfolio.stored.accounts.values()])
    calls: Counter[str] = Counter()
    target = SimpleNamespace(where="the local cloud", urls={})
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: target)
    monkeypatch.setattr(wiring, "account_book", lambda: Counted(portfolio.stored, calls))
    monkeypatch.setattr(wiring, "creditors", lambda: portfolio.stored.creditors)
    monkeypatch.setattr(wiring, "counters", lambda: counters)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
    lines = CliRunner().invoke(app, ["status"]).output.splitlines()
    assert f"{CREDITOR}: 40 accounts, $4,875.00 owed; 1 waits for a person" in lines
    assert "  1 active, 38 imported, 1 settled" in lines
    assert calls == {"waiting_for_staff": 1}
