"""`dunlin strategy init`: a pack becomes a file, once."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from dunlin.cli.drop import strategy_app
from dunlin.cli.packs import PACKS, sample_fields
from dunlin.domain.strategy.strategy import Strategy
from dunlin.runtime import wiring

RUN = CliRunner(env={"COLUMNS": "250"})


def strategy_of(file: Path) -> Strategy:
    return wiring.strategy_reader().read(file.read_bytes(), creditor="mine")[1]


def test_a_pack_is_written_and_can_be_saved_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    done = RUN.invoke(strategy_app, ["init", "storage", "-o", str(file)])
    assert done.exit_code == 0, done.output
    assert strategy_of(file).industry == "storage"


def test_a_file_that_is_there_stays_and_an_unknown_industry_is_told_the_known_ones(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("mine")
    refused = RUN.invoke(strategy_app, ["init", "storage", "-o", str(file)])
    assert (refused.exit_code, file.read_text()) == (2, "mine")
    unknown = RUN.invoke(strategy_app, ["init", "bakery", "-o", str(tmp_path / "b.yaml")])
    assert unknown.exit_code == 2
    assert "dental" in unknown.output
    assert not (tmp_path / "b.yaml").exists()


def test_a_brand_that_is_still_a_samples_is_not_put(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    assert RUN.invoke(strategy_app, ["init", "storage", "-o", str(file)]).exit_code == 0
    own = file.read_text().replace("name: ", "name: Our ", 1)
    file.write_text(own)
    brand = strategy_of(file).brand
    assert sample_fields(brand) == ["address", "email_from"]


def test_every_sample_is_known_as_one() -> None:
    for path in [*PACKS.glob("*.yaml"), *PACKS.parent.glob("*.yaml")]:
        assert sample_fields(strategy_of(path).brand) == ["name", "address", "email_from"]
