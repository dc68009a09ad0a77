"""`dunlin template`: what an operator sees of the letters."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunlin.cli import template
from dunlin.cli.template import app

RUN = CliRunner(env={"COLUMNS": "250"})


def test_the_compiled_letters_are_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert RUN.invoke(app, ["compile", "--check"]).exit_code == 0
    (tmp_path / "compiled").mkdir()
    (tmp_path / "compiled" / "words.json").write_text("{}")
    monkeypatch.setattr(template, "FOLDER", tmp_path)
    stale = RUN.invoke(app, ["compile", "--check"])
    assert stale.exit_code == 1
    assert "en.html is not what its document gives" in stale.output


def test_lint_shows_the_segments_of_every_text() -> None:
    found = RUN.invoke(app, ["lint"])
    assert found.exit_code == 0
    assert "1 x GSM-7" in found.output
    assert "none" in found.output


def test_lint_takes_a_strategy_and_names_its_fault(tmp_path: Path) -> None:
    strategy = tmp_path / "strategy.yaml"
    strategy.write_text(
        "debt_role: first\n"
        "brand: {name: ACME, address: '1 Main St', phone: '555-0100', "
        "email_from: a@example.com, reply_to: a@example.com}\n"
        "ladders: {standard: [{name: r, days: 0, channels: [email], template: reminder}]}\n"
    )
    assert RUN.invoke(app, ["lint", "--strategy", str(strategy)]).exit_code == 0
    strategy.write_text(strategy.read_text().replace("debt_role: first", "debt_role: x"))
    refused = RUN.invoke(app, ["lint", "--strategy", str(strategy)])
    assert refused.exit_code == 1
    assert "strategy.debt_role" in refused.output


def test_a_preview_is_what_would_be_sent(tmp_path: Path) -> None:
    written = RUN.invoke(app, ["preview", "reminder.neutral", "--output", str(tmp_path)])
    assert written.exit_code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        f"reminder.neutral.{language}.{audience}.{ending}"
        for language in ("en", "es")
        for audience in ("consumer", "business")
        for ending in ("email.html", "email.txt", "sms.txt")
    )
    text = tmp_path / "reminder.neutral.en.consumer.sms.txt"
    assert text.read_text().startswith("Harbor Lane & Co: ")
    assert RUN.invoke(app, ["preview", "nothing", "--output", str(tmp_path)]).exit_code == 1


def test_the_list_says_whose_words_they_are() -> None:
    found = RUN.invoke(app, ["list"])
    assert found.exit_code == 0
    assert "final_notice.firm" in found.output
    assert "shipped" in found.output
