"""`dunlin report`, `dunlin call import` and `dunlin pilot compare` as an operator uses them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.cli.main import app
from dunlin.runtime import wiring
from dunlin.service.rollouts.rollouts import look_at
from tests.reports.test_report import pay
from tests.rollouts.test_rollouts import Town
from tests.support.builders import CREDITOR, NOON, RUNGS, strategy_document
from tests.support.deployment import LAPTOP

RUN = CliRunner()


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    pilot, box = Town(60, holdout_percent=20), MemoryDropBox()
    pilot.begin(stage="full", size=0)
    pilot.contact(hours=2)
    for account_id in sorted(pilot.active()):
        pay(pilot, account_id, 12_500, 4)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    monkeypatch.setattr(wiring, "rollout_ports", lambda: pilot.ports)
    monkeypatch.setattr(wiring, "drop_box", lambda: box)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON + timedelta(days=9)))
    return pilot


def test_the_report_is_told_in_words_and_as_data(town: Town, tmp_path: Path) -> None:
    log = tmp_path / "calls.csv"
    log.write_text(
        "Date,Reference,Direction\n2026-11-21,INV-1,in\n2026-11-22,,in\n2026-11-24,,in\n"
    )
    kept = RUN.invoke(app, ["call", "import", str(log), "--creditor", CREDITOR])
    assert kept.exit_code == 0
    assert "3 calls read; 3 days known." in kept.output
    words = RUN.invoke(app, ["report", CREDITOR, "--cost", "staff=1000", "--agency-percent", "30"])
    assert words.exit_code == 0
    number = len(town.active() | {a.account_id for a in town.accounts() if a.ladder_run})
    data = RUN.invoke(app, ["report", CREDITOR, "--cost", "staff=1000", "--json"])
    document = json.loads(data.output)
    assert document["returns"]["USD"]["recovered"] == number * 12_500
    assert document["returns"]["USD"]["net"] == number * 12_500 - 1_000
    ((weeks),) = document["cohorts"].values()
    assert weeks[0]["lift"]["winner"] == "contacted"
    assert document["series"]["inbound calls"]["baseline"] == 1.0
    assert document["series"]["inbound calls"]["days"]["2026-11-24"] == 1
    assert "week 1: 100.0% recovered, 0.0% where nobody was contacted" in words.output


def test_of_nothing_that_came_in_it_is_said_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Town(4, holdout_percent=0)
    fresh.begin(stage="full", size=0)
    monkeypatch.setattr(wiring, "rollout_ports", lambda: fresh.ports)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON + timedelta(days=1)))
    output = RUN.invoke(app, ["report", CREDITOR]).output
    assert output.count("nothing to tell yet") == 1
    assert "Small, owed less than 500.00: nothing recovered of $500.00" in output
    assert "other:" not in output
    assert "- of" not in output
    assert "calls" not in output.split("Calls made: 0")[1], "a series of which nothing is known"


def test_before_anything_began_the_report_has_two_lines(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = Town(4)
    monkeypatch.setattr(wiring, "rollout_ports", lambda: idle.ports)
    lines = RUN.invoke(app, ["report", CREDITOR]).output.splitlines()
    assert [line.split(",")[-1] for line in lines] == [" 4 accounts", "No ladder has begun yet."]


def test_what_cannot_be_meant_is_refused_in_words(town: Town, tmp_path: Path) -> None:
    assert RUN.invoke(app, ["report", CREDITOR, "--cost", "staff"]).exit_code == 2
    assert RUN.invoke(app, ["report", "nobody"]).exit_code == 2
    for content in (b"when,direction\n", b"\xff\xfe\x00", b"date,direction\n2026-13-01,in\n"):
        log = tmp_path / "calls.csv"
        log.write_bytes(content)
        refused = RUN.invoke(app, ["call", "import", str(log), "--creditor", CREDITOR])
        assert refused.exit_code == 2, content


def test_two_versions_of_a_strategy_stand_side_by_side_each_with_its_own_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = Town(40, holdout_percent=0)
    first = town.begin(size=10).rollout
    rungs = [RUNGS[0] | {"template": "second_reminder"}, *RUNGS[1:]]
    document = strategy_document(holdout_percent=0, ladders={"standard": rungs})
    town.book.creditors.put_strategy(CREDITOR, document, town.now)
    second = town.begin(size=20).rollout
    assert (first.strategy_version, second.strategy_version) == (1, 2)
    town.contact(hours=2)
    members = [
        sorted(a.account_id for a in town.accounts() if a.cohort == rollout.rollout_id)
        for rollout in (first, second)
    ]
    for theirs, payers in zip(members, (1, 15), strict=True):
        for account_id in theirs[:payers]:
            pay(town, account_id, 12_500, 3)
    town.now = NOON + timedelta(days=9)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    monkeypatch.setattr(wiring, "rollout_ports", lambda: town.ports)
    monkeypatch.setattr(wiring, "account_book", lambda: town.book)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(town.now))
    for rollout in (first, second):
        look_at(rollout.rollout_id, ports=town.ports, now=town.now)
    shown = RUN.invoke(app, ["pilot", "compare", first.rollout_id, second.rollout_id])
    rows = {line.split("  ")[0].strip(): line.split()[-2:] for line in shown.output.splitlines()}
    assert rows["strategy"] == ["version", "2"]
    assert "version 1" in shown.output
    assert rows["accounts"] == ["10", "20"]
    assert rows["contacts"] == ["10", "20"]
    assert rows["payers"] == ["1", "15"]
    assert rows["paid"] == ["$125.00", "$1,875.00"]
    templates = {touch.template.partition(".")[0] for touch in town.book.touches.values()}
    assert templates == {"reminder", "second_reminder"}
    assert f"{second.rollout_id} is better." in " ".join(shown.output.split())
    same = RUN.invoke(app, ["pilot", "compare", first.rollout_id, first.rollout_id])
    assert "Neither is proven better." in " ".join(same.output.split())
