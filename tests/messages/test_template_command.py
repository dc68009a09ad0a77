"""`dunlin template`: what an operator sees of the letters."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunlin.cli import template
from dunlin.cli.template import app, as_test
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import DomainError
from dunlin.domain.strategy.strategy import StrategyError
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.views.messages.jinja_messages import JinjaMessages
from dunlin.views.messages.message_samples import samples
from tests.support import builders

RUN = CliRunner(env={"COLUMNS": "250"})


def test_the_compiled_letters_are_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert RUN.invoke(app, ["compile", "--check"]).exit_code == 0
    (tmp_path / "compiled").mkdir()
    (tmp_path / "compiled" / "words.json").write_text("{}")
    monkeypatch.setattr(template, "FOLDER", tmp_path)
    stale = RUN.invoke(app, ["compile", "--check"])
    assert stale.exit_code == 1
    assert "en.html is not what its document gives" in stale.output


@pytest.mark.slow
def test_lint_shows_the_segments_of_every_text() -> None:
    result = RUN.invoke(app, ["lint"])
    assert result.exit_code == 0
    assert "1 x GSM-7" in result.output
    assert "Nothing to mend." in result.output


@pytest.mark.slow
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
    assert refused.exit_code == 2
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
    assert RUN.invoke(app, ["preview", "nothing", "--output", str(tmp_path)]).exit_code == 2


def test_the_list_says_whose_words_they_are() -> None:
    result = RUN.invoke(app, ["list"])
    assert result.exit_code == 0
    assert "final_notice.firm" in result.output
    assert "shipped" in result.output


def test_a_test_goes_to_a_known_address_and_is_marked_and_says_nothing_of_a_person() -> None:
    document = builders.strategy_document(test_addresses=["counsel@creditor.example.com"])
    strategy = read_strategy(document, creditor="acme", version=1)
    mail = as_test(strategy, "reminder.neutral", to="counsel@creditor.example.com", language="es")
    assert mail.subject.startswith("[Test] Sobre su cuenta con Acme Clinic")
    assert mail.sender == document["brand"]["email_from"]
    assert "Ana" in mail.text
    [html] = [
        sample.rendered.html
        for sample in samples(JinjaMessages(), strategy, only="reminder.neutral")
        if (sample.channel, sample.language, sample.audience) == (Channel.EMAIL, "es", "consumer")
    ]
    assert mail.html == html  # what is looked at is what would be sent
    for address in ("other@creditor.example.com", "", "counsel@creditor.example.com.evil.example"):
        with pytest.raises(DomainError, match="test_addresses"):
            as_test(strategy, "reminder.neutral", to=address, language="en")
    with pytest.raises(StrategyError, match="an e-mail address is required"):
        read_strategy(document | {"test_addresses": ["nobody"]}, creditor="acme", version=1)
