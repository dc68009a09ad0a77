"""`dunlin strategy check | show | diff` and `dunlin account card`."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from dunlin.cli.main import app
from dunlin.runtime import wiring
from tests.contact.walk import Walk
from tests.strategy.test_changing import FASTER
from tests.support import builders
from tests.support.deployment import LAPTOP

RUN = CliRunner()
EXAMPLE = Path("layers/core/dunlin/strategies/example.yaml")


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> Walk:
    """A running ladder behind the commands."""
    walk = Walk()
    walk.start(walk.owes("INV-1", walk.person()))
    walk.until(2)

    class Log:
        def chain(self, subject: str) -> list[object]:
            return list(walk.book.chains[subject])

    class Clock:
        def now(self) -> object:
            return walk.now

    monkeypatch.setattr(wiring, "creditors", lambda: walk.book.creditors)
    monkeypatch.setattr(wiring, "account_book", lambda: walk.book)
    monkeypatch.setattr(wiring, "audit_archive", Log)
    monkeypatch.setattr(wiring, "clock", Clock)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: LAPTOP)
    return walk


def test_check_reads_a_file_without_a_stack(tmp_path: Path) -> None:
    assert "No errors. Ladders: usual (6 rungs), short (2 rungs)." in RUN.invoke(
        app, ["strategy", "check", str(EXAMPLE)]
    ).output.replace("\n", " ")
    slip = tmp_path / "slip.yaml"
    slip.write_text(EXAMPLE.read_text("utf-8").replace("days: 30", "days: thirty"), "utf-8")
    result = RUN.invoke(app, ["strategy", "check", str(slip)])
    assert result.exit_code == 1
    line = EXAMPLE.read_text("utf-8").split("days: 30")[0].count("\n") + 1
    assert f"slip.yaml: line {line}: strategy.ladders.usual[1].days" in result.output


def test_show_names_every_setting(walk: Walk) -> None:
    output = RUN.invoke(app, ["strategy", "show", builders.CREDITOR]).output
    assert "version 1" in output
    assert "ladders.standard[3].name: last" in output
    assert "coordination.window_hours: 24" in output
    gone = RUN.invoke(app, ["strategy", "show", builders.CREDITOR, "--version", "7"])
    assert gone.exit_code == 2


def test_diff_tells_settings_and_whose_next_message(walk: Walk, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    file.write_text(yaml.safe_dump(builders.strategy_document(**FASTER)), "utf-8")
    output = RUN.invoke(app, ["strategy", "diff", builders.CREDITOR, str(file)]).output
    assert "ladders.standard[1].name: two -> extra" in output
    assert "1 active accounts, 1 of them with another next touch." in output
    assert "INV-1: " in output
    (account,) = walk.book.accounts.values()
    assert account.strategy_version == 1
    file.write_text(yaml.safe_dump(builders.strategy_document(**walk.document)), "utf-8")
    output = RUN.invoke(app, ["strategy", "diff", builders.CREDITOR, str(file)]).output
    assert "No setting changes." in output


def test_a_card_is_shown_to_staff_and_in_plain_words(walk: Walk) -> None:
    asked = ["account", "card", "INV-1", "--creditor", builders.CREDITOR]
    staff, plain = RUN.invoke(app, asked).output, RUN.invoke(app, [*asked, "--plain"]).output
    assert "one: reminder.gentle as e-mail (pay now), 23 Nov 2026 18:25 UTC" in staff
    assert "probability 1" in staff
    assert plain.startswith("We wrote to you by e-mail on November")
    nothing = RUN.invoke(app, [*asked, "--touch", "tch_none"])
    assert nothing.exit_code == 2


@pytest.mark.parametrize("pack", sorted(Path("layers/core/dunlin/strategies").rglob("*.yaml")))
def test_put_refuses_the_invented_office_of_a_sample(walk: Walk, pack: Path) -> None:
    """The stack behind the command is None: a document that went on to it would fail."""
    put = RUN.invoke(app, ["strategy", "put", builders.CREDITOR, str(pack)])
    assert put.exit_code == 2, put.output
    assert "messages would come from an invented office" in " ".join(put.output.split())
    assert "brand.name: " in put.output
    assert (strategy := walk.book.creditors.strategy(builders.CREDITOR)) is not None
    assert strategy.version == 1


def test_put_refuses_a_brand_that_is_half_a_samples(walk: Walk, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    text = EXAMPLE.read_text("utf-8")
    brand = yaml.safe_load(text)["brand"]
    file.write_text(text.replace(brand["name"], "Lakeside Clinic"), "utf-8")
    put = RUN.invoke(app, ["strategy", "put", builders.CREDITOR, str(file)])
    assert put.exit_code == 2
    assert "brand.name" not in put.output
    assert f"brand.address: {brand['address']}" in put.output
