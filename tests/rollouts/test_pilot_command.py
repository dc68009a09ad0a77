"""`dunlin pilot start` where there is nobody to contact."""

from __future__ import annotations

import json
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.counters import MemoryCounters
from dunlin.adapters.memory.mail_turns import MemoryMailTurns
from dunlin.cli.main import app
from dunlin.domain.accounts.counters import share_of
from dunlin.domain.contact.pace import SendingPace
from dunlin.runtime import wiring
from functions.activate_accounts.handler import handler as activate_accounts
from tests.rollouts.test_rollouts import Town
from tests.support.builders import CREDITOR, NOON

RUN = CliRunner()


class Stack:
    """A stack whose function that starts rollouts runs here, once for each delivery; `lambdas` is
    the client that calls it."""

    where, endpoint = "local cloud", "http://127.0.0.1:1"

    def __init__(self, town: Town, lambdas: Any = None) -> None:
        self.town, self.outputs = town, {"ActivateAccountsFunctionName": "activate"}
        self.lambdas = lambdas or SimpleNamespace(invoke=self._invoke)

    def client(self, _name: str) -> Any:
        return self.lambdas

    def _invoke(self, *, FunctionName: str, InvocationType: str, Payload: str) -> None:  # noqa: N803
        assert (FunctionName, InvocationType) == ("activate", "Event")
        activate_accounts(json.loads(Payload), None)


@pytest.fixture
def begin_with(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put a town behind the command."""

    def put(town: Town) -> Town:
        monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: Stack(town))
        monkeypatch.setattr(wiring, "rollout_ports", lambda: town.ports)
        monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
        return town

    return put


def _run(*arguments: str) -> tuple[int, str]:
    done = RUN.invoke(app, ["pilot", "start", CREDITOR, *arguments])
    return done.exit_code, " ".join(done.output.split())


def test_a_pilot_of_nobody_does_not_start_and_says_why(begin_with: Any) -> None:
    town = begin_with(Town(3, due_on=date(2026, 11, 22)))
    code, output = _run()
    assert code == 2
    assert "would contact nobody: 3: outside the segment" in output
    assert list(town.ports.rollouts.rollouts(CREDITOR)) == []
    assert town.active() == set()


def test_its_dry_run_says_so_too(begin_with: Any) -> None:
    town = begin_with(Town(3, due_on=date(2026, 11, 22)))
    code, output = _run("--dry-run")
    assert code == 1
    assert "would contact nobody, and so does not start: 3 accounts not: outside" in output
    assert list(town.ports.rollouts.rollouts(CREDITOR)) == []


def test_where_there_is_somebody_both_agree(begin_with: Any) -> None:
    town = begin_with(Town(3))
    assert _run("--dry-run") == (0, _run("--dry-run")[1])
    assert "3 accounts would be contacted." in _run("--dry-run")[1]
    assert town.active() == set()
    code, output = _run()
    assert (code, "3 accounts started" in output) == (0, True)
    assert len(town.active()) == 3


def test_before_a_promotion_it_is_said_how_long_the_mail_account_takes(
    begin_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = begin_with(Town(3))
    counters, turns = MemoryCounters(), MemoryMailTurns()
    counters.count([share_of(account) for account in town.book.accounts.values()])
    monkeypatch.setattr(wiring, "counters", lambda: counters)
    monkeypatch.setattr(wiring, "mail_turns", lambda: turns)
    monkeypatch.setattr("dunlin.cli.rollout._ask", lambda *_: {"obstacles": ["too early"]})
    promote = ["pilot", "promote", f"{CREDITOR}.1"]
    assert "mail account" not in RUN.invoke(app, promote).output
    turns.set_pace(SendingPace(step=timedelta(hours=1), per_day=2))
    output = " ".join(RUN.invoke(app, promote).output.split())
    assert "lets 1 e-mails an hour go, 2 in 24 hours: one to each of 3 accounts takes 25" in output


def test_what_is_shown_is_the_last_count_unless_it_is_old_or_is_to_be_fresh(
    begin_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = begin_with(Town(3))
    assert _run()[0] == 0

    def shown(*options: str) -> int:
        """How many looks there were once it was shown."""
        done = RUN.invoke(app, ["pilot", "show", f"{CREDITOR}.1", *options])
        assert "3 accounts are written to" in " ".join(done.output.split())
        looked = town.ports.rollouts.look(f"{CREDITOR}.1")
        assert looked is not None
        return int(looked.number)

    assert [shown(), shown(), shown("--fresh")] == [1, 1, 2]
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON + timedelta(hours=2)))
    assert [shown(), shown()] == [3, 3]
