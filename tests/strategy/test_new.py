"""`dunlin new`: a few answers become a strategy of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunlin.cli import new as new_command
from dunlin.cli.main import app
from dunlin.cli.packs import PACKS, names, sample_fields
from dunlin.runtime import wiring

RUN = CliRunner(env={"COLUMNS": "80"})
OWN = [
    "--name", 'Harbor: "Clinic" & Sons', "--address", "1 Sea Rd, Salem, OR 97301",
    "--phone", "(503) 555-0100", "--email-from", "bills@harbor.example.com",
]  # fmt: skip


@pytest.mark.parametrize("industry", names())
def test_every_pack_becomes_a_creditors_own(industry: str, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    done = RUN.invoke(
        app,
        ["new", "harbor", "-o", str(file), "--industry", industry, *OWN,
         "--lowest-instalment", "$1,030.50", "--longest-months", "9", "--role", "third"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    strategy = wiring.strategy_reader().read(file.read_bytes(), creditor="harbor")[1]
    brand = strategy.brand
    pack = wiring.strategy_reader().read((PACKS / f"{industry}.yaml").read_bytes(), creditor="p")[1]
    assert brand.accent == pack.brand.accent
    assert (brand.name, brand.phone, brand.reply_to, brand.sms_origination) == (
        'Harbor: "Clinic" & Sons', "+15035550100", "bills@harbor.example.com", "",
    )  # fmt: skip
    assert strategy.debt_role == "third"
    assert strategy.arrangement.lowest_instalment_minor == 103_050
    assert strategy.arrangement.longest_months == 9
    assert sample_fields(brand) == []
    assert all(len(line) <= 80 or "dunlin " in line for line in done.output.splitlines())


def test_what_nobody_answers_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    lacking = RUN.invoke(app, ["new", "harbor", "-o", str(file), *OWN[2:]])
    assert (lacking.exit_code, "--name is needed" in lacking.output) == (2, True)
    wrong = RUN.invoke(app, ["new", "harbor", "-o", str(file), *OWN, "--longest-months", "soon"])
    assert (wrong.exit_code, "1 to 120" in wrong.output) == (2, True)
    unnamed = RUN.invoke(app, ["new", "Harbor Clinic", "-o", str(file), *OWN])
    assert unnamed.exit_code != 0
    assert "not a creditor id" in unnamed.output
    assert not file.exists()


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("mine")
    assert RUN.invoke(app, ["new", "harbor", "-o", str(file), *OWN]).exit_code == 2
    assert file.read_text() == "mine"


def test_a_person_is_asked_until_the_answer_is_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(new_command, "somebody_is_there", lambda: True)
    file = tmp_path / "own.yaml"
    typed = [
        "bakery", "storage", "", "Corner Storage", "2 Main St, Ada, OK 74820", "580 555 0123",
        "nonsense", "q@corner.example.com", "", "", "", "",
    ]  # fmt: skip
    done = RUN.invoke(app, ["new", "corner", "-o", str(file)], input="\n".join(typed) + "\n")
    assert done.exit_code == 0, done.output
    assert done.output.count("That is none") == 2
    strategy = wiring.strategy_reader().read(file.read_bytes(), creditor="corner")[1]
    assert (strategy.industry, strategy.brand.email_from) == ("storage", "q@corner.example.com")
    assert strategy.arrangement.lowest_instalment_minor == 4_000
