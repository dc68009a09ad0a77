"""`dunlin import` says what an import that takes long waits for, and ends with one that failed."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from dunlin.cli import drop

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:dunlin-import"
DENIED = {
    "error": "ClientError",
    "cause": json.dumps({"errorMessage": "AccessDenied: not authorized to perform: s3:GetObject"}),
}
TRIED = (
    "open.csv: a step failed with ClientError (AccessDenied: not authorized to perform:"
    " s3:GetObject). It is tried again."
)
ENTERED = {"type": "TaskStateEntered"}
FAILED = {"type": "TaskFailed", "taskFailedEventDetails": DENIED}
EXITED = {"type": "TaskStateExited"}


class Steps:
    """Step Functions as it answers of one import's executions, in the order of AWS's history."""

    def __init__(self, status: str, *events: dict[str, Any], child: tuple[Any, ...] = ()) -> None:
        self.status, self.events, self.child = status, events, child

    def list_executions(self, **asked: Any) -> dict[str, Any]:
        if "mapRunArn" in asked:
            return {"executions": [{"executionArn": "child"}]}
        own = {"name": "imp_1", "executionArn": "imp_1", "startDate": 2, "status": self.status}
        return {"executions": [own, {**own, "name": "imp_2", "startDate": 3}]}

    def get_execution_history(self, **asked: Any) -> dict[str, Any]:
        events = self.child if asked["executionArn"] == "child" else self.events
        return {"events": list(reversed(events))}

    def list_map_runs(self, **asked: Any) -> dict[str, Any]:
        runs = [{"mapRunArn": "map"}] if self.child and asked["executionArn"] != "child" else []
        return {"mapRuns": runs}


def target(steps: Steps) -> Any:
    return SimpleNamespace(outputs={"ImportMachineArn": MACHINE}, client=lambda _: steps)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drop, "_SILENT", 0.0)
    monkeypatch.setattr(drop, "_LOOKS", 0.0)


def watched(steps: Steps) -> None:
    looks = iter([None, None, None, "ended"])
    watch = drop._Watch(target(steps), "open.csv", "imp_1")
    drop.wait_for(lambda: next(looks), "the import of open.csv", between=watch)


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        (Steps("RUNNING", ENTERED), "open.csv: it is being read."),
        (Steps("RUNNING", ENTERED, FAILED, ENTERED, EXITED), "open.csv: it is being read."),
        (
            Steps("RUNNING", ENTERED, FAILED),
            TRIED,
        ),
        (
            Steps("RUNNING", ENTERED, child=(ENTERED, FAILED)),
            TRIED,
        ),
    ],
    ids=["read", "mended", "failed", "a share failed"],
)
def test_what_is_waited_for_is_said_once(
    steps: Steps, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    watched(steps)
    assert " ".join(capsys.readouterr().out.split()) == line


def test_an_import_that_has_failed_is_not_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        watched(Steps("FAILED", ENTERED, FAILED))
    assert ended.value.exit_code == 1
    written = capsys.readouterr()
    assert "AccessDenied" in written.out + written.err
