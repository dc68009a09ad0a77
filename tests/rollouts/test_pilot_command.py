"""`dunlin pilot start` where there is nobody to contact."""

from __future__ import annotations

import io
import json
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.clock import FixedClock
from dunlin.cli.main import app
from dunlin.domain.errors import DomainError
from dunlin.runtime import wiring
from dunlin.service.rollouts.rollouts import segment_of
from tests.rollouts.test_rollouts import Town
from tests.support.builders import CREDITOR, NOON

RUN = CliRunner()


class Stack:
    """A stack whose function that starts rollouts runs here."""

    where, endpoint = "local cloud", "http://127.0.0.1:1"

    def __init__(self, town: Town) -> None:
        self.town, self.outputs = town, {"ActivateAccountsFunctionName": "activate"}

    def client(self, _name: str) -> Any:
        return SimpleNamespace(invoke=self._invoke)

    def _invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == "activate"
        asked = json.loads(Payload)["begin"]
        try:
            begun = self.town.begin(
                segment_of(asked["segment"]), stage=asked["stage"], size=asked["size"]
            )
        except DomainError as error:
            content: dict[str, Any] = {"errorMessage": str(error)}
            return {"FunctionError": "Unhandled", "Payload": _body(content)}
        return {
            "Payload": _body(
                {
                    "rollout": begun.rollout.rollout_id,
                    "started": begun.started,
                    "held_out": begun.held_out,
                    "passed_over": begun.passed_over,
                }
            )
        }


def _body(content: dict[str, Any]) -> io.BytesIO:
    return io.BytesIO(json.dumps(content).encode())


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
