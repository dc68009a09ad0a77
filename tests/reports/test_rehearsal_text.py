"""A rehearsal at a terminal: every message by day, or why there is none, within 80 columns."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from typer.testing import CliRunner

from dunlin.cli.main import app
from dunlin.domain.reports.forecast import compare
from dunlin.views.reports.rehearsal_text import MOST, difference_lines, forecast_lines
from tests.reports.test_rehearsal_page import START, forecast, message

RUN = CliRunner()
STRATEGY = Path("layers/core/dunlin/strategies/default.yaml")
HEAD = "Invoice,Customer,Email,State,Balance,Due date\n"


def test_each_message_has_a_line_with_day_person_channel_and_step_and_its_words_once() -> None:
    ada = replace(
        message(0),
        person_id="p1",
        person="Ada\x1b[31m Abbott",
        step="First note",
        text="Hello Ada,",
    )
    lines = forecast_lines("acme", forecast(ada, replace(ada, at=START + timedelta(days=1))))
    day = lines.index("Wed 02 Sep 2026")
    assert lines[day + 1].split() == [
        "11:00",
        "e-mail",
        "Ada",
        "[31m",
        "Abbott",
        "INV-1",
        "First",
        "note",
    ]
    assert lines.count("  Hello Ada,") == 1
    assert "  3 accounts: <b>acme</b>" in lines
    assert all(len(line) <= 80 and line.isprintable() for line in lines)


def test_of_very_many_the_page_is_named() -> None:
    lines = forecast_lines("acme", forecast(*[message(n % 15) for n in range(MOST + 7)]))
    assert any(line.startswith("… and 7 more") for line in lines)


def test_two_are_compared_in_words() -> None:
    first, second = forecast(message(0), message(1)), forecast(message(0))
    assert difference_lines(["a", "b"], compare(first, second))[1] == "1 only with a"


def _rehearse(tmp_path: Path, rows: str, head: str = HEAD) -> tuple[int, str]:
    file = tmp_path / "open.csv"
    file.write_text(head + rows)
    done = RUN.invoke(
        app,
        [
            "rehearse",
            str(file),
            "--strategy",
            str(STRATEGY),
            "--start",
            "2026-11-23T15:00:00+00:00",
        ],
    )
    return done.exit_code, done.output


def test_the_command_lists_whom_it_writes_to(tmp_path: Path) -> None:
    code, output = _rehearse(tmp_path, "INV-1,Ada Abbott,ada@example.com,IL,120.00,2026-09-01\n")
    assert (code, "Ada Abbott" in output, "INV-1" in output) == (0, True, True)


def test_where_nobody_is_written_to_it_says_why(tmp_path: Path) -> None:
    code, output = _rehearse(tmp_path, "INV-1,Ada Abbott,,IL,120.00,2026-09-01\n")
    assert code == 1
    assert "Nobody is written to:" in output
    assert "1 account: held until a person has looked (no contact point)" in output


def test_each_reason_is_told_with_its_number(tmp_path: Path) -> None:
    rows = (
        "INV-1,Estate of Ada Abbott,ada@example.com,IL,120.00,2026-09-01\n"
        "INV-2,Bo Sample,,IL,120.00,2026-09-01\nINV-3,Cy Sample,,IL,80.00,2026-09-01\n"
    )
    code, output = _rehearse(tmp_path, rows)
    assert code == 1
    assert "0 messages to 0 people" in output
    whole = " ".join(output.split("Nobody is written to:")[1].split())
    assert "2 accounts: held until a person has looked (no contact point)" in whole
    assert re.search(r"1 account: held until a person has looked \(\w[\w ]+\)", whole)


def test_two_strategies_of_one_name_are_told_apart(tmp_path: Path) -> None:
    file, old, new = tmp_path / "o.csv", tmp_path / "old.yaml", tmp_path / "new" / "old.yaml"
    file.write_text(HEAD + "INV-1,Ada Abbott,ada@example.com,IL,120.00,2026-09-01\n")
    new.parent.mkdir()
    for strategy in (old, new):
        strategy.write_text(STRATEGY.read_text("utf-8"))
    done = RUN.invoke(
        app,
        ["rehearse", str(file), "--strategy", str(old), "--compare", str(new), "--json"],
    )
    assert list(json.loads(done.stdout)) == [str(old), str(new)]


def test_a_file_that_waits_is_asked_about_and_not_rehearsed(tmp_path: Path) -> None:
    rows = "".join(
        f"INV-{n},P{n},p{n}@example.com,IL,10.00,0{n}/0{n + 1}/2026\n" for n in range(1, 8)
    )
    code, output = _rehearse(tmp_path, rows)
    assert code == 2
    assert "Question 1" in output
    assert "messages to" not in output
